"""Decision tables of DMN: which rules match, and what they put out."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.expressions import Expression
from engine.bpmn.model import Figure
from engine.bpmn.operations import COMPARISONS, EvaluationFailed, as_date, equal, exact, is_number

SEVERAL = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
MOST_DEPTH = 20

Names = Mapping[str, Any]


class DecisionBroken(Exception):
    """The table gives no lawful result; `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class UnaryTest:
    """One alternative of a cell: the input against `bound` by `sign`, in a range, or an expression on `?`.

    `sign`: "==", "<", "<=", ">", ">=", ".." (from `bound` to `upper`, `closed` at each end), "?" or "any".
    """

    sign: str
    bound: Expression | None = None
    upper: Expression | None = None
    closed: tuple[bool, bool] = (True, True)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of conditions: holds when one of its tests does; `negated` turns that round."""

    tests: tuple[UnaryTest, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a cell per input, an expression per output (None = empty)."""

    id: str
    cells: tuple[Cell, ...]
    outputs: tuple[Expression | None, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """One column of results; `ranking`: its values by falling priority; `default`: when no rule matches.

    `figure`: how people read it, None when it has no labels.
    """

    name: str
    ranking: tuple[Any, ...] = ()
    default: Expression | None = None
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A decision: a table, or a `literal` expression; `requires` are evaluated before it and seen by it."""

    id: str
    hit_policy: str
    aggregation: str | None
    inputs: tuple[tuple[Expression, str], ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    literal: Expression | None = None
    requires: "tuple[DecisionTable, ...]" = ()

    @property
    def names(self) -> frozenset[str]:
        """The variables that the decision reads."""
        own = {name for expression, _ in self.inputs for name in expression.names}
        own |= set(self.literal.names) if self.literal else set()
        produced = {output.name for table in self.requires for output in table.outputs}
        return frozenset((own - produced).union(*(table.names for table in self.requires)))

    @property
    def figures(self) -> dict[str, Figure]:
        """The outputs that people read, by name: those required first."""
        required = [item for table in self.requires for item in table.figures.items()]
        own = [(output.name, output.figure) for output in self.outputs if output.figure]
        return dict([*required, *own])


def evaluate(table: DecisionTable, names: Names, depth: int = 0) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Outputs by name and the ids of the rules that matched; raises DecisionBroken.

    Of a policy that takes several rules each output is a list, or one number with an aggregation.
    """
    if depth > MOST_DEPTH:
        raise DecisionBroken("decision_circle", decision=table.id)
    known = dict(names)
    for required in table.requires:
        known |= evaluate(required, known, depth + 1)[0]
    try:
        if table.literal:
            return {table.outputs[0].name: table.literal.evaluate(known)}, ()
        return _result(table, known, _matching(table, known))
    except EvaluationFailed as failed:
        raise DecisionBroken(failed.code, decision=table.id, **failed.params) from None


def _matching(table: DecisionTable, names: Names) -> list[Rule]:
    values = [_typed(expression.evaluate(names), kind) for expression, kind in table.inputs]
    matching = []
    for rule in table.rules:
        if all(_holds(cell, value, names) for cell, value in zip(rule.cells, values, strict=True)):
            matching.append(rule)
            if table.hit_policy == "FIRST":
                break
    return matching


def _typed(value: Any, kind: str) -> Any:
    if kind == "date" and isinstance(value, str):
        try:
            return as_date(value)
        except ValueError:
            raise EvaluationFailed("wrong_types", operation="date") from None
    return value


def _holds(cell: Cell, value: Any, names: Names) -> bool:
    return any(_passes(test, value, names) for test in cell.tests) != cell.negated


def _passes(test: UnaryTest, value: Any, names: Names) -> bool:
    if test.sign == "any":
        return True
    known = {**names, "input_value": value}
    bound = test.bound.evaluate(known) if test.bound else None
    if test.sign == "?":
        return bound is True
    if test.sign == "==":
        return _equals(value, bound)
    if value is None or bound is None:
        return False
    if test.sign == "..":
        return _within(test, value, bound, test.upper.evaluate(known) if test.upper else None)
    return _compared(test.sign, value, bound)


def _equals(value: Any, bound: Any) -> bool:
    if isinstance(bound, list) and not isinstance(value, list):
        return any(equal(value, exact(item)) for item in bound)
    return equal(value, bound)


def _within(test: UnaryTest, value: Any, lower: Any, upper: Any) -> bool:
    after = _compared(">=" if test.closed[0] else ">", value, lower)
    return after and _compared("<=" if test.closed[1] else "<", value, upper)


_BY_SIGN: dict[str, Callable[[Any, Any], bool]] = {
    "<": COMPARISONS[ast.Lt],
    "<=": COMPARISONS[ast.LtE],
    ">": COMPARISONS[ast.Gt],
    ">=": COMPARISONS[ast.GtE],
}


def _compared(sign: str, value: Any, bound: Any) -> bool:
    return _BY_SIGN[sign](value, bound)


def _result(table: DecisionTable, names: Names, rules: list[Rule]) -> tuple[dict[str, Any], tuple[str, ...]]:
    ids = tuple(rule.id for rule in rules)
    if not rules:
        return _without_match(table, names), ()
    rows = [[output.evaluate(names) if output else None for output in rule.outputs] for rule in rules]
    if table.hit_policy in SEVERAL:
        return _collected(table, _ordered(table, rows)), ids
    if table.hit_policy == "UNIQUE" and len(rules) > 1:
        raise DecisionBroken("not_unique", decision=table.id, rules=", ".join(ids))
    if table.hit_policy == "ANY" and any(row != rows[0] for row in rows):
        raise DecisionBroken("not_the_same", decision=table.id, rules=", ".join(ids))
    if table.hit_policy == "PRIORITY":
        rows = sorted(rows, key=lambda row: _rank(table, row))
    return dict(zip((output.name for output in table.outputs), rows[0], strict=True)), ids


def _without_match(table: DecisionTable, names: Names) -> dict[str, Any]:
    if any(output.default for output in table.outputs):
        return {o.name: o.default.evaluate(names) if o.default else None for o in table.outputs}
    if table.hit_policy in SEVERAL:
        return _collected(table, [])
    raise DecisionBroken("no_rule_matched", decision=table.id)


def _rank(table: DecisionTable, row: list[Any]) -> list[int]:
    return [
        output.ranking.index(value) if value in output.ranking else len(output.ranking)
        for output, value in zip(table.outputs, row, strict=True)
    ]


def _ordered(table: DecisionTable, rows: list[list[Any]]) -> list[list[Any]]:
    return sorted(rows, key=lambda row: _rank(table, row)) if table.hit_policy == "OUTPUT ORDER" else rows


def _collected(table: DecisionTable, rows: list[list[Any]]) -> dict[str, Any]:
    columns = {output.name: [row[number] for row in rows] for number, output in enumerate(table.outputs)}
    if not table.aggregation:
        return dict(columns)
    return {name: _aggregated(table, values) for name, values in columns.items()}


def _aggregated(table: DecisionTable, values: list[Any]) -> Any:
    if table.aggregation == "COUNT":
        return len(values)
    if not all(is_number(value) for value in values):
        raise DecisionBroken("wrong_types", decision=table.id, operation=table.aggregation)
    if table.aggregation == "SUM":
        return sum(values)
    if not values:
        return None
    return min(values) if table.aggregation == "MIN" else max(values)
