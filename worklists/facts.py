"""A case in words: what decides, and how each deadline came to be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.model import Keep, Step
from engine.deadlines import explain_deadline
from engine.queries.case_pages import Clock
from engine.versions import Definition
from forms.conditions import Schema
from forms.reading import readable
from web.access import current
from web.figures import Fact, figures_in_words
from wording.explanations import explanation


@dataclass(frozen=True, slots=True)
class ClockTold:
    """A deadline with the steps of how its date came to be, in words."""

    clock: Clock
    steps: list[str]


def deciding_facts(
    known: Definition, data: Mapping[str, Any], done: Collection[str], secrets: Collection[str]
) -> list[Fact]:
    """The data of a case in words: answers kept, by the question of the last step done that gave them, then figures.

    ``done`` are the ids of the steps completed. Variables that neither a form nor a decision table labels are told by
    a step without form alone, and there not those of ``secrets``; confidential fields among these are not told at all.
    """
    facts: dict[str, Fact] = {}
    for step in _steps(known):
        if step.id in done:
            facts |= dict(_kept_facts(known, step, data, secrets))
    return [*facts.values(), *figures_in_words(known.process, data)]


def secret_names(known: Definition, data: Mapping[str, Any]) -> frozenset[str]:
    """The names under which confidential steps and fields keep their answers in the data of a case."""
    steps = list(_steps(known))
    if any(step.keeps_all and step.confidential for step in steps):
        return frozenset(data)  # what such a step keeps is known by no form
    return frozenset(name for step in steps for name in _kept_secrets(known, step))


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


def _kept_secrets(known: Definition, step: Step) -> Iterator[str]:
    schema = known.form(step.form) or {}
    yield from (keep.name for keep in step.keeps if step.confidential or _is_secret(schema, keep))


def _kept_facts(
    known: Definition, step: Step, data: Mapping[str, Any], secrets: Collection[str]
) -> Iterator[tuple[str, Fact]]:
    schema = known.form(step.form)
    if schema is None:
        if step.keeps_all:
            yield from ((name, Fact(name, str(value))) for name, value in data.items() if name not in secrets)
        return
    shown = [keep for keep in step.keeps if keep.name not in secrets or not _is_secret(schema, keep)]
    names = {keep.field: keep.name for keep in shown}
    answers = {field: data[name] for field, name in names.items() if data.get(name) is not None}
    for line in readable(schema, answers, current.lang):
        yield names[line.field.path], Fact(line.label, line.text)


def _is_secret(schema: Schema, keep: Keep) -> bool:
    about = schema.get("properties", {}).get(keep.field.split(".")[0], {})
    return bool(about.get("confidential"))
