"""The item definitions of a DMN file: its own types."""

from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from engine.bpmn.dmn.texts import Setting, child, children, constants, text_in
from engine.bpmn.feel.scopes import MOST_WORK, WORK, Local
from engine.bpmn.feel.types import ANY, Kind, base_kind

DEEPEST = 20


class Kinds(dict[str, Kind]):
    """Types by what `typeRef` says; FEEL's and Camunda's own are always there."""

    def __missing__(self, said: str) -> Kind:
        return base_kind(said) or ANY

    def get(self, said: str, _default: Any = None) -> Kind:
        return self[said] if said in self else self[said.rsplit(":", 1)[-1]]


def kinds_of(root: etree._Element, setting: Setting) -> Mapping[str, Kind]:
    """All types that the file defines; raises DecisionRefused."""
    drawn = {item.get("name", ""): item for item in children(root, "itemDefinition")}
    kinds = Kinds()

    def made(item: etree._Element, name: str, depth: int) -> Kind:
        parts = {part.get("name", ""): part for part in children(item, "itemComponent")}
        said = child(item, "typeRef")
        under = _under((said.text or "").strip() if said is not None else "", depth)
        inner = {key: made(part, f"{name}.{key}", depth + 1) for key, part in parts.items()}
        allowed, values = _allowed(item, setting, name)
        return Kind(
            name,
            under.base,
            inner or under.parts,
            item.get("isCollection") == "true" or under.several,
            allowed or under.allowed,
            values or under.values,
        )

    def _under(said: str, depth: int) -> Kind:
        short = said.rsplit(":", 1)[-1]
        own = drawn.get(said, drawn.get(short))
        if own is None or depth > DEEPEST:
            return base_kind(said) or ANY
        return made(own, short, depth + 1)

    for name, item in drawn.items():
        kinds[name] = made(item, name, 0)
    return kinds


def _allowed(
    item: etree._Element, setting: Setting, name: str
) -> tuple[Callable[[Any], bool] | None, tuple[Any, ...]]:
    """The test of `allowedValues`, and its literal values in their order."""
    said = child(item, "allowedValues")
    text = text_in(said)
    if said is None or not text:
        return None, ()
    cell = setting.cell(text, said)

    def holds(value: Any) -> bool:
        return cell.holds is None or cell.holds(value, Local({}, {"?": value, WORK: [MOST_WORK]}))

    return holds, constants(text, setting.names)
