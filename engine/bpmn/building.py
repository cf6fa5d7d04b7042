"""From shapes to the executable specification: nodes, connected in the order of the sequence flows."""

from dataclasses import dataclass, field

from engine.bpmn.compiling import expression, inputs, repetition, script
from engine.bpmn.decisions import DecisionTable
from engine.bpmn.diagram import CONTAINERS, STEPS, Diagram, SequenceFlow, Shape
from engine.bpmn.events import BoundaryHost, BoundaryNode, CatchNode, EventGateway, ThrowNode
from engine.bpmn.faults import FaultList
from engine.bpmn.nodes import (
    Choice,
    DecisionNode,
    FlowSpec,
    InclusiveJoin,
    Node,
    ParallelJoin,
    ScriptNode,
    ServiceNode,
    SubFlowNode,
)  # fmt: skip
from engine.bpmn.reacting import events_of, links, message_event
from engine.bpmn.repeats import RepeatNode

JOINS = ("parallelGateway", "inclusiveGateway")


@dataclass(slots=True)
class Runtime:
    """What running needs: the main flow, the others by id, and the node that each sequence flow leads to."""

    flow: FlowSpec
    inner: dict[str, FlowSpec] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Given:
    """What the file does not hold itself: operations and decisions, by element."""

    calls: dict[str, str]
    decisions: dict[str, tuple[DecisionTable, str | None]]


def built(diagram: Diagram, main: str, called: list[str], given: Given, faults: FaultList) -> Runtime:
    """The specification of the process `main` and of all it contains and calls."""
    builder = _Builder(diagram, given, faults)
    for scope in (main, *called):
        builder.build(scope)
    flow = builder.flows.pop(main)
    return Runtime(flow, {**builder.flows, main: flow}, builder.paths)


class _Builder:
    """Builds flow after flow; `entries` and `exits` are the nodes where a shape is entered and left."""

    def __init__(self, diagram: Diagram, given: Given, faults: FaultList) -> None:
        self.diagram = diagram
        self.given = given
        self.faults = faults
        self.flows: dict[str, FlowSpec] = {}
        self.entries: dict[str, Node] = {}
        self.exits: dict[str, Node] = {}
        self.paths: dict[str, str] = {}

    def build(self, scope: str) -> None:
        flow = self.flows[scope] = FlowSpec(scope)
        shapes = self.diagram.scopes[scope]
        for shape in shapes:
            self._place(flow, shape)
        for shape in shapes:
            self._surround(flow, shape)
        for shape in shapes:
            self._lead_on(flow, shape)
        self._join_links(shapes)
        flow.starts = [self.entries[shape.id] for shape in shapes if shape.kind == "startEvent"]
        flow.orphans = [self.entries[shape.id] for shape in shapes if _is_orphan(shape)]
        _look_back(flow)
        for shape in shapes:
            if shape.kind in CONTAINERS:
                self.build(shape.id)

    def _place(self, flow: FlowSpec, shape: Shape) -> None:
        """The node of the shape, within its repetition if it has one."""
        repeats = repetition(shape.element, self.faults)
        core = self._core(flow, shape, f"{shape.id} item" if repeats else shape.id)
        node = core
        if repeats:
            node = RepeatNode(flow, shape.id, element=shape.id, instance=core.name, repetition=repeats)
        self.entries[shape.id] = self.exits[shape.id] = node

    def _core(self, flow: FlowSpec, shape: Shape, name: str) -> Node:
        if shape.kind in STEPS:
            return Node(flow, name, element=shape.id, manual=True)
        if shape.kind.endswith("Gateway"):
            return self._gateway(flow, shape, name)
        if shape.kind in CONTAINERS or shape.kind == "callActivity":
            node = SubFlowNode(flow, name, element=shape.id)
            node.is_call = shape.kind == "callActivity"
            node.flow_name = shape.element.get("calledElement", "") if node.is_call else shape.id
            return node
        if shape.kind in ("scriptTask", "serviceTask", "businessRuleTask"):
            return self._automatic(flow, shape, name)
        return self._event(flow, shape, name)

    def _automatic(self, flow: FlowSpec, shape: Shape, name: str) -> Node:
        if shape.kind == "scriptTask":
            scripted = ScriptNode(flow, name, element=shape.id)
            if compiled := script(shape.element, self.faults):
                scripted.script = compiled
            return scripted
        if shape.id in self.given.decisions:
            deciding = DecisionNode(flow, name, element=shape.id)
            deciding.table, deciding.result = self.given.decisions[shape.id]
            return deciding
        calling = ServiceNode(flow, name, element=shape.id)
        calling.operation = self.given.calls.get(shape.id, "")
        calling.inputs = inputs(shape.element, self.faults)
        return calling

    def _event(self, flow: FlowSpec, shape: Shape, name: str) -> Node:
        if shape.kind in ("sendTask", "receiveTask"):
            events = message_event(self.diagram, shape, self.faults)
        else:
            events = events_of(self.diagram, shape, self.faults)
        if shape.kind == "boundaryEvent":
            boundary = BoundaryNode(flow, name, element=shape.id, events=events)
            boundary.interrupting = shape.element.get("cancelActivity") != "false"
            return boundary
        if not events:
            return Node(flow, name, element=shape.id)
        if shape.kind in ("sendTask", "intermediateThrowEvent", "endEvent"):
            throwing = ThrowNode(flow, name, element=shape.id, events=events)
            throwing.inputs = inputs(shape.element, self.faults)
            return throwing
        return CatchNode(flow, name, element=shape.id, events=events)

    def _gateway(self, flow: FlowSpec, shape: Shape, name: str) -> Node:
        joins = len(shape.incoming) > 1
        if shape.kind == "eventBasedGateway":
            return EventGateway(flow, name, element=shape.id)
        if shape.kind == "inclusiveGateway" and joins:
            return InclusiveJoin(flow, name, element=shape.id, exclusive=False)
        if shape.kind == "parallelGateway":
            return (ParallelJoin if joins else Node)(flow, name, element=shape.id)
        return Choice(flow, name, element=shape.id, exclusive=shape.kind == "exclusiveGateway")

    def _surround(self, flow: FlowSpec, shape: Shape) -> None:
        """An activity with boundary events is entered through its host node."""
        if not shape.boundaries:
            return
        host = BoundaryHost(flow, f"{shape.id} host")
        host.activity = self.entries[shape.id].name
        for node in (self.entries[shape.id], *(self.entries[boundary.id] for boundary in shape.boundaries)):
            host.connect(node)
        self.entries[shape.id] = host

    def _lead_on(self, flow: FlowSpec, shape: Shape) -> None:
        """Connects the shape to where its flows lead; conditions out of an activity go through a choice."""
        node = self.exits[shape.id]
        default = shape.element.get("default")
        if default and default not in {way.id for way in shape.outgoing}:
            self.faults.add("unknown_default", shape.element, flow=default)
        if not isinstance(node, Choice) and (default or any(way.condition for way in shape.outgoing)):
            node = self._choice_after(flow, shape, node)
        for way in shape.outgoing:
            target = self._entry(flow, way)
            self.paths[way.id] = target.name
            node.connect(target)
            if isinstance(node, Choice):
                self._branch(node, shape, way, target, is_default=way.id == default)

    def _choice_after(self, flow: FlowSpec, shape: Shape, node: Node) -> Node:
        if shape.kind.endswith("Gateway"):
            self.faults.add("unsupported_combination", shape.element, kind=shape.kind)
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
        elif shape.kind.endswith("Gateway"):
            self.faults.add("flow_without_condition", way.element, gateway=shape.id)
        else:
            node.always.append(target.name)

    def _join_links(self, shapes: list[Shape]) -> None:
        """A thrown link goes on at the caught link of the same name."""
        caught = {
            name: self.entries[shape.id]
            for shape in shapes if shape.kind == "intermediateCatchEvent"
            for name in links(self.diagram, shape)
        }  # fmt: skip
        for shape in shapes:
            if shape.kind == "intermediateThrowEvent":
                for name in links(self.diagram, shape):
                    if name in caught:
                        self.exits[shape.id].connect(caught[name])
                    else:
                        self.faults.add("link_without_pair", shape.element, name=name)


def _is_orphan(shape: Shape) -> bool:
    catches_link = shape.kind == "intermediateCatchEvent" and not shape.incoming
    return not shape.incoming and shape.kind not in ("startEvent", "boundaryEvent") and not catches_link


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
