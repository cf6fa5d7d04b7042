"""What every node does with a token: SpiffWorkflow's task specifications, with our semantics."""

from collections import ChainMap
from collections.abc import Iterable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.data import DataRefused, cleaned
from engine.bpmn.expressions import Expression
from engine.bpmn.failures import ActFailed, ExpressionFailed
from engine.bpmn.flows import Flow
from engine.bpmn.operations import EvaluationFailed
from engine.bpmn.scopes import DataMapping, Scope
from engine.bpmn.tokens import Token

ENTERED = "entered"  #: kept on a token that is in the scope of its activity's mapping
Inputs = tuple[tuple[str, str | Expression], ...]
"""What an operation or message is given: names with literal texts or expressions."""


class FlowSpec(BpmnProcessSpec):
    """The nodes of one process or sub-process.

    `starts`: where it can begin; `entered`: where it waits for that, which may be a gateway before them; `orphans`:
    activities that no flow leads to; `listeners`: its event sub-processes; `undoer`: the one for its compensation;
    `variables`: names of the data that are its own.
    """

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
        self.entered: list[Any] = []
        self.orphans: list[Node] = []
        self.listeners: list[Any] = []
        self.undoer: Any = None
        self.variables: tuple[str, ...] = ()
        self.start = Root(self, " start")

    def _add_notify(self, task_spec: Any) -> None:
        self.task_specs[task_spec.name] = task_spec

    def scope_in(self, outer: Scope) -> Scope:
        """The scope of this flow inside another: the same, unless the flow has data of its own."""
        if not self.variables:
            return outer
        return Scope(dict.fromkeys(self.variables), outer, passes=True)

    def first_activities(self, _flow: Flow) -> "list[Node]":
        """Where a flow without start events begins."""
        return self.orphans

    def is_enough(self, _flow: Flow, _token: Token) -> bool:
        """Whether the flow is over once this token is done: never, but for an ad-hoc sub-process."""
        return False

    def goes_on(self, _flow: Flow) -> bool:
        """Whether a flow without tokens begins something more, and has done so."""
        return False

    def stop(self, flow: Flow) -> None:
        """The flow has what it needs."""
        flow.cancel()


class Node(BpmnTaskSpec):
    """A node that passes the token to all its successors; the mother of all others.

    `element`: id in the diagram, None for what is not drawn. `looks_again`: its waiting tokens are asked
    again when anything is completed. `catching`: its waiting tokens wait for an event. `catches_at_host`: a boundary
    event. `listens`: its waiting tokens hold nothing up. `begins_anew`: once data are corrected, its own inputs are
    made again. `undo`: name of the node that undoes what was done here.
    """

    looks_again = False
    gathers = False
    catching = False
    catches_at_host = False
    listens = False
    begins_anew = False
    undo: str | None = None
    mapping: DataMapping | None = None

    def __init__(
        self, flow: FlowSpec, name: str, *, element: str | None = None, manual: bool = False
    ) -> None:
        super().__init__(flow, name, inputs=[], outputs=[], manual=manual, data={}, defines={})
        self.bpmn_id: Any = element
        self.is_reported = element is not None

    @property
    def event_id(self) -> Any:
        """The element whose event a token waits for here."""
        return self.bpmn_id

    @property
    def where(self) -> str:
        """The element that failures and sentences name."""
        return str(self.bpmn_id or self.name)

    def doze(self, token: Token) -> None:
        """Instances that only wait for a person give up their tokens."""

    def wake(self, _token: Token, _number: int) -> Token | None:
        """The instance of this number gets its token back."""
        return None

    def reports(self, _token: Token) -> bool:
        """Whether the token's passing is noted for the act."""
        return self.is_reported

    def _predict(self, *_args: Any, **_kwargs: Any) -> None:
        """No token is made before it is due: deep diagrams cost nothing and cannot overflow."""

    def test(self) -> None:
        """The reading of the diagram has checked it."""

    def begin_at(self, root: Token, event: Any) -> None:
        """A flow begins here, with what has just happened."""
        token = root._add_child(self)
        self._update(token)

    def _update(self, token: Token) -> None:
        """Looks whether the token may go on; a token whose node fails stays here."""
        try:
            if self.mapping is not None and token._state == TaskState.FUTURE:
                self._enter(token, self.mapping)
            if self._update_hook(token):
                token._ready()
        except ActFailed as failure:
            self._on_cancel(token)
            park(token, failure, TaskState.FUTURE)

    def _update_hook(self, _token: Token) -> bool:
        return True

    def _on_ready_hook(self, _token: Token) -> None:
        """Nothing to do before the run."""

    def _run(self, token: Token) -> Any:
        return self._run_hook(token)

    def _run_hook(self, token: Token) -> bool | None:
        return True

    def _on_cancel(self, _token: Token) -> None:
        """Nothing else goes with the token."""

    def _on_complete(self, token: Token) -> None:
        parent = token.parent
        if parent is not None:
            parent.task_spec.child_done(parent, token)
        if self.undo is not None:
            token.workflow.log.append(self.remembered(token))
        if not token.workflow.completed:
            self.spread(token)
            token.workflow._task_completed_notify(token)

    def remembered(self, token: Token) -> dict[str, Any]:
        """What the log of the flow keeps of a token that was done here, to undo it."""
        item = token.scope.values if token.scope is not None else {}
        own = {**item, **token.internal_data.pop("mapped", {})} or None
        entry = {"element": self.bpmn_id, "undo": self.undo, "values": own}
        together = token.parent.task_spec.together(token.parent) if token.parent is not None else None
        return entry | ({"with": together} if together else {})

    def together(self, _token: Token) -> str | None:
        """What marks the instances of a repetition that went on at once, and are undone so."""
        return None

    def _enter(self, token: Token, mapping: DataMapping) -> None:
        """The activity begins: its inputs make a scope of its own. Raises ExpressionFailed, then nothing changes."""
        values = given(mapping.inputs, token, self.where)
        scope = Scope(values, token.innermost, passes=mapping.hands_out == "all", hides=mapping.isolated)
        if mapping.before is not None:
            scope.write(assigned(mapping.before, scope.view(), self.where))
        token.scope = scope
        token.internal_data[ENTERED] = True

    def leave(self, token: Token) -> None:
        """The activity is done: its outputs go outwards, once. Raises ExpressionFailed, and changes nothing then."""
        mapping, scope = self.mapping, token.scope
        if mapping is None or scope is None or ENTERED not in token.internal_data:
            return
        after = assigned(mapping.after, token.data, self.where) if mapping.after is not None else {}
        outputs = given(mapping.outputs, token, self.where, ChainMap(after, token.data))
        scope.write(after)
        if self.undo is not None or "log" in token.internal_data:
            token.internal_data["mapped"] = dict(scope.values)
        step_out(token)
        token.write(outputs)

    def child_finishing(self, token: Token, child: Token) -> None:
        """Called on the node of the parent before a child counts as done; may raise ActFailed."""

    def child_done(self, token: Token, child: Token) -> None:
        """Called on the node of the parent before a child's successors go on."""

    def hosted_done(self, token: Token) -> None:
        """Called on the node before an activity with boundary events when that is over."""

    def spread(self, token: Token) -> None:
        """Sends the token on to the successors."""
        send(token, self.outputs)


class Root(Node):
    """Where a flow begins; of several starts by an event the first that happens rules the others out."""

    def child_done(self, token: Token, child: Token) -> None:
        if child.task_spec.listens:
            return
        for other in token.children:
            if other is not child and other._state == TaskState.WAITING and _is_start(other.task_spec):
                other.cancel()


def _is_start(spec: Any) -> bool:
    return spec.catching and not spec.listens and spec in spec._wf_spec.entered


def step_out(token: Token) -> None:
    """Leaves the scope that a mapping made around the token."""
    outer = token.scope.outer if token.scope is not None else None
    token.scope = None if outer is token.workflow.scope else outer
    token.internal_data.pop(ENTERED, None)


def park(token: Token, failure: ActFailed, state: int) -> None:
    """Leaves the token at the node that failed, to be tried again from `state`."""
    if state == TaskState.FUTURE and ENTERED in token.internal_data:
        step_out(token)
    params = {name: value if isinstance(value, int) else str(value) for name, value in failure.params.items()}
    token.internal_data["failed"] = [state, failure.element, failure.code, params]
    token._set_state(TaskState.STARTED)


def unpark(token: Token, data: Mapping[str, Any]) -> int:
    """The node that failed may be tried again, on corrected data: the state that it is tried from."""
    stage: int = token.internal_data.pop("failed")[0]
    spec = token.task_spec
    if data and stage == TaskState.READY and spec.begins_anew and ENTERED in token.internal_data:
        step_out(token)
        stage = TaskState.FUTURE
    token.innermost.correct(data)
    token._set_state(stage)
    return stage


def send(token: Token, specs: Iterable[Any]) -> None:
    """Makes one token on each of the given nodes, all of them before the first looks around."""
    children = [token._add_child(spec) for spec in specs]
    for child in children:
        if child._state == TaskState.FUTURE:
            child.task_spec._update(child)


def given(
    inputs: Inputs, token: Token, element: str, names: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The values of inputs on the data that the token sees (or `names`), each also on those before it."""
    values: dict[str, Any] = {}
    seen = ChainMap(values, dict(names) if names is not None else token.data)
    for name, value in inputs:
        values[name] = value if isinstance(value, str) else value_on(value, seen, element)
    return values


def assigned(script: Any, names: Mapping[str, Any], element: str) -> dict[str, Any]:
    """What a script assigns on the given names; raises ExpressionFailed."""
    try:
        return dict(cleaned(script.run(names)))
    except EvaluationFailed as failed:
        raise ExpressionFailed(element, failed.code, failed.params) from None
    except DataRefused:
        raise ExpressionFailed(element, "too_large") from None


def value_of(expression: Expression, token: Token, element: str) -> Any:
    """Value on the data that the token sees; raises ExpressionFailed."""
    return value_on(expression, token.data, element)


def value_on(expression: Expression, names: Mapping[str, Any], element: str) -> Any:
    """Value on the given names; raises ExpressionFailed."""
    try:
        return expression.evaluate(names)
    except EvaluationFailed as failed:
        raise ExpressionFailed(element, failed.code, failed.params) from None
