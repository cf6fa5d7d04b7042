"""Activities done several times: for each item, a number of times, or while a condition holds."""

from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.expressions import Expression
from engine.bpmn.failures import ExpressionFailed
from engine.bpmn.flows import Scope, Token
from engine.bpmn.nodes import FlowSpec, Node, value_of, value_on

MOST_INSTANCES = 10_000


@dataclass(frozen=True, slots=True)
class Repetition:
    """How often: `count` or `collection` (each item under the name `item`), sequentially or at once.

    `output`: the variable that takes the list of results, each the value of `result` in its instance.
    `until`: ends the repetition early. For a standard loop only `while_holds`, `most` and `test_first`.
    """

    sequential: bool = False
    count: Expression | None = None
    collection: Expression | None = None
    item: str | None = None
    output: str | None = None
    result: Expression | None = None
    until: Expression | None = None
    is_loop: bool = False
    while_holds: Expression | None = None
    most: int | None = None
    test_first: bool = False


class RepeatNode(Node):
    """Makes the instances of an activity and goes on when they are done.

    Kept on its token: `items` (or None), `total`, `begun`, `done`, `results` by number of the instance.
    """

    def __init__(
        self, flow: FlowSpec, name: str, *, element: str, instance: str, repetition: Repetition
    ) -> None:
        super().__init__(flow, name, element=element)
        self.is_reported = False
        self.instance = instance
        self.repetition = repetition

    def _update_hook(self, token: Token) -> bool:
        if token._state != TaskState.FUTURE:
            return False
        items, total = self._extent(token)
        token.internal_data.update(items=items, total=total, begun=0, done=0, results={})
        token._set_state(TaskState.STARTED)
        if total == 0:
            self._finish(token)
        for _ in range(min(total, 1) if self.repetition.sequential else total):
            self._begin(token)
        return False

    def child_done(self, token: Token, child: Token) -> None:
        """One instance is done: its result is kept, the next begins or the repetition ends."""
        if child.task_spec.name != self.instance:
            return
        kept = token.internal_data
        kept["done"] += 1
        self._keep_result(token, child)
        if kept["done"] == kept["total"] or self._ends_early(token, child):
            for other in token.children:
                other.cancel()
            self._finish(token)
        elif self.repetition.sequential:
            self._begin(token)

    def _extent(self, token: Token) -> tuple[list[Any] | None, int]:
        """The items, and how many instances there will be (for a loop: at most)."""
        rule = self.repetition
        if rule.is_loop:
            skipped = (
                rule.test_first and rule.while_holds and not value_of(rule.while_holds, token, self.bpmn_id)
            )
            return None, 0 if skipped else rule.most or MOST_INSTANCES
        value = value_of(rule.collection or rule.count, token, self.bpmn_id)  # type: ignore[arg-type]
        if rule.collection and isinstance(value, dict):
            value = list(value)
        if rule.collection and isinstance(value, list) and len(value) <= MOST_INSTANCES:
            return value, len(value)
        if not rule.collection and isinstance(value, int) and 0 <= value <= MOST_INSTANCES:
            return None, value
        raise ExpressionFailed(self.bpmn_id, "not_repeatable", {"value": str(value)[:40]})

    def _begin(self, token: Token) -> None:
        kept = token.internal_data
        number = kept["begun"]
        kept["begun"] = number + 1
        child = token._add_child(self._wf_spec.task_specs[self.instance], scope=self._scope(token, number))
        child.internal_data["number"] = number
        child.task_spec._update(child)

    def _scope(self, token: Token, number: int) -> Scope | None:
        if self.repetition.is_loop:
            return None
        own: dict[str, Any] = {"loopCounter": number}
        if self.repetition.item and token.internal_data["items"] is not None:
            own[self.repetition.item] = token.internal_data["items"][number]
        return Scope(own, token.innermost)

    def _keep_result(self, token: Token, child: Token) -> None:
        if self.repetition.is_loop or child.scope is None:
            return
        if self.repetition.output:
            number = str(child.internal_data["number"])
            token.internal_data["results"][number] = self._result(child)
        else:
            own = {"loopCounter", self.repetition.item}
            token.innermost.values.update({k: v for k, v in child.scope.values.items() if k not in own})

    def _result(self, child: Token) -> Any:
        result = self.repetition.result
        if result is None or (
            len(result.names) == 1 and result.text in result.names and result.text not in child.data
        ):
            return None
        return value_of(result, child, self.bpmn_id)

    def _ends_early(self, token: Token, child: Token) -> bool:
        rule = self.repetition
        if rule.is_loop:
            return rule.while_holds is not None and not value_of(rule.while_holds, token, self.bpmn_id)
        if rule.until is None:
            return False
        counted = Scope(_counters(token), child.scope or token.innermost)
        return bool(value_on(rule.until, counted.view(), self.bpmn_id))

    def _finish(self, token: Token) -> None:
        kept = token.internal_data
        if self.repetition.output:
            results = sorted(kept["results"].items(), key=lambda pair: int(pair[0]))
            token.innermost.values[self.repetition.output] = [value for _, value in results]
        token.internal_data = {}
        token._set_state(TaskState.READY)


def _counters(token: Token) -> dict[str, int]:
    """The standard counters, under the names of BPMN and under those of Camunda."""
    kept = token.internal_data
    total, done, active = kept["total"], kept["done"], kept["begun"] - kept["done"]
    return {
        "numberOfInstances": total, "numberOfCompletedInstances": done, "numberOfActiveInstances": active,
        "numberOfTerminatedInstances": 0,
        "nrOfInstances": total, "nrOfCompletedInstances": done, "nrOfActiveInstances": active,
    }  # fmt: skip
