"""A case in words: what decides, and how each deadline came to be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.model import Step
from engine.deadlines import explain_deadline
from engine.queries.case_pages import Clock
from engine.versions import Definition
from forms.reading import readable
from web.access import current
from web.figures import Fact, figures_in_words
from wording.explanations import explanation


@dataclass(frozen=True, slots=True)
class ClockTold:
    """A deadline with the steps of how its date came to be, in words."""

    clock: Clock
    steps: list[str]


def deciding_facts(known: Definition, data: Mapping[str, Any], done: Collection[str]) -> list[Fact]:
    """The data of a case in words: answers kept, by the question of the last step done that gave them, then figures.

    ``done`` are the ids of the steps completed. Variables that neither a form nor a decision table labels are left out.
    """
    facts: dict[str, Fact] = {}
    for step in _steps(known):
        if step.id in done:
            facts |= dict(_kept_facts(known, step, data))
    return [*facts.values(), *figures_in_words(known.process, data)]


def clock_told(clock: Clock | None) -> ClockTold | None:
    """How a deadline's date came to be, in words; None without a deadline."""
    if clock is None:
        return None
    deadline = clock.deadline
    due = explain_deadline(deadline, pauses=clock.pauses)
    steps = [explanation(current.lang, step.code, step.params, unit=deadline.unit) for step in due.steps]
    return ClockTold(clock, steps)


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
