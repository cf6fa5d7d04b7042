"""Activities that act by themselves: scripts, decisions, calls of operations, sub-processes and called processes."""

from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.dmn.decisions import DecisionBroken, DecisionTable, decide
from engine.bpmn.expressions import Expression, Script
from engine.bpmn.failures import DecisionFailed, ExpressionFailed
from engine.bpmn.flows import Flow
from engine.bpmn.model import Decided
from engine.bpmn.nodes import FlowSpec, Inputs, Node, assigned, given, value_of
from engine.bpmn.providing import as_one
from engine.bpmn.scopes import Scope
from engine.bpmn.tokens import Token

RAN = "begun"  #: kept on the root of a sequential ad-hoc sub-process: how many of its activities were begun


class ScriptNode(Node):
    """Runs assignments on the scope of the token."""

    begins_anew = True
    script: Script

    def _run_hook(self, token: Token) -> bool:
        token.write(assigned(self.script, token.data, self.where))
        return True


class DecisionNode(Node):
    """Evaluates a decision table; its outputs become variables, or the one variable `result`."""

    begins_anew = True
    table: DecisionTable
    result: str | None = None
    shaped: str | None = None

    def _run_hook(self, token: Token) -> bool:
        try:
            outcome = decide(self.table, token.data)
        except DecisionBroken as broken:
            raise DecisionFailed(self.where, broken.code, broken.params) from None
        token.write({self.result: as_one(outcome.outputs, self.shaped)} if self.result else outcome.outputs)
        token.workflow.top_workflow.decided.append(
            Decided(self.bpmn_id, self.table.id, outcome.outputs, outcome.rules, outcome.explanation)
        )
        return True


class ServiceNode(Node):
    """Waits, started, for the outcome of its operation; `inputs`: what that is given, else all it sees.

    `result`: the one variable that takes the whole outcome.
    """

    begins_anew = True
    operation: str
    result: str | None = None
    inputs: Inputs = ()

    def _run_hook(self, token: Token) -> None:
        if self.inputs:
            token.internal_data["inputs"] = given(self.inputs, token, self.where)
        elif self.mapping is not None and self.mapping.inputs:
            token.internal_data["inputs"] = {name: token.data[name] for name, _ in self.mapping.inputs}

    def outcome(self, data: dict[str, Any]) -> dict[str, Any]:
        """What becomes data of the answer: as it is, or as the one variable that takes it."""
        return data if self.result is None or self.result in data else {self.result: data}


class SubFlowNode(Node):
    """A sub-process or a call: opens an inner flow and is done when that is."""

    flow_name: str
    is_call = False

    def _update_hook(self, token: Token) -> bool:
        outer = token.innermost
        token._set_state(TaskState.STARTED)
        scope = Scope({}, outer) if self.is_call else outer
        inner = token.workflow.top_workflow.open_inner(token, self.flow_name, scope)
        inner.begin()
        if inner.rest():
            self.inner_done(token, inner)
        return False

    def inner_done(self, token: Token, inner: Any) -> None:
        """The inner flow came to its end: what a called process wrote goes to the caller's scope."""
        token.workflow.top_workflow.subprocesses.pop(token.id, None)
        if not self.is_call and (inner.log or inner.spec.undoer):
            token.internal_data["log"] = inner.log
            token.internal_data["own"] = inner.scope.values if inner.spec.variables else None
        self.hand_out(token, inner)
        token._set_state(TaskState.READY)

    def hand_out(self, token: Token, inner: Any) -> None:
        """What a called process has written goes to the caller's scope."""
        if self.is_call:
            token.write(inner.scope.values)

    def left_early(self, token: Token, inner: Any) -> None:
        """An error or escalation leaves the flow: a called process hands out what it has by then."""
        self.hand_out(token, inner)
        if not self.is_call or self.mapping is None or token.scope is None or token.scope.outer is None:
            return
        seen = token.data
        outputs = [pair for pair in self.mapping.outputs if all(name in seen for name in pair[1].names)]
        token.scope.outer.write({name: value_of(value, token, self.where) for name, value in outputs})

    def _on_complete(self, token: Token) -> None:
        if self.undo is None and "log" in token.internal_data:
            done, own = token.internal_data.pop("log"), token.internal_data.pop("own")
            entry = self.remembered(token) | {"flow": self.flow_name, "log": done, "own": own}
            token.workflow.log.append(entry)
        super()._on_complete(token)

    def _on_cancel(self, token: Token) -> None:
        token.workflow.top_workflow.close_inner(token)


@dataclass(frozen=True, slots=True)
class AdHoc:
    """How an ad-hoc sub-process goes: one activity after another or at once, `until` when, and what then becomes of
    what still runs. `chosen`: gives the ids of the activities to begin with; all, where it is not said."""

    sequential: bool = False
    until: Expression | None = None
    cancels_rest: bool = True
    chosen: Expression | None = None


class AdHocFlowSpec(FlowSpec):
    """Activities without an order: each is begun once; again, when all are done and the condition does not hold yet."""

    rule = AdHoc()

    def first_activities(self, flow: Flow) -> list[Node]:
        activities = self._chosen(flow)
        flow.task_tree.internal_data.update({RAN: 1, "chosen": [node.name for node in activities]})
        return activities[:1] if self.rule.sequential else activities

    def _chosen(self, flow: Flow) -> list[Node]:
        if self.rule.chosen is None:
            return self.orphans
        chosen = value_of(self.rule.chosen, flow.task_tree, self.name)
        if not isinstance(chosen, list):
            raise ExpressionFailed(self.name, "not_repeatable", {"value": str(chosen)[:40]})
        return [node for node in self.orphans if node.name.removesuffix(" host") in chosen]

    def is_enough(self, _flow: Flow, token: Token) -> bool:
        if self.rule.until is None or token.task_spec.bpmn_id is None:
            return False
        return bool(value_of(self.rule.until, token, self.name))

    def goes_on(self, flow: Flow) -> bool:
        """Begins the next activity, or another round while the condition does not hold (it was asked just before)."""
        kept = flow.task_tree.internal_data
        activities = [self.task_specs[name] for name in kept.get("chosen", ())]
        begun = kept.get(RAN, 0)
        if begun == 0 or not activities:
            return False
        if self.rule.sequential and begun < len(activities):
            kept[RAN] = begun + 1
            flow.place(activities[begun])
            return True
        if self.rule.until is None:
            return False
        kept[RAN] = 1
        for node in activities[:1] if self.rule.sequential else activities:
            flow.place(node)
        return True

    def stop(self, flow: Flow) -> None:
        if self.rule.cancels_rest:
            flow.cancel()
        else:
            flow.task_tree.internal_data[RAN] = 0
