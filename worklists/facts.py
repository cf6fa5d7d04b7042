"""A case in words: what decides, what was answered, how each deadline came to be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.bpmn.model import Labels, Step
from engine.database import now
from engine.deadlines import explain_deadline
from engine.queries.case_pages import Clock
from engine.queries.worklists import horizon
from engine.tables import Answers, Person
from engine.versions import Definition
from forms.reading import Readable, readable
from web.access import current
from wording import N_, pick, say
from wording.explanations import explanation
from wording.times import money
from worklists.naming import names_in

#: Figures that decision tables compute, which no form labels.
COMPUTED = {
    "half_days": N_("Days paid at 50 %"),
    "full_days": N_("Days paid at 100 %"),
    "amount": N_("Amount of the benefit"),
}
MONEY = frozenset({"amount"})


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that decides, with its label; ``is_main`` for an amount."""

    label: str
    text: str
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody answered in one step, as far as the reader may read it."""

    names: Labels
    person: Person | None
    at: datetime
    lines: list[Readable]
    secrets: frozenset[str]


@dataclass(frozen=True, slots=True)
class ClockTold:
    """A deadline with the steps of how its date came to be, in words, and how urgent it is."""

    clock: Clock
    steps: list[str]
    level: str


def deciding_facts(known: Definition, data: Mapping[str, Any], done: Collection[str]) -> list[Fact]:
    """The data of a case in words: answers kept, by the question of the last step done that gave them, then figures.

    ``done`` are the ids of the steps completed. Variables that neither a form nor COMPUTED labels are left out.
    """
    facts: dict[str, Fact] = {}
    for step in _steps(known):
        if step.id in done:
            facts |= dict(_kept_facts(known, step, data))
    computed = {name: data[name] for name in COMPUTED if type(data.get(name)) is int}
    return [*facts.values(), *(_figure(name, value) for name, value in computed.items())]


def answered(known: Definition, rows: Sequence[Answers]) -> list[Answered]:
    """What was answered, step by step: the parts of one form, kept apart by confidentiality, put together again."""
    together: dict[UUID | None, list[Answers]] = {}
    for row in rows:
        together.setdefault(row.task_id, []).append(row)
    return [_answered(known, parts) for parts in together.values()]


def clock_told(clock: Clock | None) -> ClockTold | None:
    """How a deadline's date came to be, in words; None without a deadline."""
    if clock is None:
        return None
    deadline = clock.deadline
    due = explain_deadline(deadline, pauses=clock.pauses)
    steps = [explanation(current.lang, step.code, step.params, unit=deadline.unit) for step in due.steps]
    return ClockTold(clock, steps, level_of(deadline.fires_at))


def level_of(fires_at: datetime | None) -> str:
    """How urgent an expiry is, as the style sheet names it."""
    return horizon(now()).urgency(fires_at).value


def _steps(known: Definition) -> Iterator[Step]:
    if known.process.opening:
        yield known.process.opening
    yield from known.process.steps.values()


def _kept_facts(known: Definition, step: Step, data: Mapping[str, Any]) -> Iterator[tuple[str, Fact]]:
    schema = known.form(step.form)
    if schema is None:
        if step.keeps_all:
            yield from ((name, Fact(name, str(value))) for name, value in data.items())
        return
    names = {keep.field: keep.name for keep in step.keeps}
    answers = {field: data[name] for field, name in names.items() if data.get(name) is not None}
    for line in readable(schema, answers, current.lang):
        yield names[line.field.path], Fact(line.label, line.text)


def _figure(name: str, value: int) -> Fact:
    text = money(current.lang, value) if name in MONEY else str(value)
    return Fact(say(current.lang, COMPUTED[name]), text, is_main=name in MONEY)


def _answered(known: Definition, parts: Sequence[Answers]) -> Answered:
    first = parts[0]
    content: dict[str, Any] = {}
    for part in parts:
        content |= part.content or {}
    secrets = frozenset(part.confidential for part in parts if part.confidential)
    schema = known.forms.get(first.form) if first.form else None
    return Answered(
        names=names_in(known.process, first.step),
        person=first.person,
        at=first.at,
        lines=readable(schema, content, current.lang, secrets=secrets) if schema else [],
        secrets=secrets,
    )


def step_label(known: Definition, step: str | None) -> str:
    """The name of a step in the reader's language."""
    return pick(names_in(known.process, step), current.lang)
