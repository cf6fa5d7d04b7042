"""A running case in memory: its tokens and its flows.

SpiffWorkflow predicts the paths ahead; here a token exists only where the case stands, so the state stays small.
Nothing here reads a clock.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.model import Decided, Thrown
from engine.bpmn.scopes import Scope
from engine.bpmn.tokens import UNFINISHED, Spec, Token

Log = list[dict[str, Any]]
"""What a flow has done that can be undone, in order: see engine.bpmn.throwing."""


class Flow:
    """What a case and its sub-processes have in common; mixed into the library's workflows.

    `live`: how many tokens hold it up; `looking`: tokens that look again whenever something was completed; `log`:
    what can be undone.
    """

    tasks: dict[str, Token]
    spec: Spec
    scope: Scope
    task_tree: Token
    completed: bool
    depth: int
    parent_task_id: str | None
    top_workflow: Any
    live: int
    looking: dict[str, Token]
    log: Log

    def _prepare(self) -> None:
        self.live = 0
        self.looking = {}
        self.log = []

    def _open(self, scope: Scope) -> None:
        self.scope = scope
        self.task_tree = Token(self, self.spec.start, None, TaskState.COMPLETED)

    def begin(self, at: Spec | None = None, event: Any = None) -> None:
        """Lets the event sub-processes listen; puts a token on the start `at`, at which `event` has happened.

        Without `at`: on the none start, else on all that start by an event, else on what no flow leads to.
        """
        for spec in self.spec.listeners:
            self.place(spec)
        if self.is_interrupted:
            return
        if at is not None:
            at.begin_at(self.task_tree, event)
            return
        plain = [spec for spec in self.spec.starts if not spec.catching and spec in self.spec.entered]
        specs = plain[:1] or self.spec.entered or self.spec.first_activities(self)
        tokens = [self.task_tree._add_child(spec) for spec in specs]
        for token in tokens:
            if token._state == TaskState.FUTURE:
                token.task_spec._update(token)

    def place(self, spec: Spec) -> Token:
        """Puts a token on a node that no other leads to."""
        token = self.task_tree._add_child(spec)
        spec._update(token)
        return token

    @property
    def is_interrupted(self) -> bool:
        """Whether an interrupting event sub-process has taken over."""
        return any(
            task.task_spec.listens and task.task_spec.interrupting and task._state == TaskState.STARTED
            for task in self.task_tree.children
            if not task.is_failed
        )

    def update_waiting_tasks(self) -> None:
        """Joins and conditions look again whenever something was completed."""
        in_vain: set[Spec] = set()
        for task in list(self.looking.values()):
            spec = task.task_spec
            if task._state == TaskState.WAITING and spec not in in_vain:
                spec._update(task)
                if spec.gathers and task._state == TaskState.WAITING:
                    in_vain.add(spec)  # its other tokens see the same

    def _task_completed_notify(self, _task: Token) -> None:
        if not self.completed and self.looking:
            self.update_waiting_tasks()

    def _task_removed_notify(self, _task: Token) -> None:
        """Nothing is told: no one listens."""

    def rest(self) -> bool:
        """Whether no token is left; the flow is completed then, and nobody listens any more."""
        if not self.completed and not self.live and not self.spec.goes_on(self):
            self.cancel()
        return self.completed

    def withdraw(self, besides: Token | None = None) -> None:
        """Withdraws every token but one, those of sub-processes included."""
        for task in [task for task in self.tasks.values() if task._state & UNFINISHED]:
            if task is not besides:
                task.cancel()

    def cancel(self, success: bool = False) -> list[Token]:
        """Ends the flow: withdraws every token."""
        self.completed = True
        self.withdraw()
        return []


class CaseFlow(Flow, BpmnWorkflow):
    """The case itself. Collects, for one act, what goes on by itself, what was completed, thrown and decided."""

    def __init__(self, spec: BpmnProcessSpec, subprocess_specs: dict[str, BpmnProcessSpec]) -> None:
        self._prepare()
        self.made = 0
        BpmnWorkflow.__init__(self, spec, subprocess_specs, script_engine=_NoScripts(), deserializing=True)
        self.agenda: deque[Token] = deque()
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
        """The token of that id; an idle instance of a repetition gets its token back."""
        found = next((flow.tasks[token_id] for flow in self.flows() if token_id in flow.tasks), None)
        if found is None and "." in token_id:
            repeated, _, number = token_id.rpartition(".")
            host = self.find(repeated)
            found = host.task_spec.wake(host, int(number)) if host is not None and number.isdigit() else None
        return found

    def open_inner(self, host: Token, spec_name: str, scope: Scope) -> "InnerFlow":
        """Opens the flow of a sub-process or called process at its activity `host`; it is begun by the caller."""
        inner = InnerFlow(self.subprocess_specs[spec_name], host, self)
        self.subprocesses[host.id] = inner
        inner._open(inner.spec.scope_in(scope))
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
        self._prepare()
        BpmnSubWorkflow.__init__(self, spec, host.id, case, deserializing=True)

    @property
    def parent_workflow(self) -> Any:
        return self.host.workflow

    def _calculate_depth(self) -> int:
        return int(self.host.workflow.depth) + 1


class _NoScripts:
    """Stands where the library keeps its Python engine, so that no text can ever reach Python."""

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(f"Expected no text to reach the script engine, but {name} was asked")
