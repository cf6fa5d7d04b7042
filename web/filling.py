"""The form of a step: what a page sent, its files kept; and the form made ready to be shown with what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from engine.bpmn.model import Labels, Step
from engine.calendars import local_day
from engine.database import Transaction, now
from engine.documents import (
    ACCEPTED,
    MAX_BYTES,
    DocumentRefused,
    Stored,
    forget_documents,
    keep_document,
    store_bytes,
)
from engine.versions import Definition
from forms import checking
from forms.checking import Problem, sentence
from forms.conditions import Schema
from forms.fields import Field, Group, field_id, form_fields
from forms.parsing import answers_from, row_operation
from forms.schemas import property_at
from web.access import current
from wording import refusal

REMOVED = "_remove"  #: the name of the buttons that take an attached file away

Refused = Mapping[str, str]

NONE_REFUSED: Refused = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Sent:
    """The files of a page by field: those stored, and why the others were refused."""

    stored: dict[str, Stored]
    refused: dict[str, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """What was typed, as answers; why files were refused, by field; whether the form is only to be shown again."""

    answers: dict[str, Any]
    refused: Refused
    shown_again: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as a page shows it: its help, its groups of fields, and the links of its error summary."""

    help: Labels
    groups: tuple[Group, ...]
    summary: tuple[tuple[str, str], ...]


def form_of(known: Definition, step: Step | None) -> Schema:
    """The schema that a step fills in; one without questions for a step without form."""
    return (known.form(step.form) if step else None) or {"type": "object", "properties": {}}


def sent_files(schema: Schema) -> Sent:
    """Take the files that the page sent: those that the form accepts are stored, the others told of in words.

    Outside any transaction: the disk is waited for.
    """
    sent = Sent({}, {})
    for path, file, about in _files(schema):
        with closing(file):
            try:
                sent.stored[path] = _stored(file, about)
            except DocumentRefused as why:
                sent.refused[path] = refusal(current.lang, why.code, **why.params)
    return sent


def filled(tx: Transaction, schema: Schema, sent: Sent, *, confidential: str | None = None) -> Filled:
    """Read the form that the page sent, and keep its files in place of those that they replace."""
    values = dict(request.form.lists())
    removed = values.pop(REMOVED, [])
    gone = [id_ for path in (*removed, *sent.stored) for id_ in values.pop(path, [])]
    forget_documents(tx, document_ids=gone)
    refused = dict(sent.refused)
    for path, stored in sent.stored.items():
        label = (property_at(schema, path) or {}).get("confidential") or confidential
        try:
            document = keep_document(tx, stored=stored, field=path, confidential=label)
        except DocumentRefused as why:
            refused[path] = refusal(current.lang, why.code, **why.params)
        else:
            values[path] = [str(document.id)]
    again = bool(removed) or row_operation(values) is not None
    return Filled(answers_from(schema, values), refused, again)


def problems_of(schema: Schema, answers: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the answers as of today."""
    return checking.problems(schema, answers, today=local_day(now()))


def sheet(
    schema: Schema,
    answers: Mapping[str, Any],
    *,
    problems: Sequence[Problem] = (),
    refused: Refused = NONE_REFUSED,
    besides: Iterable[tuple[str, str]] = (),
) -> Sheet:
    """The form with its answers, problems and refused files; ``besides`` are links for what the schema does not ask."""
    found = [problem for problem in problems if problem.path not in refused]
    groups = form_fields(schema, answers, found, current.lang)
    told = {problem.path: sentence(problem, schema, current.lang) for problem in found} | dict(refused)
    order = list(schema.get("properties", {}))
    links = sorted(told.items(), key=lambda link: _rank(link[0], order))
    return Sheet(
        help=schema.get("helps", {}),
        groups=tuple(replace(group, fields=_with_refusals(group.fields, refused)) for group in groups),
        summary=(*besides, *((field_id(path), words) for path, words in links)),
    )


def document_ids(schema: Schema, answers: Mapping[str, Any]) -> list[str]:
    """The ids of the files that answers name, wherever they stand in the form."""
    groups = form_fields(schema, answers, (), current.lang)
    return [found for group in groups for field in group.fields for found in _ids(field)]


def _files(schema: Schema) -> Iterator[tuple[str, FileStorage, Schema]]:
    for path, file in request.files.items():
        about = property_at(schema, path)
        if file.filename and about is not None and about.get("format") == "document":
            yield path, file, about
        else:
            file.close()


def _stored(file: FileStorage, about: Schema) -> Stored:
    return store_bytes(
        file.read(),
        name=file.filename or "",
        accept=about.get("accept", ACCEPTED),
        max_bytes=about.get("maxBytes", MAX_BYTES),
    )


def _with_refusals(fields: Iterable[Field], refused: Refused) -> tuple[Field, ...]:
    return tuple(_with_refusal(field, refused) for field in fields)


def _with_refusal(field: Field, refused: Refused) -> Field:
    rows = tuple(replace(row, fields=_with_refusals(row.fields, refused)) for row in field.rows)
    said = (*field.problems, refused[field.path]) if field.path in refused else field.problems
    return replace(field, rows=rows, problems=said)


def _ids(field: Field) -> Iterator[str]:
    if field.widget == "document" and field.value:
        yield field.value
    for row in field.rows:
        for inner in row.fields:
            yield from _ids(inner)


def _rank(path: str, order: list[str]) -> int:
    name = path.partition(".")[0]
    return order.index(name) if name in order else len(order)
