"""The event definitions of a shape as events; what cannot be executed there is a fault."""

from typing import Literal

from lxml import etree

from engine.bpmn.compiling import PLACES, expression, template, timer
from engine.bpmn.diagram import Diagram, Shape
from engine.bpmn.events import CodeEvent, ConditionEvent, Event, NamedEvent
from engine.bpmn.expressions import Expression
from engine.bpmn.faults import FaultList
from engine.bpmn.vendors import of_message
from engine.bpmn.xml import CAMUNDA, ZEEBE, child, children, extensions, local, namespace, said, text_of

CATCHING = ("message", "signal", "timer", "conditional")
ALLOWED: dict[str, tuple[str, ...]] = {
    "startEvent": CATCHING,
    "intermediateCatchEvent": (*CATCHING, "link"),
    "intermediateThrowEvent": ("message", "signal", "escalation", "compensate", "link"),
    "endEvent": ("message", "signal", "error", "escalation", "compensate", "terminate", "cancel"),
    "boundaryEvent": (*CATCHING, "error", "escalation", "compensate", "cancel"),
    "eventSubStart": (*CATCHING, "error", "escalation", "compensate"),
}
SUFFIX = "EventDefinition"
NamedKind = Literal["message", "signal"]
CODES = {"error": "errorCode", "escalation": "escalationCode"}


def definitions(diagram: Diagram, shape: Shape) -> list[tuple[str, etree._Element]]:
    """Kind and element of each event definition of a shape, those referred to included."""
    found = [element for element in shape.element if namespace(element) and local(element).endswith(SUFFIX)]
    references = [text_of(reference) for reference in children(shape.element, "eventDefinitionRef")]
    known = diagram.event_definitions
    found += [known[name.split(":")[-1]] for name in references if name.split(":")[-1] in known]
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
    for reference in children(shape.element, "eventDefinitionRef"):
        if text_of(reference).split(":")[-1] not in diagram.event_definitions:
            faults.add("unknown_reference", shape.element, reference=text_of(reference))
    events: list[Event] = []
    for kind, element in found:
        if not _is_allowed(diagram, shape, kind):
            faults.add("unsupported_event", shape.element, kind=kind, where=shape.kind)
        elif kind != "link" and (event := _event(diagram, shape, kind, element, faults)):
            events.append(event)
    if len(found) > 1 and "link" in {kind for kind, _ in found}:
        faults.add("unsupported_event", shape.element, kind="link", where=shape.kind)
    if shape.kind == "boundaryEvent" and not found:
        faults.add("unsupported_event", shape.element, kind="none", where=shape.kind)
    return tuple(events)


def message_event(diagram: Diagram, shape: Shape, faults: FaultList) -> tuple[Event, ...]:
    """The message of a send or receive task."""
    found = [element for kind, element in definitions(diagram, shape) if kind == "message"]
    at = found[0] if found and not shape.element.get("messageRef") else shape.element
    event = _named(diagram, shape, "message", at, faults)
    return (event,) if event else ()


def is_event_start(diagram: Diagram, shape: Shape) -> bool:
    """Whether it is the start of an event sub-process."""
    around = diagram.shapes.get(shape.scope)
    return shape.kind == "startEvent" and around is not None and around.is_event_sub


def _is_allowed(diagram: Diagram, shape: Shape, kind: str) -> bool:
    interrupts = shape.element.get("cancelActivity") != "false"
    if is_event_start(diagram, shape):
        interrupts = shape.element.get("isInterrupting") != "false"
        return kind in ALLOWED["eventSubStart"] and (interrupts or kind != "error")
    if shape.kind == "startEvent" and shape.scope not in diagram.processes:
        return False
    if kind == "error" and shape.kind == "boundaryEvent":
        return interrupts
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
    if kind == "compensate":
        activity = element.get("activityRef")
        if activity and activity not in diagram.shapes:
            faults.add("unknown_reference", element, reference=activity)
        return CodeEvent(kind, activity, waits=element.get("waitForCompletion") != "false")
    return CodeEvent(kind)


def _key_of(text: str) -> str:
    """The name of the one key of a Camunda 8 subscription: that of the variable it is, else `correlationKey`."""
    name = text.strip().removeprefix("=").strip().rpartition(".")[2]
    return name if name.isidentifier() else "correlationKey"


def _coded(diagram: Diagram, kind: str, element: etree._Element, faults: FaultList) -> CodeEvent:
    reference = element.get(f"{kind}Ref")
    definition = diagram.definition(kind, reference) if reference else None
    if reference and definition is None:
        faults.add("unknown_reference", element, reference=reference)
    code_as = said(element, f"{kind}CodeVariable", CAMUNDA)
    if definition is None:
        return CodeEvent(kind, code_as=code_as)
    code = definition.get(CODES[kind]) or reference
    return CodeEvent(kind, code, definition.get("name") or "", code_as=code_as)


def _named(
    diagram: Diagram, shape: Shape, kind: NamedKind, element: etree._Element, faults: FaultList
) -> NamedEvent | None:
    reference = element.get(f"{kind}Ref")
    definition = diagram.definition(kind, reference) if reference else None
    if reference and definition is None:
        faults.add("unknown_reference", element, reference=reference)
        return None
    name = _name(diagram, shape, kind, definition)
    if not name:
        faults.add("message_without_name", element)
        name = shape.id
    keys, lenient = _correlation(diagram, shape, reference, definition, faults)
    return NamedEvent(kind, name, keys, lenient, _spelled(name, shape, element, faults))


def _spelled(name: str, shape: Shape, at: etree._Element, faults: FaultList) -> Expression | None:
    """The expression of a name that depends on the data: `paid-${reference}`, `= "paid-" + reference`."""
    if not PLACES.search(name) and not name.startswith("="):
        return None
    spelled = template(name, at, faults)
    if spelled is not None and shape.kind == "startEvent" and spelled.names:
        faults.add("bad_expression", at, text=name[:80], why="unknown_name", name=sorted(spelled.names)[0])
    return spelled


def _name(diagram: Diagram, shape: Shape, kind: NamedKind, definition: etree._Element | None) -> str | None:
    """What a message or signal is called: by its definition, its message flow, else by the element."""
    if definition is not None:
        return (definition.get("name") or definition.get("id") or "").strip()
    flow = diagram.message_flow(shape.id) if kind == "message" else None
    if flow is not None:
        return _name_of_flow(diagram, flow)
    return " ".join((shape.element.get("name") or "").split()) or None


def _name_of_flow(diagram: Diagram, flow: etree._Element) -> str:
    """The same name for both ends of a message flow: of its message, of either end's, its own, or its id."""
    message = diagram.definition("message", flow.get("messageRef")) if flow.get("messageRef") else None
    ends = [diagram.shapes.get((flow.get(side) or "").split(":")[-1]) for side in ("sourceRef", "targetRef")]
    for end in ends:
        if message is None and end is not None:
            message = diagram.definition("message", _message_of(diagram, end))
    if message is not None and message.get("name"):
        return str(message.get("name")).strip()
    return " ".join((flow.get("name") or "").split()) or str(flow.get("id"))


def _message_of(diagram: Diagram, shape: Shape) -> str | None:
    own = shape.element.get("messageRef")
    return own or next(
        (e.get("messageRef") for kind, e in definitions(diagram, shape) if kind == "message"), None
    )


def _correlation(
    diagram: Diagram,
    shape: Shape,
    reference: str | None,
    definition: etree._Element | None,
    faults: FaultList,
) -> tuple[tuple[tuple[str, Expression], ...], bool]:
    """Keys by `masar:correlates`, by BPMN's correlation properties, or by `zeebe:subscription`; and whether only by
    BPMN's."""
    texts: dict[str, tuple[str, etree._Element]] = {}
    for prop in children(diagram.root, "correlationProperty"):
        for retrieval in children(prop, "correlationPropertyRetrievalExpression"):
            if reference and retrieval.get("messageRef") == reference and len(retrieval):
                texts[str(prop.get("name") or prop.get("id"))] = (text_of(retrieval[0]), retrieval)
    lenient = bool(texts)
    for holder in (definition, shape.element):
        if holder is None:
            continue
        for found in extensions(holder, "correlates"):
            key = found.get("key", "")
            texts[key] = (found.get("value") or key, found)
        for found in extensions(holder, "subscription", ZEEBE):
            text = found.get("correlationKey", "")
            texts[_key_of(text)] = (text, found)
    texts |= _correlated_variables(shape.element)
    compiled = [(key, expression(text, at, faults)) for key, (text, at) in texts.items()]
    return tuple((key, value) for key, value in compiled if value is not None), lenient


def _correlated_variables(element: etree._Element) -> dict[str, tuple[str, etree._Element]]:
    """Keys by SpiffArena's `processVariableCorrelation`."""
    texts: dict[str, tuple[str, etree._Element]] = {}
    for found in of_message(element, "processVariableCorrelation"):
        said = {local(one): text_of(one) for one in found}
        texts[said.get("propertyId", "")] = (said.get("expression", ""), found)
    return texts
