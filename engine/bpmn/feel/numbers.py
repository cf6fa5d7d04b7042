"""Functions on numbers."""

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any

from engine.bpmn.arithmetic import ARITHMETIC, EXACT, signed
from engine.bpmn.operations import Number, is_number

MOST_DIGITS = 60


def _rounder(rounding: str, scale: Any = None) -> Callable[..., Number]:
    """Rounds to `digits` behind the point (negative: before it)."""
    expected = scale

    def rounded(value: Any, digits: Any = expected) -> Number:
        if (
            not is_number(value)
            or not is_number(digits)
            or digits != int(digits)
            or abs(digits) > MOST_DIGITS
        ):
            raise TypeError
        return _quantized(Decimal(value), int(digits), rounding)

    return rounded


def _quantized(value: Decimal, digits: int, rounding: str) -> Number:
    if -int(value.as_tuple().exponent) <= digits:
        return int(value) if digits <= 0 else value
    found = value.quantize(Decimal(1).scaleb(-digits), rounding=rounding, context=EXACT)
    return int(found) if digits <= 0 else found


def _abs(value: Any) -> Any:
    if is_number(value):
        return abs(value)
    negative = signed("-")(value)
    return max(value, negative)


def _modulo(dividend: Any, divisor: Any) -> Any:
    return ARITHMETIC["%"](dividend, divisor)


def _numeric(apply: Callable[[Decimal], Decimal]) -> Callable[[Any], Decimal]:
    def applied(value: Any) -> Decimal:
        if not is_number(value):
            raise TypeError
        return apply(Decimal(value))

    return applied


def _parity(rest: int) -> Callable[[Any], bool]:
    def applied(value: Any) -> bool:
        if not is_number(value) or value != int(value):
            raise TypeError
        return int(value) % 2 == rest

    return applied


def _power(base: Any, exponent: Any) -> Any:
    return ARITHMETIC["**"](base, exponent)


NUMBERS: dict[str, tuple[Callable[..., Any], str]] = {
    "abs": (_abs, "n"), "round": (_rounder(ROUND_HALF_UP, 0), "n, digits?"),
    "decimal": (_rounder(ROUND_HALF_EVEN), "n, scale"),
    "floor": (_rounder(ROUND_FLOOR, 0), "n, scale?"), "ceiling": (_rounder(ROUND_CEILING, 0), "n, scale?"),
    "round up": (_rounder(ROUND_UP), "n, scale"), "round down": (_rounder(ROUND_DOWN), "n, scale"),
    "round half up": (_rounder(ROUND_HALF_UP), "n, scale"), "round half down": (_rounder(ROUND_HALF_DOWN), "n, scale"),
    "round half even": (_rounder(ROUND_HALF_EVEN), "n, scale"),
    "modulo": (_modulo, "dividend, divisor"), "power": (_power, "base, exponent"),
    "sqrt": (_numeric(EXACT.sqrt), "number"), "log": (_numeric(EXACT.ln), "number"),
    "exp": (_numeric(EXACT.exp), "number"),
    "odd": (_parity(1), "number"), "even": (_parity(0), "number"),
}  # fmt: skip
"""Each function with the names of its parameters; `?` marks those that may be left out."""
