import datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.bpmn import running
from engine.bpmn.failures import StepNotWaiting
from tests.engine.bpmn.drawing import AND, ENDS, Case, drawn, process_of, users
from tests.engine.bpmn.test_decisions import table


def test_steps_follow_one_another() -> None:
    case = Case(process_of(drawn(ENDS + users("a", "b"), "s > a > b > e")), {"x": 1})
    assert case.waiting == ["a"]
    case.complete("a", y=2)
    case.complete("b")
    assert (case.trace, case.data, case.ended) == (["s", "a", "b", "e"], {"x": 1, "y": 2}, True)


def test_a_step_is_completed_once() -> None:
    process = process_of(drawn(ENDS + users("a", "b"), "s > a > b > e"))
    first = running.start(process)
    token = first.steps[0].token
    second = running.complete(process, first.state, token)
    with pytest.raises(StepNotWaiting):
        running.complete(process, second.state, token)
    with pytest.raises(StepNotWaiting):
        running.complete(process, second.state, "nowhere")


def test_a_called_process_hands_back_what_it_wrote() -> None:
    called = (
        '<process id="c"><startEvent id="cs"/><userTask id="cu"/>'
        '<sequenceFlow id="c1" sourceRef="cs" targetRef="cu"/></process>'
    )
    elements = ENDS + AND + '<callActivity id="call" calledElement="c"/>' + users("b")
    case = Case(
        process_of(
            drawn(elements, "s > fork", "fork > call > join", "fork > b > join", "join > e", around=called)
        ),
        {"x": 1},
    )
    case.complete("b", x=2)
    case.complete("cu", y=3)
    assert (case.data, case.ended) == ({"x": 2, "y": 3}, True)


def test_a_service_task_waits_for_the_result_of_its_operation() -> None:
    task = (
        '<serviceTask id="c" masar:call="register/look"><extensionElements><masar:input name="nin" '
        'value="${person}"/><masar:input name="kind" value="full"/></extensionElements></serviceTask>'
    )
    case = Case(process_of(drawn(ENDS + task, "s > c > e")), {"person": 7})
    assert [(call.element, call.operation, call.data) for call in case.now.calls] == [
        ("c", "register/look", {"nin": 7, "kind": "full"})
    ]
    case.finish("c", name="x")
    assert (case.data, case.ended, case.trace) == ({"person": 7, "name": "x"}, True, ["s", "c", "e"])


def test_a_decision_becomes_data_and_is_told() -> None:
    task = '<businessRuleTask id="d" camunda:decisionRef="decide"/>'
    process = process_of(drawn(ENDS + task, "s > d > e"), {"t.dmn": table("> 1 -> 10")})
    case = Case(process, {"x": 2})
    assert case.data == {"x": 2, "y": 10}
    assert [(d.element, d.decision, d.outputs, d.rules) for d in case.now.decided] == [
        ("d", "decide", {"y": 10}, ("r1",))
    ]
    assert Case(process, {"x": 0}).failures == [("d", "no_rule_matched")]


def test_the_id_of_an_element_may_be_any_name() -> None:
    elements = '<startEvent id="Start"/><endEvent id="End"/><userTask id="Root"/>'
    case = Case(process_of(drawn(elements, "Start > Root > End")))
    case.complete("Root")
    assert (case.trace, case.ended) == (["Start", "Root", "End"], True)


def test_data_of_any_shape_comes_back_as_it_was() -> None:
    data = {
        "typename": "DataObject", "a": {"typename": "x", "module": "os", "t": 1}, "day": datetime.date(2026, 3, 1),
        "at": datetime.datetime(2026, 3, 1, 8, tzinfo=datetime.UTC), "d": Decimal("1.10"), "n": None,
        "f": 0.1, "l": [[], {}],
    }  # fmt: skip
    case = Case(process_of(drawn(ENDS + users("a", "b"), "s > a > b > e")), data)
    case.complete("a")
    assert case.data == data
    assert running.look(case.process, case.now.state).data == data


def test_a_key_cannot_pass_for_the_states_own_tag() -> None:
    case = Case(
        process_of(drawn(ENDS + users("a", "b"), "s > a > b > e")), {"x": {"\0t": ["decimal", "boom"]}}
    )
    case.complete("a")
    assert case.data == {"x": {"t": ["decimal", "boom"]}}


@pytest.mark.parametrize("value", [2**70, object(), {1, 2}])
def test_data_that_no_state_can_hold_is_refused(value: Any) -> None:
    with pytest.raises(running.DataRefused):
        running.start(process_of(drawn(ENDS + users("a"), "s > a > e")), data={"x": value})


def test_only_what_a_step_keeps_becomes_data() -> None:
    task = (
        '<userTask id="a" masar:form="f"><extensionElements><masar:keeps field="person.age" '
        'as="age"/><masar:keeps field="note"/></extensionElements></userTask>'
    )
    case = Case(process_of(drawn(ENDS + task, "s > a > e")))
    case.complete("a", person={"age": 42, "name": "secret"}, other=1)
    assert case.data == {"age": 42, "note": None}


def test_a_long_chain_is_read_and_run() -> None:
    names = [f"n{i}" for i in range(600)]
    process = process_of(drawn(ENDS + users(*names), " > ".join(["s", *names, "e"])))
    case = Case(process)
    for name in names:
        case.complete(name)
    assert case.ended
