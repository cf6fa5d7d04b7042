"""The node of each shape: which kind of node executes it, with what."""

from dataclasses import dataclass, field

from engine.bpmn.activities import (
    AdHoc,
    AdHocFlowSpec,
    DecisionNode,
    ScriptNode,
    ServiceNode,
    SubFlowNode,
)  # fmt: skip
from engine.bpmn.catching import BoundaryNode, CatchNode, EventSubNode
from engine.bpmn.compiling import expression, script
from engine.bpmn.diagram import CONTAINERS, STEPS, Diagram, Shape
from engine.bpmn.expressions import Expression
from engine.bpmn.faults import FaultList
from engine.bpmn.gateways import Choice, ComplexJoin, EventGateway, InclusiveJoin, ParallelJoin
from engine.bpmn.giving import inputs
from engine.bpmn.nodes import FlowSpec, Node
from engine.bpmn.providing import Deciding
from engine.bpmn.reacting import events_of, is_event_start, message_event
from engine.bpmn.throwing import ThrowNode
from engine.bpmn.vendors import message_variable, own_expression, result_variable
from engine.bpmn.xml import ZEEBE, child, children, extensions, text_of

AUTOMATIC = ("scriptTask", "serviceTask", "businessRuleTask")


@dataclass(slots=True)
class Given:
    """What the file does not hold itself: operations and decisions, by element."""

    calls: dict[str, str]
    decisions: dict[str, Deciding]
    called: dict[str, str] = field(default_factory=dict)
    """The process that each call activity calls."""


class NodeMaker:
    """Makes the nodes of a diagram; what is wrong with an element becomes a fault."""

    def __init__(self, diagram: Diagram, given: Given, faults: FaultList) -> None:
        self.diagram = diagram
        self.given = given
        self.faults = faults

    def flow(self, scope: str) -> FlowSpec:
        """The flow of a process or sub-process, with the data that are its own."""
        shape = self.diagram.shapes.get(scope)
        if shape is None:
            return FlowSpec(scope)
        flow: FlowSpec = FlowSpec(scope)
        if shape.kind == "adHocSubProcess":
            flow = AdHocFlowSpec(scope)
            text = text_of(child(shape.element, "completionCondition"))
            flow.rule = AdHoc(
                sequential=shape.element.get("ordering") == "Sequential",
                until=expression(text, shape.element, self.faults) if text else None,
                cancels_rest=shape.element.get("cancelRemainingInstances") != "false",
                chosen=self._chosen(shape),
            )
        flow.variables = tuple(
            name
            for kind in ("dataObject", "property")
            for element in children(shape.element, kind)
            if (name := (element.get("name") or element.get("id") or "")).isidentifier()
        )
        return flow

    def _chosen(self, shape: Shape) -> Expression | None:
        """The activities that a Camunda 8 ad-hoc sub-process begins with."""
        texts = [found.get("activeElementsCollection") for found in extensions(shape.element, "adHoc", ZEEBE)]
        return expression(texts[0], shape.element, self.faults) if texts and texts[0] else None

    def node(self, flow: FlowSpec, shape: Shape, name: str) -> Node:
        """The node that executes a shape, without its repetition and its boundary events."""
        if shape.kind in STEPS:
            return Node(flow, name, element=shape.id, manual=True)
        if shape.kind.endswith("Gateway"):
            return self._gateway(flow, shape, name)
        if shape.is_event_sub:
            return self._event_sub(flow, shape, name)
        if shape.kind in CONTAINERS or shape.kind == "callActivity":
            node = SubFlowNode(flow, name, element=shape.id)
            node.is_call = shape.kind == "callActivity"
            node.flow_name = self.given.called.get(shape.id, "") if node.is_call else shape.id
            return node
        if shape.kind in AUTOMATIC or shape.id in self.given.calls or own_expression(shape.element):
            return self._automatic(flow, shape, name)
        return self._event(flow, shape, name)

    def _event_sub(self, flow: FlowSpec, shape: Shape, name: str) -> Node:
        starts = [inner for inner in self.diagram.scopes[shape.id] if inner.kind == "startEvent"]
        start = starts[0] if starts else shape
        events = events_of(self.diagram, start, self.faults) if starts else ()
        all_of = start.element.get("parallelMultiple") == "true"
        node = EventSubNode(flow, name, element=shape.id, events=events, all_of=all_of)
        node.interrupting = start.element.get("isInterrupting") != "false"
        node.flow_name = shape.id
        node.start_id = start.id
        return node

    def _automatic(self, flow: FlowSpec, shape: Shape, name: str) -> Node:
        own = own_expression(shape.element)
        if own or (shape.kind == "scriptTask" and shape.id not in self.given.calls):
            scripted = ScriptNode(flow, name, element=shape.id)
            if compiled := own or script(shape.element, self.faults):
                scripted.script = compiled
            return scripted
        if shape.id in self.given.decisions:
            deciding = DecisionNode(flow, name, element=shape.id)
            deciding.table, deciding.result, deciding.shaped = self.given.decisions[shape.id]
            return deciding
        calling = ServiceNode(flow, name, element=shape.id)
        calling.result = result_variable(shape.element)
        calling.operation = self.given.calls.get(shape.id, "")
        calling.inputs = inputs(shape.element, self.faults)
        return calling

    def _event(self, flow: FlowSpec, shape: Shape, name: str) -> Node:
        if shape.kind in ("sendTask", "receiveTask"):
            events = message_event(self.diagram, shape, self.faults)
        elif is_event_start(self.diagram, shape):
            events = ()
        else:
            events = events_of(self.diagram, shape, self.faults)
        all_of = shape.element.get("parallelMultiple") == "true"
        if shape.kind == "boundaryEvent":
            boundary = BoundaryNode(flow, name, element=shape.id, events=events, all_of=all_of)
            boundary.interrupting = shape.element.get("cancelActivity") != "false"
            return boundary
        if not events:
            return Node(flow, name, element=shape.id)
        if shape.kind in ("sendTask", "intermediateThrowEvent", "endEvent"):
            throwing = ThrowNode(flow, name, element=shape.id, events=events)
            throwing.inputs = inputs(shape.element, self.faults)
            return throwing
        catching = CatchNode(flow, name, element=shape.id, events=events, all_of=all_of)
        catching.variable = message_variable(shape.element)
        return catching

    def _gateway(self, flow: FlowSpec, shape: Shape, name: str) -> Node:
        joins = len(shape.incoming) > 1
        if shape.kind == "eventBasedGateway":
            gateway = EventGateway(flow, name, element=shape.id)
            gateway.waits_for_all = shape.element.get("eventGatewayType") == "Parallel"
            return gateway
        if shape.kind == "complexGateway" and joins:
            joining = ComplexJoin(flow, name, element=shape.id, exclusive=False)
            text = text_of(child(shape.element, "activationCondition"))
            joining.condition = expression(text, shape.element, self.faults) if text else None
            return joining
        if shape.kind == "inclusiveGateway" and joins:
            return InclusiveJoin(flow, name, element=shape.id, exclusive=False)
        if shape.kind == "parallelGateway":
            return (ParallelJoin if joins else Node)(flow, name, element=shape.id)
        return Choice(flow, name, element=shape.id, exclusive=shape.kind == "exclusiveGateway")
