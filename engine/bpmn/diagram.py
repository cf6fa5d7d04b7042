"""The elements of a BPMN file by scope, with their flows, lanes and the definitions they refer to."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.faults import FaultList
from engine.bpmn.xml import BPMN, child, children, is_ncname, line_of, local, namespace, text_of, walk

STEPS = ("userTask", "manualTask", "task")
TASKS = (*STEPS, "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask")
CONTAINERS = ("subProcess", "transaction", "adHocSubProcess")
ACTIVITIES = (*TASKS, *CONTAINERS, "callActivity")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway")
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
EXECUTED = frozenset((*ACTIVITIES, *GATEWAYS, *EVENTS))
REFUSED = frozenset(
    ("callChoreography", "choreographyTask", "subChoreography",
     "callConversation", "conversation", "subConversation")
)  # fmt: skip
DOCUMENTATION = frozenset((
    "documentation", "extensionElements", "laneSet", "sequenceFlow", "association", "group",
    "textAnnotation", "dataObject", "dataObjectReference", "dataStoreReference", "property",
    "ioSpecification", "ioBinding", "auditing", "monitoring", "supportedInterfaceRef", "resourceRole",
    "performer", "humanPerformer", "potentialOwner", "correlationSubscription", "supports", "incoming",
    "outgoing", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "dataInputAssociation",
    "dataOutputAssociation", "category", "artifact", "completionCondition",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class SequenceFlow:
    """An arrow between two nodes of one scope."""

    id: str
    source: str
    target: str
    condition: str | None
    element: etree._Element


@dataclass(slots=True)
class Shape:
    """A flow node as drawn; flows in the order of the document."""

    id: str
    kind: str
    element: etree._Element
    scope: str
    incoming: list[SequenceFlow] = field(default_factory=list)
    outgoing: list[SequenceFlow] = field(default_factory=list)
    boundaries: list["Shape"] = field(default_factory=list)

    @property
    def attached_to(self) -> str | None:
        return self.element.get("attachedToRef") if self.kind == "boundaryEvent" else None

    @property
    def is_event_sub(self) -> bool:
        """Whether it is an event sub-process, which no flow leads to."""
        return self.kind in CONTAINERS and self.element.get("triggeredByEvent") == "true"

    @property
    def undoes(self) -> bool:
        """Whether it is there to undo another activity, and no flow leads to it."""
        return self.kind in ACTIVITIES and self.element.get("isForCompensation") == "true"


@dataclass(slots=True)
class Diagram:
    """A file taken apart: `scopes` gives the shapes of each process and sub-process by its id."""

    root: etree._Element
    processes: dict[str, etree._Element] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    scopes: dict[str, list[Shape]] = field(default_factory=dict)
    flows: dict[str, SequenceFlow] = field(default_factory=dict)
    lanes: dict[str, etree._Element] = field(default_factory=dict)
    associations: dict[str, str] = field(default_factory=dict)
    message_flows: dict[str, etree._Element] = field(default_factory=dict)
    event_definitions: dict[str, etree._Element] = field(default_factory=dict)
    """Those that events refer to by id."""

    def undone_by(self, boundary: str) -> Shape | None:
        """The activity that an association leads to from a compensation boundary event."""
        return self.shapes.get(self.associations.get(boundary, ""))

    def message_flow(self, shape: str) -> etree._Element | None:
        """The message flow that a shape sends or receives by, if it is drawn."""
        return self.message_flows.get(shape)

    def definition(self, kind: str, name: str | None) -> etree._Element | None:
        """The message, signal, error, escalation or event definition of that id."""
        for element in children(self.root, kind):
            if element.get("id") == name or element.get("id") == (name or "").split(":")[-1]:
                return element
        return None


def taken_apart(root: etree._Element, faults: FaultList) -> Diagram:
    """The diagram of a BPMN file; what is wrong with its structure is added to the faults."""
    diagram = Diagram(root)
    _take_connections(diagram)
    _check_ids(root, faults)
    for process in children(root, "process"):
        name = process.get("id")
        if not name:
            faults.add("no_id", process, kind="process")
            continue
        diagram.processes[name] = process
        _take_scope(diagram, process, faults)
        _take_lanes(diagram, process, faults)
    for flow in diagram.flows.values():
        _connect(diagram, flow, faults)
    for shape in diagram.shapes.values():
        _attach(diagram, shape, faults)
    return diagram


def _take_connections(diagram: Diagram) -> None:
    """What elements refer to from afar, by id; the first one counts."""
    for element in walk(diagram.root):
        kind = local(element)
        if kind == "association":
            diagram.associations.setdefault(element.get("sourceRef", ""), element.get("targetRef", ""))
        elif kind == "messageFlow":
            for side in ("sourceRef", "targetRef"):
                diagram.message_flows.setdefault((element.get(side) or "").split(":")[-1], element)
        elif kind.endswith("EventDefinition") and element.get("id"):
            diagram.event_definitions.setdefault(str(element.get("id")), element)


def within(diagram: Diagram, scope: str) -> Iterator[Shape]:
    """All shapes of a process or sub-process, those of inner sub-processes included."""
    for shape in diagram.scopes.get(scope, ()):
        yield shape
        if shape.kind in CONTAINERS:
            yield from within(diagram, shape.id)


def _check_ids(root: etree._Element, faults: FaultList) -> None:
    seen: dict[str, etree._Element] = {}
    for element in walk(root):
        name = element.get("id")
        if not name:
            continue
        if not is_ncname(name):
            faults.add("odd_id" if is_ncname(f"_{name}") else "bad_id", element, id=name)
        if name in seen:
            faults.add("id_twice", element, id=name, first=line_of(seen[name]))
        seen.setdefault(name, element)


def _take_scope(diagram: Diagram, container: etree._Element, faults: FaultList) -> None:
    scope = container.get("id") or ""
    diagram.scopes[scope] = []
    for element in container:
        kind = local(element)
        if namespace(element) != BPMN:
            continue
        if kind == "sequenceFlow":
            _take_flow(diagram, element, faults)
        elif kind in EXECUTED:
            _take_shape(diagram, element, kind, scope, faults)
        elif kind in REFUSED:
            faults.add("unsupported_element", element, kind=kind)
        elif kind not in DOCUMENTATION:
            faults.add("unknown_element", element, kind=kind)


def _take_shape(diagram: Diagram, element: etree._Element, kind: str, scope: str, faults: FaultList) -> None:
    name = element.get("id")
    if not name or name.split() != [name]:
        faults.add("no_id", element, kind=kind)
        return
    shape = Shape(name, kind, element, scope)
    diagram.shapes.setdefault(name, shape)
    diagram.scopes[scope].append(shape)
    if kind in CONTAINERS:
        _take_scope(diagram, element, faults)


def _take_flow(diagram: Diagram, element: etree._Element, faults: FaultList) -> None:
    name = element.get("id") or f"flow@{line_of(element)}:{len(diagram.flows)}"
    condition = child(element, "conditionExpression")
    text = text_of(condition) or None
    flow = SequenceFlow(name, element.get("sourceRef", ""), element.get("targetRef", ""), text, element)
    diagram.flows.setdefault(name, flow)


def _take_lanes(diagram: Diagram, process: etree._Element, faults: FaultList) -> None:
    """Inner lanes come later in the document, so the innermost wins; data that stand in a lane say nothing."""
    drawn = {element.get("id") for element in process}
    for lane in process.iter(f"{{{BPMN}}}lane"):
        for reference in children(lane, "flowNodeRef"):
            if text_of(reference) in diagram.shapes:
                diagram.lanes[text_of(reference)] = lane
            elif text_of(reference) not in drawn:
                faults.add("lane_of_nothing", lane, reference=text_of(reference))


def _connect(diagram: Diagram, flow: SequenceFlow, faults: FaultList) -> None:
    source, target = diagram.shapes.get(flow.source), diagram.shapes.get(flow.target)
    if source is None or target is None:
        side, missing = ("sourceRef", flow.source) if source is None else ("targetRef", flow.target)
        faults.add("dangling_flow", flow.element, side=side, missing=missing)
        return
    if source.scope != target.scope:
        faults.add("flow_across_scopes", flow.element, source=source.id, target=target.id)
    elif target.kind in ("startEvent", "boundaryEvent"):
        faults.add("flow_into_start", flow.element, target=target.id)
    elif source.kind == "endEvent":
        faults.add("flow_out_of_end", flow.element, source=source.id)
    elif any(shape.is_event_sub or shape.undoes for shape in (source, target)):
        faults.add("flow_to_apart", flow.element, source=source.id, target=target.id)
    else:
        source.outgoing.append(flow)
        target.incoming.append(flow)


def _attach(diagram: Diagram, shape: Shape, faults: FaultList) -> None:
    if shape.kind != "boundaryEvent":
        return
    host = diagram.shapes.get(shape.attached_to or "")
    if host is None or host.kind not in ACTIVITIES or host.scope != shape.scope:
        faults.add("unknown_attached", shape.element, reference=shape.attached_to or "")
    else:
        host.boundaries.append(shape)
