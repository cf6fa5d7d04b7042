"""Gateways: where tokens part, and where they wait for one another."""

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.expressions import Expression
from engine.bpmn.failures import FlowFailed
from engine.bpmn.nodes import FlowSpec, Node, send, value_of, value_on
from engine.bpmn.tokens import UNFINISHED, Token

RESETTING = "seen"  #: kept on the token of a complex gateway that waits for the inputs it has not seen yet


class Choice(Node):
    """Sends tokens along flows by their conditions, in the order of the diagram.

    `exclusive`: the first that holds, else all. `always`: flows without condition out of an activity.
    """

    def __init__(self, flow: FlowSpec, name: str, *, element: str | None, exclusive: bool) -> None:
        super().__init__(flow, name, element=element)
        self.exclusive = exclusive
        self.branches: list[tuple[Expression, str]] = []
        self.default: str | None = None
        self.always: list[str] = []
        self.failing_element = element

    @property
    def where(self) -> str:
        return str(self.failing_element or self.name)

    def spread(self, token: Token) -> None:
        names = token.internal_data.pop("chosen")
        send(token, [self._wf_spec.task_specs[name] for name in names])

    def _run_hook(self, token: Token) -> bool:
        chosen = list(self.always) + list(self._holding(token))
        if chosen == self.always and self.default:
            chosen.append(self.default)
        if not chosen:
            raise FlowFailed(self.where, "no_flow_taken")
        token.internal_data["chosen"] = chosen
        return True

    def _holding(self, token: Token) -> Iterable[str]:
        for condition, target in self.branches:
            if value_of(condition, token, self.where):
                yield target
                if self.exclusive:
                    return


class ParallelJoin(Node):
    """Fires once a token has come along every flow; a second one on a flow stays for the next time."""

    looks_again = True
    gathers = True

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.WAITING)
        arrived = _waiting_by_input(token)
        if set(arrived) != set(self._inputs):
            return False
        _consume(arrived, token)
        return True


class InclusiveJoin(Choice):
    """Fires when no token elsewhere can still reach an empty input without being able to reach a full one."""

    looks_again = True
    gathers = True
    reaching: dict[str, frozenset[str]]

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.WAITING)
        arrived = _waiting_by_input(token)
        if self._must_wait(token, set(arrived)):
            return False
        _consume(arrived, token)
        return True

    def _must_wait(self, token: Token, full: set[str]) -> bool:
        empty = [name for name in self._inputs if name not in full]
        if not empty:
            return False
        return any(
            any(name in self.reaching[empty_input] for empty_input in empty)
            and not any(name in self.reaching[full_input] for full_input in full)
            for name in self._elsewhere(token)
        )

    def _elsewhere(self, token: Token) -> set[str]:
        """Names of the nodes where other tokens stand; a boundary event counts with its host."""
        return {
            task.task_spec.name
            for task in token.workflow.tasks.values()
            if task._state & UNFINISHED
            and task.task_spec is not self
            and not (task.task_spec.catches_at_host and task._state != TaskState.READY)
        }


class ComplexJoin(InclusiveJoin):
    """Fires once its condition holds on the number of tokens that have come (`activationCount`), then resets.

    Until it is reset, which is when every other input has been seen or can no longer be, late tokens are used up; then
    the flows whose conditions hold with `waitingForStart` false get a token (BPMN 2.0.2, 13.4.5).
    """

    gathers = False
    condition: Expression | None = None

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.WAITING)
        resetting = next((t for t in _at_join(token) if RESETTING in t.internal_data), None)
        if resetting is not None:
            return token is resetting and self._is_reset(token)
        arrived = [task for task in _gathered(token) if task is not token]
        if not self._starts(token, len(arrived) + 1):
            return False
        seen = {task.parent.task_spec.name for task in (*arrived, token)}
        for task in arrived:
            task._set_state(TaskState.CANCELLED)
        self._wait_for_reset(token, seen)
        return True

    def _starts(self, token: Token, count: int) -> bool:
        if self.condition is None:
            return not self._must_wait(token, set(_waiting_by_input(token)))
        own = {"activationCount": count, "waitingForStart": True}
        if value_on(self.condition, {**token.data, **own}, self.where):
            return True
        if not self._can_come(token, self._inputs):
            raise FlowFailed(self.where, "never_activated", {"count": count})
        return False

    def _can_come(self, token: Token, inputs: Iterable[str]) -> bool:
        """Whether a token elsewhere can still reach one of these inputs."""
        elsewhere = self._elsewhere(token)
        return any(name in self.reaching[each] for name in elsewhere for each in inputs)

    def _wait_for_reset(self, token: Token, seen: set[str]) -> None:
        if seen == set(self._inputs):
            return
        marker = token.parent._add_child(self)
        marker.internal_data[RESETTING] = sorted(seen)
        marker._set_state(TaskState.WAITING)

    def _is_reset(self, marker: Token) -> bool:
        late = [
            task for task in _at_join(marker)
            if task is not marker and task.parent.task_spec.name not in marker.internal_data[RESETTING]
        ]  # fmt: skip
        full = {*marker.internal_data[RESETTING], *(task.parent.task_spec.name for task in late)}
        if self._can_come(marker, set(self._inputs) - full):
            return False
        for task in late:
            task._set_state(TaskState.CANCELLED)
        return True

    def reports(self, token: Token) -> bool:
        return RESETTING not in token.internal_data

    def _run_hook(self, token: Token) -> bool:
        if RESETTING not in token.internal_data:
            return super()._run_hook(token)
        names = {**token.data, "waitingForStart": False, "activationCount": 0}
        token.internal_data["chosen"] = [
            target for condition, target in self.branches
            if "waitingForStart" in condition.names and value_on(condition, names, self.where)
        ]  # fmt: skip
        return True

    def _holding(self, token: Token) -> Iterable[str]:
        names = {**token.data, "waitingForStart": True}
        return [target for condition, target in self.branches if value_on(condition, names, self.where)]


class EventGateway(Node):
    """Waits for the first of the events that follow, the others being withdrawn; `waits_for_all`: for each of them."""

    waits_for_all = False

    def begin_at(self, root: Token, event: Any) -> None:
        """A case begins by one of the events that follow the gateway."""
        gate = root._add_child(self, TaskState.COMPLETED)
        spec, own = event
        tokens = [gate._add_child(each) for each in self.outputs if self.waits_for_all or each is spec]
        for token in tokens:
            if token.task_spec is spec:
                spec.note(token, own)
            token.task_spec._update(token)

    def child_done(self, token: Token, child: Token) -> None:
        if self.waits_for_all:
            return
        for other in token.children:
            if other is not child:
                other.cancel()


def _at_join(token: Token) -> list[Token]:
    """The tokens that wait at the same join, oldest first."""
    return [task for task in token.workflow.looking.values() if task.task_spec is token.task_spec]


def _gathered(token: Token) -> list[Token]:
    """The tokens at the same join, those among them whose condition could not be told."""
    tasks = token.workflow.tasks.values()
    failed = [task for task in tasks if task.task_spec is token.task_spec and task.is_failed]
    return [*failed, *_at_join(token)]


def _waiting_by_input(token: Token) -> dict[str, Token]:
    """The oldest token waiting at the same join for each of its inputs, by name of the node it came from."""
    arrived: dict[str, Token] = {}
    for task in _at_join(token):
        arrived.setdefault(task.parent.task_spec.name, task)
    return arrived


def _consume(arrived: dict[str, Token], firing: Token) -> None:
    """One token of each other input is used up; `firing` goes on, more tokens on the same inputs stay."""
    own = firing.parent.task_spec.name
    for name, task in arrived.items():
        if name != own:
            task._set_state(TaskState.CANCELLED)
