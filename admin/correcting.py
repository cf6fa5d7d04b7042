"""The data of a case as fields to correct: each value with its kind, and the reading of what was typed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.corrections import DataRead
from engine.tables import plain
from wording import N_

MISSING = "missing"
KINDS = {
    "number": N_("number"),
    "text": N_("text"),
    "yes": N_("yes"),
    "no": N_("no"),
    "date": N_("date"),
    "moment": N_("date and time"),
    "json": N_("list or table (JSON)"),
    "null": N_("no value"),
}
WRONG = {
    "number": N_("Write a number, such as 150000 or 12.5."),
    "date": N_("Write a date as 2026-03-31."),
    "moment": N_("Write a date and time as 2026-03-31T08:30:00+01:00."),
    "json": N_("This is not a list or table in JSON."),
}  #: by the kind chosen
WORDLESS = ("yes", "no", "null", MISSING)  #: kinds that say all: no text goes with them
NO_TEXT = N_("Choose the kind of this value, or leave the text empty.")
UNKNOWN = N_("Choose what kind of value it is.")
TOO_LONG = N_("This is too long: at most 20 000 characters.")
NUMBER = re.compile(r"[-+]?\d{1,19}(?:[.,]\d{1,19})?")
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class DataField:
    """One variable on the page: its name, the number of its fields, the kind and text shown, what is wrong.

    ``kinds`` are those that it may be of, each with its word; words and ``problem`` are English sentences.
    """

    name: str
    number: int
    kind: str
    text: str
    kinds: tuple[tuple[str, str], ...]
    problem: str = ""

    @property
    def has_lines(self) -> bool:
        """Whether the text is shown in several lines."""
        return self.kind == "json" or "\n" in self.text


def fields_of(data: DataRead, typed: Mapping[str, str] | None = None) -> list[DataField]:
    """The fields of the data, as they are or as they were typed, in the order of their names."""
    found = []
    for number, name in enumerate(sorted({*data.values, *data.missing})):
        kind, text = shown(data.values[name]) if name in data.values else (MISSING, "")
        problem = ""
        if typed is not None:
            kind, text = typed.get(f"kind-{number}", kind), typed.get(f"value-{number}", text)
            problem = _problem(kind, text)
        words = {**({MISSING: N_("not there")} if name in data.missing else {}), **KINDS}
        found.append(DataField(name, number, kind, text, tuple(words.items()), problem))
    return found


def changed(data: DataRead, fields: list[DataField]) -> dict[str, Any]:
    """The values that differ from what the case has; only of fields without a problem."""
    found = {}
    for field in fields:
        kind, text = shown(data.values[field.name]) if field.name in data.values else (MISSING, "")
        typed = "" if field.kind in WORDLESS else _even(field.text)
        if field.kind != MISSING and (field.kind, typed) != (kind, _even(text)):
            found[field.name] = value_of(field.kind, typed)
    return found


def shown(value: Any) -> tuple[str, str]:
    """A value as kind and text."""
    if value is None:
        return "null", ""
    if isinstance(value, bool):
        return ("yes" if value else "no"), ""
    if isinstance(value, datetime):
        return "moment", value.isoformat()
    if isinstance(value, date):
        return "date", value.isoformat()
    if isinstance(value, int | float | Decimal):
        return "number", f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, str):
        return "text", value
    return "json", json.dumps(value, ensure_ascii=False, indent=1, default=plain)


def value_of(kind: str, text: str) -> Any:
    """The value that a kind and a text mean; raises ValueError."""
    if kind == "number":
        return _number(text.strip())
    if kind == "date":
        return date.fromisoformat(text.strip())
    if kind == "moment":
        return datetime.fromisoformat(text.strip())
    if kind == "json":
        return _json(text)
    if kind == "text":
        return text
    if kind in ("yes", "no", "null"):
        return {"yes": True, "no": False}.get(kind)
    raise ValueError(f"Expected one of {', '.join(KINDS)}, but the kind is {kind[:20]!r}")


def _problem(kind: str, text: str) -> str:
    if len(text) > LONGEST:
        return TOO_LONG
    if kind in WORDLESS:
        return NO_TEXT if text.strip() else ""
    try:
        value_of(kind, text)
    except (ValueError, RecursionError):
        return WRONG.get(kind, UNKNOWN)
    return ""


def _number(text: str) -> int | Decimal:
    if not NUMBER.fullmatch(text):
        raise ValueError(f"Expected a number, but it is {text[:40]!r}")
    number = Decimal(text.replace(",", "."))
    if not -(2**63) <= number < 2**63:
        raise ValueError("Expected a number of 64 bits")
    return int(number) if number == number.to_integral_value() else number


def _json(text: str) -> Any:
    found = json.loads(text, parse_float=Decimal, parse_constant=_refused)
    if not isinstance(found, dict | list):
        raise ValueError("Expected a list or a table")
    return found


def _refused(word: str) -> Any:
    raise ValueError(f"Expected a number, but it is {word}")


def _even(text: str) -> str:
    """The text with the line ends that it had before a browser sent it."""
    return text.replace("\r\n", "\n")
