"""From DMN text to decisions that can be evaluated."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from lxml import etree

from engine.bpmn.dmn.boxed import Boxes
from engine.bpmn.dmn.columns import figure_of, table_of
from engine.bpmn.dmn.decisions import Decision, Given
from engine.bpmn.dmn.item_types import kinds_of
from engine.bpmn.dmn.texts import DecisionRefused, Setting, child, children
from engine.bpmn.expressions import Expression
from engine.bpmn.feel.lexing import WORD
from engine.bpmn.feel.types import ANY, Kind
from engine.bpmn.xml import DMN, XmlRefused, line_of, local, namespace, parsed

__all__ = ["DecisionRefused", "read_decisions"]

NAMED = {
    "inputData", "variable", "decision", "businessKnowledgeModel", "itemComponent", "formalParameter", "column",
    "parameter", "output",
}  # fmt: skip


def read_decisions(text: bytes) -> Mapping[str, Decision]:
    """All decisions of a DMN file by id; raises DecisionRefused. Read once per content."""
    return _read(hashlib.sha256(text).hexdigest(), text)


@lru_cache(maxsize=256)
def _read(_digest: str, text: bytes) -> Mapping[str, Decision]:
    try:
        root = parsed(text)
    except XmlRefused as refused:
        raise DecisionRefused(refused.code, refused.line, detail=refused.detail) from None
    if namespace(root) not in DMN or local(root) != "definitions":
        raise DecisionRefused("not_dmn", line_of(root))
    drawn = {_id(element): element for element in children(root, "decision")}
    file = _File(root, drawn, _setting(root, drawn))
    return {name: file.decision(name, ()) for name in drawn}


def _id(element: etree._Element) -> str:
    return str(element.get("id") or element.get("name", ""))


def _setting(root: etree._Element, drawn: Mapping[str, etree._Element]) -> Setting:
    found = {" ".join(name.split()) for element in _within(root) if (name := element.get("name", ""))}
    spaced = tuple(sorted(name for name in found if not re.fullmatch(WORD, name)))
    models = frozenset(model.get("name", "") for model in children(root, "businessKnowledgeModel"))
    aliases: dict[str, tuple[str, ...]] = {}
    for data in children(root, "inputData"):
        names = _names_of(data)
        aliases |= dict.fromkeys(names, names)
    for decision in drawn.values():
        names = _names_of(decision)
        aliases |= {name: names for name in names if name not in aliases}
    setting = Setting("", spaced, models, aliases, language=root.get("expressionLanguage", ""))
    return replace(setting, kinds=kinds_of(root, setting))


def _within(root: etree._Element) -> Iterator[etree._Element]:
    return (element for element in root.iter(etree.Element) if local(element) in NAMED)


def _names_of(element: etree._Element) -> tuple[str, ...]:
    """The names under which a case may have what is drawn: those that a variable can have first."""
    variable = child(element, "variable")
    said = (variable.get("name") if variable is not None else None, element.get("name"), element.get("id"))
    found: dict[str, None] = {}
    for name in (" ".join(name.split()) for name in said if name):
        if not re.fullmatch(WORD, name):
            found[re.sub(r"\W+", "_", name)] = None
        found[name] = None
    return tuple(sorted(found, key=lambda name: not re.fullmatch(WORD, name)))


@dataclass(frozen=True, slots=True)
class _File:
    """A DMN file being read."""

    root: etree._Element
    drawn: dict[str, etree._Element]
    setting: Setting

    def decision(self, name: str, above: tuple[str, ...]) -> Decision:
        """A decision with those that it requires; raises DecisionRefused."""
        element = self.drawn[name]
        if name in above:
            raise DecisionRefused("decision_circle", line_of(element), decision=name)
        required = _required(element, "requiredDecision")
        missing = [other for other in required if other not in self.drawn]
        if missing:
            raise DecisionRefused("unknown_decision", line_of(element), decision=missing[0])
        return replace(
            self._alone(element),
            requires=tuple(self.decision(other, (*above, name)) for other in required),
            given=self._given(),
            knowledge=self._knowledge(),
        )

    def _alone(self, element: etree._Element) -> Decision:
        name, setting = _id(element), replace(self.setting, decision=_id(element))
        variable = child(element, "variable")
        said = (variable.get("name") if variable is not None else None, element.get("name"), name)
        known_as = tuple(
            dict.fromkeys((*(" ".join(one.split()) for one in said if one), *_names_of(element)))
        )
        kind = setting.kinds.get(variable.get("typeRef", ""), ANY) if variable is not None else ANY
        table = child(element, "decisionTable")
        if table is not None:
            read = table_of(table, setting, otherwise=known_as[0] if variable is not None else name)
            outputs = children(table, "output")
            rows = children(table, "rule")
            figures = [figure_of(column, place, rows, name) for place, column in enumerate(outputs)]
            read = replace(
                read,
                outputs=tuple(replace(one, figure=f) for one, f in zip(read.outputs, figures, strict=True)),
            )
            return Decision(name, known_as, table=read)
        boxes = Boxes(lambda inner, where: table_of(inner, where, otherwise=name))
        return Decision(name, known_as, literal=boxes.inside(element, setting), kind=kind)

    def _given(self) -> tuple[Given, ...]:
        found = []
        for data in children(self.root, "inputData"):
            variable = child(data, "variable")
            said = variable.get("typeRef", "") if variable is not None else ""
            found.append(Given(_names_of(data), _kind(self.setting, said)))
        return tuple(one for one in found if one.kind is not ANY)

    def _knowledge(self) -> dict[str, Expression]:
        boxes = Boxes(lambda inner, where: table_of(inner, where, otherwise=where.decision))
        found = {}
        for model in children(self.root, "businessKnowledgeModel"):
            logic = child(model, "encapsulatedLogic")
            if logic is not None:
                setting = replace(self.setting, decision=_id(model))
                found[" ".join(model.get("name", "").split())] = boxes.function(logic, setting)
        return found


def _kind(setting: Setting, said: str) -> Kind:
    return setting.kinds.get(said, ANY)


def _required(element: etree._Element, kind: str) -> list[str]:
    return [
        reference.get("href", "").rpartition("#")[2]
        for requirement in children(element, "informationRequirement")
        for reference in children(requirement, kind)
    ]
