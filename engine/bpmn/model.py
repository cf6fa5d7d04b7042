"""What a diagram means once read, and what one act on a running case gives back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

Labels = dict[str, str]
"""A name in several languages, keyed by "ar", "fr", "en"; any of them may be missing."""

Data = dict[str, Any]
"""Variables of a case: JSON values, besides dates (datetime.date, datetime.datetime) and decimal.Decimal."""


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """How long a step or a whole case may take, how it is counted, and what its expiry does.

    `unit`: hours, workingHours, workingDays, days, weeks or months. `warn_at`: percents of the budget.
    `on_expiry`: breach, escalate, accept, refuse or "path:<id of a sequence flow>".
    """

    within: int
    unit: str
    nature: Literal["legal", "service"] = "service"
    basis: str | None = None
    roll: Literal["none", "next", "previous"] = "none"
    franc: bool = False
    warn_at: tuple[int, ...] = ()
    on_expiry: str = "breach"
    escalate_to: str | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """One answer that becomes data of the case: dotted path in the answers, name of the variable."""

    field: str
    name: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """A way to contest the decision of this procedure, with its time limit."""

    code: str
    within: int
    unit: str
    basis: str | None
    labels: Labels


@dataclass(frozen=True, slots=True)
class Step:
    """An element where a person acts.

    `keeps_all`: plain BPMN without form and without `masar:keeps`, all answers become data of the case.
    """

    id: str
    names: Labels
    role: str | None = None
    form: str | None = None
    unit: str = "case"
    deadline: DeadlineRule | None = None
    other_than: tuple[str, ...] = ()
    same_as: str | None = None
    keeps: tuple[Keep, ...] = ()
    confidential: str | None = None
    suspends: bool = False
    priority: int = 0
    asks: tuple[str, ...] = ()
    legal_basis: str | None = None
    keeps_all: bool = False
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """One flow node of the diagram; `kind` is its BPMN local name, `targets` the nodes its flows lead to."""

    id: str
    kind: str
    names: Labels
    role: str | None
    line: int | None
    targets: tuple[str, ...] = ()
    attached_to: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """What a decision table computes for the case and people read.

    `kind`: money (integer centimes), number, or code (one of `choices`, each with its names).
    """

    labels: Labels
    kind: Literal["money", "number", "code"]
    choices: dict[str, Labels] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalledElsewhere:
    """A call activity whose process is not in the file itself, and which of its versions is meant.

    `binding`: "latest", "deployment" (deployed with the caller, else the one in service then), "version" (`version`
    is its number) or "tag" (`tag` is its version tag).
    """

    element: str
    process: str
    binding: Literal["latest", "deployment", "version", "tag"] = "latest"
    version: int | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """A procedure as drawn. Treat its mappings as constants: one Process serves all cases and threads."""

    key: str
    names: Labels
    digest: str
    steps: dict[str, Step]
    elements: dict[str, Element]
    roles: dict[str, Labels]
    deadline: DeadlineRule | None = None
    remedies: tuple[Remedy, ...] = ()
    opening: Step | None = None
    calls: dict[str, str] = field(default_factory=dict)
    decisions: tuple[str, ...] = ()
    calls_elsewhere: tuple[CalledElsewhere, ...] = ()
    figures: dict[str, Figure] = field(default_factory=dict)
    """By the name of the variable, in the order of the tables' columns; those without labels are left out."""
    summary: Labels = field(default_factory=dict)
    runtime: Any = field(default=None, compare=False, repr=False)
    """Private to engine.bpmn: the executable specification and the compiled decisions."""

    def names_of(self, element: str | None) -> Labels:
        """The names of a step or element, of the opening too; its id where it has none, empty for None."""
        if element is None:
            return {}
        opening = (self.opening,) if self.opening and self.opening.id == element else ()
        known = (*opening, self.steps.get(element), self.elements.get(element))
        return next((one.names for one in known if one and one.names), {"en": element})


class Waiting(NamedTuple):
    """A step that waits for a person; `item`: number (from 1) among the instances of a repeated step."""

    token: str
    step: str
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A service task that waits for the outcome of its operation."""

    token: str
    element: str
    operation: str
    data: Data


@dataclass(frozen=True, slots=True)
class Timer:
    """A waiting timer; `text` is ISO 8601 as the expression gave it, to be armed by the caller.

    A cycle's text is "Rn/…" with the rounds that remain; after `expire` it is exported again, and `follows` is the
    handle of the round that has just been: the next is counted from the moment that one was due.
    """

    token: str
    element: str
    kind: Literal["date", "duration", "cycle"]
    text: str
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Thrown:
    """An event that left the case."""

    kind: Literal["message", "signal", "escalation"]
    name: str
    payload: Data
    correlation: Data


@dataclass(frozen=True, slots=True)
class Subscription:
    """An event from outside that the case waits for."""

    token: str
    element: str
    kind: Literal["message", "signal"]
    name: str
    correlation: Data


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision evaluated in this act, with the ids of the rules that matched.

    `explanation`: of it and of each decision that it requires, in order: id, inputs, rules, outputs (short JSON).
    """

    element: str
    decision: str
    outputs: Data
    rules: tuple[str, ...]
    explanation: tuple[Data, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """An element that failed: its token stays there until `running.retry`; `code` and `params` say why."""

    token: str
    element: str
    code: str
    params: Data


@dataclass(frozen=True, slots=True)
class Advance:
    """What one act did: the new state, the data of the case, and everything that now waits.

    `completed`: ids of the elements completed in this act, in order. `failures`: all tokens that stand at an element
    that failed, in this act or before.
    """

    state: bytes
    data: Data
    steps: Sequence[Waiting] = ()
    calls: tuple[Call, ...] = ()
    timers: tuple[Timer, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    thrown: tuple[Thrown, ...] = ()
    completed: tuple[str, ...] = ()
    decided: tuple[Decided, ...] = ()
    failures: tuple[Failure, ...] = ()
    ended: bool = False


NOTHING: MappingProxyType[str, Any] = MappingProxyType({})
"""The empty mapping, for defaults."""
