"""What a page's form sent, with its files kept; and a form made ready to be shown again with what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from engine.calendars import local_day
from engine.database import Transaction, now
from engine.documents import ACCEPTED, MAX_BYTES, DocumentRefused, upload_document
from forms import checking
from forms.checking import Problem, sentence
from forms.conditions import Schema
from forms.fields import Field, Group, field_id, form_fields
from forms.parsing import answers_from, row_operation
from forms.reading import Readable, readable
from forms.schemas import property_at
from web.access import current
from wording import refusal
from wording.times import file_size

REMOVED = "_remove"  #: the name of the buttons that take an attached file away

Refused = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """What was typed, as answers; why files were refused, by field; whether the form is only to be shown again."""

    answers: dict[str, Any]
    refused: Refused
    shown_again: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as a page shows it: its groups of fields, and the links of its error summary."""

    groups: tuple[Group, ...]
    summary: tuple[tuple[str, str], ...]


def filled(tx: Transaction, schema: Schema, *, confidential: str | None = None) -> Filled:
    """Read the form that the page sent. Files that the form accepts are kept, the others told of in words."""
    values = dict(request.form.lists())
    removed = values.pop(REMOVED, [])
    for path in removed:
        values.pop(path, None)
    refused: dict[str, str] = {}
    for path, file in request.files.items():
        with closing(file):
            about = property_at(schema, path)
            if not file.filename or about is None or about.get("format") != "document":
                continue
            try:
                values[path] = [_kept(tx, path, file, about, confidential)]
            except DocumentRefused as refusal_:
                refused[path] = _why_refused(refusal_, file, about)
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
    refused: Refused | None = None,
    besides: Iterable[tuple[str, str]] = (),
) -> Sheet:
    """The form with its answers, problems and refused files; ``besides`` are links for questions outside the schema."""
    refused = refused or {}
    found = [problem for problem in problems if problem.path not in refused]
    groups = form_fields(schema, answers, found, current.lang)
    told = {problem.path: sentence(problem, schema, current.lang) for problem in found} | dict(refused)
    order = list(schema.get("properties", {}))
    links = sorted(told.items(), key=lambda link: _rank(link[0], order))
    return Sheet(
        groups=tuple(_with_refusals(group, refused) for group in groups),
        summary=(*besides, *((field_id(path), words) for path, words in links)),
    )


def in_words(schema: Schema, answers: Mapping[str, Any]) -> list[Readable]:
    """What a person answered, shown to themselves: nothing of it is a secret to them."""
    about = schema.get("properties", {}).values()
    secrets = {one["confidential"] for one in about if one.get("confidential")}
    return readable(schema, answers, current.lang, secrets=secrets)


def document_ids(schema: Schema, answers: Mapping[str, Any]) -> list[str]:
    """The ids of the files that answers name, wherever they stand in the form."""
    groups = form_fields(schema, answers, (), current.lang)
    return [found for group in groups for field in group.fields for found in _ids(field)]


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


def _why_refused(refused: DocumentRefused, file: FileStorage, about: Schema) -> str:
    most = file_size(current.lang, about.get("maxBytes", MAX_BYTES))
    return refusal(current.lang, refused.code, name=file.filename, most=most)


def _with_refusals(group: Group, refused: Refused) -> Group:
    return replace(group, fields=tuple(_field_with_refusals(field, refused) for field in group.fields))


def _field_with_refusals(field: Field, refused: Refused) -> Field:
    rows = tuple(
        replace(row, fields=tuple(_field_with_refusals(inner, refused) for inner in row.fields))
        for row in field.rows
    )
    said = (*field.problems, refused[field.path]) if field.path in refused else field.problems
    return replace(field, rows=rows, problems=said)


def _ids(field: Field) -> list[str]:
    inner = [found for row in field.rows for one in row.fields for found in _ids(one)]
    return [field.value, *inner] if field.widget == "document" and field.value else inner


def _rank(path: str, order: list[str]) -> int:
    name = path.partition(".")[0]
    return order.index(name) if name in order else len(order)
