"""Decisions of DMN: their tables and expressions on data, with those that they require, and why they came out so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.bpmn.dmn.hits import DecisionBroken, Hit, Output, Table, matched
from engine.bpmn.expressions import Expression
from engine.bpmn.feel.scopes import Local, Names, bounded
from engine.bpmn.feel.types import ANY, Kind
from engine.bpmn.model import Figure
from engine.bpmn.operations import EvaluationFailed, Lambda, plain

__all__ = ["Decision", "DecisionBroken", "DecisionTable", "Given", "Outcome", "decide", "evaluate"]

MOST_DEPTH = 20
MOST_SHOWN = 40  #: characters of a value in an explanation


@dataclass(frozen=True, slots=True)
class Given:
    """Input data: the names under which the case may have them, and their type."""

    names: tuple[str, ...]
    kind: Kind = ANY


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision: a table, or a boxed `literal` expression; `requires` are evaluated before it and seen by it.

    `known_as`: the names under which other decisions see its value. `figures`: outputs that people read, its own.
    `knowledge`: the business knowledge models of the file, each a closure that makes its function.
    """

    id: str
    known_as: tuple[str, ...] = ()
    table: Table | None = None
    literal: Expression | None = None
    kind: Kind = ANY
    requires: "tuple[Decision, ...]" = ()
    given: tuple[Given, ...] = ()
    knowledge: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """What it gives a process, each a variable by its name."""
        return self.table.outputs if self.table else (Output(self.known_as[0]),)

    @property
    def names(self) -> frozenset[str]:
        """The variables that the decision needs, with those that what it requires needs."""
        own = self.table.names if self.table else self.literal.names if self.literal else frozenset()
        own = own.union(*(function.names for function in self.knowledge.values())) - self.knowledge.keys()
        produced = {
            name
            for one in self.requires
            for name in (*one.known_as, *(output.name for output in one.outputs))
        }
        return frozenset((own - produced).union(*(one.names for one in self.requires)))

    @property
    def figures(self) -> dict[str, Figure]:
        """The outputs that people read, by name: those required first."""
        required = [item for one in self.requires for item in one.figures.items()]
        own = [(output.name, output.figure) for output in self.outputs if output.figure]
        return dict([*required, *own])


DecisionTable = Decision


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision gives: its outputs by name, the ids of the rules that matched, its value as DMN has it.

    `explanation`: for each decision evaluated, in order, a map of its id, the inputs as they were, the rules that
    matched (with their annotation, if they have one) and what came out; plain JSON values, long ones cut.
    """

    outputs: dict[str, Any]
    rules: tuple[str, ...]
    value: Any
    explanation: tuple[dict[str, Any], ...]


def evaluate(decision: Decision, names: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Outputs by name and the ids of the rules that matched; raises DecisionBroken.

    Of a policy that takes several rules each output is a list, or one number with an aggregation.
    """
    outcome = decide(decision, names)
    return outcome.outputs, outcome.rules


def decide(decision: Decision, names: Mapping[str, Any]) -> Outcome:
    """The outcome of a decision on these variables, explained; raises DecisionBroken."""
    return _Evaluation(names).outcome(decision)


class _Evaluation:
    """One evaluation: each decision of the graph is evaluated once."""

    def __init__(self, names: Names) -> None:
        self._names = bounded(names)
        self._done: dict[str, tuple[Hit, dict[str, Any]]] = {}
        self._explained: list[dict[str, Any]] = []

    def outcome(self, decision: Decision) -> Outcome:
        hit, _ = self._of(decision, 0)
        try:
            outputs = {name: plain(value) for name, value in hit.outputs.items()}
            return Outcome(outputs, hit.rules, plain(hit.value), tuple(self._explained))
        except EvaluationFailed as failed:
            raise DecisionBroken(failed.code, decision=decision.id, **failed.params) from None

    def _of(self, decision: Decision, depth: int) -> tuple[Hit, dict[str, Any]]:
        """What a decision gives, and all that the decisions which require it see."""
        if depth > MOST_DEPTH:
            raise DecisionBroken("decision_circle", decision=decision.id)
        if decision.id not in self._done:
            seen: dict[str, Any] = {}
            for required in decision.requires:
                seen |= self._of(required, depth + 1)[1]
            hit, inputs = self._evaluated(decision, seen)
            self._explained.append(_explained(decision, hit, inputs))
            self._done[decision.id] = (
                hit,
                {**seen, **hit.outputs, **dict.fromkeys(decision.known_as, hit.value)},
            )
        return self._done[decision.id]

    def _evaluated(self, decision: Decision, seen: dict[str, Any]) -> tuple[Hit, dict[str, Any]]:
        try:
            names = self._scope(decision, seen)
            if decision.table:
                return matched(decision.table, names)
            assert decision.literal is not None  # noqa: S101 - it is the one or the other
            value = decision.kind.fitted(decision.literal.value(names))
        except EvaluationFailed as failed:
            raise DecisionBroken(failed.code, decision=decision.id, **failed.params) from None
        inputs = {
            name: plain(names[name]) for name in sorted(decision.literal.names) if _is_data(names, name)
        }
        return Hit({decision.known_as[0]: value}, (), value), inputs

    def _scope(self, decision: Decision, seen: dict[str, Any]) -> Local:
        """What the decision sees: the case's data as values of their types, knowledge, what it requires."""
        names = Local(self._names, {})
        for given in decision.given:
            found = [name for name in given.names if _has(self._names, name)]
            for name in found:
                names[name] = given.kind.fitted(self._names[name])
        for name, function in decision.knowledge.items():
            names[name] = function.closure(names)
        names.update(seen)
        return names


def _has(names: Names, name: str) -> bool:
    try:
        names[name]
    except KeyError:
        return False
    return True


def _is_data(names: Names, name: str) -> bool:
    return _has(names, name) and not isinstance(names[name], Lambda)


def _explained(decision: Decision, hit: Hit, inputs: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "decision": decision.id,
        "inputs": {name: _told(value) for name, value in inputs.items()},
    }
    if decision.table:
        notes = {rule.id: rule.note for rule in decision.table.rules if rule.note}
        told["rules"] = [
            {"id": rule, "note": notes[rule]} if rule in notes else {"id": rule} for rule in hit.rules
        ]
    return {**told, "outputs": {name: _told(value) for name, value in hit.outputs.items()}}


def _told(value: Any) -> Any:
    """A value as an explanation shows it: short, and plain JSON."""
    if value is None or isinstance(value, bool | int):
        return value
    try:
        text = str(plain(value))
    except EvaluationFailed:
        return "…"
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
