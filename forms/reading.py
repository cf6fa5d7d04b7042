"""Answers as a person reads them, on pages and receipts."""

from collections.abc import Container, Iterator
from datetime import date
from typing import Any, NamedTuple

from forms.conditions import Answers, Schema
from forms.fields import Field, form_fields
from forms.schemas import property_at
from wording import isolate, say
from wording.times import day, money

_CODES = frozenset({"digits", "tel", "email"})


class Readable(NamedTuple):
    """A question with its answer in words; for a document `text` is its id (`field.widget == "document"`)."""

    label: str
    text: str
    field: Field


def readable(schema: Schema, answers: Answers, lang: str, *, secrets: Container[str] = ()) -> list[Readable]:
    """What was answered, in the order of the form; questions left empty or not shown are left out.

    Questions marked `confidential` are left out too, unless their kind (`medical`) is among `secrets`.
    """
    groups = form_fields(schema, answers, (), lang)
    fields = (field for group in groups for field in group.fields)
    return [line for field in fields for line in _lines(field, schema, answers, lang, secrets)]


def _lines(
    field: Field, schema: Schema, answers: Answers, lang: str, secrets: Container[str]
) -> Iterator[Readable]:
    if not field.visible or (field.confidential and field.confidential not in secrets):
        return
    for row in field.rows:
        prefix = f"{field.label} {row.number}" if field.widget == "rows" else field.label
        for inner in row.fields:
            for line in _lines(inner, schema, answers, lang, secrets):
                yield line._replace(label=f"{prefix} – {line.label}")
    text = _text(field, property_at(schema, field.path) or {}, _answer_at(answers, field.path), lang)
    if text and not field.rows:
        yield Readable(field.label, text, field)


def _text(field: Field, about: Schema, answer: Any, lang: str) -> str:
    if field.choices:
        return ("، " if lang == "ar" else ", ").join(one.label for one in field.choices if one.checked)
    if isinstance(answer, bool):
        return say(lang, "Yes") if answer else say(lang, "No")
    if field.widget == "money" and isinstance(answer, int):
        return money(lang, answer)
    if field.widget == "date" and field.value:
        return _day(field.value, lang)
    is_code = bool(field.value) and field.widget in _CODES and about.get("type") == "string"
    return isolate(field.value) if is_code else field.value


def _answer_at(answers: Answers, path: str) -> Any:
    answer: Any = answers
    for part in path.split("."):
        if isinstance(answer, dict):
            answer = answer.get(part)
        elif isinstance(answer, list) and part.isdecimal() and int(part) < len(answer):
            answer = answer[int(part)]
        else:
            return None
    return answer


def _day(text: str, lang: str) -> str:
    try:
        return day(lang, date.fromisoformat(text))
    except ValueError:
        return text
