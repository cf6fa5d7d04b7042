"""What an activity is given and what it hands out: data mappings, in the words of BPMN, Masar and other modelers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from engine.bpmn.compiling import expression, scripted, value, variable_of
from engine.bpmn.diagram import Diagram, Shape
from engine.bpmn.expressions import Expression, Script
from engine.bpmn.faults import FaultList
from engine.bpmn.scopes import DataMapping
from engine.bpmn.vendors import NAME, WRAPPED, unwrapped
from engine.bpmn.xml import (
    BPMN,
    FLOWABLE,
    SPIFF,
    ZEEBE,
    child,
    children,
    extensions,
    local,
    namespace,
    said,
    sister_elements,
    text_of,
)

HANDED_OVER = ("serviceTask", "sendTask", "intermediateThrowEvent", "endEvent")
"""Where `masar:input` is what the operation or message is given, not data of the activity."""


@dataclass(slots=True)
class _Draft:
    """A mapping as it is read, word after word."""

    faults: FaultList
    inputs: list[tuple[str, str | Expression]] = field(default_factory=list)
    outputs: list[tuple[str, Expression]] = field(default_factory=list)
    isolated: bool = False
    only_mapped: bool = False
    before: Script | None = None
    after: Script | None = None
    kept: dict[str, Expression] = field(default_factory=dict)
    """Outputs that only the other outputs see."""

    def take_in(self, name: str, given: str | Expression | None, at: etree._Element) -> None:
        if not NAME.fullmatch(name):
            self.faults.add("mapping_not_read", at, name=name)
        elif given is not None:
            self.inputs.append((name, given))

    def hand_out(self, name: str, given: str | Expression | None, at: etree._Element) -> None:
        if isinstance(given, str):
            given = expression(json.dumps(given), at, self.faults)
        if not NAME.fullmatch(name):
            self.faults.add("mapping_not_read", at, name=name)
        elif given is not None:
            self.outputs.append((name, given))

    def finished(self) -> DataMapping | None:
        mapping = DataMapping(
            tuple(self.inputs),
            tuple((name, self._seeing_kept(given)) for name, given in self.outputs),
            self.isolated,
            "mapped" if self.only_mapped else "all",
            self.before,
            self.after,
        )
        return None if mapping == DataMapping() else mapping

    def _seeing_kept(self, given: Expression) -> Expression:
        if not self.kept.keys() & given.names:
            return given
        kept, closure = dict(self.kept), given.closure

        def seeing(names: Mapping[str, Any]) -> Any:
            return closure({**names, **{name: one.closure(names) for name, one in kept.items()}})

        names = given.names.union(*(one.names for one in kept.values())) - kept.keys()
        return Expression(given.text, frozenset(names), seeing)


def mapping_of(diagram: Diagram, shape: Shape, faults: FaultList) -> DataMapping | None:
    """The data mapping of an activity, in any modeler's words; None when it has none."""
    element, draft = shape.element, _Draft(faults)
    if any(local(one) == "extensionElements" or namespace(one) != BPMN for one in element):
        _own(element, shape.kind, draft)
        _zeebe(element, draft)
        _input_output(element, draft)
        _in_and_out(element, draft)
        _scripts(element, draft)
    if (
        child(element, "dataInputAssociation") is not None
        or child(element, "dataOutputAssociation") is not None
    ):
        _associations(element, draft)
    return draft.finished()


def _own(element: etree._Element, kind: str, draft: _Draft) -> None:
    """`masar:input` and `masar:output`; with an output, outputs alone go outwards."""
    if kind not in HANDED_OVER:
        for given in extensions(element, "input"):
            draft.take_in(given.get("name", ""), value(given.get("value", ""), given, draft.faults), given)
    for given in extensions(element, "output"):
        draft.hand_out(given.get("name", ""), value(given.get("value", ""), given, draft.faults), given)
        draft.only_mapped = True


def _zeebe(element: etree._Element, draft: _Draft) -> None:
    """Camunda 8: inputs are local; with an output, outputs alone go outwards; what a call passes is said."""
    for around in extensions(element, "ioMapping", ZEEBE):
        for given in children(around, "input", ZEEBE):
            draft.take_in(given.get("target", ""), _zeebe_value(given, draft), given)
        for given in children(around, "output", ZEEBE):
            draft.hand_out(given.get("target", ""), _zeebe_value(given, draft), given)
            draft.only_mapped = True
    for called in extensions(element, "calledElement", ZEEBE):
        draft.isolated = called.get("propagateAllParentVariables") == "false"
        draft.only_mapped = draft.only_mapped or called.get("propagateAllChildVariables") == "false"


def _zeebe_value(given: etree._Element, draft: _Draft) -> str | Expression | None:
    source = given.get("source", "").strip()
    return expression(source, given, draft.faults) if source.startswith("=") else source


def _input_output(element: etree._Element, draft: _Draft) -> None:
    """Camunda 7: input parameters are local, output parameters are written outwards beside all the rest."""
    connectors = [one for connector in sister_elements(element, "connector") for one in connector]
    around = sister_elements(element, "inputOutput")
    for parameter in (one for holder in around for one in holder):
        given = _parameter(parameter, draft.faults)
        if local(parameter) == "inputParameter":
            draft.take_in(parameter.get("name", ""), given, parameter)
        elif local(parameter) == "outputParameter":
            draft.hand_out(parameter.get("name", ""), given, parameter)
    for parameter in (one for holder in connectors if local(holder) == "inputOutput" for one in holder):
        if local(parameter) == "outputParameter":
            draft.hand_out(parameter.get("name", ""), _parameter(parameter, draft.faults), parameter)


def _parameter(parameter: etree._Element, faults: FaultList) -> str | Expression | None:
    """A parameter's text or expression, or its list or map of such."""
    if not len(parameter):
        return value(parameter.text or "", parameter, faults)
    if (text := _literal(parameter[0])) is None:
        faults.add("mapping_not_read", parameter, name=parameter.get("name", ""))
        return None
    return expression(text, parameter, faults)


def _literal(definition: etree._Element) -> str | None:
    """A list or map as an expression; None for a script or what is nested deeper than one another."""
    if local(definition) == "list":
        items = [_item(one) for one in definition]
        return None if None in items else f"[{', '.join(str(item) for item in items)}]"
    if local(definition) == "map":
        entries = [(json.dumps(one.get("key", "")), _item(one)) for one in definition]
        return (
            None
            if None in dict(entries).values()
            else f"{{{', '.join(f'{key}: {item}' for key, item in entries)}}}"
        )
    return None


def _item(one: etree._Element) -> str | None:
    if len(one):
        return _literal(one[0])
    if local(one) not in ("value", "entry"):
        return _literal(one)
    text = text_of(one)
    return f"({unwrapped(text)})" if WRAPPED.fullmatch(text) else json.dumps(text)


def _in_and_out(element: etree._Element, draft: _Draft) -> None:
    """Camunda 7 and Flowable: a call that says what it passes passes only that."""
    if local(element) != "callActivity":
        return
    given = [one for one in sister_elements(element, "in") if not one.get("businessKey")]
    back = sister_elements(element, "out")
    if not given and not back:
        return
    everything = [one for one in given if one.get("variables") == "all" and one.get("local") != "true"]
    draft.isolated = not everything and said(element, "inheritVariables", FLOWABLE) != "true"
    draft.only_mapped = not any(one.get("variables") == "all" for one in back)
    for one in given:
        if one.get("variables") != "all":
            draft.take_in(one.get("target", ""), _passed(one, draft), one)
    first, draft.outputs = draft.outputs, []
    for one in back:
        passed = _passed(one, draft) if one.get("variables") != "all" else None
        if one.get("local") == "true" and isinstance(passed, Expression):
            draft.kept[one.get("target", "")] = passed
        elif one.get("variables") != "all":
            draft.hand_out(one.get("target", ""), passed, one)
    draft.outputs += first


def _passed(one: etree._Element, draft: _Draft) -> str | Expression | None:
    """The expression of `sourceExpression`, or the variable `source`, null where there is none."""
    if text := one.get("sourceExpression"):
        return value(text, one, draft.faults)
    source = (one.get("source") or "").strip()
    return _read(source) if NAME.fullmatch(source) else expression(source, one, draft.faults)


def _scripts(element: etree._Element, draft: _Draft) -> None:
    """SpiffArena: assignments before and after an activity."""
    for found in extensions(element, "preScript", SPIFF):
        draft.before = scripted(found.text or "", found, draft.faults)
    for found in extensions(element, "postScript", SPIFF):
        draft.after = scripted(found.text or "", found, draft.faults)


def _associations(element: etree._Element, draft: _Draft) -> None:
    """BPMN: an association that computes something, or leads between variables of different names."""
    declared = {str(one.get("id")) for one in element.iter("{*}dataInput", "{*}dataOutput")}
    looped = {text_of(one) for one in element.iter("{*}loopDataInputRef", "{*}loopDataOutputRef")}
    for association in children(element, "dataInputAssociation"):
        target = text_of(child(association, "targetRef"))
        if target in looped:  # the whole collection, which the repetition itself takes
            continue
        for name, given in _moved(association, target, declared, draft):
            draft.take_in(name, given, association)
    for association in children(element, "dataOutputAssociation"):
        source = text_of(child(association, "sourceRef"))
        if source in looped:
            continue
        for name, given in _moved(association, source, declared, draft):
            draft.hand_out(name, given, association)


def _moved(
    association: etree._Element, inner: str, declared: set[str], draft: _Draft
) -> Iterable[tuple[str, Expression]]:
    """Target and value of each part of an association; nothing for one that only draws where data come from."""
    assignments = children(association, "assignment")
    for assignment in assignments:
        target = unwrapped(text_of(child(assignment, "to")))
        text = text_of(child(assignment, "from"))
        name = variable_of(association, target) or target
        if text and target and (given := expression(_readable(association, text), association, draft.faults)):
            yield name, given
    source = variable_of(association, text_of(child(association, "sourceRef")))
    target = variable_of(association, text_of(child(association, "targetRef"))) or ""
    transformed = text_of(child(association, "transformation"))
    if assignments or not target or inner not in declared:
        return
    if transformed and (given := expression(transformed, association, draft.faults)):
        yield target, given
    elif not transformed and source and source != target:
        yield target, _read(source, target)


def _readable(at: etree._Element, text: str) -> str:
    """The text, or the variable's name when it is the id of a data object or input."""
    return variable_of(at, text) or text


def _read(name: str, otherwise: str = "") -> Expression:
    """The value of a variable, of another one where it is missing, else null."""
    return Expression(name, frozenset((name,)), lambda names: names.get(name, names.get(otherwise)))
