"""Where a token waits for events: on its way, beside an activity, for a whole scope."""

from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.events import (
    ConditionEvent,
    Event,
    NamedEvent,
    TimerEvent,
    correlation,
    name_of,
    next_round,
    resolved,
)
from engine.bpmn.flows import Token
from engine.bpmn.nodes import FlowSpec, Node, value_of

STANDING = TaskState.WAITING | TaskState.STARTED


class CatchNode(Node):
    """Waits until one of its events happens; `all_of`: until each of them has.

    Kept on its token: `timers` by number of the event, `keys` by name of the message, `happened`, `fired`, and `held`:
    a condition that has made it happen and has not ceased to hold since. `variable`: takes all that an event brings.
    """

    catching = True
    variable: str | None = None

    def __init__(
        self, flow: FlowSpec, name: str, *, element: str, events: tuple[Event, ...], all_of: bool = False
    ) -> None:
        super().__init__(flow, name, element=element)
        self.events = events
        self.all_of = all_of and len(events) > 1
        self.looks_again = any(isinstance(event, ConditionEvent) for event in events)

    def begin_at(self, root: Token, event: Any) -> None:
        token = root._add_child(self)
        self.note(token, event)
        self._update(token)

    def note(self, token: Token, event: Event | None) -> bool:
        """An event has happened; whether there is nothing more to wait for."""
        kept = token.internal_data
        if self.all_of and event is not None:
            number = self.events.index(event)
            kept["happened"] = sorted({*kept.get("happened", ()), number})
            kept.get("timers", {}).pop(str(number), None)
            if len(kept["happened"]) < len(self.events):
                return False
        kept["fired"] = True
        return True

    def fire(self, token: Token, payload: dict[str, Any], event: Event | None = None) -> None:
        """The event happened; what it brought becomes data, or the one variable that takes it."""
        token.write({self.variable: payload} if self.variable and payload else payload)
        if self.note(token, event):
            token.internal_data["by"] = self.events.index(event) if event else None
            self._update(token)

    def awaited(self, token: Token) -> list[tuple[int, Event]]:
        """The events that have not happened yet, with their numbers."""
        happened = token.internal_data.get("happened", ())
        return [(number, event) for number, event in enumerate(self.events) if number not in happened]

    def timer_at(self, token: Token, number: int) -> str:
        """The handle of one of the timers that a token waits for."""
        several = sum(isinstance(event, TimerEvent) for event in self.events) > 1
        return f"{token.id}#{number}" if several else token.id

    def _update_hook(self, token: Token) -> bool:
        fired = token.internal_data.get("fired", False)
        if token._state != TaskState.WAITING and not fired:
            token._set_state(TaskState.WAITING)
            self._arm(token)
        return fired or self._holds(token)

    def _arm(self, token: Token) -> None:
        kept = token.internal_data
        for number, event in self.awaited(token):
            if isinstance(event, TimerEvent) and str(number) not in kept.get("timers", {}):
                text = resolved(event, token, self.where)
                kept.setdefault("timers", {})[str(number)] = [event.timer, text]
            elif isinstance(event, NamedEvent):
                self._arm_named(token, number, event)

    def _arm_named(self, token: Token, number: int, event: NamedEvent) -> None:
        kept = token.internal_data
        if event.spelled is not None:
            kept.setdefault("names", {})[str(number)] = name_of(event, token, self.where)
        if event.correlation:
            kept.setdefault("keys", {})[event.name] = correlation(event, token, self.where)

    def named(self, token: Token) -> list[tuple[NamedEvent, str]]:
        """The messages and signals that a token waits for, with their names."""
        names = token.internal_data.get("names", {})
        awaited = [(number, event) for number, event in self.awaited(token) if isinstance(event, NamedEvent)]
        return [(event, names.get(str(number), event.name)) for number, event in awaited]

    def _holds(self, token: Token) -> bool:
        """Whether its conditions make it happen now; one about a variable that nobody has written does not hold."""
        if not self.looks_again:
            return False
        holding = [event for _, event in self.awaited(token) if self._condition_holds(event, token)]
        if self.all_of:
            noted = [self.note(token, event) for event in holding]
            return any(noted)
        if token.internal_data.get("held"):
            if not holding:
                del token.internal_data["held"]
            return False
        return bool(holding)

    def _condition_holds(self, event: Event, token: Token) -> bool:
        if not isinstance(event, ConditionEvent):
            return False
        seen = token.data
        return all(name in seen for name in event.condition.names) and bool(
            value_of(event.condition, token, self.where)
        )

    def renewed(self, token: Token) -> dict[str, Any] | None:
        """What a token is to wait for after it happened without interrupting; None when that was all."""
        kept, fired = token.internal_data, token.internal_data.get("by")
        timers = dict(kept.get("timers", {}))
        for number, (kind, text) in list(timers.items()):
            if fired in (None, int(number)) or self.all_of:
                following = next_round(text) if kind == "cycle" else None
                timers[number] = [kind, following]
        timers = {number: pair for number, pair in timers.items() if pair[1]}
        if not timers and all(isinstance(event, TimerEvent) for event in self.events):
            return None
        gone = [
            n for n, event in enumerate(self.events) if isinstance(event, TimerEvent) and str(n) not in timers
        ]
        renewed: dict[str, Any] = {"timers": timers} if timers else {}
        if timers:
            renewed["follows"] = {number: self.timer_at(token, int(number)) for number in timers}
        if gone and not self.all_of:
            renewed["happened"] = gone
        if self.looks_again:
            renewed["held"] = True
        return renewed


class BoundaryNode(CatchNode):
    """An event beside an activity: ends it, or happens besides it as often as it comes."""

    catches_at_host = True
    interrupting = True

    def _on_ready_hook(self, token: Token) -> None:
        if not self.interrupting:
            self._wait_again(token)
            return
        for task in token.parent.children:
            if task is not token and not _goes_on_beside(task):
                task.cancel()

    def _wait_again(self, token: Token) -> None:
        renewed = self.renewed(token)
        if renewed is not None:
            again = token.parent._add_child(self)
            again.internal_data = renewed
            self._update(again)


def _goes_on_beside(task: Token) -> bool:
    """Whether it is an event that has happened already and interrupts nothing."""
    spec = task.task_spec
    return bool(spec.catches_at_host and not spec.interrupting and task._state == TaskState.READY)


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
                if other.task_spec.catches_at_host and other._state & STANDING:
                    other.cancel()


class EventSubNode(CatchNode):
    """An event sub-process: listens while its scope is open, and runs its flow each time its event happens.

    The token that listens holds nothing up. Interrupting, it withdraws all else in the scope and runs the flow itself;
    else it goes on listening, and another token runs the flow.
    """

    listens = True
    interrupting = True
    flow_name: str
    start_id: str | None = None

    @property
    def event_id(self) -> Any:
        return self.start_id or self.bpmn_id

    def fire(self, token: Token, payload: dict[str, Any], event: Event | None = None) -> None:
        if self.note(token, event):
            token.internal_data["by"] = self.events.index(event) if event else None
            self._take_over(token, payload)
        else:
            token.write(payload)

    def undo_at(self, root: Token) -> None:
        """Runs the flow of a compensation event sub-process."""
        self._open(root._add_child(self), {})

    def inner_done(self, token: Token, _inner: Any) -> None:
        """Its flow came to its end."""
        token.workflow.top_workflow.subprocesses.pop(token.id, None)
        token._set_state(TaskState.READY)

    def _on_cancel(self, token: Token) -> None:
        token.workflow.top_workflow.close_inner(token)

    def _update_hook(self, token: Token) -> bool:
        if token._state == TaskState.FUTURE:
            token._set_state(TaskState.WAITING)
            self._arm(token)
        if self._holds(token):
            self._take_over(token, {})
        return False

    def _take_over(self, token: Token, payload: dict[str, Any]) -> None:
        if self.interrupting:
            token.workflow.withdraw(besides=token)
            token.internal_data = {}
            self._open(token, payload)
            return
        renewed = self.renewed(token)
        root = token.parent
        if renewed is None:
            token.cancel()
        else:
            token.internal_data = renewed
        self._open(root._add_child(self), payload)

    def _open(self, host: Token, payload: dict[str, Any]) -> None:
        host._set_state(TaskState.STARTED)
        inner = host.workflow.top_workflow.open_inner(host, self.flow_name, host.innermost)
        inner.scope.write(payload)
        inner.begin()
