"""From shapes to the executable specification: nodes, connected in the order of the sequence flows."""

from dataclasses import dataclass, field

from engine.bpmn.catching import BoundaryHost, EventSubNode
from engine.bpmn.compiling import expression, repetition
from engine.bpmn.diagram import CONTAINERS, Diagram, SequenceFlow, Shape
from engine.bpmn.faults import FaultList
from engine.bpmn.gateways import Choice, InclusiveJoin
from engine.bpmn.making import Given, NodeMaker
from engine.bpmn.mapping import mapping_of
from engine.bpmn.nodes import FlowSpec, Node
from engine.bpmn.reacting import definitions, links
from engine.bpmn.repeats import RepeatNode
from engine.bpmn.throwing import UNDO, UndoFlowNode, UndoNode, undoing

UNCONDITIONAL = ("parallelGateway", "eventBasedGateway")
JOINS = ("parallelGateway", "inclusiveGateway", "complexGateway")


@dataclass(slots=True)
class Runtime:
    """What running needs: the main flow, and the others by id."""

    flow: FlowSpec
    inner: dict[str, FlowSpec] = field(default_factory=dict)


def built(diagram: Diagram, main: str, called: list[str], given: Given, faults: FaultList) -> Runtime:
    """The specification of the process `main` and of all it contains and calls."""
    builder = _Builder(diagram, given, faults)
    for scope in (main, *called):
        builder.build(scope)
    flow = builder.flows.pop(main)
    return Runtime(flow, builder.flows)


class _Builder:
    """Builds flow after flow; `entries` and `exits` are the nodes where a shape is entered and left."""

    def __init__(self, diagram: Diagram, given: Given, faults: FaultList) -> None:
        self.diagram = diagram
        self.maker = NodeMaker(diagram, given, faults)
        self.faults = faults
        self.flows: dict[str, FlowSpec] = {}
        self.entries: dict[str, Node] = {}
        self.exits: dict[str, Node] = {}
        self.cores: dict[str, Node] = {}

    def build(self, scope: str) -> None:
        flow = self.flows[scope] = self.maker.flow(scope)
        shapes = self.diagram.scopes[scope]
        drawn = [shape for shape in shapes if not _is_compensation(self.diagram, shape)]
        for shape in drawn:
            self._place(flow, shape)
        for shape in drawn:
            self._surround(flow, shape)
        for shape in drawn:
            self._lead_on(flow, shape)
        self._join_links(drawn)
        self._start(flow, drawn)
        self._make_undoable(flow, shapes)
        _look_back(flow)
        for shape in shapes:
            if shape.kind in CONTAINERS:
                self.build(shape.id)

    def _start(self, flow: FlowSpec, shapes: list[Shape]) -> None:
        starts = [shape for shape in shapes if shape.kind == "startEvent"]
        flow.starts = [self.entries[shape.id] for shape in starts]
        flow.entered = list(flow.starts)
        for shape in shapes:
            if shape.element.get("instantiate") == "true" and shape.scope in self.diagram.processes:
                flow.entered.append(self.entries[shape.id])
                gateway = shape.kind == "eventBasedGateway"
                ids = [way.target for way in shape.outgoing] if gateway else [shape.id]
                flow.starts += [self.entries[id_] for id_ in ids]
        flow.orphans = [self.entries[shape.id] for shape in shapes if _is_orphan(self.diagram, shape)]
        for shape in shapes:
            node = self.entries[shape.id]
            if isinstance(node, EventSubNode):
                if any(event.kind == "compensate" for event in node.events):
                    flow.undoer = node
                else:
                    flow.listeners.append(node)

    def _make_undoable(self, flow: FlowSpec, shapes: list[Shape]) -> None:
        """What undoes each activity, and the nodes that see to it; only where something can be undone."""
        for shape in shapes:
            if _is_compensation(self.diagram, shape):
                handler = self.diagram.undone_by(shape.id)
                host = self.cores.get(shape.attached_to or "")
                if host is not None and handler is not None and handler.id in self.entries:
                    host.undo = self.entries[handler.id].name
            if shape.kind in ("subProcess", "transaction", "adHocSubProcess") and not shape.is_event_sub:
                UndoFlowNode(flow, undoing(shape.id)).flow_name = shape.id
        UndoNode(flow, UNDO)

    def _place(self, flow: FlowSpec, shape: Shape) -> None:
        """The node of the shape, within its repetition if it has one."""
        repeats = repetition(shape.element, self.faults)
        core = self.maker.node(flow, shape, f"{shape.id} item" if repeats else shape.id)
        core.mapping = mapping_of(self.diagram, shape, self.faults)
        self.cores[shape.id] = node = core
        if repeats:
            node = RepeatNode(flow, shape.id, element=shape.id, instance=core.name, repetition=repeats)
        self.entries[shape.id] = self.exits[shape.id] = node

    def _surround(self, flow: FlowSpec, shape: Shape) -> None:
        """An activity with boundary events is entered through its host node."""
        events = [self.entries[boundary.id] for boundary in shape.boundaries if boundary.id in self.entries]
        if not events:
            return
        host = BoundaryHost(flow, f"{shape.id} host")
        host.activity = self.entries[shape.id].name
        for node in (self.entries[shape.id], *events):
            host.connect(node)
        self.entries[shape.id] = host

    def _lead_on(self, flow: FlowSpec, shape: Shape) -> None:
        """Connects the shape to where its flows lead; conditions out of an activity go through a choice."""
        node = self.exits[shape.id]
        default = shape.element.get("default")
        if default and default not in {way.id for way in shape.outgoing}:
            self.faults.add("unknown_default", shape.element, flow=default)
        conditional = default or any(way.condition for way in shape.outgoing)
        if conditional and shape.kind in UNCONDITIONAL:
            self.faults.add("condition_without_effect", shape.element)
        elif conditional and not isinstance(node, Choice):
            node = self._choice_after(flow, shape, node)
        for way in shape.outgoing:
            target = self._entry(flow, way)
            node.connect(target)
            if isinstance(node, Choice):
                self._branch(node, shape, way, target, is_default=way.id == default)

    def _choice_after(self, flow: FlowSpec, shape: Shape, node: Node) -> Node:
        choice = Choice(flow, f"{shape.id} choice", element=None, exclusive=False)
        choice.failing_element = shape.id
        node.connect(choice)
        return choice

    def _entry(self, flow: FlowSpec, way: SequenceFlow) -> Node:
        """Where a flow leads; flows into a join have nodes of their own, so that it can tell them apart."""
        shape = self.diagram.shapes[way.target]
        if shape.kind in JOINS and len(shape.incoming) > 1:
            passing = Node(flow, f"{way.id} flow")
            passing.connect(self.entries[way.target])
            return passing
        return self.entries[way.target]

    def _branch(
        self, node: Choice, shape: Shape, way: SequenceFlow, target: Node, *, is_default: bool
    ) -> None:
        only = shape.kind.endswith("Gateway") and len(shape.outgoing) == 1 and not way.condition
        if is_default or only:
            node.default = target.name
        elif way.condition:
            if compiled := expression(way.condition, way.element, self.faults):
                node.branches.append((compiled, target.name))
        elif shape.kind == "exclusiveGateway":
            self.faults.add("flow_without_condition", way.element, gateway=shape.id)
        else:
            node.always.append(target.name)

    def _join_links(self, shapes: list[Shape]) -> None:
        """A thrown link goes on at the caught link of the same name."""
        caught: dict[str, Node] = {}
        for shape in shapes:
            for name in links(self.diagram, shape) if shape.kind == "intermediateCatchEvent" else ():
                if name in caught:
                    self.faults.add("link_twice", shape.element, name=name)
                caught[name] = self.entries[shape.id]
        for shape in shapes:
            if shape.kind == "intermediateThrowEvent":
                for name in links(self.diagram, shape):
                    if name in caught:
                        self.exits[shape.id].connect(caught[name])
                    else:
                        self.faults.add("link_without_pair", shape.element, name=name)


def _is_orphan(diagram: Diagram, shape: Shape) -> bool:
    catches_link = shape.kind == "intermediateCatchEvent" and bool(links(diagram, shape))
    apart = shape.is_event_sub or shape.undoes or shape.element.get("instantiate") == "true"
    return (
        not shape.incoming
        and shape.kind not in ("startEvent", "boundaryEvent")
        and not catches_link
        and not apart
    )


def _is_compensation(diagram: Diagram, shape: Shape) -> bool:
    """Whether it is the boundary event that marks what undoes an activity; no token ever waits there."""
    return shape.kind == "boundaryEvent" and any(
        kind == "compensate" for kind, _ in definitions(diagram, shape)
    )


def _look_back(flow: FlowSpec) -> None:
    """For every inclusive join: from which nodes each of its inputs can be reached without passing it."""
    before: dict[str, set[str]] = {name: set(node._inputs) for name, node in flow.task_specs.items()}
    for node in flow.task_specs.values():
        if isinstance(node, BoundaryHost):
            for name in node._outputs:
                before[name] |= {node.activity} - {name}
    for join in flow.task_specs.values():
        if isinstance(join, InclusiveJoin):
            join.reaching = {name: _ancestors(name, before, join.name) for name in join._inputs}


def _ancestors(name: str, before: dict[str, set[str]], without: str) -> frozenset[str]:
    found, fresh = {name}, [name]
    while fresh:
        for earlier in before[fresh.pop()] - found - {without}:
            found.add(earlier)
            fresh.append(earlier)
    return frozenset(found)
