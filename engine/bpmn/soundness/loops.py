"""Loops of a diagram that nobody and nothing can stop."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.diagram import Diagram, Shape
from engine.bpmn.reacting import definitions
from engine.bpmn.soundness.net import ways_on

DECIDING = ("exclusiveGateway", "inclusiveGateway", "parallelGateway")
CHOOSING = ("exclusiveGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway")
AUTOMATIC = (*DECIDING, "scriptTask", "businessRuleTask", "sendTask", "intermediateThrowEvent")


@dataclass(frozen=True, slots=True)
class Loop:
    """Nodes of which each leads to each. `waits`: for a person, an answer, an event; `changes`: data on the way."""

    nodes: tuple[str, ...]
    waits: bool
    changes: bool
    has_way_out: bool


def loops_of(diagram: Diagram, shapes: list[Shape]) -> list[Loop]:
    """The loops of one scope, the largest of each knot."""
    onward = ways_on(diagram, shapes)
    by_id = {shape.id: shape for shape in shapes}
    found = []
    for knot in _knots(onward):
        if len(knot) == 1 and knot[0] not in onward[knot[0]]:
            continue
        kinds = {by_id[name].kind for name in knot}
        waits = any(by_id[name].kind not in AUTOMATIC and not _is_link(diagram, by_id[name]) for name in knot)
        inside = set(knot)
        has_way_out = any(_leaves(by_id[name], inside, onward[name]) for name in knot)
        order = [shape.id for shape in shapes if shape.id in inside]
        found.append(Loop(tuple(order), waits, not kinds <= set(DECIDING), has_way_out))
    return found


def _leaves(shape: Shape, inside: set[str], onward: list[str]) -> bool:
    """Whether a token may go out of a loop here, and none stays in it."""
    cancelling = [b.id for b in shape.boundaries if b.element.get("cancelActivity") != "false"]
    beside = [b.id for b in shape.boundaries]
    usual = [name for name in onward if name not in beside]
    if any(name not in inside for name in cancelling if name in onward):
        return True
    asks = shape.kind != "parallelGateway" and any(way.condition for way in shape.outgoing)
    if shape.kind in CHOOSING or asks:
        return any(name not in inside for name in usual)
    return not any(name in inside for name in usual)


def _is_link(diagram: Diagram, shape: Shape) -> bool:
    return shape.kind == "intermediateCatchEvent" and "link" in {k for k, _ in definitions(diagram, shape)}


def _knots(onward: Mapping[str, list[str]]) -> list[list[str]]:
    """The strongly connected parts of a graph."""
    order = [name for tree in _walked(onward, list(onward)) for name in tree]
    back: dict[str, list[str]] = {name: [] for name in onward}
    for name, others in onward.items():
        for other in others:
            back[other].append(name)
    return _walked(back, order[::-1])


def _walked(onward: Mapping[str, list[str]], roots: list[str]) -> list[list[str]]:
    """What each root leads to that no root before it did; every node after those it leads to."""
    seen: set[str] = set()
    trees = []
    for root in roots:
        tree: list[str] = []
        work = [(root, iter(onward[root]))] if root not in seen else []
        seen.add(root)
        while work:
            name, others = work[-1]
            other = next((other for other in others if other not in seen), None)
            if other is None:
                tree.append(name)
                work.pop()
            else:
                seen.add(other)
                work.append((other, iter(onward[other])))
        trees.append(tree)
    return [tree for tree in trees if tree]
