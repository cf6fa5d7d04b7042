"""From what a page sends to answers: casts by the schema, keeps what cannot be cast, drops what is hidden."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from forms.conditions import Schema, is_shown
from forms.formats import stored, western_digits

Values = Mapping[str, list[str]]

ROWS_BUTTON = "_rows"  #: the name of the buttons that add and remove rows
MOST_ROWS = 100

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_WHOLE = re.compile(r"-?\d{1,15}")
_DECIMAL = re.compile(r"-?\d{1,15}(?:[.,]\d{1,9})?")
_MONEY = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d{1,13})(?:[.,](\d{1,2}))?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_TRUTH = {"true": True, "false": False}


class RowOperation(NamedTuple):
    """A press on “add” or “remove”: `children` is the repeated field, `row` the one to remove, from 0."""

    verb: str
    path: str
    row: int | None


def row_operation(values: Values) -> RowOperation | None:
    """The row to add or to remove, when that is what the person asked rather than to send the form."""
    verb, _, rest = (values.get(ROWS_BUTTON) or [""])[0].partition(":")
    if verb == "add" and rest:
        return RowOperation("add", rest, None)
    path, _, index = rest.rpartition(".")
    if verb == "remove" and path and _WHOLE.fullmatch(index):
        return RowOperation("remove", path, int(index))
    return None


def answers_from(schema: Schema, values: Values) -> dict[str, Any]:
    """The answers in what a page sent (`{name: [text, …]}`; names of rows: `children.0.name`).

    What cannot be cast stays as it was typed, so that it can be shown again and refused by `problems`. Hidden
    fields and empty answers are absent. A row operation is applied; without one, empty rows are dropped.
    """
    return _object(schema, values, "", row_operation(values))


def cast(about: Schema, text: str) -> Any:
    """One typed text as the value that the property's schema wants, else the text itself."""
    kind = about.get("type")
    if about.get("widget") == "money":
        return _money(text)
    if kind == "boolean":
        return _TRUTH.get(text, text)
    if kind in ("integer", "number"):
        return _number(text, whole=kind == "integer")
    if about.get("format") == "date":
        return _day(text)
    return stored(about.get("format", ""), text)


def _object(schema: Schema, values: Values, prefix: str, operation: RowOperation | None) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for name, about in schema.get("properties", {}).items():
        answer = _answer(about, values, prefix + name, operation)
        if answer is not None:
            answers[name] = answer
    return _without_hidden(schema, answers)


def _without_hidden(schema: Schema, answers: dict[str, Any]) -> dict[str, Any]:
    return {name: answer for name, answer in answers.items() if is_shown(schema, name, answers)}


def _answer(about: Schema, values: Values, path: str, operation: RowOperation | None) -> Any:
    kind = about.get("type")
    if kind == "object":
        return _object(about, values, f"{path}.", operation) or None
    if kind == "array" and about.get("items", {}).get("type") == "object":
        return _rows(about, values, path, operation) or None
    texts = [text for text in map(_cleaned, values.get(path, [])) if text]
    if kind == "array":
        return [cast(about.get("items", {}), text) for text in dict.fromkeys(texts)] or None
    if about.get("widget") == "checkbox":
        return bool(texts) and texts[-1] != "false"
    return cast(about, texts[-1]) if texts else None


def _rows(about: Schema, values: Values, path: str, operation: RowOperation | None) -> list[dict[str, Any]]:
    place = re.compile(re.escape(path) + r"\.(\d{1,6})\.")
    indexes = sorted({int(found[1]) for found in map(place.match, values) if found})[:MOST_ROWS]
    rows = {index: _object(about["items"], values, f"{path}.{index}.", operation) for index in indexes}
    if operation is None:
        return [row for row in rows.values() if any(value is not False for value in row.values())]
    if operation.path == path and operation.row is None:
        return [*rows.values(), {}]
    if operation.path == path and operation.row is not None:
        rows.pop(operation.row, None)
    return list(rows.values())


def _cleaned(text: str) -> str:
    return _CONTROLS.sub("", text.replace("\r\n", "\n")).strip()


def _money(text: str) -> int | str:
    found = _MONEY.fullmatch(_SPACES.sub("", western_digits(text)))
    if not found:
        return text
    return int(found[1].replace(".", "")) * 100 + int((found[2] or "").ljust(2, "0"))


def _number(text: str, *, whole: bool) -> int | float | str:
    plain = _SPACES.sub("", western_digits(text))
    if _WHOLE.fullmatch(plain):
        return int(plain)
    if not whole and _DECIMAL.fullmatch(plain):
        return float(plain.replace(",", "."))
    return text


def _day(text: str) -> str:
    plain = western_digits(text)
    found = _DAY_FIRST.fullmatch(plain)
    if not found:
        return plain
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        return text
