"""What one act gives back: the new state, and everything that now waits."""

from collections.abc import Iterator, Sequence
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.activities import ServiceNode
from engine.bpmn.flows import CaseFlow, InnerFlow
from engine.bpmn.model import Advance, Call, Failure, Subscription, Timer, Waiting
from engine.bpmn.repeats import idle_ranges, name_of_instance
from engine.bpmn.tokens import Token


class Steps(Sequence[Waiting]):
    """The steps that wait; those of a repetition without tokens are told apart only when somebody asks."""

    def __init__(self, standing: list[Waiting], repeated: list[Token]) -> None:
        self._standing = standing
        self._idle = [(task.id, task.task_spec.bpmn_id, idle_ranges(task)) for task in repeated]
        self._told: list[Waiting] | None = None

    def __len__(self) -> int:
        ranges = (pair for _, _, ranges in self._idle for pair in ranges)
        return len(self._standing) + sum(last - first + 1 for first, last in ranges)

    def __getitem__(self, index: Any) -> Any:
        if self._told is not None or not isinstance(index, int) or index < 0:
            return self._all()[index]
        if index < len(self._standing):
            return self._standing[index]
        left = index - len(self._standing)
        for token, step, ranges in self._idle:
            for first, last in ranges:
                if left <= last - first:
                    return _waiting_instance(token, step, first + left)
                left -= last - first + 1
        raise IndexError(index)

    def __iter__(self) -> Iterator[Waiting]:
        yield from self._standing
        for token, step, ranges in self._idle:
            for first, last in ranges:
                for number in range(first, last + 1):
                    yield _waiting_instance(token, step, number)

    def _all(self) -> list[Waiting]:
        if self._told is None:
            self._told = list(self)
        return self._told


def _waiting_instance(token: str, step: str, number: int) -> Waiting:
    return Waiting(name_of_instance(token, number), step, number + 1)


def advance(case: CaseFlow, state: bytes) -> Advance:
    """The outcome of an act on a case that has come to rest with this state."""
    tokens = list(case.tokens())
    waiting = [task for task in tokens if task._state == TaskState.WAITING and task.task_spec.catching]
    started = [task for task in tokens if task._state == TaskState.STARTED]
    failed = [task for task in started if task.is_failed]
    return Advance(
        state=state,
        data=dict(case.scope.view()),
        steps=Steps(
            [_waiting(task) for task in tokens if task._state == TaskState.READY and task.task_spec.manual],
            [task for task in started if "idle" in task.internal_data],
        ),
        calls=tuple(_call(task) for task in started if _is_called(task)),
        timers=tuple(timer for task in waiting for timer in _timers(task)),
        subscriptions=tuple(subscription for task in waiting for subscription in _subscriptions(task)),
        thrown=tuple(case.thrown),
        completed=tuple(case.completed_elements),
        decided=tuple(case.decided),
        failures=tuple(Failure(task.id, *task.internal_data["failed"][1:]) for task in failed),
        ended=not case.live,
    )


def _is_called(task: Token) -> bool:
    return isinstance(task.task_spec, ServiceNode) and not task.is_failed


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


def _timers(task: Token) -> list[Timer]:
    spec, kept = task.task_spec, task.internal_data
    follows = kept.get("follows", {})
    return [
        Timer(spec.timer_at(task, int(number)), spec.event_id, kind, text, follows.get(number))
        for number, (kind, text) in kept.get("timers", {}).items()
    ]


def _subscriptions(task: Token) -> list[Subscription]:
    keys = task.internal_data.get("keys", {})
    return [
        Subscription(task.id, task.task_spec.event_id, event.kind, name, keys.get(event.name, {}))
        for _, event, name in task.task_spec.named(task)
    ]
