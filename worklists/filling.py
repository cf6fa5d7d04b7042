"""The form of a task: what the page sent, its files kept; and the form made ready to be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.datastructures import FileStorage

from engine.database import Transaction, reading, transaction
from engine.documents import ACCEPTED, MAX_BYTES, DocumentRefused, upload_document
from engine.queries.case_pages import task_in_case
from engine.versions import definition
from forms.checking import Problem, sentence
from forms.conditions import Schema
from forms.fields import Field, Group, field_id, form_fields
from forms.parsing import answers_from, row_operation
from forms.schemas import property_at
from web.access import current
from wording import refusal

NOTHING: Mapping[str, str] = MappingProxyType({})
EMPTY: dict[str, Any] = {"type": "object", "properties": {}}  #: the form of a step without one


@dataclass(frozen=True, slots=True)
class Filled:
    """What was typed, as answers; why files were refused, by field; whether the form is only to be shown again."""

    answers: dict[str, Any]
    refused: Mapping[str, str]
    shown_again: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as the page shows it: its groups of fields, and the links of its error summary."""

    help: Mapping[str, str]
    groups: Sequence[Group]
    summary: Sequence[tuple[str, str]]


def filled(task_id: UUID) -> Filled:
    """Read what was sent for a task. Files are kept at once, so that a refused form does not lose them."""
    with reading() as session:
        task = task_in_case(session, task_id)
        known = definition(session, task.case.version_id)
        step = known.process.steps[task.step]
        schema = known.form(step.form) or EMPTY
    values = dict(request.form.lists())
    refused: dict[str, str] = {}
    sent = list(_files(schema))
    if sent:
        with transaction(actor=current.actor) as tx:
            for path, file, about in sent:
                try:
                    values[path] = [_kept(tx, path, file, about, step.confidential)]
                except DocumentRefused as why:
                    refused[path] = _why_refused(why, file, about)
    return Filled(answers_from(schema, values), refused, row_operation(values) is not None)


def sheet(
    schema: Schema,
    answers: Mapping[str, Any],
    problems: Sequence[Problem] = (),
    refused: Mapping[str, str] = NOTHING,
) -> Sheet:
    """The form with its answers, problems and refused files."""
    found = [problem for problem in problems if problem.path not in refused]
    groups = form_fields(schema, answers, found, current.lang)
    links = [(field_id(problem.path), sentence(problem, schema, current.lang)) for problem in found]
    return Sheet(
        help=schema.get("helps", {}),
        groups=[replace(group, fields=_with_refusals(group.fields, refused)) for group in groups],
        summary=[*links, *((field_id(path), words) for path, words in refused.items())],
    )


def document_ids(groups: Sequence[Group]) -> list[str]:
    """The ids of the files that a form names."""
    return [found for group in groups for field in group.fields for found in _ids(field)]


def _files(schema: Schema) -> Iterator[tuple[str, FileStorage, Schema]]:
    for path, file in request.files.items():
        about = property_at(schema, path)
        if file.filename and about is not None and about.get("format") == "document":
            yield path, file, about


def _kept(tx: Transaction, path: str, file: FileStorage, about: Schema, confidential: str | None) -> str:
    document = upload_document(
        tx,
        content=file.read(),
        name=file.filename or "",
        field=path,
        confidential=about.get("confidential") or confidential,
        accept=about.get("accept", ACCEPTED),
        max_bytes=about.get("maxBytes", MAX_BYTES),
    )
    return str(document.id)


def _why_refused(why: DocumentRefused, file: FileStorage, about: Schema) -> str:
    return refusal(current.lang, why.code, name=file.filename, most=about.get("maxBytes", MAX_BYTES))


def _with_refusals(fields: Sequence[Field], refused: Mapping[str, str]) -> tuple[Field, ...]:
    return tuple(_refused_field(field, refused) for field in fields)


def _refused_field(field: Field, refused: Mapping[str, str]) -> Field:
    rows = tuple(replace(row, fields=_with_refusals(row.fields, refused)) for row in field.rows)
    said = (*field.problems, refused[field.path]) if field.path in refused else field.problems
    return replace(field, rows=rows, problems=said)


def _ids(field: Field) -> Iterator[str]:
    if field.widget == "document" and field.value:
        yield field.value
    for row in field.rows:
        for inner in row.fields:
            yield from _ids(inner)
