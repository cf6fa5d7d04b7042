"""What closures share: names in scopes, looking them up, parts of values, calls, and a bound on their work."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.bpmn.feel.dates import part
from engine.bpmn.feel.times import PARTS
from engine.bpmn.operations import SILENT, EvaluationFailed, Lambda, Range, exact, wrong

Names = Mapping[str, Any]
Closure = Callable[[Names], Any]

MOST_WORK = 100_000
WORK = " work"
"""The name under which the work left is kept; no text can write it."""
MISTAKES = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


class Local(dict[str, Any]):
    """Names of an inner scope; what it does not hold the outer one does."""

    __slots__ = ("outer",)

    def __init__(self, outer: Names, own: Mapping[str, Any]) -> None:
        super().__init__(own)
        self.outer = outer

    def __missing__(self, name: str) -> Any:
        return self.outer[name]


def bounded(names: Names) -> Names:
    """Names with all the work that one evaluation may take."""
    return Local(names, {WORK: [MOST_WORK]})


def take(names: Names, work: int = 1) -> None:
    """Notes some work; raises EvaluationFailed when there was too much."""
    left = names[WORK]
    left[0] -= work
    if left[0] < 0:
        raise EvaluationFailed("too_large")


def looked_up(candidates: tuple[str, ...], *, lenient: bool, only_asks: bool = False) -> Closure:
    """The value of the first of the names that is there."""
    if len(candidates) == 1 and not lenient:
        return _looked_up(candidates[0])

    def found(names: Names) -> Any:
        for name in candidates:
            try:
                value = names[name]
            except KeyError:
                continue
            return True if only_asks else exact(value)
        if lenient:
            return False if only_asks else None
        raise EvaluationFailed("unknown_name", name=candidates[0])

    return found


def _looked_up(name: str) -> Closure:
    def found(names: Names) -> Any:
        try:
            value = names[name]
        except KeyError:
            raise EvaluationFailed("unknown_name", name=name) from None
        return exact(value) if type(value) is float else value

    return found


def part_of(value: Any, name: str, feel: bool) -> Any:
    """`value.name`: a key of a map (null without it), of each map of a list, or a part of a date or duration."""
    if isinstance(value, dict):
        return exact(value.get(name))
    if value is None:
        return None
    if name == "length" and not feel and isinstance(value, str | list):
        return len(value)
    if isinstance(value, list):
        return [part_of(item, name, feel) for item in value]
    return _part(value, name, feel)


def _part(value: Any, name: str, feel: bool) -> Any:
    if isinstance(value, Range) or type(value) in PARTS:
        try:
            return part(value, name)
        except LookupError:
            if not feel:
                raise EvaluationFailed("no_such_item", key=name) from None
    if feel:
        return None
    raise wrong(f".{name}")


def call(word: str, apply: Callable[..., Any], arguments: list[Closure], feel: bool) -> Closure:
    """A function on the values of its arguments."""

    def called(names: Names) -> Any:
        values = [argument(names) for argument in arguments]
        if WORK in names:
            take(names, 1 + sum(len(value) // 50 for value in values if isinstance(value, str | list | dict)))
        try:
            return exact(apply(*values))
        except MISTAKES:
            if feel:
                return None
            raise wrong(word) from None
        except EvaluationFailed as failed:
            if feel and failed.code in SILENT:
                return None
            raise

    return called


def invoked(
    function: Closure, arguments: list[Closure], given: tuple[str, ...] | None, feel: bool
) -> Closure:
    """A function that is a value, on its arguments by place or by name."""

    def called(names: Names) -> Any:
        found = function(names)
        take(names, 20)
        values = [argument(names) for argument in arguments]
        fits = isinstance(found, Lambda) and len(values) == len(found.names)
        if fits and given is not None:
            fits = set(given) == set(found.names)
            by_name = dict(zip(given, values, strict=True))
            values = [by_name.get(name) for name in found.names]
        if fits:
            return found.run(*values)
        if feel:
            return None
        raise wrong("()")

    return called
