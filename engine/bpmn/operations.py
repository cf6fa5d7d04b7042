"""What the operations of the expression language share: values, their bounds, and how they fail.

Each operation raises EvaluationFailed where it has no value; `or_null` turns that into FEEL's null.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.bpmn.feel.times import Months, date_of, text_of

LARGEST = 2**63 - 1
MOST_ITEMS = 10_000
MOST_PARTS = 100_000
SILENT = frozenset({"wrong_types", "division_by_zero", "no_such_item"})
"""Failures that are null in FEEL."""

Number = int | Decimal


class EvaluationFailed(Exception):
    """An expression has no value on the data given; `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two ends; an end that is None is open without limit."""

    low: Any
    high: Any
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Lambda:
    """A function written in an expression, or a business knowledge model: `run` takes its arguments."""

    names: tuple[str, ...]
    run: Callable[..., Any]


def wrong(operation: str) -> EvaluationFailed:
    """The failure of an operation on values that it does not apply to."""
    return EvaluationFailed("wrong_types", operation=operation)


def exact(value: Any) -> Any:
    """A float as the Decimal it is written as; everything else unchanged."""
    if not isinstance(value, float):
        return value
    number = Decimal(repr(value))
    if not number.is_finite():
        raise EvaluationFailed("too_large")
    return number


def plain(value: Any) -> Any:
    """A result as it is kept: whole Decimals as integers, times and durations as ISO text, lists and maps bounded.

    Raises EvaluationFailed when it is too large.
    """
    if value is None or value is True or value is False:
        return value
    return _plain(value, [MOST_PARTS])


def _plain(value: Any, left: list[int]) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, Decimal)):
        return _plain_number(value)
    if isinstance(value, str | list | dict):
        left[0] -= 1 if isinstance(value, str) else 1 + len(value)
        if len(value) > MOST_ITEMS or left[0] < 0:
            raise EvaluationFailed("too_large")
        if isinstance(value, list):
            return [_plain(item, left) for item in value]
        return {key: _plain(item, left) for key, item in value.items()} if isinstance(value, dict) else value
    return plain_text(value) if isinstance(value, (Range, Lambda, time, timedelta, Months)) else value


def _plain_number(value: Any) -> Any:
    if abs(value) > LARGEST:
        raise EvaluationFailed("too_large")
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def plain_text(value: Any) -> str | None:
    """A time, duration or range as text; a function has none."""
    if isinstance(value, Lambda):
        return None
    if not isinstance(value, Range):
        return text_of(value)
    low, high = ("" if end is None else str(_plain(end, [1])) for end in (value.low, value.high))
    return f"{'[' if value.with_low else '('}{low}..{high}{']' if value.with_high else ')'}"


def is_number(value: Any) -> bool:
    """Whether arithmetic applies; true and false are not numbers."""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def or_null(apply: Callable[..., Any]) -> Callable[..., Any]:
    """FEEL's way: null where the operation has no value on these operands."""

    def applied(*operands: Any) -> Any:
        try:
            return apply(*operands)
        except EvaluationFailed as failed:
            if failed.code in SILENT:
                return None
            raise

    return applied


def as_date(value: Any) -> date:
    """A date from a date, a moment or ISO text; raises ValueError or TypeError."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise TypeError
    return date_of(value[:10])


def years_between(first: Any, last: Any) -> int:
    """Whole years, as an age."""
    start, end = as_date(first), as_date(last)
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))
