"""Data belong to scopes, not to tokens: case, called process, item of a repetition, mapped activity.

SpiffWorkflow keeps a copy of the data on every token. Here all tokens of a scope share its variables, so what one
branch writes the others see at once, and a join has nothing to overwrite.
"""

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.bpmn.expressions import Expression, Script


class Scope:
    """Variables that all tokens within it share; an inner scope reads through to the outer one.

    `passes`: what is written goes outwards, but for the names that the scope has itself. `hides`: what is outside is
    not seen from within.
    """

    __slots__ = ("hides", "outer", "passes", "values")

    def __init__(
        self,
        values: dict[str, Any],
        outer: "Scope | None" = None,
        *,
        passes: bool = False,
        hides: bool = False,
    ) -> None:
        self.values = values
        self.outer = outer
        self.passes = passes
        self.hides = hides

    def view(self) -> MutableMapping[str, Any]:
        """What a token sees; it is not written through."""
        return ChainMap(*self._chain()) if self.outer and not self.hides else self.values

    def write(self, values: Mapping[str, Any]) -> None:
        """Puts each value where it belongs: here, or in the scope outside that this one passes it to."""
        if not self.passes or self.outer is None:
            self.values.update(values)
            return
        here = {name: value for name, value in values.items() if name in self.values}
        self.values.update(here)
        if len(here) < len(values):
            self.outer.write({name: value for name, value in values.items() if name not in here})

    def correct(self, values: Mapping[str, Any]) -> None:
        """Puts each value in the place of the one that is seen from here; a new name is written."""
        for name, value in values.items():
            holder = next((own for own in self._chain() if name in own), None)
            if holder is None:
                self.write({name: value})
            else:
                holder[name] = value

    def _chain(self) -> list[dict[str, Any]]:
        seen = self.outer is not None and not self.hides
        return [self.values, *(self.outer._chain() if self.outer and seen else [])]


@dataclass(frozen=True, slots=True)
class DataMapping:
    """The data around one activity.

    `inputs`: names with literal texts or expressions, which make a scope of its own around the activity. `outputs`:
    names with expressions on that scope, written outwards when the activity is done. `isolated`: it sees its inputs
    only. `hands_out`: what it writes goes outwards ("all"), or its outputs alone ("mapped"). `before` and `after`:
    assignments in its scope when it begins and when it is done.
    """

    inputs: tuple[tuple[str, str | Expression], ...] = ()
    outputs: tuple[tuple[str, Expression], ...] = ()
    isolated: bool = False
    hands_out: Literal["all", "mapped"] = "all"
    before: Script | None = None
    after: Script | None = None
