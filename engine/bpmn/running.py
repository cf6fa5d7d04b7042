"""Moves a running case on: every act takes a state and returns an Advance; nothing is kept, no clock is read.

An act is all or nothing: when it raises, the caller still holds the state from before. The acts raise
StepNotWaiting when the token is not where it is expected, ActFailed (ExpressionFailed, DecisionFailed,
FlowFailed) when the case cannot go on, and DataRefused for data that no state can hold.
"""

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.activities import ServiceNode
from engine.bpmn.advances import advance
from engine.bpmn.calling import CALLED
from engine.bpmn.catching import CatchNode
from engine.bpmn.data import DataRefused, cleaned
from engine.bpmn.events import CodeEvent
from engine.bpmn.failures import ActFailed, DecisionFailed, ExpressionFailed, FlowFailed, StepNotWaiting
from engine.bpmn.flows import CaseFlow, InnerFlow
from engine.bpmn.gateways import EventGateway
from engine.bpmn.model import NOTHING, Advance, Process, Step
from engine.bpmn.nodes import park, unpark
from engine.bpmn.scopes import Scope
from engine.bpmn.state import dump, load, prune, teardown
from engine.bpmn.throwing import throw_code
from engine.bpmn.tokens import Token

__all__ = [
    "ActFailed", "DataRefused", "DecisionFailed", "ExpressionFailed", "FlowFailed", "StepNotWaiting",
    "complete", "deliver", "expire", "fail_call", "finish_call", "look", "open_calls", "retry", "start",
    "start_elements",
]  # fmt: skip

MOST_RUNS = 100_000
MOST_TOKENS = 200_000
PRUNE_EVERY = 512


def start(
    process: Process, *, data: Mapping[str, Any] = NOTHING, at: str | None = None, name: str | None = None
) -> Advance:
    """A new case: from its none start event, or from the start event `at` that has just happened.

    `name`: which message or signal it was, where `at` waits for several. A process that starts only by events, begun
    without `at`, waits at them.
    """
    case = CaseFlow(process.runtime.flow, process.runtime.inner)
    case._open(case.spec.scope_in(Scope(cleaned(data))))
    try:
        if at is None:
            case.begin()
        else:
            node = _start_node(process, at)
            case.begin(*_begun_at(node, name))
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
        task.write(kept(process.steps[task.task_spec.bpmn_id], cleaned(data)))
        _finish(task)
        return _settled(case)
    finally:
        teardown(case)


def finish_call(process: Process, state: bytes, token: str, *, data: Mapping[str, Any] = NOTHING) -> Advance:
    """The operation of a service task has given its result, which becomes data of the case."""
    case = _restored(process, state)
    try:
        task = _called(case, token)
        task.write(task.task_spec.outcome(cleaned(data)))
        _finish(task)
        return _settled(case)
    finally:
        teardown(case)


def fail_call(
    process: Process, state: bytes, token: str, *, code: str, data: Mapping[str, Any] = NOTHING
) -> Advance:
    """The operation of a service task has failed with a BPMN error, which is caught, or leaves the task failed."""
    case = _restored(process, state)
    try:
        task = _called(case, token)
        error = CodeEvent("error", code, code)
        try:
            throw_code(task, error, cleaned(data), task.task_spec.where, at_activity=True)
        except FlowFailed as failure:
            park(task, failure, TaskState.READY)
        return _settled(case)
    finally:
        teardown(case)


def retry(process: Process, state: bytes, token: str, *, data: Mapping[str, Any] = NOTHING) -> Advance:
    """The element that failed at `token` is tried again, with `data` corrected where the token sees them."""
    case = _restored(process, state)
    try:
        task = _expected(case, token, TaskState.STARTED)
        if not task.is_failed:
            raise StepNotWaiting(
                f"Expected a failed element at token {token}, but it waits for something else"
            )
        stage = unpark(task, cleaned(data))
        if stage == TaskState.FUTURE:
            task.task_spec._update(task)
        elif stage == TaskState.STARTED:
            _finish(task)
        return _settled(case)
    finally:
        teardown(case)


def expire(process: Process, state: bytes, token: str) -> Advance:
    """The timer that waits as `token` is due."""
    handle, _, number = token.partition("#")

    def which(task: Token) -> int | None:
        timers = task.internal_data.get("timers", {})
        return next((int(own) for own in timers if number in ("", own)), None)

    return _fired(process, state, handle, {}, which)


def deliver(
    process: Process,
    state: bytes,
    token: str,
    *,
    payload: Mapping[str, Any] = NOTHING,
    name: str | None = None,
) -> Advance:
    """The message or signal that the case awaits as `token` has come; its payload becomes data.

    `name`: which one, where the token waits for several.
    """

    def which(task: Token) -> int | None:
        return next((number for number, _, own in task.task_spec.named(task) if name in (None, own)), None)

    return _fired(process, state, token, cleaned(payload), which)


def look(process: Process, state: bytes) -> Advance:
    """What waits in a state, without any act; conditions are not asked again."""
    case = _restored(process, state)
    try:
        return advance(case, state)
    finally:
        teardown(case)


def kept(step: Step, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that become data of the case, by name of the variable; a missing one is None."""
    if step.keeps_all:
        return dict(answers)
    return {keep.name: _answer(answers, keep.field) for keep in step.keeps}


def open_calls(process: Process, state: bytes) -> set[str]:
    """Ids of the called processes that the case has under way."""
    case = _restored(process, state)
    try:
        hosts = [flow.host for flow in case.subprocesses.values()]
        names = {host.task_spec.flow_name for host in hosts if getattr(host.task_spec, "is_call", False)}
        return {name.removesuffix(CALLED) for name in names}
    finally:
        teardown(case)


def start_elements(process: Process) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Ids of the elements that a case can begin at by an event, each with its events (timer, message, signal …)."""
    starts = process.runtime.flow.starts
    return tuple((node.bpmn_id, node.events) for node in starts if node.catching)


def _answer(answers: Any, path: str) -> Any:
    for name in path.split("."):
        answers = answers.get(name) if isinstance(answers, Mapping) else None
    return answers


def _start_node(process: Process, at: str) -> Any:
    for node in process.runtime.flow.starts:
        if node.bpmn_id == at:
            return node
    raise StepNotWaiting(f"Expected a start event of {process.key}, but {at} is none")


def _begun_at(node: Any, name: str | None) -> tuple[Any, Any]:
    """Where a case begins and by what: a start event, or one of those that follow an instantiating gateway."""
    events = enumerate(node.events if node.catching else ())
    event = next(
        (number for number, event in events if name is None or getattr(event, "name", None) == name), None
    )
    gateway = next((spec for spec in node.inputs if isinstance(spec, EventGateway)), None)
    return (node, event) if gateway is None else (gateway, (node, event))


def _restored(process: Process, state: bytes) -> CaseFlow:
    case = CaseFlow(process.runtime.flow, process.runtime.inner)
    load(case, state)
    return case


def _expected(case: CaseFlow, token: str, state: int) -> Token:
    task = case.find(token)
    if task is None or task._state != state:
        raise StepNotWaiting(f"Expected token {token} to wait, but it is over")
    return task


def _called(case: CaseFlow, token: str) -> Token:
    task = _expected(case, token, TaskState.STARTED)
    if not isinstance(task.task_spec, ServiceNode) or task.is_failed:
        raise StepNotWaiting(f"Expected a call at token {token}, but it stands at {task.task_spec.name}")
    return task


def _fired(process: Process, state: bytes, token: str, payload: dict[str, Any], which: Any) -> Advance:
    case = _restored(process, state)
    try:
        task = _expected(case, token, TaskState.WAITING)
        number = which(task) if isinstance(task.task_spec, CatchNode) else None
        if number is None:
            raise StepNotWaiting(
                f"Expected an event at token {token}, but it stands at {task.task_spec.name}"
            )
        task.task_spec.fire(task, payload, number)
        return _settled(case)
    finally:
        teardown(case)


def _settled(case: CaseFlow) -> Advance:
    """Runs everything that needs no person and no event from outside, then saves."""
    runs = 0
    while True:
        while case.agenda:
            _run(case.agenda.popleft())
            runs += 1
            if runs > MOST_RUNS or case.made > MOST_TOKENS:
                raise FlowFailed(case.completed_elements[-1] if case.completed_elements else "", "no_rest",
                                 {"most": MOST_RUNS})  # fmt: skip
            if runs % PRUNE_EVERY == 0:
                prune(case)
        for flow in case.flows():
            flow.update_waiting_tasks()
        case.rest()
        if not case.agenda:
            break
    prune(case)
    return advance(case, dump(case))


def _run(task: Token) -> None:
    """One automatic element; if it fails, its token stays there."""
    if task._state != TaskState.READY or task.workflow.tasks.get(task.id) is not task:
        return
    try:
        done = task.task_spec._run(task)
    except ActFailed as failure:
        park(task, failure, TaskState.READY)
    else:
        if done:
            _finish(task)
            return
        if task._state == TaskState.READY:
            task._set_state(TaskState.STARTED)
    _close(task.workflow)


def _finish(task: Token) -> None:
    """What a person or another system had to do is done; if what follows of it fails, that is all there is to retry."""
    try:
        task.complete()
    except ActFailed as failure:
        park(task, failure, TaskState.STARTED)
    _close(task.workflow)


def _close(flow: Any) -> None:
    """When the last token of an inner flow is gone, its activity goes on."""
    if isinstance(flow, InnerFlow) and flow.host._state == TaskState.STARTED and flow.rest():
        flow.host.task_spec.inner_done(flow.host, flow)
