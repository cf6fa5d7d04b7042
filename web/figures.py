"""The figures that the decision tables of a procedure compute for a case, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.model import Figure, Process
from web.access import current
from wording import pick
from wording.times import money


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that decides, with its label; ``is_main`` for an amount that is computed."""

    label: str
    text: str
    is_main: bool = False


def figures_in_words(process: Process, data: Mapping[str, Any]) -> Iterator[Fact]:
    """What was computed so far, in the order of the tables, in the reader's language."""
    for name, figure in process.figures.items():
        text = _text(figure, data.get(name))
        if text:
            yield Fact(pick(figure.labels, current.lang), text, is_main=figure.kind == "money")


def _text(figure: Figure, value: object) -> str:
    if figure.kind == "code":
        return pick(figure.choices.get(str(value)), current.lang)
    if isinstance(value, bool) or not isinstance(value, int):
        return ""
    return money(current.lang, value) if figure.kind == "money" else str(value)
