"""A service's public card, made from the process version in service: it can never disagree with what runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.bpmn.model import DeadlineRule, Labels, Process, Remedy, Step
from engine.tables import APPLICANT
from engine.versions import Definition
from forms.fields import Field, form_fields
from wording import N_, say


@dataclass(frozen=True, slots=True)
class Piece:
    """A document that the opening form asks for; ``condition`` says in words when, empty if always."""

    label: str
    help: str
    required: bool
    condition: str


@dataclass(frozen=True, slots=True)
class CardStep:
    """A step of the way: what is done, by whom, within what time; ``if_needed`` when the file may never come to it."""

    names: Labels
    who: Labels
    deadline: DeadlineRule | None
    if_needed: bool
    is_applicants: bool


@dataclass(frozen=True, slots=True)
class Card:
    """All that a citizen should know before applying."""

    names: Labels
    summary: Labels
    pieces: tuple[Piece, ...]
    steps: tuple[CardStep, ...]
    deadline: DeadlineRule | None
    remedies: tuple[Remedy, ...]


def card_of(known: Definition, lang: str) -> Card:
    """The card of a process version, its pieces said in this language."""
    process = known.process
    opening = process.opening
    schema = known.form(opening.form) if opening else None
    return Card(
        names=process.names,
        summary=process.summary,
        pieces=tuple(_pieces(schema, lang)) if schema else (),
        steps=tuple(_card_step(process, step) for step in steps_in_order(process)),
        deadline=process.deadline,
        remedies=process.remedies,
    )


def steps_in_order(process: Process, after: frozenset[str] = frozenset()) -> list[Step]:
    """The steps as a case meets them, nearest first; only those that lie behind the elements ``after``, if given."""
    if after:
        ahead = [target for element in after for target in process.elements[element].targets]
    else:
        targeted = {target for element in process.elements.values() for target in element.targets}
        ahead = [name for name in process.elements if name not in targeted]
    met: dict[str, None] = {}
    while ahead:
        name = ahead.pop(0)
        if name not in met and name not in after:
            met[name] = None
            ahead += process.elements[name].targets
    steps = [process.steps[name] for name in met if name in process.steps]
    return steps if after else steps + [step for name, step in process.steps.items() if name not in met]


def _card_step(process: Process, step: Step) -> CardStep:
    mine = step.role == APPLICANT
    return CardStep(
        names=step.names,
        who=process.roles.get(step.role or "", {}),
        deadline=step.deadline,
        if_needed=mine and step.suspends,
        is_applicants=mine,
    )


def _pieces(schema: dict[str, Any], lang: str) -> Iterator[Piece]:
    fields = [field for group in form_fields(schema, {}, (), lang) for field in group.fields]
    by_id = {field.id: field for field in fields}
    for field in fields:
        if field.widget == "document":
            watched = by_id.get(field.shown_if_id or "")
            condition = _condition(field, watched, lang) if watched else ""
            yield Piece(field.label, field.help, field.required, condition)


def _condition(field: Field, watched: Field, lang: str) -> str:
    answers = [choice.label for choice in watched.choices if choice.value in field.shown_if_values]
    said = N_("Only if you answer “%(answer)s” to “%(question)s”")
    return say(lang, said, answer=" / ".join(answers), question=watched.label)
