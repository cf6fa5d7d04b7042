"""The functions of expressions, with the names and the number of their arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.feel.dates import DATES
from engine.bpmn.feel.lexing import ExpressionRefused
from engine.bpmn.feel.lists import FEEL_LISTS, LISTS
from engine.bpmn.feel.numbers import NUMBERS
from engine.bpmn.feel.texts import TEXTS, feel_string


@dataclass(frozen=True, slots=True)
class Function:
    """`names`: what each argument may be called; `most` is None where any number may be given."""

    apply: Callable[..., Any]
    names: tuple[frozenset[str], ...]
    least: int
    most: int | None

    def order(self, word: str, given: tuple[str, ...]) -> list[int | None]:
        """For each parameter the place of its named argument; raises ExpressionRefused."""
        places: list[int | None] = []
        for names in self.names:
            places.append(next((number for number, name in enumerate(given) if name in names), None))
        while places and places[-1] is None:
            places.pop()
        if len([place for place in places if place is not None]) != len(given):
            raise ExpressionRefused("wrong_arguments", name=word)
        self.check(word, len(places))
        return places

    def check(self, word: str, count: int) -> None:
        """Raises ExpressionRefused where there are too few or too many arguments."""
        if count < self.least or (self.most is not None and count > self.most):
            raise ExpressionRefused("wrong_arguments", name=word)


def _functions(*tables: Mapping[str, tuple[Callable[..., Any], str]]) -> dict[str, Function]:
    return {name: _function(*found) for table in tables for name, found in table.items()}


def _function(apply: Callable[..., Any], parameters: str) -> Function:
    parts = [part.strip() for part in parameters.split(",")]
    any_number = parts[-1].endswith("*")
    names = tuple(frozenset(part.rstrip("?*").split("|")) for part in parts)
    least = len([part for part in parts if not part.endswith(("?", "*"))])
    return Function(apply, names, least, None if any_number else len(parts))


FUNCTIONS = _functions(TEXTS, NUMBERS, LISTS, DATES)
FEEL_FUNCTIONS = {
    **FUNCTIONS,
    **_functions(FEEL_LISTS, {"string": (feel_string, "from")}),
}
