"""Events: what is waited for, what is thrown, and how a thrown event finds who waits for it."""

import datetime
import re
from dataclasses import dataclass
from typing import Any, Literal

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.expressions import Expression
from engine.bpmn.failures import ExpressionFailed, FlowFailed
from engine.bpmn.flows import InnerFlow, Token
from engine.bpmn.model import Thrown
from engine.bpmn.nodes import FlowSpec, Inputs, Node, given, value_of
from engine.bpmn.repeats import RepeatNode

DURATION = r"P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
DATE = r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
ISO = {
    "date": re.compile(DATE),
    "duration": re.compile(DURATION),
    "cycle": re.compile(rf"R\d*/(?:{DATE}/)?{DURATION}(?:/{DATE})?"),
}
"""What the text of each kind of timer must be once resolved."""

TimerKind = Literal["date", "duration", "cycle"]


@dataclass(frozen=True, slots=True)
class TimerEvent:
    """A moment that the caller watches for; `text` is an ISO literal or an expression that gives one."""

    timer: TimerKind
    text: str | Expression
    kind: str = "timer"


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """A message or signal by its name; `correlation`: keys with the expressions that give their values."""

    kind: Literal["message", "signal"]
    name: str
    correlation: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True, slots=True)
class CodeEvent:
    """An error, escalation or cancel by its code; None catches every code. Terminate has no catcher."""

    kind: str
    code: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class ConditionEvent:
    """Happens when its condition comes to hold."""

    condition: Expression
    kind: str = "conditional"


Event = TimerEvent | NamedEvent | CodeEvent | ConditionEvent


class CatchNode(Node):
    """Waits until one of its events happens."""

    catching = True

    def __init__(self, flow: FlowSpec, name: str, *, element: str, events: tuple[Event, ...]) -> None:
        super().__init__(flow, name, element=element)
        self.events = events
        self.looks_again = any(isinstance(event, ConditionEvent) for event in events)

    def fire(self, token: Token, payload: dict[str, Any]) -> None:
        """The event happened; what it brought becomes data."""
        token.innermost.values.update(payload)
        token.internal_data["fired"] = True
        self._update(token)

    def _update_hook(self, token: Token) -> bool:
        if token._state != TaskState.WAITING and not token.internal_data.get("fired"):
            token._set_state(TaskState.WAITING)
            self._arm(token)
        return bool(token.internal_data.get("fired")) or self._holds(token)

    def _arm(self, token: Token) -> None:
        for event in self.events:
            if isinstance(event, TimerEvent) and "timer" not in token.internal_data:
                token.internal_data["timer"] = [event.timer, resolved(event, token, self.bpmn_id)]
            elif isinstance(event, NamedEvent) and event.correlation:
                token.internal_data.setdefault("keys", {})[event.name] = correlation(
                    event, token, self.bpmn_id
                )

    def _holds(self, token: Token) -> bool:
        """Whether a condition holds; one about a variable that nobody has written yet does not."""
        conditions = (event.condition for event in self.events if isinstance(event, ConditionEvent))
        return any(
            value_of(condition, token, self.bpmn_id)
            for condition in conditions
            if all(name in token.data for name in condition.names)
        )


class BoundaryNode(CatchNode):
    """An event beside an activity: ends it, or happens besides it as often as it comes."""

    catches_at_host = True
    interrupting = True

    def _on_ready_hook(self, token: Token) -> None:
        if self.interrupting:
            for task in token.parent.children:
                if task._state == TaskState.WAITING or not task.task_spec.catches_at_host:
                    task.cancel()
        elif not self.looks_again:
            self._rearm(token)

    def _rearm(self, token: Token) -> None:
        kind, text = token.internal_data.get("timer", (None, ""))
        if kind in ("date", "duration") or (kind == "cycle" and not (text := next_round(text))):
            return
        again = token.parent._add_child(self)
        if kind:
            again.internal_data["timer"] = [kind, text]
        self._update(again)


class BoundaryHost(Node):
    """Stands before an activity with boundary events: lets both wait, and ends them together."""

    activity: str

    def spread(self, token: Token) -> None:
        for spec in sorted(self.outputs, key=lambda spec: spec.name == self.activity):
            token._add_child(spec)
        for child in token.children:
            if child._state == TaskState.FUTURE:
                child.task_spec._update(child)

    def child_done(self, token: Token, child: Token) -> None:
        if child.task_spec.name == self.activity:
            for other in token.children:
                if other.task_spec.catches_at_host and other._state == TaskState.WAITING:
                    other.cancel()


class EventGateway(Node):
    """Waits for the first of the events that follow; the others are withdrawn."""

    def child_done(self, token: Token, child: Token) -> None:
        for other in token.children:
            if other is not child:
                other.cancel()


class ThrowNode(Node):
    """Throws its events, then passes the token on; an end event has no successors."""

    inputs: Inputs = ()

    def __init__(self, flow: FlowSpec, name: str, *, element: str, events: tuple[Event, ...]) -> None:
        super().__init__(flow, name, element=element)
        self.events = events

    def _run_hook(self, token: Token) -> bool:
        payload = given(self.inputs, token, self.bpmn_id)
        for event in self.events:
            if isinstance(event, NamedEvent):
                _throw_named(token, event, self.bpmn_id, payload)
            elif isinstance(event, CodeEvent) and event.kind == "terminate":
                token.workflow.cancel()
            elif isinstance(event, CodeEvent):
                _throw_outwards(token, event, self.bpmn_id)
        return True


def resolved(event: TimerEvent, token: Token, element: str) -> str:
    """The timer's ISO text on the data of the token; raises ExpressionFailed."""
    value = event.text if isinstance(event.text, str) else value_of(event.text, token, element)
    if isinstance(value, datetime.date):
        value = value.isoformat()
    if not isinstance(value, str) or not ISO[event.timer].fullmatch(value.strip()):
        raise ExpressionFailed(element, "bad_timer", {"kind": event.timer, "value": str(value)[:40]})
    return value.strip()


def next_round(text: str) -> str | None:
    """What remains of a cycle after one round, counted from that round; None when it was the last."""
    rounds, *rest = text[1:].split("/")
    duration = next(part for part in rest if part.startswith("P"))
    if rounds == "":
        return f"R/{duration}"
    return f"R{int(rounds) - 1}/{duration}" if int(rounds) > 1 else None


def correlation(event: NamedEvent, token: Token, element: str) -> dict[str, Any]:
    """Values of the event's correlation keys on the data of the token."""
    return {key: value_of(expression, token, element) for key, expression in event.correlation}


def _throw_named(token: Token, event: NamedEvent, element: str, payload: dict[str, Any]) -> None:
    """A signal reaches all who wait and leaves the case; a message reaches the first, else leaves.

    Without inputs, a message that leaves carries the data that the token sees, and a signal, which reaches whoever
    listens, carries nothing.
    """
    keys = correlation(event, token, element)
    case = token.workflow.top_workflow
    waiting = case.waiting_for(lambda task: task is not token and _awaits(task, event, keys))
    for task in waiting if event.kind == "signal" else waiting[:1]:
        task.task_spec.fire(task, payload)
    if event.kind == "signal":
        case.thrown.append(Thrown("signal", event.name, payload, keys))
    elif not waiting:
        case.thrown.append(Thrown("message", event.name, payload or dict(token.data), keys))


def _awaits(task: Token, event: NamedEvent, keys: dict[str, Any]) -> bool:
    named = [own for own in task.task_spec.events if isinstance(own, NamedEvent)]
    if not any(own.kind == event.kind and own.name == event.name for own in named):
        return False
    expected = task.internal_data.get("keys", {}).get(event.name, {})
    return all(keys.get(key) == value for key, value in expected.items())


def _throw_outwards(token: Token, event: CodeEvent, element: str) -> None:
    """Errors, escalations and cancels go from scope to scope outwards until they are caught."""
    flow = token.workflow
    while isinstance(flow, InnerFlow):
        for boundary in _beside(flow.host):
            if any(_catches(own, event) for own in boundary.task_spec.events):
                boundary.task_spec.fire(boundary, {})
                return
        flow = flow.host.workflow
    if event.kind != "escalation":
        raise FlowFailed(element, f"{event.kind}_not_caught", {"code": event.code or ""})
    thrown = Thrown("escalation", event.code or event.name, dict(token.data), {})
    token.workflow.top_workflow.thrown.append(thrown)


def _beside(host: Token) -> list[Token]:
    """The waiting boundary events of an activity, or of the repetition that it is an item of."""
    parent = host.parent
    if isinstance(parent.task_spec, RepeatNode) and parent.task_spec.instance == host.task_spec.name:
        parent = parent.parent
    waiting = [
        task
        for task in parent.children
        if task.task_spec.catches_at_host and task._state == TaskState.WAITING
    ]
    return sorted(
        waiting, key=lambda task: any(getattr(event, "code", "") is None for event in task.task_spec.events)
    )


def _catches(own: Event, thrown: CodeEvent) -> bool:
    return isinstance(own, CodeEvent) and own.kind == thrown.kind and own.code in (None, thrown.code)
