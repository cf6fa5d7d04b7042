"""The event definitions of a shape as events; what cannot be executed there is a fault."""

from typing import Literal

from lxml import etree

from engine.bpmn.compiling import expression, timer
from engine.bpmn.diagram import Diagram, Shape
from engine.bpmn.events import CodeEvent, ConditionEvent, Event, NamedEvent
from engine.bpmn.expressions import Expression
from engine.bpmn.faults import FaultList
from engine.bpmn.xml import ZEEBE, child, children, extensions, local, namespace, text_of

CATCHING = ("message", "signal", "timer", "conditional")
ALLOWED: dict[str, tuple[str, ...]] = {
    "startEvent": CATCHING,
    "intermediateCatchEvent": (*CATCHING, "link"),
    "intermediateThrowEvent": ("message", "signal", "escalation", "link"),
    "endEvent": ("message", "signal", "error", "escalation", "terminate", "cancel"),
    "boundaryEvent": (*CATCHING, "error", "escalation", "cancel"),
}
SUFFIX = "EventDefinition"
NamedKind = Literal["message", "signal"]
CODES = {"error": "errorCode", "escalation": "escalationCode"}


def definitions(diagram: Diagram, shape: Shape) -> list[tuple[str, etree._Element]]:
    """Kind and element of each event definition of a shape, those referred to included."""
    found = [element for element in shape.element if namespace(element) and local(element).endswith(SUFFIX)]
    for reference in children(shape.element, "eventDefinitionRef"):
        for element in diagram.root.iter("*"):
            if element.get("id") == text_of(reference) and local(element).endswith(SUFFIX):
                found.append(element)
    return [(local(element).removesuffix(SUFFIX), element) for element in found]


def links(diagram: Diagram, shape: Shape) -> list[str]:
    """Names of the links that a shape throws or catches."""
    return [
        (e.get("name") or shape.element.get("name") or "")
        for kind, e in definitions(diagram, shape)
        if kind == "link"
    ]


def events_of(diagram: Diagram, shape: Shape, faults: FaultList) -> tuple[Event, ...]:
    """The events of a shape; empty for a none event."""
    found = definitions(diagram, shape)
    events: list[Event] = []
    for kind, element in found:
        if not _is_allowed(diagram, shape, kind):
            faults.add("unsupported_event", shape.element, kind=kind, where=shape.kind)
        elif kind != "link" and (event := _event(diagram, shape, kind, element, faults)):
            events.append(event)
    if len(found) > 1 and (
        shape.element.get("parallelMultiple") == "true" or "link" in {kind for kind, _ in found}
    ):
        faults.add("unsupported_event", shape.element, kind="parallelMultiple", where=shape.kind)
    if shape.kind == "boundaryEvent" and not found:
        faults.add("unsupported_event", shape.element, kind="none", where=shape.kind)
    return tuple(events)


def message_event(diagram: Diagram, shape: Shape, faults: FaultList) -> tuple[Event, ...]:
    """The message of a send or receive task; a fault without one."""
    if shape.element.get("messageRef"):
        event = _named(diagram, shape, "message", shape.element, faults)
        return (event,) if event else ()
    found = [element for kind, element in definitions(diagram, shape) if kind == "message"]
    event = _named(diagram, shape, "message", found[0], faults) if found else None
    if not found:
        faults.add("message_without_name", shape.element)
    return (event,) if event else ()


def _is_allowed(diagram: Diagram, shape: Shape, kind: str) -> bool:
    if shape.kind == "startEvent" and shape.scope not in diagram.processes:
        return False
    if kind == "error" and shape.kind == "boundaryEvent":
        return shape.element.get("cancelActivity") != "false"
    if kind == "cancel":
        around = diagram.shapes.get(shape.attached_to or shape.scope)
        return kind in ALLOWED[shape.kind] and around is not None and around.kind == "transaction"
    return kind in ALLOWED[shape.kind]


def _event(
    diagram: Diagram, shape: Shape, kind: str, element: etree._Element, faults: FaultList
) -> Event | None:
    if kind == "timer":
        return timer(element, faults)
    if kind == "conditional":
        condition = expression(text_of(child(element, "condition")), element, faults)
        return ConditionEvent(condition) if condition else None
    if kind == "message" or kind == "signal":
        return _named(diagram, shape, "signal" if kind == "signal" else "message", element, faults)
    if kind in CODES:
        return _coded(diagram, kind, element, faults)
    return CodeEvent(kind)


def _coded(diagram: Diagram, kind: str, element: etree._Element, faults: FaultList) -> CodeEvent:
    reference = element.get(f"{kind}Ref")
    definition = diagram.definition(kind, reference) if reference else None
    if reference and definition is None:
        faults.add("unknown_reference", element, reference=reference)
    if definition is None:
        return CodeEvent(kind)
    return CodeEvent(kind, definition.get(CODES[kind]) or reference, definition.get("name") or "")


def _named(
    diagram: Diagram, shape: Shape, kind: NamedKind, element: etree._Element, faults: FaultList
) -> NamedEvent | None:
    reference = element.get(f"{kind}Ref")
    definition = diagram.definition(kind, reference) if reference else None
    if reference and definition is None:
        faults.add("unknown_reference", element, reference=reference)
        return None
    name = definition.get("name") or reference if definition is not None else shape.element.get("name")
    if not name:
        faults.add("message_without_name", element)
        return None
    return NamedEvent(kind, name.strip(), _correlation(diagram, shape, reference, definition, faults))


def _correlation(
    diagram: Diagram,
    shape: Shape,
    reference: str | None,
    definition: etree._Element | None,
    faults: FaultList,
) -> tuple[tuple[str, Expression], ...]:
    """Keys by `masar:correlates`, by BPMN's correlation properties, or by `zeebe:subscription`."""
    texts: dict[str, tuple[str, etree._Element]] = {}
    for prop in children(diagram.root, "correlationProperty"):
        for retrieval in children(prop, "correlationPropertyRetrievalExpression"):
            if reference and retrieval.get("messageRef") == reference and len(retrieval):
                texts[str(prop.get("name") or prop.get("id"))] = (text_of(retrieval[0]), retrieval)
    for holder in (definition, shape.element):
        if holder is None:
            continue
        for found in extensions(holder, "correlates"):
            key = found.get("key", "")
            texts[key] = (found.get("value") or key, found)
        for found in extensions(holder, "subscription", ZEEBE):
            texts["correlationKey"] = (found.get("correlationKey", ""), found)
    compiled = [(key, expression(text, at, faults)) for key, (text, at) in texts.items()]
    return tuple((key, value) for key, value in compiled if value is not None)
