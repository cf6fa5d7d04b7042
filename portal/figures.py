"""The figures that a decision rests on, in words: days, amounts, the ground of a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.model import Labels
from engine.versions import Definition
from wording import N_, pick, say
from wording.times import money

GROUND = "reason"  #: the figure that holds the ground of a refusal, a choice of the signing step's form

#: Figures that decision tables compute, which no form labels.
COMPUTED = {
    "half_days": N_("Days paid at 50 %"),
    "full_days": N_("Days paid at 100 %"),
    "amount": N_("Amount of the benefit"),
}
MONEY = {"amount"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its label; ``is_main`` for the amount that is paid."""

    label: str
    text: str
    is_main: bool


def figures_of(known: Definition, figures: Mapping[str, Any], lang: str) -> list[Figure]:
    """The numbers that have a label, in the order in which the case came by them."""
    asked = _asked(known)
    return [
        _figure(name, value, asked, lang)
        for name, value in figures.items()
        if type(value) is int and (name in asked or name in COMPUTED)
    ]


def ground_of(known: Definition, figures: Mapping[str, Any]) -> Labels:
    """The ground of a refusal in words; empty when none was chosen."""
    about = _asked(known).get(GROUND, {})
    choices: dict[str, Labels] = about.get("choices", {})
    return choices.get(str(figures.get(GROUND)), {})


def _figure(name: str, value: int, asked: Mapping[str, Any], lang: str) -> Figure:
    about = asked.get(name, {})
    is_money = name in MONEY or about.get("widget") == "money"
    label = pick(about.get("labels"), lang) or say(lang, COMPUTED.get(name, name))
    return Figure(label, money(lang, value) if is_money else str(value), name in MONEY)


def _asked(known: Definition) -> dict[str, Any]:
    """Each figure that is an answer, with the question it answered: the first that was asked of the name."""
    process = known.process
    asked: dict[str, Any] = {}
    for step in (*([process.opening] if process.opening else []), *process.steps.values()):
        properties = (known.form(step.form) or {}).get("properties", {})
        for keep in step.keeps:
            if keep.field in properties:
                asked.setdefault(keep.name, properties[keep.field])
    return asked
