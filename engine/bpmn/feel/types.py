"""Types of DMN: what a value of an input, output or variable must be, and how it is read from JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.bpmn.comparisons import kind_of
from engine.bpmn.feel.dates import to_date, to_duration, to_moment
from engine.bpmn.feel.scopes import MISTAKES
from engine.bpmn.feel.texts import number
from engine.bpmn.feel.times import time_of
from engine.bpmn.operations import EvaluationFailed, exact, wrong

BASES = {
    "number": "number", "integer": "number", "int": "number", "long": "number", "double": "number", "float": "number",
    "decimal": "number", "short": "number", "string": "string", "boolean": "boolean", "date": "date", "time": "time",
    "datetime": "date and time", "date and time": "date and time", "daytimeduration": "days and time duration",
    "days and time duration": "days and time duration", "yearmonthduration": "years and months duration",
    "years and months duration": "years and months duration",
}  # fmt: skip
FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "number": number,
    "boolean": lambda text: {"true": True, "false": False}[text.strip().lower()],
    "date": to_date,
    "time": time_of,
    "date and time": to_moment,
    "days and time duration": to_duration,
    "years and months duration": to_duration,
}


BASE_OF = {int: "number", Decimal: "number", str: "string", bool: "boolean"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: its base ("" for any), its parts if it is a map, whether it is a list, which values it allows."""

    name: str
    base: str = ""
    parts: "Mapping[str, Kind] | None" = None
    several: bool = False
    allowed: Callable[[Any], bool] | None = None
    values: tuple[Any, ...] = ()

    def fitted(self, value: Any) -> Any:
        """The value as one of this type; raises EvaluationFailed when it is none, or is not allowed."""
        if (
            self.allowed is None
            and type(value) in BASE_OF
            and not self.several
            and BASE_OF[type(value)] == self.base
        ):
            return value
        value = exact(value)
        if value is None or self is ANY:
            return value
        if self.several:
            return [self._one(item) for item in (value if isinstance(value, list) else [value])]
        if isinstance(value, list) and len(value) == 1 and (self.base or self.parts is not None):
            value = value[0]
        return self._one(value)

    def _one(self, value: Any) -> Any:
        value = exact(value)
        if value is None:
            return None
        fitted = self._parts(value) if self.parts is not None else self._based(value)
        if self.allowed is not None and not self.allowed(fitted):
            raise EvaluationFailed("not_allowed", value=str(fitted)[:40], name=self.name)
        return fitted

    def _parts(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise wrong(self.name)
        parts = self.parts or {}
        return {key: parts[key].fitted(item) if key in parts else item for key, item in value.items()}

    def _based(self, value: Any) -> Any:
        if self.base in ("", "string") or kind_of(value) == self.base:
            return value
        try:
            if isinstance(value, str):
                value = FROM_TEXT[self.base](value)
            elif self.base == "date and time" and kind_of(value) == "date":
                value = to_moment(value)
            elif self.base == "date" and kind_of(value) == "date and time":
                value = to_date(value)
        except MISTAKES:
            raise wrong(self.name) from None
        if kind_of(value) != self.base:
            raise wrong(self.name)
        return value


ANY = Kind("")


def base_kind(name: str) -> Kind | None:
    """The type that FEEL, or Camunda, calls so; None for one of the file's own."""
    short = name.rsplit("}", 1)[-1].split(":")[-1].strip()
    if short in ("", "Any", "any"):
        return ANY
    base = BASES.get(short) or BASES.get(short.lower())
    return Kind(short, base) if base else None
