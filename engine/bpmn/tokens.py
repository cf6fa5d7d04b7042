"""One token at one node of a running case.

SpiffWorkflow predicts the paths ahead; here a token exists only where the case stands.
"""

import os
from collections.abc import Mapping, MutableMapping
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.scopes import Scope

UNFINISHED = TaskState.NOT_FINISHED_MASK
NOT_BEGUN = TaskState.FUTURE | TaskState.WAITING

Spec = Any
"""A SpiffWorkflow specification of a node; the library carries no types."""


class Token(Task):
    """One token at one node; `scope` is its own for an item of a repetition and around a mapped activity."""

    def __init__(
        self,
        flow: Any,
        task_spec: Spec,
        parent: "Token | None",
        state: int,
        scope: Scope | None = None,
        name: str | None = None,
    ) -> None:
        self.id = name or os.urandom(16).hex()
        self.workflow = flow
        self.task_spec = task_spec
        self.internal_data: dict[str, Any] = {}
        self.triggered = False
        self._parent = parent.id if parent else None
        self._children: list[str] = []
        self._state = state
        self.scope = scope
        flow.tasks[self.id] = self
        flow.live += self.is_live
        flow.top_workflow.made += 1
        if parent:
            parent._children.append(self.id)

    @property
    def data(self) -> MutableMapping[str, Any]:
        return (self.scope or self.workflow.scope).view()

    @property
    def innermost(self) -> Scope:
        """The scope that this token is in."""
        scope: Scope = self.scope or self.workflow.scope
        return scope

    @property
    def is_live(self) -> bool:
        """Whether the flow cannot end while the token is here; one that only listens does not hold it up."""
        listens = self.task_spec.listens and self._state & NOT_BEGUN
        return bool(self._state & UNFINISHED) and not listens

    @property
    def is_failed(self) -> bool:
        """Whether the token stands at an element that failed, to be tried again."""
        return "failed" in self.internal_data

    def write(self, values: Mapping[str, Any]) -> None:
        """What the node has learnt becomes data."""
        self.innermost.write(values)

    def _add_child(
        self, task_spec: Spec, state: int = TaskState.FUTURE, scope: Scope | None = None
    ) -> "Token":
        return Token(self.workflow, task_spec, self, state, scope)

    def _set_state(self, value: int) -> None:
        flow, spec = self.workflow, self.task_spec
        before = self.is_live
        self._state = value
        flow.live += self.is_live - before
        if spec.looks_again:
            if value == TaskState.WAITING:
                flow.looking[self.id] = self
            else:
                flow.looking.pop(self.id, None)
        if value == TaskState.READY and not spec.manual:
            flow.top_workflow.agenda.append(self)

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
        """The node is done: noted for the act, then its successors go on.

        A token that was withdrawn by what it threw itself is noted, and goes no further.
        """
        spec, flow, parent = self.task_spec, self.workflow, self.parent
        if self._state == TaskState.CANCELLED:
            self._report()
            return
        spec.leave(self)
        if parent is not None:
            parent.task_spec.child_finishing(parent, self)
        enough = flow.spec.is_enough(flow, self)
        self._set_state(TaskState.COMPLETED)
        self._report()
        spec._on_complete(self)
        if enough:
            flow.spec.stop(flow)

    def _report(self) -> None:
        if self.task_spec.reports(self):
            self.workflow.top_workflow.completed_elements.append(self.task_spec.bpmn_id)
