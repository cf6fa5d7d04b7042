"""Whether a case can always come to an end: deadlocks, endless loops, branches that are not brought together.

Data are left out of account: a gateway may take any of its ways, an event may come or not. So a fault that refuses
holds for every case; one that happens only in some is a warning.
"""

from collections.abc import Iterable

from lxml import etree

from engine.bpmn.diagram import Diagram, Shape
from engine.bpmn.faults import FaultList
from engine.bpmn.soundness.folding import fold
from engine.bpmn.soundness.loops import Loop, loops_of
from engine.bpmn.soundness.net import doing, net_of, starting, ways_on
from engine.bpmn.soundness.play import Findings, played
from engine.bpmn.xml import local

MOST_SHAPES = 3_000
BROKEN = frozenset((
    "dangling_flow", "flow_across_scopes", "flow_into_start", "flow_out_of_end", "unknown_attached",
    "link_without_pair", "gateway_without_way_out", "no_id", "id_twice", "no_start", "empty_process",
    "unknown_element", "unsupported_element",
))  # fmt: skip
"""Faults that would be told once more by what follows from them."""


def check_soundness(diagram: Diagram, scope: str, faults: FaultList) -> None:
    """Adds what is unsound in a process and in the sub-processes inside it; says nothing of a broken structure."""
    if not any(fault.code in BROKEN for fault in faults.all()):
        _check_scope(diagram, scope, faults, may_be_ended=False)


def _check_scope(diagram: Diagram, scope: str, faults: FaultList, *, may_be_ended: bool) -> bool:
    """Checks a scope; whether it can be left in the ordinary way. `may_be_ended`: from outside, by an event."""
    shapes = diagram.scopes[scope]
    inner = [shape for shape in shapes if shape.id in diagram.scopes]
    ended = may_be_ended or any(_interrupts(diagram, shape) for shape in inner)
    never_left = [
        shape.id
        for shape in inner
        if not _check_scope(diagram, shape.id, faults, may_be_ended=ended or _has_interrupting(shape))
        and shape.boundaries
    ]
    if _is_left_out(diagram, scope, shapes):
        return True
    if len(shapes) > MOST_SHAPES:
        faults.add("soundness_not_explored", _element(diagram, scope))
        return True
    matters = doing(diagram, shapes)
    net = net_of(diagram, shapes, never_left)
    fold(net, matters)
    findings = played(net, matters)
    report = _Report(diagram, shapes, findings, faults, ended)
    report.deadlocks()
    report.doubles({place: nodes for place, nodes in net.nodes.items() if place in findings.doubled})
    report.loops()
    report.never_reached()
    if not findings.explored and not findings.doubled and not findings.stuck and net.exact:
        faults.add("soundness_not_explored", _element(diagram, scope))
    is_rescued = any(_interrupts(diagram, shape) for shape in inner)
    return (
        is_rescued or "" in findings.completes or "terminate" in findings.completes or not findings.completes
    )


def _is_left_out(diagram: Diagram, scope: str, shapes: list[Shape]) -> bool:
    """Scopes whose course the flows do not tell: ad hoc, or with complex gateways."""
    is_free = local(_element(diagram, scope)) == "adHocSubProcess"
    return (
        is_free
        or any(shape.kind == "complexGateway" for shape in shapes)
        or not any(starting(diagram, shapes))
    )


def _element(diagram: Diagram, scope: str) -> etree._Element:
    return diagram.processes[scope] if scope in diagram.processes else diagram.shapes[scope].element


def _interrupts(diagram: Diagram, shape: Shape) -> bool:
    """Whether an event sub-process may end the scope around it."""
    return shape.element.get("triggeredByEvent") == "true" and any(
        start.kind == "startEvent" and start.element.get("isInterrupting") != "false"
        for start in diagram.scopes[shape.id]
    )


def _has_interrupting(shape: Shape) -> bool:
    return any(boundary.element.get("cancelActivity") != "false" for boundary in shape.boundaries)


class _Report:
    """Says the findings of one scope in terms of the diagram."""

    def __init__(
        self, diagram: Diagram, shapes: list[Shape], findings: Findings, faults: FaultList, may_be_ended: bool
    ) -> None:
        self.diagram = diagram
        self.shapes = shapes
        self.findings = findings
        self.faults = faults
        self.onward = ways_on(diagram, shapes)
        self.is_certain = findings.explored and not findings.completes and not may_be_ended
        self.may_end_otherwise = may_be_ended or "terminate" in findings.completes

    def deadlocks(self) -> None:
        for name, (here, missing) in self.findings.stuck.items():
            join = self.diagram.shapes[name]
            absent = self._sources(join, missing) or self._sources(join, here)
            comes_later = [source for source in absent if not self._comes_without(join, source)]
            code = "deadlock" if self.is_certain else "possible_deadlock"
            if comes_later:
                code = "deadlock_in_loop" if self.is_certain else "possible_deadlock"
            parting = next((p for source in absent if (p := self._parting(join, source))), None)
            if parting or comes_later or not self.findings.doubled:
                told = {"missing": comes_later or absent, "parting": parting or absent[0]}
                self.faults.add(code, join.element, **told)

    def doubles(self, places: dict[str, list[str]]) -> None:
        told = set()
        for place in self.findings.doubled:
            merge = self._merge(places.get(place, []))
            if merge is None or merge.id in told:
                continue
            told.add(merge.id)
            sources = [way.source for way in merge.incoming] or [self.findings.doubled[place]]
            fork = self._fork(merge) or self.findings.doubled[place]
            self.faults.add("lack_of_synchronisation", merge.element, fork=fork, ways=sources)

    def loops(self) -> None:
        for loop in loops_of(self.diagram, self.shapes):
            code = self._fault_of(loop)
            if code and set(loop.nodes) & self.findings.passed:
                first = self.diagram.shapes[loop.nodes[0]]
                self.faults.add(code, first.element, nodes=list(loop.nodes))

    def never_reached(self) -> None:
        """The first of the nodes that no token comes to, unless a join that was told of lets none through."""
        if not self.findings.explored:
            return
        for name, others in self.onward.items():
            if name in self.findings.passed and name not in self.findings.stuck:
                for other in others:
                    if other not in self.findings.passed and other not in self.findings.stuck:
                        self.faults.add("never_reached", self.diagram.shapes[other].element, before=name)

    def _fault_of(self, loop: Loop) -> str | None:
        if not loop.waits and not loop.has_way_out:
            return "livelock" if self.is_certain else "possible_livelock"
        if not loop.waits and not loop.changes:
            return "possible_livelock"
        if not loop.has_way_out and not self.may_end_otherwise and not self._is_event_scope():
            return "no_way_to_an_end"
        return None

    def _is_event_scope(self) -> bool:
        around = self.diagram.shapes.get(self.shapes[0].scope)
        return around is not None and around.element.get("triggeredByEvent") == "true"

    def _sources(self, join: Shape, places: Iterable[str]) -> list[str]:
        flows = {place.strip() for place in places}
        return [way.source for way in join.incoming if way.id in flows]

    def _merge(self, nodes: list[str]) -> Shape | None:
        """Of the nodes of a place, the first where ways come together; else the first that does something."""
        drawn = [self.diagram.shapes[node] for node in nodes if node in self.diagram.shapes]
        merges = [shape for shape in drawn if len(shape.incoming) > 1]
        return next(iter([*merges, *drawn]), None)

    def _comes_without(self, join: Shape, source: str) -> bool:
        """Whether the start leads to a node without passing the join."""
        groups = starting(self.diagram, self.shapes)
        return any(self._leads(start.id, source, join.id) for starts in groups for start in starts)

    def _parting(self, join: Shape, absent: str) -> str | None:
        """The nearest node before the join where a token may go another way than to the missing branch."""
        for name in [absent, *self._before(absent)]:
            ways = list(dict.fromkeys(self.onward.get(name, ())))
            leading = [
                way for way in ways if (way == join.id if name == absent else self._leads(way, absent, name))
            ]
            if self.diagram.shapes[name].kind != "parallelGateway" and leading and len(leading) < len(ways):
                return name
        return None

    def _fork(self, merge: Shape) -> str | None:
        """The nearest node before the merge that sends several tokens, which come to it by different ways."""
        for name in self._before(merge.id):
            shape = self.diagram.shapes[name]
            ways = set(self.onward[name])
            beside = any(b.element.get("cancelActivity") == "false" for b in shape.boundaries)
            chooses = shape.kind in ("exclusiveGateway", "eventBasedGateway")
            sends = len(shape.outgoing) > 1 and not (
                chooses and shape.element.get("eventGatewayType") != "Parallel"
            )
            if (sends or beside) and sum(self._leads(way, merge.id, name) for way in ways) > 1:
                return name
        return None

    def _before(self, name: str) -> list[str]:
        """All nodes that lead to a node, the nearest first."""
        earlier: dict[str, list[str]] = {}
        for source, targets in self.onward.items():
            for target in targets:
                earlier.setdefault(target, []).append(source)
        found = dict.fromkeys([name])
        fresh = [name]
        while fresh:
            fresh = list(dict.fromkeys(e for one in fresh for e in earlier.get(one, ()) if e not in found))
            found |= dict.fromkeys(fresh)
        return list(found)[1:]

    def _leads(self, source: str, target: str, without: str) -> bool:
        found, fresh = {source}, [source]
        while fresh and target not in found:
            ways = {other for name in fresh if name != without for other in self.onward.get(name, ())}
            fresh = list(ways - found)
            found |= ways
        return target in found
