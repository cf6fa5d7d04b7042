import itertools
from typing import Any

import pytest

from engine.bpmn import running
from engine.bpmn.failures import FlowFailed
from tests.engine.bpmn.drawing import AND, ENDS, Case, drawn, process_of, users


def test_an_exclusive_gateway_tries_its_flows_in_the_order_of_the_document() -> None:
    elements = ENDS + '<exclusiveGateway id="x" default="x_c"/>' + users("a", "b", "c")
    ways = ("s > x", "x > c", "x > b : n > 1", "x > a : n > 0", "a > e", "b > e", "c > e")
    process = process_of(drawn(elements, *ways))
    assert [Case(process, {"n": n}).waiting for n in (2, 1, 0)] == [["b"], ["a"], ["c"]]


def test_a_gateway_where_no_condition_holds_keeps_its_token_until_it_is_tried_again() -> None:
    process = process_of(
        drawn(
            ENDS + '<exclusiveGateway id="x"/><parallelGateway id="f"/>' + users("a", "b", "c"),
            "s > f > x",
            "f > c",
            "x > a : n > 0",
            "x > b : n > 1",
            "a > e",
            "b > e",
        )
    )
    case = Case(process, {"n": 0})
    assert (case.failures, case.waiting) == ([("x", "no_flow_taken")], ["c"])
    case.complete("c", n=1)
    assert (case.failures, case.ended) == ([("x", "no_flow_taken")], False)
    case.retry("x")
    assert (case.failures, case.waiting) == ([], ["a"])
    assert Case(process, {}).failures == [("x", "unknown_name")]


def looping_fork() -> Any:
    elements = (
        ENDS
        + AND
        + '<exclusiveGateway id="again"/><exclusiveGateway id="x" default="x_e"/>'
        + users("a", "b")
    )
    ways = ("s > again > fork", "fork > a > join", "fork > b > join", "join > x", "x > again : more", "x > e")
    return process_of(drawn(elements, *ways))


@pytest.mark.parametrize("orders", list(itertools.product(["ab", "ba"], repeat=3)))
def test_a_join_in_a_loop_waits_for_both_branches_in_every_round(orders: tuple[str, ...]) -> None:
    case = Case(looping_fork(), {"more": True})
    for number, order in enumerate(orders, start=1):
        case.complete(order[0], **{order[0]: number})
        assert case.waiting == [order[1]]
        case.complete(order[1], **{order[1]: number}, more=number < len(orders))
        assert (case.data["a"], case.data["b"]) == (number, number)
    assert case.ended


def test_a_branch_never_overwrites_what_it_did_not_touch() -> None:
    case = Case(
        process_of(
            drawn(ENDS + AND + users("a", "b"), "s > fork", "fork > a > join", "fork > b > join", "join > e")
        ),
        {"x": 0, "list": [1]},
    )
    case.complete("a", x=1, list=[])
    case.complete("b", y=2)
    assert case.data == {"x": 1, "list": [], "y": 2}


def test_a_second_token_on_one_flow_of_a_join_stays_for_the_next_time() -> None:
    elements = ENDS + '<parallelGateway id="join"/><exclusiveGateway id="m"/>' + users("a", "b", "c", "d")
    case = Case(
        process_of(
            drawn(
                elements, "s > a", "s > b", "s > c", "a > m", "b > m", "m > join", "c > join", "join > d > e"
            )
        )
    )
    case.complete("a")
    case.complete("b")
    assert case.waiting == ["c"]
    case.complete("c")
    assert case.waiting == ["d"]
    case.complete("d")
    assert not case.ended


def inclusive() -> Any:
    elements = (
        ENDS
        + '<inclusiveGateway id="split" default="split_c"/><inclusiveGateway id="join"/>'
        + users("a", "b", "c", "d")
    )
    ways = (
        "s > split",
        "split > a : x",
        "split > b : y",
        "split > c",
        "a > join",
        "b > join",
        "c > join",
        "join > d > e",
    )
    return process_of(drawn(elements, *ways))


@pytest.mark.parametrize(
    ("x", "y", "steps"), [(True, True, "ab"), (True, False, "a"), (False, True, "b"), (False, False, "c")]
)
def test_an_inclusive_join_waits_for_the_branches_that_were_taken(x: bool, y: bool, steps: str) -> None:
    for order in itertools.permutations(steps):
        case = Case(inclusive(), {"x": x, "y": y})
        assert case.waiting == sorted(steps)
        for step in order:
            assert "d" not in case.waiting
            case.complete(step)
        assert case.waiting == ["d"]


def test_an_inclusive_join_goes_on_when_the_other_branch_can_no_longer_come() -> None:
    elements = (
        ENDS
        + (
            '<parallelGateway id="fork"/><inclusiveGateway id="join"/>'
            '<exclusiveGateway id="x" default="x_join"/><endEvent id="e2"/>'
        )
        + users("a", "b", "d")
    )
    ways = ("s > fork", "fork > a > join", "fork > b > x", "x > e2 : away", "x > join", "join > d > e")
    case = Case(process_of(drawn(elements, *ways)))
    case.complete("a")
    assert case.waiting == ["b"]
    case.complete("b", away=True)
    assert case.waiting == ["d"]


def test_conditions_and_defaults_on_flows_out_of_a_step() -> None:
    elements = ENDS + '<userTask id="a" default="a_d"/>' + users("b", "c", "d")
    process = process_of(
        drawn(elements, "s > a", "a > b : n > 0", "a > c : n > 1", "a > d", "b > e", "c > e", "d > e")
    )
    for n, waiting in ((0, ["d"]), (1, ["b"]), (2, ["b", "c"])):
        case = Case(process)
        case.complete("a", n=n)
        assert case.waiting == waiting


def test_the_cost_and_size_of_a_loop_stay_the_same() -> None:
    case = Case(looping_fork(), {"more": True})
    sizes = []
    for _ in range(1100):
        case.complete("a")
        case.complete("b")
        sizes.append(len(case.now.state))
    assert sizes[0] == sizes[-1] < 1000


def test_an_act_that_never_comes_to_rest_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_RUNS", 500)
    elements = ENDS + '<exclusiveGateway id="m"/><exclusiveGateway id="x" default="x_e"/>'
    with pytest.raises(FlowFailed) as failed:
        Case(process_of(drawn(elements, "s > m > x", "x > m : true", "x > e")))
    assert failed.value.code == "no_rest"
