"""The figures that a decision rests on, in words: days, amounts, the ground of a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn.model import Labels
from engine.versions import Definition
from web.access import current
from web.figures import Fact, figures_in_words
from web.filling import form_of
from wording import pick
from wording.times import money

GROUND = "reason"  #: the figure that holds the ground of a refusal, a choice of the signing step's form


def figures_of(known: Definition, figures: Mapping[str, Any]) -> list[Fact]:
    """The numbers that were answered, in the order in which the case came by them, then what was computed."""
    asked = _asked(known)
    numbers = [(name, value) for name, value in figures.items() if type(value) is int and name in asked]
    return [
        *(_number(value, asked[name]) for name, value in numbers),
        *figures_in_words(known.process, figures),
    ]


def ground_of(known: Definition, figures: Mapping[str, Any]) -> Labels:
    """The ground of a refusal in words; empty when none was chosen."""
    about = _asked(known).get(GROUND, {})
    choices: dict[str, Labels] = about.get("choices", {})
    return choices.get(str(figures.get(GROUND)), {})


def _number(value: int, about: Mapping[str, Any]) -> Fact:
    text = money(current.lang, value) if about.get("widget") == "money" else str(value)
    return Fact(pick(about.get("labels"), current.lang), text)


def _asked(known: Definition) -> dict[str, Any]:
    """Each figure that is an answer, with the question it answered: the first that was asked of the name."""
    process = known.process
    asked: dict[str, Any] = {}
    for step in (*([process.opening] if process.opening else []), *process.steps.values()):
        properties = form_of(known, step).get("properties", {})
        for keep in step.keeps:
            if keep.field in properties:
                asked.setdefault(keep.name, properties[keep.field])
    return asked
