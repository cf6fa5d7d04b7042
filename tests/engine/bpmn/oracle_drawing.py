"""The drawing that the oracle plays on: nodes, flows and scopes of a BPMN file, read with the standard library."""

from dataclasses import dataclass, field
from xml.etree import ElementTree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
STEPS = ("userTask", "manualTask", "task")
JOINS = ("parallelGateway", "inclusiveGateway")


@dataclass(eq=False)
class Node:
    """A flow node with its flows in the order of the document, and what it holds."""

    id: str
    kind: str
    xml: ElementTree.Element
    ways_in: list[str] = field(default_factory=list)
    ways_out: list[str] = field(default_factory=list)
    boundaries: list["Node"] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        return any(self.xml.find(f".//{BPMN}{name}") is not None for name in names)

    def event(self) -> str:
        """timer, message, error, terminate, link or nothing."""
        found = [child.tag.removeprefix(BPMN) for child in self.xml]
        return next((tag[: -len("EventDefinition")] for tag in found if tag.endswith("EventDefinition")), "")

    @property
    def joins(self) -> bool:
        return self.kind in JOINS and len(self.ways_in) > 1

    @property
    def by_event(self) -> bool:
        return self.xml.get("triggeredByEvent") == "true"


class Drawing:
    """The nodes of all scopes of a file, and its flows as source, target, condition."""

    def __init__(self, xml: bytes) -> None:
        self.nodes: dict[str, Node] = {}
        self.flows: dict[str, tuple[str, str, str]] = {}
        self.scopes: dict[str, list[Node]] = {}
        root = ElementTree.fromstring(xml)  # noqa: S314
        for process in root.iter(f"{BPMN}process"):
            self._read(process)
        for name, (source, target, _) in self.flows.items():
            self.nodes[source].ways_out.append(name)
            self.nodes[target].ways_in.append(name)
        for node in self.nodes.values():
            if node.kind == "boundaryEvent":
                self.nodes[node.xml.get("attachedToRef", "")].boundaries.append(node)

    def _read(self, container: ElementTree.Element) -> None:
        inside = self.scopes[container.get("id", "")] = []
        for element in container:
            kind, name = element.tag.removeprefix(BPMN), element.get("id", "")
            if kind == "sequenceFlow":
                condition = (element.findtext(f"{BPMN}conditionExpression") or "").strip()
                self.flows[name] = (element.get("sourceRef", ""), element.get("targetRef", ""), condition)
            elif kind.endswith(("Event", "Gateway", "Task", "task", "Process", "Activity")):
                inside.append(self.nodes.setdefault(name, Node(name, kind, element)))
                if kind == "subProcess":
                    self._read(element)

    def event_of(self, element: str) -> str:
        """The start event of an event sub-process; any other element itself."""
        if not self.nodes[element].by_event:
            return element
        return next(node.id for node in self.scopes[element] if node.kind == "startEvent")

    def can_fill(self, start: str, join: Node) -> set[str]:
        """The flows into the join that a token on a flow or at a node can come to without passing it."""
        fresh, seen = [start], set()
        while fresh:
            at = fresh.pop()
            if at in seen or at == join.id:
                continue
            seen.add(at)
            if at in self.flows:
                fresh.append(self.flows[at][1])
            else:
                node = self.nodes[at]
                fresh += node.ways_out + [boundary.id for boundary in node.boundaries] + self._linked(node)
        return seen & set(join.ways_in)

    def _linked(self, node: Node) -> list[str]:
        return (
            [self.caught(node).id] if node.kind == "intermediateThrowEvent" and node.event() == "link" else []
        )

    def caught(self, thrown: Node) -> Node:
        name = thrown.xml[0].get("name")
        found = [n for n in self.nodes.values() if n.kind == "intermediateCatchEvent" and n.event() == "link"]
        return next(node for node in found if node.xml[0].get("name") == name)
