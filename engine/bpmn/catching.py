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
from engine.bpmn.nodes import FlowSpec, Node, value_of
from engine.bpmn.tokens import Token

STANDING = TaskState.WAITING | TaskState.STARTED


class CatchNode(Node):
    """Waits until one of its events happens; `all_of`: until each of them has.

    Its events are known by their numbers. Kept on its token: `timers`, `names` (by number), `keys` (by name of the
    message), `happened`, `fired`, `by` (which one it was), and `held`: the conditions that have made it happen and have
    not ceased to hold since. `variable`: takes all that an event brings.
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

    def note(self, token: Token, number: int | None) -> bool:
        """An event has happened; whether there is nothing more to wait for."""
        kept = token.internal_data
        kept["by"] = number
        if self.all_of and number is not None:
            kept["happened"] = sorted({*kept.get("happened", ()), number})
            kept.get("timers", {}).pop(str(number), None)
            if len(kept["happened"]) < len(self.events):
                return False
        kept["fired"] = True
        return True

    def fire(self, token: Token, payload: dict[str, Any], number: int | None = None) -> None:
        """The event happened; what it brought becomes data, or the one variable that takes it."""
        token.write({self.variable: payload} if self.variable and payload else payload)
        if self.note(token, number):
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

    def named(self, token: Token) -> list[tuple[int, NamedEvent, str]]:
        """The messages and signals that a token waits for, with their numbers and names."""
        names = token.internal_data.get("names", {})
        awaited = [(number, event) for number, event in self.awaited(token) if isinstance(event, NamedEvent)]
        return [(number, event, names.get(str(number), event.name)) for number, event in awaited]

    def _holds(self, token: Token) -> bool:
        """Whether its conditions make it happen now: those that hold and have not held since they last did."""
        if not self.looks_again:
            return False
        held = token.internal_data.get("held", ())
        holding = [number for number, event in self.awaited(token) if self._condition_holds(event, token)]
        if held:
            token.internal_data["held"] = [number for number in held if number in holding]
        noted = [self.note(token, number) for number in holding if number not in held]
        return any(noted)

    def _condition_holds(self, event: Event, token: Token) -> bool:
        """Whether a condition holds; one about a variable that nobody has written does not."""
        if not isinstance(event, ConditionEvent):
            return False
        seen = token.data
        return all(name in seen for name in event.condition.names) and bool(
            value_of(event.condition, token, self.where)
        )

    def renewed(self, token: Token) -> dict[str, Any] | None:
        """What a token is to wait for after it happened without interrupting; None when that was all.

        A timer that has fired is over, unless it is a cycle; the others go on. A condition that holds must cease to.
        """
        kept = token.internal_data
        timers, over = {}, []
        for number, event in enumerate(self.events):
            if not isinstance(event, TimerEvent):
                continue
            kind, text = kept.get("timers", {}).get(str(number), (event.timer, None))
            left = (
                text
                if text and kept.get("by") != number
                else next_round(text)
                if text and kind == "cycle"
                else None
            )
            if left:
                timers[str(number)] = [kind, left]
            else:
                over.append(number)
        if len(over) == len(self.events):
            return None
        renewed: dict[str, Any] = {"timers": timers} if timers else {}
        if timers:
            renewed["follows"] = {number: self.timer_at(token, int(number)) for number in timers}
        if over and not self.all_of:
            renewed["happened"] = over
        if self.looks_again:
            conditions = enumerate(self.events)
            renewed["held"] = [number for number, event in conditions if self._condition_holds(event, token)]
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
        is_over = child.task_spec.name == self.activity
        if is_over:
            for other in token.children:
                if other.task_spec.catches_at_host and other._state & STANDING:
                    other.cancel()
        parent = token.parent
        if parent is not None and (is_over or child.task_spec.interrupting):
            parent.task_spec.hosted_done(parent)


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

    def fire(self, token: Token, payload: dict[str, Any], number: int | None = None) -> None:
        if self.note(token, number):
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
            token._set_state(TaskState.FUTURE)
        self._open(root._add_child(self), payload)
        if renewed is not None:
            self._update(token)

    def _open(self, host: Token, payload: dict[str, Any]) -> None:
        host._set_state(TaskState.STARTED)
        inner = host.workflow.top_workflow.open_inner(host, self.flow_name, host.innermost)
        inner.scope.write(payload)
        inner.begin()
