"""What data a case can keep: JSON, dates and decimals, of bounded depth; and how the values of keys compare."""

import datetime
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

DEEPEST = 60


class DataRefused(Exception):
    """Data that a case cannot keep: not JSON, nested too deep, or a number that is too large."""


def cleaned(value: Any, depth: int = 0) -> Any:
    """A private copy of a person's or a machine's data, as the state keeps it; raises DataRefused."""
    if depth > DEEPEST:
        raise DataRefused(f"Expected at most {DEEPEST} levels of data")
    if isinstance(value, Mapping):
        return {str(key).replace("\0", ""): cleaned(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item, depth + 1) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise DataRefused("Expected numbers of 64 bits")
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        raise DataRefused("Expected finite numbers")
    if value is None or isinstance(value, bool | int | float | Decimal | datetime.date):
        return value
    raise DataRefused(f"Expected data of JSON, dates and decimals, but a value is {type(value).__name__}")


def _storable(text: str) -> str:
    """Text that every database keeps as it is: without NUL; raises DataRefused for half a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DataRefused("Expected text of whole characters") from None
    return text.replace("\0", "")


def key_text(value: Any) -> str | None:
    """The text by which the value of a key is compared; None for no value."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return _shortest(Decimal(str(value)))
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _shortest(value: Decimal) -> str:
    if not value.is_finite():
        return str(value)
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain
