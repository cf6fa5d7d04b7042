"""What is thrown, and how it finds who waits for it; what was done, undone."""

from typing import Any, Literal

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.activities import SubFlowNode
from engine.bpmn.catching import BoundaryHost
from engine.bpmn.data import key_text
from engine.bpmn.events import CodeEvent, Event, NamedEvent, correlation, name_of
from engine.bpmn.failures import FlowFailed
from engine.bpmn.flows import InnerFlow, Log
from engine.bpmn.model import Thrown
from engine.bpmn.nodes import FlowSpec, Inputs, Node, given
from engine.bpmn.repeats import RepeatNode
from engine.bpmn.scopes import Scope
from engine.bpmn.tokens import Token

UNDO = " undo"  #: name of the node of each flow that undoes what is in its log
UNDONE = "undone"


class ThrowNode(Node):
    """Throws its events, then passes the token on; an end event has no successors."""

    inputs: Inputs = ()

    def __init__(self, flow: FlowSpec, name: str, *, element: str, events: tuple[Event, ...]) -> None:
        super().__init__(flow, name, element=element)
        self.events = events

    def _run_hook(self, token: Token) -> bool | None:
        if UNDONE in token.internal_data:
            return self._after_undoing(token)
        payload = given(self.inputs, token, self.where)
        coded = [event for event in self.events if isinstance(event, CodeEvent)]
        for event in coded:
            self._check_caught(token, event)
        named = [event for event in self.events if isinstance(event, NamedEvent)]
        told = [
            (event.kind, name_of(event, token, self.where), correlation(event, token, self.where))
            for event in named
        ]
        for kind, name, keys in told:
            throw_named(token, kind, name, keys, payload)
        waits = [self._throw(token, event, payload) for event in coded if token._state == TaskState.READY]
        return None if any(waits) else True

    def _check_caught(self, token: Token, event: CodeEvent) -> None:
        """An error that nothing catches fails before anything is thrown. Raises FlowFailed."""
        if event.kind == "error" and _outwards(token.workflow, event, []) is None:
            raise FlowFailed(self.where, "error_not_caught", {"code": event.code or ""})

    def _throw(self, token: Token, event: CodeEvent, payload: dict[str, Any]) -> bool:
        """Throws; whether the token has to wait for what that undoes."""
        if event.kind == "terminate":
            token.workflow.cancel()
        elif event.kind == "compensate":
            return self._undo(token, event.code, event.waits)
        elif event.kind == "cancel":
            return self._cancel(token, event)
        else:
            throw_code(token, event, payload, self.where)
        return False

    def _cancel(self, token: Token, event: CodeEvent) -> bool:
        """A transaction is cancelled: it ends, is undone, and is left by its cancel event."""
        flow: Any = token.workflow
        if _matching(_beside(flow.host), event) is None:
            raise FlowFailed(self.where, "cancel_not_caught", {"code": ""})
        flow.withdraw(besides=token)
        if self._undo(token, None, waits=True):
            return True
        self._after_undoing(token)
        return False

    def _undo(self, token: Token, activity: str | None, waits: bool) -> bool:
        flow, entries = _taken_from_log(token.workflow, activity)
        if not entries:
            return False
        undoing = flow.task_tree._add_child(flow.spec.task_specs[UNDO])
        undoing.internal_data["entries"] = entries
        if waits:
            undoing.internal_data["for"] = token.id
            token.internal_data["undoing"] = undoing.id
            token._set_state(TaskState.STARTED)
        undoing.task_spec._update(undoing)
        return waits

    def _after_undoing(self, token: Token) -> bool:
        flow: Any = token.workflow
        for event in self.events:
            if isinstance(event, CodeEvent) and event.kind == "cancel":
                found = _matching(_beside(flow.host), event)
                if found is not None:
                    found[0].task_spec.fire(found[0], {}, found[1])
        return True

    def _on_cancel(self, token: Token) -> None:
        undoing = token.workflow.top_workflow.find(token.internal_data.get("undoing", ""))
        if undoing is not None:
            undoing.cancel()


class UndoNode(Node):
    """Undoes what was done, the last first, one after the other; not drawn.

    Kept on its token: the `entries` that remain, and `for`, the token that waits until it is done.
    """

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.STARTED)
        self._next(token)
        return False

    def child_done(self, token: Token, child: Token) -> None:
        if not isinstance(child.task_spec, BoundaryHost):
            self.hosted_done(token)

    def hosted_done(self, token: Token) -> None:
        token.internal_data["open"] -= 1
        if token._state == TaskState.STARTED and not token.internal_data["open"]:
            self._next(token)

    def _next(self, token: Token) -> None:
        """The next entry; with it, those of the instances that went on at the same time."""
        entries: Log = token.internal_data["entries"]
        if not entries:
            token._set_state(TaskState.READY)
            return
        mark = entries[0].get("with")
        taken = [entry for entry in entries if mark and entry.get("with") == mark] or entries[:1]
        token.internal_data["entries"] = [
            entry for entry in entries if all(entry is not one for one in taken)
        ]
        token.internal_data["open"] = len(taken)
        for child in [self._undoing(token, entry) for entry in taken]:
            child.task_spec._update(child)

    def _undoing(self, token: Token, entry: dict[str, Any]) -> Token:
        specs, values = self._wf_spec.task_specs, entry["values"]
        scope = Scope(values, token.innermost, passes=True) if values else None
        child = token._add_child(specs[entry["undo"] or undoing(entry["flow"])], scope=scope)
        if not entry["undo"]:
            child.internal_data["entry"] = entry
        return child

    def _on_complete(self, token: Token) -> None:
        super()._on_complete(token)
        waiting = token.workflow.top_workflow.find(token.internal_data.get("for", ""))
        if waiting is not None and waiting._state == TaskState.STARTED:
            waiting.internal_data[UNDONE] = True
            waiting._set_state(TaskState.READY)


class UndoFlowNode(SubFlowNode):
    """Undoes a sub-process that was done: by its compensation event sub-process, else all that it did; not drawn."""

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.STARTED)
        entry = token.internal_data.pop("entry")
        inner = token.workflow.top_workflow.open_inner(token, self.flow_name, token.innermost)
        inner.log = entry["log"]
        inner.scope.values.update(entry["own"] or {})
        undoer = inner.spec.undoer
        if undoer is not None:
            undoer.undo_at(inner.task_tree)
            return False
        _, entries = _taken_from_log(inner, None)
        child = inner.task_tree._add_child(inner.spec.task_specs[UNDO])
        child.internal_data["entries"] = entries
        child.task_spec._update(child)
        return False

    def inner_done(self, token: Token, _inner: Any) -> None:
        token.workflow.top_workflow.subprocesses.pop(token.id, None)
        token._set_state(TaskState.READY)


def undoing(flow: str) -> str:
    """Name of the node that undoes a sub-process."""
    return f" undo {flow}"


def _taken_from_log(flow: Any, activity: str | None) -> tuple[Any, Log]:
    """What is to be undone, the last first, and the flow that did it; an event sub-process undoes what is around it."""
    if activity is not None:
        while isinstance(flow, InnerFlow) and all(entry["element"] != activity for entry in flow.log):
            if getattr(flow.host.task_spec, "is_call", False):
                return flow, []
            flow = flow.host.workflow
        taken = [entry for entry in flow.log if entry["element"] == activity]
        flow.log = [entry for entry in flow.log if entry["element"] != activity]
        return flow, taken[::-1]
    while isinstance(flow, InnerFlow) and flow.host.task_spec.listens:
        flow = flow.host.workflow
    taken, flow.log = flow.log, []
    return flow, taken[::-1]


def throw_named(
    token: Token, kind: Literal["message", "signal"], name: str, keys: dict[str, Any], payload: dict[str, Any]
) -> None:
    """A signal reaches all who wait and leaves the case; a message reaches the first, else leaves.

    Without inputs, a message that leaves carries the data that the token sees, and a signal, which reaches whoever
    listens, carries nothing.
    """
    case = token.workflow.top_workflow
    waiting = case.waiting_for(
        lambda task: task is not token and _awaited_as(task, kind, name, keys) is not None
    )
    if kind == "message" and not waiting:
        case.thrown.append(Thrown("message", name, payload or dict(token.data), keys))
    for task in waiting if kind == "signal" else waiting[:1]:
        own = _awaited_as(task, kind, name, keys)
        if own is not None and task._state == TaskState.WAITING:
            task.task_spec.fire(task, payload, own)
    if kind == "signal":
        case.thrown.append(Thrown("signal", name, payload, keys))


def _awaited_as(task: Token, kind: str, name: str, keys: dict[str, Any]) -> int | None:
    """The number of the event that a token waits for and that this one is."""
    for number, own, known in task.task_spec.named(task):
        if (own.kind, known) == (kind, name):
            expected = task.internal_data.get("keys", {}).get(own.name, {})
            if all(key_text(keys.get(key)) == key_text(value) for key, value in expected.items()):
                return int(number)
    return None


def throw_code(
    token: Token, event: CodeEvent, payload: dict[str, Any], element: str, *, at_activity: bool = False
) -> None:
    """Errors and escalations go from scope to scope outwards until they are caught.

    `at_activity`: the token stands at the activity that failed, whose own boundary events come first. An error that
    nothing catches raises FlowFailed; an escalation leaves the case.
    """
    found = _matching(_beside(token), event) if at_activity else None
    left: list[InnerFlow] = []
    found = found or _outwards(token.workflow, event, left)
    if found is None:
        if event.kind != "escalation":
            raise FlowFailed(element, f"{event.kind}_not_caught", {"code": event.code or ""})
        thrown = Thrown("escalation", event.code or event.name, payload or dict(token.data), {})
        token.workflow.top_workflow.thrown.append(thrown)
        return
    for flow in left:
        if isinstance(flow.host.task_spec, SubFlowNode):
            flow.host.task_spec.left_early(flow.host, flow)
    catcher, number = found
    code_as = catcher.task_spec.events[number].code_as
    named = {code_as: event.code or event.name} if code_as else {}
    catcher.task_spec.fire(catcher, {**payload, **named}, number)


def _outwards(flow: Any, event: CodeEvent, left: list[InnerFlow]) -> tuple[Token, int] | None:
    """Who catches it: an event sub-process of the scope, or an event beside the activity, scope by scope."""
    handler = None
    while True:
        listening = [task for task in flow.task_tree.children
                     if task.task_spec.listens and task._state == TaskState.WAITING]  # fmt: skip
        found = _matching([task for task in listening if task.task_spec is not handler], event)
        if found is not None or not isinstance(flow, InnerFlow):
            return found
        left.append(flow)
        handler = flow.host.task_spec if flow.host.task_spec.listens else None
        found = None if handler else _matching(_beside(flow.host), event)
        if found is not None:
            return found
        flow = flow.host.workflow


def _beside(host: Token) -> list[Token]:
    """The waiting boundary events of an activity, or of the repetition that it is an item of."""
    parent = host.parent
    if isinstance(parent.task_spec, RepeatNode) and parent.task_spec.instance == host.task_spec.name:
        parent = parent.parent
    return [
        task
        for task in parent.children
        if task.task_spec.catches_at_host and task._state == TaskState.WAITING
    ]


def _matching(catchers: list[Token], event: CodeEvent) -> tuple[Token, int] | None:
    """The catcher of this very code, else one of every code, with the number of its event."""
    for code in (event.code, None):
        for task in catchers:
            for number, own in task.task_spec.awaited(task):
                if isinstance(own, CodeEvent) and own.kind == event.kind and own.code == code:
                    return task, number
    return None
