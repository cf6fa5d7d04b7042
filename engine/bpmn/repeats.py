"""Activities done several times: for each item, a number of times, or while a condition holds."""

from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.expressions import Expression
from engine.bpmn.failures import ExpressionFailed, FlowFailed
from engine.bpmn.nodes import FlowSpec, Node, value_of, value_on
from engine.bpmn.scopes import Scope
from engine.bpmn.tokens import Token

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

    Kept on its token: `items` (or None), `total`, `begun`, `done`, `results` by number of the instance, and `idle`:
    from which number to which instances wait for a person and have no token, until somebody acts on one; so a step for
    a thousand items costs no more to load than one for ten. Its scope, which the instances see, holds BPMN's counters.
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
        if not self.repetition.is_loop:
            token.scope = Scope({}, token.innermost)
        token._set_state(TaskState.STARTED)
        if total == 0:
            self._finish(token)
        for _ in range(min(total, 1) if self.repetition.sequential else total):
            self._begin(token)
        return False

    def child_finishing(self, token: Token, child: Token) -> None:
        """The result of an instance, and whether it is the last one, are found before the instance counts as done."""
        if child.task_spec.name != self.instance:
            return
        kept, rule = token.internal_data, self.repetition
        if rule.output and not rule.is_loop:
            child.internal_data["result"] = self._result(child)
        is_last = kept["done"] + 1 == kept["total"]
        enough = self._ends_early(token, child) or is_last
        if is_last and rule.is_loop and rule.most is None and not self._ends_early(token, child):
            raise FlowFailed(self.where, "no_rest", {"most": MOST_INSTANCES})
        child.internal_data["enough"] = enough

    def child_done(self, token: Token, child: Token) -> None:
        """One instance is done: its result is kept, the next begins or the repetition ends."""
        if child.task_spec.name != self.instance:
            return
        kept = token.internal_data
        kept["done"] += 1
        self._keep_result(token, child)
        self._count(token)
        if child.internal_data["enough"]:
            for other in token.children:
                other.cancel()
            self._finish(token)
        elif self.repetition.sequential:
            self._begin(token)

    def _extent(self, token: Token) -> tuple[list[Any] | None, int]:
        """The items, and how many instances there will be (for a loop: at most)."""
        rule = self.repetition
        if rule.is_loop:
            first = {**token.data, "loopCounter": 0}
            skipped = (
                rule.test_first and rule.while_holds and not value_on(rule.while_holds, first, self.bpmn_id)
            )
            return None, 0 if skipped else rule.most or MOST_INSTANCES
        value = value_of(rule.collection or rule.count, token, self.bpmn_id)  # type: ignore[arg-type]
        if rule.collection and isinstance(value, dict):
            value = list(value)
        if rule.collection and isinstance(value, list) and len(value) <= MOST_INSTANCES:
            return value, len(value)
        if not rule.collection and type(value) is int and 0 <= value <= MOST_INSTANCES:
            return None, value
        raise ExpressionFailed(self.bpmn_id, "not_repeatable", {"value": str(value)[:40]})

    def _begin(self, token: Token) -> None:
        kept = token.internal_data
        number = kept["begun"]
        kept["begun"] = number + 1
        self._count(token)
        child = self._instance(token, number)
        child.task_spec._update(child)

    def _instance(self, token: Token, number: int, state: int = TaskState.FUTURE) -> Token:
        spec = self._wf_spec.task_specs[self.instance]
        child = Token(
            token.workflow, spec, token, state, self._scope(token, number), name_of_instance(token.id, number)
        )
        child.internal_data["number"] = number
        return child

    def together(self, token: Token) -> str | None:
        return None if self.repetition.sequential else str(token.id)

    def doze(self, token: Token) -> None:
        """Instances that wait for a person, untouched, give up their tokens."""
        if not self._wf_spec.task_specs[self.instance].manual:
            return
        idle = [child for child in token.children if self._is_untouched(token, child)]
        if idle:
            for child in idle:
                child._set_state(TaskState.CANCELLED)
            before = [number for first, last in idle_ranges(token) for number in range(first, last + 1)]
            numbers = [*before, *(child.internal_data["number"] for child in idle)]
            token.internal_data["idle"] = _as_ranges(sorted(numbers))

    def wake(self, token: Token, number: int) -> Token | None:
        """The instance of this number gets its token back; None if it is not idle."""
        ranges = token.internal_data.get("idle", [])
        if not any(first <= number <= last for first, last in ranges):
            return None
        token.internal_data["idle"] = _without(ranges, number)
        return self._instance(token, number, TaskState.READY)

    def _is_untouched(self, token: Token, child: Token) -> bool:
        number = child.internal_data.get("number", -1)
        return (
            child._state == TaskState.READY
            and child.internal_data == {"number": number}
            and child.scope is not None
            and child.scope.outer is self._around(token)
            and child.scope.values == self._own(token, number)
        )

    def _scope(self, token: Token, number: int) -> Scope:
        """The scope of one instance; a round of a loop keeps nothing to itself but its number."""
        return Scope(self._own(token, number), self._around(token), passes=self.repetition.is_loop)

    def _own(self, token: Token, number: int) -> dict[str, Any]:
        own: dict[str, Any] = {"loopCounter": number}
        if self.repetition.item and token.internal_data["items"] is not None:
            own[self.repetition.item] = token.internal_data["items"][number]
        return own

    def _around(self, token: Token) -> Scope:
        return token.innermost

    def _count(self, token: Token) -> None:
        if token.scope is not None and not self.repetition.is_loop:
            token.scope.values.update(_counters(token.internal_data))

    def _keep_result(self, token: Token, child: Token) -> None:
        if self.repetition.is_loop or child.scope is None:
            return
        if self.repetition.output:
            number = str(child.internal_data["number"])
            token.internal_data["results"][number] = child.internal_data["result"]
        elif token.scope is not None and token.scope.outer is not None:
            own = {"loopCounter", self.repetition.item}
            token.scope.outer.write({k: v for k, v in child.scope.values.items() if k not in own})

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
            following = {**child.data, "loopCounter": child.internal_data["number"] + 1}
            return rule.while_holds is not None and not value_on(rule.while_holds, following, self.bpmn_id)
        if rule.until is None:
            return False
        counts = _counters({**token.internal_data, "done": token.internal_data["done"] + 1})
        counted = Scope(counts, child.innermost)
        return bool(value_on(rule.until, counted.view(), self.bpmn_id))

    def _finish(self, token: Token) -> None:
        kept, rule = token.internal_data, self.repetition
        if not rule.is_loop and token.scope is not None:
            token.scope = token.scope.outer
        if rule.output:
            results = sorted(kept["results"].items(), key=lambda pair: int(pair[0]))
            token.write({rule.output: [value for _, value in results]})
        token.internal_data = {}
        token._set_state(TaskState.READY)


def name_of_instance(token: str, number: int) -> str:
    """The id of the token of an instance of the repetition that stands at `token`."""
    return f"{token}.{number}"


def idle_ranges(token: Token) -> list[tuple[int, int]]:
    """From which number to which the instances of a repetition wait without a token."""
    return [(first, last) for first, last in token.internal_data.get("idle", ())]


def _without(ranges: list[list[int]], number: int) -> list[list[int]]:
    left: list[list[int]] = []
    for first, last in ranges:
        parts = ([first, number - 1], [number + 1, last]) if first <= number <= last else ([first, last],)
        left += [part for part in parts if part[0] <= part[1]]
    return left


def _as_ranges(numbers: list[int]) -> list[list[int]]:
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges


def _counters(kept: dict[str, Any]) -> dict[str, int]:
    """The standard counters, under the names of BPMN and under those of Camunda."""
    total, done, active = kept["total"], kept["done"], kept["begun"] - kept["done"]
    return {
        "numberOfInstances": total, "numberOfCompletedInstances": done, "numberOfActiveInstances": active,
        "numberOfTerminatedInstances": 0,
        "nrOfInstances": total, "nrOfCompletedInstances": done, "nrOfActiveInstances": active,
    }  # fmt: skip
