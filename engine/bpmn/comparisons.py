"""Equality, order and membership in the expression language, as Python has them and as FEEL has them."""

import operator
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.bpmn.feel.times import Months
from engine.bpmn.operations import MOST_PARTS, EvaluationFailed, Lambda, Range, exact, is_number, wrong

ORDERED = (str, date, time, timedelta, Months)
FAST = frozenset({int, str, bool, Decimal})
KINDS: tuple[tuple[type[Any] | tuple[type[Any], ...], str], ...] = (
    (bool, "boolean"), ((int, float, Decimal), "number"), (str, "string"), (datetime, "date and time"), (date, "date"),
    (time, "time"), (timedelta, "days and time duration"), (Months, "years and months duration"), (list, "list"),
    (dict, "context"), (Range, "range"), (Lambda, "function"),
)  # fmt: skip


def kind_of(value: Any) -> str:
    """FEEL's name of a value's type; "null" for null."""
    return next((name for kinds, name in KINDS if isinstance(value, kinds)), "null")


def equal(left: Any, right: Any) -> bool:
    """Equality: true is not 1, lists and maps by their parts, of different kinds never."""
    if type(left) is type(right) and type(left) in FAST:
        return bool(left == right)
    return _equal(left, right, [MOST_PARTS])


def _equal(left: Any, right: Any, budget: list[int]) -> bool:
    budget[0] -= 1
    if budget[0] < 0:
        raise EvaluationFailed("too_large")
    left, right = exact(left), exact(right)
    if kind_of(left) != kind_of(right):
        return False
    if isinstance(left, list):
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(_equal(one, other, budget) for one, other in pairs)
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_equal(left[key], right[key], budget) for key in left)
    return bool(left == right)


def alike(left: Any, right: Any) -> bool | None:
    """FEEL's equality: null when the values are of different kinds; null equals null alone."""
    if type(left) is type(right) and type(left) in FAST:
        return bool(left == right)
    if left is None or right is None:
        return left is right
    if type(left) is not type(right) and kind_of(exact(left)) != kind_of(exact(right)):
        return None
    return equal(left, right)


def unlike(left: Any, right: Any) -> bool | None:
    """FEEL's inequality."""
    same = alike(left, right)
    return None if same is None else not same


def _ordered(sign: str, holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compared(left: Any, right: Any) -> bool:
        if type(left) is type(right) and type(left) in FAST and type(left) is not bool:
            return holds(left, right)
        if (is_number(left) and is_number(right)) or _same_kind(left, right):
            try:
                return holds(left, right)
            except TypeError:
                raise wrong(sign) from None
        raise wrong(sign)

    return compared


def _same_kind(left: Any, right: Any) -> bool:
    if isinstance(left, datetime) and isinstance(right, datetime):
        return (left.tzinfo is None) == (right.tzinfo is None)
    return type(left) is type(right) and isinstance(left, ORDERED)


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": _ordered("<", operator.lt),
    "<=": _ordered("<=", operator.le),
    ">": _ordered(">", operator.gt),
    ">=": _ordered(">=", operator.ge),
}
FEEL_COMPARISONS = {**COMPARISONS, "==": alike, "!=": unlike}


def half(sign: str, bound: Any) -> Any:
    """The range of `< 5`, `>= 5`; raises EvaluationFailed when nothing can lie before or after the bound."""
    if sign in ("==", "!="):
        raise wrong(sign)
    if not (is_number(bound) or isinstance(bound, ORDERED)):
        raise wrong(sign)
    if sign in ("<", "<="):
        return Range(None, bound, False, sign == "<=")
    return Range(bound, None, sign == ">=", False)


def in_range(value: Any, found: Range) -> bool:
    """Whether a value lies in a range; raises EvaluationFailed when they cannot be compared."""
    if found.low is None and found.high is None:
        raise wrong("in")
    after = found.low is None or COMPARISONS[">=" if found.with_low else ">"](value, found.low)
    return after and (found.high is None or COMPARISONS["<=" if found.with_high else "<"](value, found.high))


def contained(item: Any, whole: Any) -> bool:
    """Python's `in`: part of a text, member of a list, key of a map, value of a range."""
    if isinstance(whole, str) and isinstance(item, str):
        return item in whole
    if isinstance(whole, Range):
        return in_range(item, whole)
    if isinstance(whole, list | dict):
        return any(
            (isinstance(member, Range) and in_range(item, member)) or equal(item, exact(member))
            for member in whole
        )
    raise wrong("in")


def passes(value: Any, found: Any) -> bool | None:
    """FEEL's `in`, and a cell: equal to the value found, in the range, one of the list, or in one of its ranges.

    null where the two cannot be compared.
    """
    if isinstance(found, Range):
        if value is None:
            return None
        return in_range(value, found) if not isinstance(value, Range) else value == found
    if isinstance(found, list):
        if isinstance(value, list) and equal(value, found):
            return True
        return any(_is_in(value, exact(member)) for member in found)
    return alike(value, found)


def _is_in(value: Any, member: Any) -> bool:
    if isinstance(member, list):
        return isinstance(value, list) and equal(value, member)
    try:
        return passes(value, member) is True
    except EvaluationFailed as failed:
        if failed.code == "wrong_types":
            return False
        raise
