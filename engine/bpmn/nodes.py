"""What each kind of node does with a token: SpiffWorkflow's task specifications, with our semantics."""

from collections.abc import Iterable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.decisions import DecisionBroken, DecisionTable, evaluate
from engine.bpmn.expressions import Expression, Script
from engine.bpmn.failures import DecisionFailed, ExpressionFailed, FlowFailed
from engine.bpmn.flows import Scope, Token
from engine.bpmn.model import Decided
from engine.bpmn.operations import EvaluationFailed

Inputs = tuple[tuple[str, str | Expression], ...]
"""What an operation or message is given: names with literal texts or expressions."""


class FlowSpec(BpmnProcessSpec):
    """The nodes of one process or sub-process: `starts`, and `orphans` (activities that no flow leads to)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.description = ""
        self.file = None
        self.task_specs: dict[str, Node] = {}
        self.data_objects: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.io_specification = None
        self.bpmn_start_events: list[Any] = []
        self.starts: list[Any] = []
        self.orphans: list[Node] = []
        self.start = Root(self, " start")

    def _add_notify(self, task_spec: Any) -> None:
        self.task_specs[task_spec.name] = task_spec


class Node(BpmnTaskSpec):
    """A node that passes the token to all its successors; the mother of all others.

    `element`: id in the diagram, None for what is not drawn. `looks_again`: its waiting tokens are asked
    again when anything is completed. `catching`: its waiting tokens wait for an event.
    """

    looks_again = False
    catching = False
    catches_at_host = False

    def __init__(
        self, flow: FlowSpec, name: str, *, element: str | None = None, manual: bool = False
    ) -> None:
        super().__init__(flow, name, inputs=[], outputs=[], manual=manual, data={}, defines={})
        self.bpmn_id: Any = element
        self.is_reported = element is not None

    def _predict(self, *_args: Any, **_kwargs: Any) -> None:
        """No token is made before it is due: deep diagrams cost nothing and cannot overflow."""

    def test(self) -> None:
        """The reading of the diagram has checked it."""

    def _update_hook(self, _token: Token) -> bool:
        return True

    def _on_ready_hook(self, _token: Token) -> None:
        """Nothing to do before the run."""

    def _run_hook(self, token: Token) -> bool | None:
        return True

    def _on_complete(self, token: Token) -> None:
        parent = token.parent
        if parent is not None:
            parent.task_spec.child_done(parent, token)
        if not token.workflow.completed:
            self.spread(token)
            token.workflow._task_completed_notify(token)

    def _on_complete_hook(self, _token: Token) -> None:
        """Data are shared by scope."""

    def child_done(self, token: Token, child: Token) -> None:
        """Called on the node of the parent before a child's successors go on."""

    def spread(self, token: Token) -> None:
        """Sends the token on to the successors, or to the one that the act has chosen (`via`)."""
        via = token.internal_data.pop("via", None)
        send(token, [self._wf_spec.task_specs[via]] if via else self.outputs)


class Root(Node):
    """Where a flow begins; of several starts by an event the first that happens rules the others out."""

    def child_done(self, token: Token, child: Token) -> None:
        for other in token.children:
            if other is not child and other._state == TaskState.WAITING and other.task_spec.catching:
                other.cancel()


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

    def spread(self, token: Token) -> None:
        names = token.internal_data.pop("chosen")
        send(token, [self._wf_spec.task_specs[name] for name in names])

    def _run_hook(self, token: Token) -> bool:
        chosen = list(self.always) + list(self._holding(token))
        if chosen == self.always and self.default:
            chosen.append(self.default)
        if not chosen:
            raise FlowFailed(self.failing_element or self.name, "no_flow_taken")
        token.internal_data["chosen"] = chosen
        return True

    def _holding(self, token: Token) -> Iterable[str]:
        for condition, target in self.branches:
            if value_of(condition, token, self.failing_element or self.name):
                yield target
                if self.exclusive:
                    return


class ParallelJoin(Node):
    """Fires once a token has come along every flow; a second one on a flow stays for the next time."""

    looks_again = True

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.WAITING)
        arrived = waiting_by_input(token)
        if set(arrived) != set(self._inputs):
            return False
        consume(arrived, token)
        return True


class InclusiveJoin(Choice):
    """Fires when no token elsewhere can still reach an empty input without being able to reach a full one."""

    looks_again = True
    reaching: dict[str, frozenset[str]]

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.WAITING)
        arrived = waiting_by_input(token)
        if self._must_wait(token, set(arrived)):
            return False
        consume(arrived, token)
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
            if task._state & TaskState.NOT_FINISHED_MASK
            and task.task_spec is not self
            and not task.task_spec.catches_at_host
        }


class ScriptNode(Node):
    """Runs assignments on the scope of the token."""

    script: Script

    def _run_hook(self, token: Token) -> bool:
        try:
            token.innermost.values.update(self.script.run(token.data))
        except EvaluationFailed as failed:
            raise ExpressionFailed(self.bpmn_id, failed.code, failed.params) from None
        return True


class DecisionNode(Node):
    """Evaluates a decision table; its outputs become variables, or the one variable `result`."""

    table: DecisionTable
    result: str | None = None

    def _run_hook(self, token: Token) -> bool:
        try:
            outputs, rules = evaluate(self.table, token.data)
        except DecisionBroken as broken:
            raise DecisionFailed(self.bpmn_id, broken.code, broken.params) from None
        token.innermost.values.update({self.result: self._single(outputs)} if self.result else outputs)
        token.workflow.top_workflow.decided.append(Decided(self.bpmn_id, self.table.id, outputs, rules))
        return True

    def _single(self, outputs: dict[str, Any]) -> Any:
        return next(iter(outputs.values())) if len(outputs) == 1 else outputs


class ServiceNode(Node):
    """Waits, started, for the outcome of its operation; `inputs`: what that is given, else all it sees."""

    operation: str
    inputs: Inputs = ()

    def _run_hook(self, token: Token) -> None:
        if self.inputs:
            token.internal_data["inputs"] = given(self.inputs, token, self.bpmn_id)


class SubFlowNode(Node):
    """A sub-process or a call: opens an inner flow and is done when that is."""

    flow_name: str
    is_call = False

    def _update_hook(self, token: Token) -> bool:
        outer = token.innermost
        token._set_state(TaskState.STARTED)
        token.workflow.top_workflow.open_inner(
            token, self.flow_name, Scope({}, outer) if self.is_call else outer
        )
        return False

    def inner_done(self, token: Token, inner: Any) -> None:
        """The inner flow came to its end: what a called process wrote goes to the caller's scope."""
        token.workflow.top_workflow.subprocesses.pop(token.id, None)
        if self.is_call:
            token.innermost.values.update(inner.scope.values)
        token._set_state(TaskState.READY)

    def _on_cancel(self, token: Token) -> None:
        token.workflow.top_workflow.close_inner(token)


def send(token: Token, specs: Iterable[Any]) -> None:
    """Makes one token on each of the given nodes, all of them before the first looks around."""
    children = [token._add_child(spec) for spec in specs]
    for child in children:
        if child._state == TaskState.FUTURE:
            child.task_spec._update(child)


def given(inputs: Inputs, token: Token, element: str) -> dict[str, Any]:
    """The values of inputs on the data that the token sees."""
    return {
        name: value if isinstance(value, str) else value_of(value, token, element) for name, value in inputs
    }


def value_of(expression: Expression, token: Token, element: str) -> Any:
    """Value on the data that the token sees; raises ExpressionFailed."""
    return value_on(expression, token.data, element)


def value_on(expression: Expression, names: Mapping[str, Any], element: str) -> Any:
    """Value on the given names; raises ExpressionFailed."""
    try:
        return expression.evaluate(names)
    except EvaluationFailed as failed:
        raise ExpressionFailed(element, failed.code, failed.params) from None


def waiting_by_input(token: Token) -> dict[str, Token]:
    """The oldest token waiting at the same join for each of its inputs, by name of the node it came from."""
    arrived: dict[str, Token] = {}
    for task in token.workflow.tasks.values():
        if task.task_spec is token.task_spec and task._state == TaskState.WAITING:
            arrived.setdefault(task.parent.task_spec.name, task)
    return arrived


def consume(arrived: dict[str, Token], firing: Token) -> None:
    """One token of each other input is used up; `firing` goes on, more tokens on the same inputs stay."""
    own = firing.parent.task_spec.name
    for name, task in arrived.items():
        if name != own:
            task._set_state(TaskState.CANCELLED)
