from typing import Any

import pytest

from engine.bpmn import running
from tests.engine.bpmn.drawing import ENDS, Case, drawn, flows, process_of, users


def several(how: str, sequential: bool = False, kind: str = "userTask", inner: str = "") -> Any:
    several_of = (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" '
        f"{how}</multiInstanceLoopCharacteristics>"
    )
    return process_of(
        drawn(ENDS + users("n") + f'<{kind} id="m">{several_of}{inner}</{kind}>', "s > m > n > e")
    )


def test_parallel_instances_each_have_their_item_and_their_result() -> None:
    how = (
        'camunda:collection="people" camunda:elementVariable="person">'
        '<loopDataOutputRef>votes</loopDataOutputRef><outputDataItem name="vote"/>'
    )
    case = Case(several(how), {"people": ["a", None, "c"]})
    assert [w.item for w in case.now.steps] == [1, 2, 3]
    for item, vote in ((3, "no"), (1, "yes"), (2, "none")):
        case.complete("m", item, vote=vote)
    assert case.waiting == ["n"]
    assert case.data == {"people": ["a", None, "c"], "votes": ["yes", "none", "no"]}
    case.complete("n")
    assert case.ended


def test_sequential_instances_come_one_after_the_other_even_with_empty_items() -> None:
    case = Case(
        several('camunda:collection="people" camunda:elementVariable="person">', sequential=True),
        {"people": [None, "b"]},
    )
    assert [w.item for w in case.now.steps] == [1]
    case.complete("m", x=1)
    assert [w.item for w in case.now.steps] == [2]
    case.complete("m", y=2)
    assert (case.waiting, case.data) == (["n"], {"people": [None, "b"], "x": 1, "y": 2})


def test_a_completion_condition_ends_the_instances_early() -> None:
    case = Case(
        several(
            "><loopCardinality>3</loopCardinality><completionCondition>"
            "${nrOfCompletedInstances == 2}</completionCondition>"
        )
    )
    case.complete("m", 1)
    case.complete("m", 3)
    assert case.waiting == ["n"]


def test_no_item_means_no_instance() -> None:
    assert Case(several('camunda:collection="people">'), {"people": []}).waiting == ["n"]


def test_a_repeated_sub_process_keeps_the_items_apart() -> None:
    inner = (
        '<startEvent id="is"/><userTask id="i"/><scriptTask id="sc"><script>double = number * 2</script></scriptTask>'
        + flows("is > i > sc")
    )
    how = (
        'camunda:collection="items" camunda:elementVariable="it">'
        '<loopDataOutputRef>out</loopDataOutputRef><outputDataItem name="double"/>'
    )
    case = Case(several(how, kind="subProcess", inner=inner), {"items": [1, 2]})
    case.complete("i", 2, number=5)
    case.complete("i", 1, number=4)
    assert (case.waiting, case.data) == (["n"], {"items": [1, 2], "out": [8, 10]})


def test_a_standard_loop_goes_on_while_its_condition_holds() -> None:
    loop = (
        '<userTask id="a"><standardLoopCharacteristics loopMaximum="3">'
        "<loopCondition>more</loopCondition></standardLoopCharacteristics></userTask>"
    )
    case = Case(process_of(drawn(ENDS + loop, "s > a > e")))
    case.complete("a", more=True)
    case.complete("a", more=False)
    assert (case.ended, case.trace) == (True, ["s", "a", "a", "e"])


MANY = (
    '<userTask id="a"><multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality>{}'
    "</multiInstanceLoopCharacteristics></userTask>"
)


def test_instances_that_nobody_has_acted_on_cost_the_state_nothing() -> None:
    few, many = (Case(process_of(drawn(ENDS + MANY.format(n, ""), "s > a > e"))) for n in (10, 1000))
    assert [waiting.item for waiting in many.now.steps] == list(range(1, 1001))
    assert len(many.now.state) <= len(few.now.state) + 20
    for item in (500, 3, 1000, 4):
        many.complete("a", item)
    assert sorted({1, *range(5, 500)} | {2} | set(range(501, 1000))) == [w.item for w in many.now.steps]
    with pytest.raises(running.StepNotWaiting):
        running.complete(many.process, many.now.state, few.now.steps[0].token)


def test_instances_are_withdrawn_with_their_repetition() -> None:
    until = "<completionCondition>numberOfCompletedInstances == 2</completionCondition>"
    case = Case(process_of(drawn(ENDS + MANY.format(5, until) + users("b"), "s > a > b > e")))
    gone = case.token("a", 5)
    case.complete("a", 4)
    case.complete("a", 2)
    assert case.waiting == ["b"]
    with pytest.raises(running.StepNotWaiting):
        running.complete(case.process, case.now.state, gone)
