"""A running case in memory: its scopes of data, its tokens, its flows.

SpiffWorkflow keeps a copy of the data on every token and predicts the paths ahead. Here data belong to scopes
(case, called process, item of a repetition) that all tokens of the scope share, and a token exists only where
the case stands, so joins have nothing to overwrite and the state stays small. Nothing here reads a clock.
"""

import uuid
from collections import ChainMap
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import Decided, Thrown

ACTIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED

Spec = Any
"""A SpiffWorkflow specification of a node; the library carries no types."""


class Scope:
    """Variables that all tokens within it share; an inner scope reads through to the outer one."""

    __slots__ = ("outer", "values")

    def __init__(self, values: dict[str, Any], outer: "Scope | None" = None) -> None:
        self.values = values
        self.outer = outer

    def view(self) -> MutableMapping[str, Any]:
        """What a token sees; writing through it changes the innermost scope only."""
        return ChainMap(*self._chain()) if self.outer else self.values

    def _chain(self) -> list[dict[str, Any]]:
        return [self.values, *(self.outer._chain() if self.outer else [])]


class Token(Task):
    """One token at one node; `scope` is its own only for an item of a repetition."""

    def __init__(
        self, flow: "Flow", task_spec: Spec, parent: "Token | None", state: int, scope: Scope | None = None
    ) -> None:
        self.id = uuid.uuid4().hex
        self.workflow = flow
        self.task_spec = task_spec
        self.internal_data: dict[str, Any] = {}
        self.triggered = False
        self._parent = parent.id if parent else None
        self._children: list[str] = []
        self._state = state
        self.scope = scope
        flow.tasks[self.id] = self
        if parent:
            parent._children.append(self.id)

    @property
    def data(self) -> MutableMapping[str, Any]:
        return (self.scope or self.workflow.scope).view()

    @property
    def innermost(self) -> Scope:
        """The scope that this token writes to."""
        scope: Scope = self.scope or self.workflow.scope
        return scope

    def _add_child(
        self, task_spec: Spec, state: int = TaskState.FUTURE, scope: Scope | None = None
    ) -> "Token":
        return Token(self.workflow, task_spec, self, state, scope)

    def _set_state(self, value: int) -> None:
        self._state = value

    def _inherit_data(self) -> None:
        """Data are shared by scope: there is nothing to copy."""

    def cancel(self) -> None:
        """Withdraws the token and what it repeats."""
        if not self._state & TaskState.FINISHED_MASK:
            self._set_state(TaskState.CANCELLED)
            for child in self.children:
                child.cancel()
            self.task_spec._on_cancel(self)

    def complete(self) -> None:
        """The node is done: noted for the act, then its successors go on."""
        self._set_state(TaskState.COMPLETED)
        if self.task_spec.is_reported:
            self.workflow.top_workflow.completed_elements.append(self.task_spec.bpmn_id)
        self.task_spec._on_complete(self)


class Flow:
    """What a case and its sub-processes have in common; mixed into the library's workflows."""

    tasks: dict[str, Token]
    spec: Spec
    scope: Scope
    task_tree: Token
    completed: bool
    depth: int
    parent_task_id: str | None
    top_workflow: Any

    def _open(self, scope: Scope) -> None:
        self.scope = scope
        self.task_tree = Token(self, self.spec.start, None, TaskState.COMPLETED)

    def begin(self, at: Spec | None = None) -> None:
        """Puts a token on the start `at`, else on the none start, else on all that start by an event."""
        plain = [spec for spec in self.spec.starts if not spec.catching]
        specs = [at] if at else plain[:1] or self.spec.starts or self.spec.orphans
        tokens = [self.task_tree._add_child(spec) for spec in specs]
        for token in tokens:
            if at is not None:
                token.internal_data["fired"] = True
            token.task_spec._update(token)

    def update_waiting_tasks(self) -> None:
        """Joins and conditions look again whenever something was completed."""
        for task in [task for task in self.tasks.values() if task._state == TaskState.WAITING]:
            if task.task_spec.looks_again and task._state == TaskState.WAITING:
                task.task_spec._update(task)

    def _task_completed_notify(self, _task: Token) -> None:
        if not self.completed:
            self.update_waiting_tasks()

    def _task_removed_notify(self, _task: Token) -> None:
        """Nothing is told: no one listens."""

    def rest(self) -> bool:
        """Whether no token is left; marks the flow as completed then."""
        if not any(task._state & TaskState.NOT_FINISHED_MASK for task in self.tasks.values()):
            self.completed = True
        return self.completed

    def cancel(self, success: bool = False) -> list[Token]:
        """Withdraws every token, those of sub-processes included."""
        self.completed = True
        withdrawn = [task for task in self.tasks.values() if task._state & TaskState.NOT_FINISHED_MASK]
        for task in withdrawn:
            task.cancel()
        return withdrawn


class CaseFlow(Flow, BpmnWorkflow):
    """The case itself. Collects, for one act, what was completed, thrown and decided."""

    def __init__(self, spec: BpmnProcessSpec, subprocess_specs: dict[str, BpmnProcessSpec]) -> None:
        BpmnWorkflow.__init__(self, spec, subprocess_specs, script_engine=_NoScripts(), deserializing=True)
        self.completed_elements: list[str] = []
        self.thrown: list[Thrown] = []
        self.decided: list[Decided] = []

    def flows(self) -> Iterator[Any]:
        """The case's flow and those of its sub-processes under way."""
        yield self
        yield from list(self.subprocesses.values())

    def tokens(self) -> Iterator[Token]:
        for flow in self.flows():
            yield from list(flow.tasks.values())

    def find(self, token_id: str) -> Token | None:
        return next((flow.tasks[token_id] for flow in self.flows() if token_id in flow.tasks), None)

    def open_inner(self, host: Token, spec_name: str, scope: Scope) -> "InnerFlow":
        """Starts the flow of a sub-process or called process at its activity `host`."""
        inner = InnerFlow(self.subprocess_specs[spec_name], host, self)
        self.subprocesses[host.id] = inner
        inner._open(scope)
        inner.begin()
        return inner

    def close_inner(self, host: Token) -> None:
        """Withdraws and forgets the flow of `host`, if there is one."""
        inner = self.subprocesses.pop(host.id, None)
        if inner is not None:
            inner.cancel()

    def waiting_for(self, matches: Callable[[Token], bool]) -> list[Token]:
        """Tokens that wait for an event and match, the innermost flows first."""
        flows = sorted(self.flows(), key=lambda flow: -flow.depth)
        tokens = (task for flow in flows for task in list(flow.tasks.values()))
        return [
            task
            for task in tokens
            if task._state == TaskState.WAITING and task.task_spec.catching and matches(task)
        ]


class InnerFlow(Flow, BpmnSubWorkflow):
    """The flow of a sub-process, called process or repeated sub-process."""

    def __init__(self, spec: BpmnProcessSpec, host: Token, case: CaseFlow) -> None:
        self.host = host
        BpmnSubWorkflow.__init__(self, spec, host.id, case, deserializing=True)

    @property
    def parent_workflow(self) -> Any:
        return self.host.workflow

    def _calculate_depth(self) -> int:
        return int(self.host.workflow.depth) + 1


class _NoScripts:
    """Stands where the library keeps its Python engine, so that no text can ever reach Python."""

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(
            f"Expected no text to reach the library's script engine, but {name} was asked"
        )
