"""The token game of one process or sub-process as a Petri net: what may happen when data are left out of account.

A token at a place stands before a node, or on a flow into a join. Structured parts (sequences, choices, forks that
are joined, loops) are folded before anything is explored; what is folded away cannot be wrong.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import combinations

from engine.bpmn.diagram import ACTIVITIES, Diagram, SequenceFlow, Shape
from engine.bpmn.reacting import definitions, links
from engine.bpmn.soundness.exclusion import exclude_each_other

JOINS = ("parallelGateway", "inclusiveGateway")
ENDING = frozenset(("terminate", "error", "cancel"))
MOST_WAYS = 4  #: conditional ways of which every combination is played

Place = str


@dataclass(slots=True, eq=False)
class Transition:
    """What moves tokens from `before` to `after`.

    `any_of`: an inclusive join, which takes those of `before` that have come. `kills`: takes all tokens of the scope.
    `quiet`: may happen only while none of these places holds a token. `covers`: the nodes that are passed.
    """

    node: str
    before: frozenset[Place]
    after: frozenset[Place]
    any_of: bool = False
    kills: str = ""
    quiet: frozenset[Place] = frozenset()
    covers: set[str] = field(default_factory=set)

    @property
    def is_plain(self) -> bool:
        return not (self.any_of or self.kills or self.quiet)


@dataclass(slots=True)
class Net:
    """`marked`: the markings a case may begin with. `nodes`: the nodes a token at the place stands at, first to last.

    `exact` is false where not every combination of ways is played.
    """

    transitions: set[Transition] = field(default_factory=set)
    nodes: dict[Place, list[str]] = field(default_factory=dict)
    marked: list[frozenset[Place]] = field(default_factory=list)
    producers: dict[Place, set[Transition]] = field(default_factory=dict)
    consumers: dict[Place, set[Transition]] = field(default_factory=dict)
    guarded: list[Transition] = field(default_factory=list)
    exact: bool = True

    def add(self, transition: Transition) -> None:
        self.transitions.add(transition)
        for place in transition.before:
            self.consumers.setdefault(place, set()).add(transition)
        for place in transition.after:
            self.producers.setdefault(place, set()).add(transition)

    def remove(self, transition: Transition) -> None:
        self.transitions.discard(transition)
        for place in transition.before:
            self.consumers[place].discard(transition)
        for place in transition.after:
            self.producers[place].discard(transition)

    def change(self, old: Transition, before: Iterable[Place], after: Iterable[Place]) -> Transition:
        """The same transition between other places."""
        self.remove(old)
        old.before, old.after = frozenset(before), frozenset(after)
        self.add(old)
        return old


def net_of(diagram: Diagram, shapes: list[Shape], never_left: Collection[str]) -> Net:
    """The net of the shapes of one scope; `never_left`: sub-processes that are left by their boundary events only."""
    builder = _Builder(diagram, shapes, never_left)
    for shape in builder.shapes:
        builder.place(shape)
    builder.guard()
    builder.mark()
    return builder.net


def is_drawn_in_flow(diagram: Diagram, shape: Shape) -> bool:
    """Whether sequence flows lead to the shape at all: not to event sub-processes nor to compensation."""
    if shape.element.get("triggeredByEvent") == "true" or shape.element.get("isForCompensation") == "true":
        return False
    return shape.kind != "boundaryEvent" or "compensate" not in {k for k, _ in definitions(diagram, shape)}


def starting(diagram: Diagram, shapes: list[Shape]) -> list[list[Shape]]:
    """Where a case may begin: one start event or another; without any, wherever no flow leads to, all at once."""
    starts = [shape for shape in shapes if shape.kind == "startEvent"]
    if starts:
        plain = [shape for shape in starts if not definitions(diagram, shape)]
        return [[shape] for shape in [*plain[:1], *(shape for shape in starts if shape not in plain)]]
    caught = {
        shape.id for shape in shapes if shape.kind == "intermediateCatchEvent" and links(diagram, shape)
    }
    loose = [
        shape
        for shape in shapes
        if not shape.incoming
        and is_drawn_in_flow(diagram, shape)
        and shape.kind != "boundaryEvent"
        and shape.id not in caught
    ]
    return [loose]


class _Builder:
    def __init__(self, diagram: Diagram, shapes: list[Shape], never_left: Collection[str]) -> None:
        self.diagram = diagram
        self.shapes = [shape for shape in shapes if is_drawn_in_flow(diagram, shape)]
        self.never_left = never_left
        self.net = Net()
        self.caught = {
            name: shape.id
            for shape in self.shapes
            if shape.kind == "intermediateCatchEvent"
            for name in links(diagram, shape)
        }

    def place(self, shape: Shape) -> None:
        """The transitions of a node."""
        kinds = {kind for kind, _ in definitions(self.diagram, shape)}
        kills = next(iter(sorted(kinds & ENDING)), "") if shape.kind == "endEvent" else ""
        before = self._before(shape)
        joins = len(before) > 1
        if shape.id not in self.never_left:
            for after in self._after(shape, kinds):
                self.net.add(
                    Transition(
                        shape.id,
                        before,
                        after,
                        any_of=joins and shape.kind == "inclusiveGateway",
                        kills=kills,
                        covers={shape.id},
                    )
                )
        for boundary in shape.boundaries:
            if is_drawn_in_flow(self.diagram, boundary):
                stays = boundary.element.get("cancelActivity") == "false"
                after = frozenset((self._at(boundary.id), *(before if stays else ())))
                self.net.add(Transition(boundary.id, before, after, covers={boundary.id}))

    def guard(self) -> None:
        """An event beside an activity comes again only when what it began before is over."""
        for transition in list(self.net.transitions):
            if transition.before < transition.after:
                transition.quiet = self._own_places(transition)
                self.net.guarded.append(transition)

    def mark(self) -> None:
        for starts in starting(self.diagram, self.shapes):
            marking = frozenset(place for shape in starts for place in self._before(shape))
            if marking:
                self.net.marked.append(marking)

    def _before(self, shape: Shape) -> frozenset[Place]:
        if shape.kind in JOINS and len(shape.incoming) > 1:
            return frozenset(self._on(way) for way in shape.incoming)
        return frozenset((self._at(shape.id),))

    def _at(self, node: str) -> Place:
        self.net.nodes.setdefault(node, [node])
        return node

    def _on(self, way: SequenceFlow) -> Place:
        target = self.diagram.shapes[way.target]
        if target.kind not in JOINS or len(target.incoming) < 2:
            return self._at(target.id)
        self.net.nodes.setdefault(f"{way.id} ", [target.id])
        return f"{way.id} "

    def _after(self, shape: Shape, kinds: Collection[str]) -> list[frozenset[Place]]:
        if "link" in kinds and shape.kind == "intermediateThrowEvent":
            caught = [self.caught[name] for name in links(self.diagram, shape) if name in self.caught]
            return [frozenset(self._at(name) for name in caught)]
        ways = shape.outgoing
        waits_for_all = shape.element.get("eventGatewayType") == "Parallel"
        if shape.kind in ("exclusiveGateway", "eventBasedGateway") and ways and not waits_for_all:
            return [frozenset((self._on(way),)) for way in ways]
        if shape.kind == "parallelGateway" or not any(way.condition for way in ways):
            return [frozenset(self._on(way) for way in ways)]
        return self._combinations(shape)

    def _combinations(self, shape: Shape) -> list[frozenset[Place]]:
        """The sets of ways that conditions may let through at once."""
        default = [way for way in shape.outgoing if way.id == shape.element.get("default")]
        conditional = [way for way in shape.outgoing if way.condition and way not in default]
        always = [way for way in shape.outgoing if way not in conditional and way not in default]
        sizes: Iterable[int] = range(1, len(conditional) + 1)
        if len(conditional) > MOST_WAYS:
            self.net.exact = False
            sizes = (1, 2, len(conditional))
        chosen = [ways for size in sizes for ways in combinations(conditional, size) if _may_hold(ways)]
        without = [tuple(default)] if default or always else []
        return [frozenset(self._on(way) for way in (*always, *ways)) for ways in [*chosen, *without]]

    def _own_places(self, beside: Transition) -> frozenset[Place]:
        """Places that tokens come to by way of this transition alone."""
        others = self.net.transitions - {beside}
        starts = [
            place for group in starting(self.diagram, self.shapes) for s in group for place in self._before(s)
        ]
        everywhere = reached(self.net, starts, self.net.transitions)
        return frozenset(everywhere - reached(self.net, starts, others))


def _may_hold(ways: tuple[SequenceFlow, ...]) -> bool:
    return not any(
        exclude_each_other(one.condition or "", other.condition or "") for one, other in combinations(ways, 2)
    )


def reached(net: Net, start: Iterable[Place], allowed: Collection[Transition]) -> set[Place]:
    """All places that a token could get to from the given ones, whether the others of a join come or not."""
    found, fresh = set(start), list(start)
    while fresh:
        for transition in net.consumers.get(fresh.pop(), ()):
            if transition in allowed:
                fresh += transition.after - found
                found |= transition.after
    return found


def doing(diagram: Diagram, shapes: list[Shape]) -> frozenset[str]:
    """Nodes that are, or lead to, an activity: to pass them twice is not the same as once."""
    before: dict[str, list[str]] = {}
    for name, others in ways_on(diagram, shapes).items():
        for other in others:
            before.setdefault(other, []).append(name)
    found = {shape.id for shape in shapes if shape.kind in ACTIVITIES}
    fresh = list(found)
    while fresh:
        for earlier in before.get(fresh.pop(), ()):
            if earlier not in found:
                found.add(earlier)
                fresh.append(earlier)
    return frozenset(found)


def ways_on(diagram: Diagram, shapes: list[Shape]) -> dict[str, list[str]]:
    """The nodes that each node of a scope leads to, by flows, boundary events and links."""
    drawn = [shape for shape in shapes if is_drawn_in_flow(diagram, shape)]
    caught = {n: s.id for s in drawn if s.kind == "intermediateCatchEvent" for n in links(diagram, s)}
    onward: dict[str, list[str]] = {}
    for shape in drawn:
        found = [way.target for way in shape.outgoing]
        found += [boundary.id for boundary in shape.boundaries if is_drawn_in_flow(diagram, boundary)]
        if shape.kind == "intermediateThrowEvent":
            found += [caught[name] for name in links(diagram, shape) if name in caught]
        onward[shape.id] = [name for name in found if name != shape.id or shape.outgoing]
    known = set(onward)
    return {name: [other for other in others if other in known] for name, others in onward.items()}
