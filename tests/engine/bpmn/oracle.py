"""The token game of BPMN 2.0.2 as plainly as it can be written, on the XML of a diagram alone.

It shares no line with the engine. It knows what `random_processes` draws: gateways, steps, counting scripts, timers,
messages, links, sub-processes, event sub-processes, calls, repetition, errors, terminate ends.
"""

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from tests.engine.bpmn.oracle_case import Frame, Token, key_of
from tests.engine.bpmn.oracle_drawing import BPMN, STEPS, Drawing, Node

INNER = ("subProcess", "callActivity")
_TIMES = 2  #: how often everything that is repeated is done
View = tuple[Counter[str], Counter[str], Counter[str], bool]
"""Waiting steps, armed timers and awaited messages by element, and whether the case has ended."""


class Play:
    """One case. Every method that acts leaves it at rest."""

    def __init__(self, drawing: Drawing, process: str, names: dict[str, Any]) -> None:
        self.drawing = drawing
        self.root = Frame(process, dict(names))
        self._open(self.root)
        self._settle()

    def __deepcopy__(self, memo: dict[int, Any]) -> "Play":
        twin: Play = object.__new__(Play)
        twin.drawing, twin.root = self.drawing, deepcopy(self.root, memo)
        return twin

    def view(self) -> View:
        steps, timers, messages = Counter[str](), Counter[str](), Counter[str]()
        for frame in self._frames():
            for token in frame.tokens:
                steps[token.at] += token.waiting
            for event in [*frame.armed, *(event for token in frame.tokens for event in set(token.armed))]:
                (timers if self.drawing.nodes[event].has("timerEventDefinition") else messages)[event] += 1
        return +steps, timers, messages, not self.root.tokens

    def key(self) -> object:
        """The same for plays that cannot be told apart."""
        return key_of(self.root)

    def after(self, element: str) -> list["Play"]:
        """Every case that this may be once the step is done or the event has come: one for each token there."""
        found = []
        for number, frame in enumerate(self._frames()):
            for index, token in enumerate(frame.tokens):
                if (token.at == element and token.waiting) or element in token.armed:
                    found.append(self._acted(element, number, index))
            if element in frame.armed:
                found.append(self._acted(element, number, None))
        return found

    def _acted(self, element: str, number: int, index: int | None) -> "Play":
        play = deepcopy(self)
        frame = list(play._frames())[number]
        if index is None:
            play._begin_event_scope(frame, element)
        elif element in frame.tokens[index].armed:
            play._fire(frame, frame.tokens[index], play.drawing.nodes[element])
        else:
            frame.tokens[index].waiting -= 1
            play._instance_done(frame, frame.tokens[index])
        play._settle()
        return play

    def _frames(self, frame: Frame | None = None) -> Iterator[Frame]:
        frame = frame or self.root
        yield frame
        for token in frame.tokens:
            for inner in token.frames:
                yield from self._frames(inner)

    def _open(self, frame: Frame, start: str | None = None) -> None:
        for node in self.drawing.scopes[frame.scope]:
            if node.kind == "subProcess" and node.by_event:
                begins = [n for n in self.drawing.scopes[node.id] if n.kind == "startEvent"]
                frame.armed += [begin.id for begin in begins]
            if node.kind == "startEvent" and start in (None, node.id):
                self._leave(frame, node)

    def _begin_event_scope(self, frame: Frame, start: str) -> None:
        scope = next(name for name, nodes in self.drawing.scopes.items() if start in [n.id for n in nodes])
        begin = self.drawing.nodes[start]
        if begin.xml.get("isInterrupting") != "false":
            frame.tokens.clear()
            frame.armed.clear()
        elif begin.event() == "timer":
            frame.armed.remove(start)
        token = Token(scope)
        frame.tokens.append(token)
        self._open_inner(frame, token, scope)

    def _open_inner(self, frame: Frame, token: Token, scope: str, *, own: bool = False) -> None:
        inner = Frame(scope, {} if own else None, frame, token)
        token.frames.append(inner)
        self._open(inner)

    def _follow(self, frame: Frame, ways: list[str]) -> None:
        for way in ways:
            target = self.drawing.nodes[self.drawing.flows[way][1]]
            if target.joins:
                frame.tokens.append(Token(way))
            else:
                self._arrive(frame, target)

    def _arrive(self, frame: Frame, node: Node) -> None:
        if node.kind.endswith("Gateway") and node.kind != "eventBasedGateway":
            self._follow(frame, self._chosen(frame, node))
        elif node.kind == "endEvent":
            self._end(frame, node)
        elif node.kind == "scriptTask":
            name, value = (node.xml.findtext(f"{BPMN}script") or "").split(" = ")
            frame.set(name, frame.get(name) + 1 if "+" in value else int(value))
            self._leave(frame, node)
        elif node.kind == "intermediateThrowEvent":
            self._throw(frame, node)
        elif (
            node.kind in STEPS
            or node.kind in INNER
            or node.kind in ("eventBasedGateway", "intermediateCatchEvent")
        ):
            self._wait(frame, node)
        else:
            self._leave(frame, node)

    def _wait(self, frame: Frame, node: Node) -> None:
        token = Token(node.id)
        frame.tokens.append(token)
        if node.kind == "eventBasedGateway":
            token.armed = [self.drawing.flows[way][1] for way in node.ways_out]
        elif node.kind == "intermediateCatchEvent":
            token.armed = [node.id]
        else:
            token.armed = [event.id for event in node.boundaries if event.event() in ("timer", "message")]
            token.armed += [event.id for event in node.boundaries if event.has("timeCycle")]
            times = _TIMES if _repeats(node) else 1
            at_once = times if _repeats(node) == "parallel" else 1
            token.left = times - at_once
            for _ in range(at_once):
                self._begin_instance(frame, token, node)

    def _begin_instance(self, frame: Frame, token: Token, node: Node) -> None:
        if node.kind in STEPS:
            token.waiting += 1
            return
        called = node.xml.get("calledElement")
        own = called is not None or _repeats(node) in ("parallel", "sequential")
        self._open_inner(frame, token, called or node.id, own=own)

    def _instance_done(self, frame: Frame, token: Token) -> None:
        node = self.drawing.nodes[token.at]
        if token.left:
            token.left -= 1
            self._begin_instance(frame, token, node)
        elif not token.waiting and not token.frames:
            frame.tokens.remove(token)
            if not node.by_event:
                self._leave(frame, node)

    def _fire(self, frame: Frame, token: Token, event: Node) -> None:
        if event.kind == "boundaryEvent" and event.xml.get("cancelActivity") == "false":
            if event.event() == "timer" and event.id in token.armed:
                token.armed.remove(event.id)
        else:
            frame.tokens.remove(token)
        self._leave(frame, event)

    def _leave(self, frame: Frame, node: Node) -> None:
        always = [way for way in node.ways_out if not self.drawing.flows[way][2]]
        if len(always) == len(node.ways_out):
            self._follow(frame, always)
        else:
            self._follow(frame, self._chosen(frame, node))

    def _chosen(self, frame: Frame, node: Node) -> list[str]:
        """The ways that a gateway, or an activity with conditional flows, takes now."""
        default = node.xml.get("default")
        if node.kind == "parallelGateway" or (
            len(node.ways_out) == 1 and not self.drawing.flows[node.ways_out[0]][2]
        ):
            return node.ways_out
        held = [
            way for way in node.ways_out if way != default and self._holds(frame, self.drawing.flows[way][2])
        ]
        if node.kind == "exclusiveGateway":
            held = held[:1]
        return held or ([default] if default else [])

    def _holds(self, frame: Frame, condition: str) -> bool:
        if less := re.fullmatch(r"(\w+) < (\d+)", condition):
            return bool(frame.get(less[1]) < int(less[2]))
        return not condition or bool(frame.get(condition.removeprefix("not "))) != condition.startswith(
            "not "
        )

    def _end(self, frame: Frame, node: Node) -> None:
        if node.event() in ("terminate", "error"):
            frame.tokens.clear()
            frame.armed.clear()
        while node.event() == "error" and frame.outer and frame.owner:
            outer, owner = frame.outer, frame.owner
            owner.frames.remove(frame)
            caught = [b for b in self.drawing.nodes[owner.at].boundaries if b.event() == "error"]
            if caught:
                outer.tokens.remove(owner)
                self._leave(outer, caught[0])
                return
            outer.tokens.clear()
            outer.armed.clear()
            frame = outer

    def _throw(self, frame: Frame, node: Node) -> None:
        """A link goes on where it is caught; an escalation goes outwards until it is, and the token goes on."""
        if node.event() == "link":
            self._leave(frame, self.drawing.caught(node))
            return
        passing = Token(node.id)
        frame.tokens.append(passing)
        inner: Frame = frame
        while inner.outer and inner.owner:
            caught = [b for b in self.drawing.nodes[inner.owner.at].boundaries if b.event() == "escalation"]
            if caught:
                self._fire(inner.outer, inner.owner, caught[0])
                break
            inner = inner.outer
        if passing in frame.tokens and frame in self._frames():
            frame.tokens.remove(passing)
            self._leave(frame, node)

    def _settle(self) -> None:
        while self._join("parallelGateway") or self._close() or self._join("inclusiveGateway"):
            pass

    def _close(self) -> bool:
        """Ends one scope that holds no token any more."""
        for frame in list(self._frames()):
            if not frame.tokens and frame.outer and frame.owner:
                frame.owner.frames.remove(frame)
                self._instance_done(frame.outer, frame.owner)
                return True
        return False

    def _join(self, kind: str) -> bool:
        """Lets one join go on, if one may."""
        for frame in self._frames():
            for node in self.drawing.scopes[frame.scope]:
                if node.joins and node.kind == kind and (taken := self._taken(frame, node)):
                    for token in taken:
                        frame.tokens.remove(token)
                    self._arrive(frame, node)
                    return True
        return False

    def _taken(self, frame: Frame, join: Node) -> list[Token]:
        first = {token.at: token for token in reversed(frame.tokens) if token.at in join.ways_in}
        if join.kind == "parallelGateway":
            return list(first.values()) if len(first) == len(join.ways_in) else []
        empty = set(join.ways_in) - set(first)
        for token in frame.tokens:
            fills = self.drawing.can_fill(token.at, join) if token.at not in first else set()
            if fills & empty and not fills & set(first):
                return []
        return list(first.values())


def _repeats(node: Node) -> str:
    """parallel, sequential, loop or nothing."""
    several = node.xml.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if several is not None:
        return "sequential" if several.get("isSequential") == "true" else "parallel"
    return "loop" if node.xml.find(f"{BPMN}standardLoopCharacteristics") is not None else ""
