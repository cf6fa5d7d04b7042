"""What operations and messages are given: literal texts and expressions, in the words of every modeler."""

import ast
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.compiling import expression, value, variable_of
from engine.bpmn.expressions import Expression
from engine.bpmn.faults import FaultList
from engine.bpmn.nodes import Inputs
from engine.bpmn.vendors import of_message
from engine.bpmn.xml import (
    BPMN,
    SPIFF,
    ZEEBE,
    child,
    children,
    extensions,
    local,
    sister_elements,
    text_of,
)

_EVENTS = tuple(f"{{{BPMN}}}{kind}" for kind in ("intermediateThrowEvent", "endEvent"))


def inputs(element: etree._Element, faults: FaultList) -> Inputs:
    """What an operation or message is given: literal texts, or expressions in `${…}` or after `=`."""
    found: list[tuple[str, str | Expression]] = []
    for name, text, at in _given(element):
        compiled = value(text, at, faults)
        if not name:
            faults.add("keeps_incomplete", at, field=text, name=name)
        elif compiled is not None:
            found.append((name, compiled))
    return tuple(found) + _payload(element, faults)


def _payload(element: etree._Element, faults: FaultList) -> Inputs:
    """What a message or signal of SpiffArena carries, where it is written as a map."""
    found: list[tuple[str, str | Expression]] = []
    for given in of_message(element, "messagePayload", "payloadExpression"):
        text = text_of(given)
        try:
            written = ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            written = None
        if not isinstance(written, ast.Dict):
            faults.add("mapping_not_read", given, name=local(given))
            continue
        for key, part in zip(written.keys, written.values, strict=True):
            name = str(key.value) if isinstance(key, ast.Constant) else ""
            compiled = expression(ast.get_source_segment(text, part) or "", given, faults)
            if compiled is not None and name:
                found.append((name, compiled))
    return tuple(found)


def _given(element: etree._Element) -> Iterator[tuple[str, str, etree._Element]]:
    """Name and text of each value, in the words of Masar, SpiffArena and connectors, and of others on events."""
    for given in extensions(element, "input"):
        yield given.get("name", "").strip(), given.get("value", ""), given
    for operator in extensions(element, "serviceTaskOperator", SPIFF):
        for given in operator.iter(f"{{{SPIFF}}}parameter"):
            yield given.get("id", "").strip(), f"={given.get('value', '')}", given
    for connector in sister_elements(element, "connector"):
        yield from _parameters(connector)
    if element.tag in _EVENTS:
        yield from _associated(element)
        yield from (
            pair for one in element for pair in _passed(one) if local(one).endswith("EventDefinition")
        )
        for around in extensions(element, "ioMapping", ZEEBE):
            for given in children(around, "input", ZEEBE):
                yield given.get("target", "").strip(), given.get("source", ""), given
        yield from _parameters(element)


def _associated(event: etree._Element) -> Iterator[tuple[str, str, etree._Element]]:
    """BPMN's own data of a thrown event: what its inputs take in."""
    for association in children(event, "dataInputAssociation"):
        source = variable_of(event, text_of(child(association, "sourceRef")))
        target = variable_of(event, text_of(child(association, "targetRef")))
        if source and target:
            yield target, f"={source}", association


def _passed(definition: etree._Element) -> Iterator[tuple[str, str, etree._Element]]:
    """What an event of Camunda 7 carries: its `in` elements."""
    for given in sister_elements(definition, "in"):
        text = given.get("sourceExpression") or f"={given.get('source', '')}"
        if given.get("target"):
            yield str(given.get("target")), text, given


def _parameters(holder: etree._Element) -> Iterator[tuple[str, str, etree._Element]]:
    """The input parameters of Camunda 7 that are texts, of an event or within a connector."""
    inside = (one for one in holder if local(one) == "inputOutput")
    for around in (*sister_elements(holder, "inputOutput"), *inside):
        for given in around:
            if local(given) == "inputParameter" and not len(given):
                yield given.get("name", "").strip(), text_of(given), given
