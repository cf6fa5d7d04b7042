"""Operators and functions of the expression language: exact on numbers, bounded in size, few in types."""

import ast
import datetime
import operator
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, DecimalException
from typing import Any

LARGEST = 2**63 - 1
MOST_ITEMS = 10_000
MOST_EXPONENT = 64
EXACT = Context(prec=28)

Number = int | Decimal


class EvaluationFailed(Exception):
    """An expression has no value on the data given; `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


def exact(value: Any) -> Any:
    """A float as the Decimal it is written as; everything else unchanged."""
    if not isinstance(value, float):
        return value
    number = Decimal(repr(value))
    if not number.is_finite():
        raise EvaluationFailed("too_large")
    return number


def plain(value: Any) -> Any:
    """A result as it is kept: whole Decimals as integers; raises EvaluationFailed when it is too large."""
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(value) if abs(value) <= LARGEST else value
    if is_number(value) and abs(value) > LARGEST:
        raise EvaluationFailed("too_large")
    if isinstance(value, str | list | dict) and len(value) > MOST_ITEMS:
        raise EvaluationFailed("too_large")
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def is_number(value: Any) -> bool:
    """Whether arithmetic applies; true and false are not numbers."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _arithmetic(sign: str, compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def computed(left: Any, right: Any) -> Any:
        if not (is_number(left) and is_number(right)):
            raise EvaluationFailed("wrong_types", operation=sign)
        try:
            return _bounded(compute(left, right))
        except ZeroDivisionError:
            raise EvaluationFailed("division_by_zero") from None
        except DecimalException:
            raise EvaluationFailed("division_by_zero" if right == 0 else "too_large") from None

    return computed


def _bounded(value: Any) -> Any:
    if abs(value) > LARGEST:
        raise EvaluationFailed("too_large")
    return value


def _divided(left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int) and left % right == 0:
        return left // right
    return EXACT.divide(Decimal(left), Decimal(right))


def _floored(left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    return int((EXACT.divide(Decimal(left), Decimal(right))).to_integral_value(ROUND_FLOOR))


def _remainder(left: Number, right: Number) -> Number:
    return left - right * _floored(left, right)


def _power(left: Any, right: Any) -> Any:
    if not isinstance(right, int) or not 0 <= right <= MOST_EXPONENT or abs(left) > LARGEST:
        raise EvaluationFailed("too_large")
    return left**right


def _added(left: Any, right: Any) -> Any:
    if type(left) is not type(right) or not isinstance(left, str | list):
        return _sum_of_two(left, right)
    if len(left) + len(right) > MOST_ITEMS:
        raise EvaluationFailed("too_large")
    joined: Any = left
    return joined + right


_sum_of_two = _arithmetic("+", operator.add)

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: _added,
    ast.Sub: _arithmetic("-", operator.sub),
    ast.Mult: _arithmetic("*", operator.mul),
    ast.Div: _arithmetic("/", _divided),
    ast.FloorDiv: _arithmetic("//", _floored),
    ast.Mod: _arithmetic("%", _remainder),
    ast.Pow: _arithmetic("**", _power),
}


def _signed(sign: str, apply: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def applied(value: Any) -> Any:
        if not is_number(value):
            raise EvaluationFailed("wrong_types", operation=sign)
        return apply(value)

    return applied


UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: _signed("-", operator.neg),
    ast.UAdd: _signed("+", operator.pos),
}


def _ordered(sign: str, holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compared(left: Any, right: Any) -> bool:
        if (is_number(left) and is_number(right)) or _same_kind(left, right):
            return holds(left, right)
        raise EvaluationFailed("wrong_types", operation=sign)

    return compared


def _same_kind(left: Any, right: Any) -> bool:
    if isinstance(left, datetime.datetime) and isinstance(right, datetime.datetime):
        return (left.tzinfo is None) == (right.tzinfo is None)
    return type(left) is type(right) and isinstance(left, str | datetime.date)


def equal(left: Any, right: Any) -> bool:
    """Equality as in FEEL: true is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _contained(item: Any, whole: Any) -> bool:
    if isinstance(whole, str) and isinstance(item, str):
        return item in whole
    if isinstance(whole, list | dict):
        return any(equal(item, exact(member)) for member in whole)
    raise EvaluationFailed("wrong_types", operation="in")


COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: equal,
    ast.NotEq: lambda left, right: not equal(left, right),
    ast.Is: equal,
    ast.IsNot: lambda left, right: not equal(left, right),
    ast.Lt: _ordered("<", operator.lt),
    ast.LtE: _ordered("<=", operator.le),
    ast.Gt: _ordered(">", operator.gt),
    ast.GtE: _ordered(">=", operator.ge),
    ast.In: _contained,
    ast.NotIn: lambda item, whole: not _contained(item, whole),
}


def _sum(items: list[Any]) -> Any:
    total: Any = 0
    for item in items:
        total = _sum_of_two(total, exact(item))
    return total


def _least(*values: Any) -> Any:
    return min(_several(values))


def _greatest(*values: Any) -> Any:
    return max(_several(values))


def _several(values: tuple[Any, ...]) -> list[Any]:
    items = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    return [exact(item) for item in items]


def _rounded(value: Any, digits: int = 0) -> Number:
    """Half away from zero, as amounts are rounded; digits from 0 to 12."""
    if not is_number(value) or not 0 <= digits <= 12:
        raise TypeError
    number = Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return int(number) if digits == 0 else number


def _whole(rounding: str) -> Callable[[Any], int]:
    def whole(value: Any) -> int:
        if not is_number(value):
            raise TypeError
        return int(Decimal(value).to_integral_value(rounding))

    return whole


def _number(value: Any) -> Number:
    if is_number(value):
        return value  # type: ignore[no-any-return]
    if not isinstance(value, str) or len(value) > 40:
        raise TypeError
    number = Decimal(value.strip())
    if not number.is_finite() or abs(number) > LARGEST:
        raise ValueError
    return int(number) if number == number.to_integral_value() else number


def _text(value: Any) -> str:
    if isinstance(value, list | dict):
        raise TypeError
    return "true" if value is True else "false" if value is False else "" if value is None else str(value)


def as_date(value: Any) -> datetime.date:
    """A date from a date, a moment or ISO text; raises ValueError or TypeError."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if not isinstance(value, str):
        raise TypeError
    return datetime.date.fromisoformat(value[:10])


def _days_between(first: Any, last: Any) -> int:
    return as_date(last).toordinal() - as_date(first).toordinal()


def _years_between(first: Any, last: Any) -> int:
    start, end = as_date(first), as_date(last)
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def _length(value: Any) -> int:
    if not isinstance(value, str | list | dict):
        raise TypeError
    return len(value)


def _on_text(apply: Callable[..., Any]) -> Callable[..., Any]:
    def applied(*texts: Any) -> Any:
        if not all(isinstance(text, str) for text in texts):
            raise TypeError
        return apply(*texts)

    return applied


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": _length, "count": _length, "min": _least, "max": _greatest, "sum": _sum,
    "abs": _signed("abs", abs), "round": _rounded, "floor": _whole(ROUND_FLOOR),
    "ceiling": _whole(ROUND_CEILING),
    "number": _number, "string": _text, "date": as_date,
    "days_between": _days_between, "years_between": _years_between,
    "lower": _on_text(str.lower), "upper": _on_text(str.upper), "strip": _on_text(str.strip),
    "starts_with": _on_text(str.startswith), "ends_with": _on_text(str.endswith),
    "contains": lambda whole, item: _contained(item, whole),
}  # fmt: skip
