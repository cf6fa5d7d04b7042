"""Moves a running case on: every act takes a state and returns an Advance; nothing is kept, no clock is read.

An act is all or nothing: when it raises, the caller still holds the state from before. The acts raise
StepNotWaiting when the token is not where it is expected, ActFailed (ExpressionFailed, DecisionFailed,
FlowFailed) when the case cannot go on, and DataRefused for data that no state can hold.
"""

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.events import CatchNode, NamedEvent
from engine.bpmn.failures import ActFailed, DecisionFailed, ExpressionFailed, FlowFailed, StepNotWaiting
from engine.bpmn.flows import CaseFlow, InnerFlow, Scope, Token
from engine.bpmn.model import NOTHING, Advance, Call, Process, Step, Subscription, Timer, Waiting
from engine.bpmn.nodes import ServiceNode
from engine.bpmn.state import DataRefused, cleaned, dump, load, prune, teardown

__all__ = [
    "ActFailed", "DataRefused", "DecisionFailed", "ExpressionFailed", "FlowFailed", "StepNotWaiting",
    "complete", "deliver", "divert", "expire", "finish_call", "look", "start", "start_elements",
]  # fmt: skip

MOST_RUNS = 100_000
PRUNE_EVERY = 512


def start(process: Process, *, data: Mapping[str, Any] = NOTHING, at: str | None = None) -> Advance:
    """A new case: from its none start event, or from the start event `at` that has just happened.

    A process that starts only by events, begun without `at`, waits at them.
    """
    case = CaseFlow(process.runtime.flow, process.runtime.inner)
    case._open(Scope(cleaned(data)))
    try:
        case.begin(_start_node(process, at))
        return _settled(case)
    finally:
        teardown(case)


def complete(process: Process, state: bytes, token: str, *, data: Mapping[str, Any] = NOTHING) -> Advance:
    """A person has done the step that waits as `token`, with these answers."""
    case = _restored(process, state)
    try:
        task = _expected(case, token, TaskState.READY)
        if not task.task_spec.manual:
            raise StepNotWaiting(f"Expected a step at token {token}, but it stands at {task.task_spec.name}")
        task.innermost.values.update(kept(process.steps[task.task_spec.bpmn_id], cleaned(data)))
        task.run()
        _close(task.workflow)
        return _settled(case)
    finally:
        teardown(case)


def finish_call(process: Process, state: bytes, token: str, *, data: Mapping[str, Any] = NOTHING) -> Advance:
    """The operation of a service task has given its result, which becomes data of the case."""
    case = _restored(process, state)
    try:
        task = _expected(case, token, TaskState.STARTED)
        if not isinstance(task.task_spec, ServiceNode):
            raise StepNotWaiting(f"Expected a call at token {token}, but it stands at {task.task_spec.name}")
        task.innermost.values.update(cleaned(data))
        task.complete()
        _close(task.workflow)
        return _settled(case)
    finally:
        teardown(case)


def divert(process: Process, state: bytes, token: str, *, flow: str) -> Advance:
    """The step that waits as `token` ends without answers and is left by the sequence flow `flow` alone."""
    case = _restored(process, state)
    try:
        task = _expected(case, token, TaskState.READY)
        if not task.task_spec.manual or flow not in process.runtime.paths:
            raise StepNotWaiting(f"Expected a step at token {token} with a flow {flow}")
        task.internal_data["via"] = process.runtime.paths[flow]
        task.run()
        _close(task.workflow)
        return _settled(case)
    finally:
        teardown(case)


def expire(process: Process, state: bytes, token: str) -> Advance:
    """The timer that waits as `token` is due."""
    return _fired(process, state, token, {}, timer=True)


def deliver(process: Process, state: bytes, token: str, *, payload: Mapping[str, Any] = NOTHING) -> Advance:
    """The message or signal that the case awaits as `token` has come; its payload becomes data."""
    return _fired(process, state, token, cleaned(payload), timer=False)


def look(process: Process, state: bytes) -> Advance:
    """What waits in a state, without any act; conditions are not asked again."""
    case = _restored(process, state)
    try:
        return _advance(case, state)
    finally:
        teardown(case)


def kept(step: Step, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that become data of the case, by name of the variable; a missing one is None."""
    if step.keeps_all:
        return dict(answers)
    return {keep.name: _answer(answers, keep.field) for keep in step.keeps}


def start_elements(process: Process) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Ids of the start events that wait for something, each with its events (timer, message, signal …)."""
    starts = process.runtime.flow.starts
    return tuple((node.bpmn_id, node.events) for node in starts if node.catching)


def _answer(answers: Any, path: str) -> Any:
    for name in path.split("."):
        answers = answers.get(name) if isinstance(answers, Mapping) else None
    return answers


def _start_node(process: Process, at: str | None) -> Any:
    if at is None:
        return None
    for node in process.runtime.flow.starts:
        if node.bpmn_id == at:
            return node
    raise StepNotWaiting(f"Expected a start event of {process.key}, but {at} is none")


def _restored(process: Process, state: bytes) -> CaseFlow:
    case = CaseFlow(process.runtime.flow, process.runtime.inner)
    load(case, state)
    return case


def _expected(case: CaseFlow, token: str, state: int) -> Token:
    task = case.find(token)
    if task is None or task._state != state:
        raise StepNotWaiting(f"Expected token {token} to wait, but it does not")
    return task


def _fired(process: Process, state: bytes, token: str, payload: dict[str, Any], *, timer: bool) -> Advance:
    case = _restored(process, state)
    try:
        task = _expected(case, token, TaskState.WAITING)
        if not isinstance(task.task_spec, CatchNode) or (timer and "timer" not in task.internal_data):
            raise StepNotWaiting(
                f"Expected an event at token {token}, but it stands at {task.task_spec.name}"
            )
        task.task_spec.fire(task, payload)
        return _settled(case)
    finally:
        teardown(case)


def _settled(case: CaseFlow) -> Advance:
    """Runs everything that needs no person and no event from outside, then saves."""
    runs = 0
    while ready := _ready(case):
        for task in ready:
            if task._state == TaskState.READY:
                task.run()
                _close(task.workflow)
                runs += 1
        if runs > MOST_RUNS:
            raise FlowFailed(
                ready[0].task_spec.bpmn_id or ready[0].task_spec.name, "no_rest", {"most": MOST_RUNS}
            )
        if len(case.tasks) > PRUNE_EVERY:
            prune(case)
    case.rest()
    prune(case)
    return _advance(case, dump(case))


def _ready(case: CaseFlow) -> list[Token]:
    """Tokens that go on by themselves; joins and conditions are asked again before there are none."""
    for asked_again in (False, True):
        if asked_again:
            for flow in case.flows():
                flow.update_waiting_tasks()
        ready = [
            task for task in case.tokens() if task._state == TaskState.READY and not task.task_spec.manual
        ]
        if ready:
            return ready
    return []


def _close(flow: Any) -> None:
    """When the last token of an inner flow is gone, its activity goes on."""
    if isinstance(flow, InnerFlow) and flow.host._state == TaskState.STARTED and flow.rest():
        flow.host.task_spec.inner_done(flow.host, flow)


def _advance(case: CaseFlow, state: bytes) -> Advance:
    tokens = list(case.tokens())
    waiting = [task for task in tokens if task._state == TaskState.WAITING]
    return Advance(
        state=state,
        data=dict(case.scope.values),
        steps=tuple(
            _waiting(task) for task in tokens if task._state == TaskState.READY and task.task_spec.manual
        ),
        calls=tuple(_call(task) for task in tokens if _is_called(task)),
        timers=tuple(_timer(task) for task in waiting if "timer" in task.internal_data),
        subscriptions=tuple(subscription for task in waiting for subscription in _subscriptions(task)),
        thrown=tuple(case.thrown),
        completed=tuple(case.completed_elements),
        decided=tuple(case.decided),
        ended=not any(task._state & TaskState.NOT_FINISHED_MASK for task in tokens),
    )


def _is_called(task: Token) -> bool:
    return task._state == TaskState.STARTED and isinstance(task.task_spec, ServiceNode)


def _waiting(task: Token) -> Waiting:
    return Waiting(task.id, task.task_spec.bpmn_id, _item(task))


def _item(task: Token) -> int | None:
    """Number among the instances of the step, or of the innermost repeated sub-process that it is in."""
    if "number" in task.internal_data:
        return int(task.internal_data["number"]) + 1
    return _item(task.workflow.host) if isinstance(task.workflow, InnerFlow) else None


def _call(task: Token) -> Call:
    data = task.internal_data.get("inputs") or dict(task.data)
    return Call(task.id, task.task_spec.bpmn_id, task.task_spec.operation, data)


def _timer(task: Token) -> Timer:
    kind, text = task.internal_data["timer"]
    return Timer(task.id, task.task_spec.bpmn_id, kind, text)


def _subscriptions(task: Token) -> list[Subscription]:
    keys = task.internal_data.get("keys", {})
    return [
        Subscription(task.id, task.task_spec.bpmn_id, event.kind, event.name, keys.get(event.name, {}))
        for event in getattr(task.task_spec, "events", ())
        if isinstance(event, NamedEvent)
    ]
