"""Arithmetic of the expression language: exact on numbers, on dates and durations, on texts and lists."""

import operator
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Context, Decimal, DecimalException
from typing import Any

from engine.bpmn.feel.times import Duration, Months, months_later, seconds_of
from engine.bpmn.operations import LARGEST, MOST_ITEMS, EvaluationFailed, Number, is_number, wrong

MOST_EXPONENT = 64
EXACT = Context(prec=34, Emax=6_144, Emin=-6_143)

Operator = Callable[[Any, Any], Any]


def _arithmetic(sign: str, on_integers: Operator, on_decimals: Operator) -> Operator:
    def computed(left: Any, right: Any) -> Any:
        if not (is_number(left) and is_number(right)):
            raise wrong(sign)
        try:
            integers = type(left) is int and type(right) is int
            value = on_integers(left, right) if integers else on_decimals(left, right)
        except ZeroDivisionError:
            raise EvaluationFailed("division_by_zero") from None
        except DecimalException:
            raise EvaluationFailed("division_by_zero" if right == 0 else "too_large") from None
        if abs(value) > LARGEST:
            raise EvaluationFailed("too_large")
        return value

    return computed


def _divided(left: Number, right: Number) -> Number:
    if isinstance(left, int) and isinstance(right, int) and left % right == 0:
        return left // right
    return EXACT.divide(Decimal(left), Decimal(right))


def _floored(left: Number, right: Number) -> int:
    return int(EXACT.divide(Decimal(left), Decimal(right)).to_integral_value(ROUND_FLOOR))


def _remainder(left: Number, right: Number) -> Number:
    return EXACT.subtract(Decimal(left), EXACT.multiply(Decimal(right), Decimal(_floored(left, right))))


def _power(left: Any, right: Any) -> Any:
    if abs(right) > MOST_EXPONENT or abs(left) > LARGEST:
        raise EvaluationFailed("too_large")
    if isinstance(left, int) and isinstance(right, int) and right >= 0:
        return left**right
    return EXACT.power(Decimal(left), Decimal(right))


def _added(left: Any, right: Any) -> Any:
    if isinstance(left, str | list) and type(left) is type(right):
        if len(left) + len(right) > MOST_ITEMS:
            raise EvaluationFailed("too_large")
        joined: Any = left
        return joined + right
    return _later(left, right) if _is_temporal(left) or _is_temporal(right) else add(left, right)


def _subtracted(left: Any, right: Any) -> Any:
    if not (_is_temporal(left) or _is_temporal(right)):
        return _subtract(left, right)
    if isinstance(right, Duration):
        return _later(left, -right if isinstance(right, timedelta) else Months(-right.count))
    left, right = _same_sort(left, right)
    span: timedelta = left - right
    return span


def _same_sort(left: Any, right: Any) -> tuple[datetime, datetime]:
    """Two dates, moments or times of which the difference can be taken; raises EvaluationFailed."""
    if isinstance(left, time) and isinstance(right, time):
        left, right = (datetime.combine(date(2000, 1, 1), clock) for clock in (left, right))
    if not (isinstance(left, date) and isinstance(right, date)):
        raise wrong("-")
    left, right = (
        moment if isinstance(moment, datetime) else datetime.combine(moment, time(), _zone_of(other))
        for moment, other in ((left, right), (right, left))
    )
    if (left.tzinfo is None) != (right.tzinfo is None):
        raise wrong("-")
    return left, right


def _zone_of(moment: Any) -> Any:
    return moment.tzinfo if isinstance(moment, datetime) else None


def _is_temporal(value: Any) -> bool:
    return isinstance(value, date | time | timedelta | Months)


def _later(left: Any, right: Any) -> Any:
    """A date, moment, time or duration and a duration, in either order."""
    if isinstance(left, Duration) and not isinstance(right, Duration):
        left, right = right, left
    if not isinstance(right, Duration):
        raise wrong("+")
    try:
        return _moved(left, right)
    except (OverflowError, ValueError):
        raise EvaluationFailed("too_large") from None


def _moved(left: Any, right: Duration) -> Any:
    if isinstance(right, Months):
        if isinstance(left, Months):
            return Months(left.count + right.count)
        if isinstance(left, date):
            return months_later(left, right.count)
    elif isinstance(left, timedelta):
        return left + right
    elif isinstance(left, time):
        return (datetime.combine(date(2000, 1, 2), left) + right % timedelta(days=1)).timetz()
    elif isinstance(left, datetime):
        return left + right
    elif isinstance(left, date):
        return left + timedelta(days=right // timedelta(days=1))
    raise wrong("+")


def _times(left: Any, right: Any) -> Any:
    if isinstance(right, Duration) and not isinstance(left, Duration):
        left, right = right, left
    if not isinstance(left, Duration):
        return _multiply(left, right)
    if not is_number(right) or abs(right) > 10**9:
        raise wrong("*")
    return _scaled(left, Decimal(right))


def _scaled(span: Duration, factor: Decimal) -> Duration:
    try:
        if isinstance(span, Months):
            return Months(int(span.count * factor))
        return timedelta(microseconds=int(seconds_of(span) * factor * 1_000_000))
    except (OverflowError, ValueError):
        raise EvaluationFailed("too_large") from None


def _parted(left: Any, right: Any) -> Any:
    if isinstance(left, Months) and isinstance(right, Months):
        return _divide(left.count, right.count)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return _divide(seconds_of(left), seconds_of(right))
    if isinstance(left, Duration) and is_number(right):
        return _scaled(left, Decimal(_divide(1, right)))
    return _divide(left, right)


add = _arithmetic("+", operator.add, EXACT.add)
_subtract = _arithmetic("-", operator.sub, EXACT.subtract)
_multiply = _arithmetic("*", operator.mul, EXACT.multiply)
_divide = _arithmetic("/", _divided, _divided)

ARITHMETIC: dict[str, Operator] = {
    "+": _added,
    "-": _subtracted,
    "*": _times,
    "/": _parted,
    "//": _arithmetic("//", operator.floordiv, _floored),
    "%": _arithmetic("%", operator.mod, _remainder),
    "**": _arithmetic("**", _power, _power),
}


def signed(sign: str) -> Callable[[Any], Any]:
    """Unary `+` or `-`: on numbers, and on durations."""

    def applied(value: Any) -> Any:
        if isinstance(value, Duration):
            return value if sign == "+" else _scaled(value, Decimal(-1))
        if not is_number(value):
            raise wrong(sign)
        return -value if sign == "-" else value

    return applied
