"""Answers in words, as pages show them: what was answered in each step, or what somebody is about to send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.bpmn.model import Labels
from engine.tables import Answers, Person
from engine.versions import Definition
from forms.conditions import Schema
from forms.reading import Readable, readable
from web.access import current


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody answered in one step, as far as the reader may read it; ``names`` is the step's name."""

    names: Labels
    person: Person | None
    at: datetime
    lines: list[Readable]
    secrets: frozenset[str]


def answered(known: Definition, rows: Sequence[Answers]) -> list[Answered]:
    """What was answered, step by step: the parts of one form, kept apart by confidentiality, put together again."""
    together: dict[UUID | None, list[Answers]] = {}
    for row in rows:
        together.setdefault(row.task_id, []).append(row)
    return [_answered(known, parts) for parts in together.values()]


def in_words(schema: Schema, answers: Mapping[str, Any]) -> list[Readable]:
    """What a person answered, shown to themselves: nothing of it is a secret to them."""
    about = schema.get("properties", {}).values()
    secrets = {one["confidential"] for one in about if one.get("confidential")}
    return readable(schema, answers, current.lang, secrets=secrets)


def _answered(known: Definition, parts: Sequence[Answers]) -> Answered:
    first = parts[0]
    content: dict[str, Any] = {}
    for part in parts:
        content |= part.content or {}
    secrets = frozenset(part.confidential for part in parts if part.confidential)
    schema = known.form(first.form)
    return Answered(
        names=known.process.names_of(first.step),
        person=first.person,
        at=first.at,
        lines=readable(schema, content, current.lang, secrets=secrets) if schema else [],
        secrets=secrets,
    )
