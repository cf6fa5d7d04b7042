"""Processes called from another file, and how operations fail."""

import pytest

from engine.bpmn import running
from engine.bpmn.model import CalledElsewhere
from engine.bpmn.names import calls_elsewhere, executable_processes, version_tag
from engine.bpmn.reading import read_process
from tests.engine.bpmn.drawing import ENDS, HEAD, Case, drawn, flows, process_of, users

CALL = '<callActivity id="c" calledElement="other"{}/>'
OTHER = (
    f'{HEAD}<message id="m" name="paid"/><process id="other" isExecutable="true" camunda:versionTag="2026">{ENDS}'
    + users("a", "b")
    + '<receiveTask id="r" messageRef="m"/>'
    + flows("s > a > r > b > e")
    + "</process></definitions>"
).encode()


def calling(words: str = "") -> bytes:
    return drawn(ENDS + users("a") + CALL.format(words), "s > a > c > e")


def test_a_process_of_another_file_is_called_and_ids_that_stand_in_both_are_told_apart() -> None:
    reading = read_process(calling(), called={"other": OTHER})
    assert reading.process is not None, reading.faults
    case = Case(reading.process)
    case.complete("a", x=1)
    assert case.waiting == ["other.a"]
    assert running.open_calls(reading.process, case.now.state) == {"other"}
    case.complete("other.a")
    case.deliver("paid", n=2)
    case.complete("b")
    assert (case.ended, case.data) == (True, {"x": 1, "n": 2})


def test_a_process_that_is_nowhere_is_refused() -> None:
    faults = read_process(calling(), called={"other": b"<a/>"}).faults
    assert [(fault.code, fault.element) for fault in faults if fault.refuses] == [("unknown_called", "c")]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("", ("latest", None, None)),
        (' camunda:calledElementBinding="deployment"', ("deployment", None, None)),
        (' camunda:calledElementBinding="version" camunda:calledElementVersion="3"', ("version", 3, None)),
        (' camunda:calledElementVersionTag="2026"', ("tag", None, "2026")),
        (' masar:binding="tag" masar:versionTag="2026"', ("tag", None, "2026")),
    ],
)
def test_the_version_meant_is_read(words: str, meant: tuple[str, int | None, str | None]) -> None:
    expected = (CalledElsewhere("c", "other", *meant),)  # type: ignore[arg-type]
    assert calls_elsewhere(calling(words)) == expected
    reading = read_process(calling(words), called={"other": OTHER})
    assert reading.process is not None
    assert reading.process.calls_elsewhere == expected


def test_a_call_of_camunda_8_is_read() -> None:
    called = '<zeebe:calledElement processId="other" bindingType="versionTag" versionTag="v1"/>'
    inner = f"<extensionElements>{called}</extensionElements>"
    xml = drawn(ENDS + f'<callActivity id="c">{inner}</callActivity>', "s > c > e")
    assert calls_elsewhere(xml) == (CalledElsewhere("c", "other", "tag", None, "v1"),)


def test_the_tag_of_a_version_and_the_processes_of_a_file_are_known() -> None:
    assert version_tag(OTHER, "other") == "2026"
    assert executable_processes(OTHER) == ("other",)
    assert (version_tag(b"", "p"), executable_processes(b""), calls_elsewhere(b"")) == (None, (), ())


ERROR = '<error id="E" errorCode="E1"/>'
BOUNDARY = '<boundaryEvent id="b" attachedToRef="c">{}</boundaryEvent>'
CAUGHT = '<errorEventDefinition errorRef="E" camunda:errorCodeVariable="why"/>'


def operating(event: str) -> Case:
    elements = ENDS + '<serviceTask id="c" masar:call="a/b"/>' + users("late") + BOUNDARY.format(event)
    return Case(process_of(drawn(elements, "s > c > e", "b > late > e", around=ERROR)))


def fail(case: Case, code: str, **data: object) -> None:
    token = case.now.calls[0].token
    case.take(running.fail_call(case.process, case.now.state, token, code=code, data=data))


def test_an_error_of_an_operation_is_caught_beside_its_task() -> None:
    case = operating(CAUGHT)
    fail(case, "E1", detail="closed")
    assert (case.waiting, case.data, case.now.calls) == (["late"], {"why": "E1", "detail": "closed"}, ())


def test_an_error_of_an_operation_that_nothing_catches_leaves_the_task_failed_until_it_is_tried_again() -> (
    None
):
    case = operating(CAUGHT)
    fail(case, "E2")
    assert (case.failures, case.now.calls, case.ended) == ([("c", "error_not_caught")], (), False)
    case.retry("c")
    assert (case.failures, [call.element for call in case.now.calls]) == ([], ["c"])
    case.finish("c", n=1)
    assert case.ended


def test_only_what_waits_for_an_outcome_can_fail_or_be_tried_again() -> None:
    case = operating(CAUGHT)
    with pytest.raises(running.StepNotWaiting):
        running.retry(case.process, case.now.state, case.now.calls[0].token)
    fail(case, "E2")
    with pytest.raises(running.StepNotWaiting):
        running.finish_call(case.process, case.now.state, case.now.failures[0].token)


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_what_a_call_hands_out_is_handed_out_when_an_event_leaves_it_too(kind: str) -> None:
    ending = f'<endEvent id="ie"><{kind}EventDefinition {kind}Ref="E"/></endEvent>'
    inner = f'<process id="q"><startEvent id="is"/>{users("i")}{ending}{flows("is > i > ie")}</process>'
    definition = f'<{kind} id="E" {kind}Code="E1"/>'
    maps = '<camunda:in source="n" target="m"/><camunda:out source="r" target="result"/>'
    call = (
        f'<callActivity id="c" calledElement="q"><extensionElements>{maps}</extensionElements></callActivity>'
    )
    catch = f'<boundaryEvent id="b" attachedToRef="c"><{kind}EventDefinition {kind}Ref="E"/></boundaryEvent>'
    xml = drawn(ENDS + call + catch + users("late"), "s > c > e", "b > late > e", around=definition + inner)
    case = Case(process_of(xml), {"n": 1})
    case.complete("i", r=5)
    assert (case.waiting, case.data) == (["late"], {"n": 1, "result": 5})


def test_the_data_of_a_repetition_in_the_standards_own_words() -> None:
    words = (
        '<ioSpecification><dataInput id="in"/><dataOutput id="out"/><inputSet/><outputSet/></ioSpecification>'
        "<dataInputAssociation><sourceRef>people</sourceRef><targetRef>in</targetRef></dataInputAssociation>"
        "<dataOutputAssociation><sourceRef>out</sourceRef><targetRef>votes</targetRef></dataOutputAssociation>"
        "<multiInstanceLoopCharacteristics><loopDataInputRef>in</loopDataInputRef>"
        '<loopDataOutputRef>out</loopDataOutputRef><inputDataItem id="who"/><outputDataItem id="vote"/>'
        "</multiInstanceLoopCharacteristics>"
    )
    objects = '<dataObject id="people"/><dataObject id="votes"/>'
    process = process_of(drawn(ENDS + objects + f'<userTask id="a">{words}</userTask>', "s > a > e"))
    case = Case(process, {"people": ["x", "y"]})
    case.complete("a", 2, vote="no")
    case.complete("a", 1, vote="yes")
    assert (case.ended, case.data) == (True, {"people": ["x", "y"], "votes": ["yes", "no"]})


def test_a_call_may_bear_the_name_of_what_it_calls() -> None:
    xml = drawn(ENDS + '<callActivity id="other" calledElement="other"/>', "s > other > e")
    reading = read_process(xml, called={"other": OTHER})
    assert reading.process is not None, reading.faults
    case = Case(reading.process)
    assert running.open_calls(reading.process, case.now.state) == {"other"}
    case.complete("a")
    case.deliver("paid")
    case.complete("b")
    assert case.ended


def test_words_of_a_called_text_that_name_its_elements_follow_them() -> None:
    inner = users("a") + '<userTask id="b" masar:otherThan="a" masar:sameAs="a"/>'
    other = drawn(ENDS + inner, "s > a > b > e").replace(b'id="p"', b'id="other"')
    reading = read_process(calling(), called={"other": other})
    assert reading.process is not None, reading.faults
    assert reading.process.steps["b"].other_than == ("other.a",)
    assert reading.process.steps["b"].same_as == "other.a"


def test_the_data_objects_of_a_called_text_are_its_own() -> None:
    words = "<loopDataInputRef>d</loopDataInputRef><inputDataItem name='it'/>"
    task = f"<multiInstanceLoopCharacteristics>{words}</multiInstanceLoopCharacteristics>"
    inner = ENDS + '<dataObject id="d" name="rows"/><userTask id="k">' + task + "</userTask>"
    other = drawn(inner, "s > k > e").replace(b'id="p"', b'id="other"')
    caller = drawn(ENDS + '<dataObject id="d" name="people"/>' + CALL.format(""), "s > c > e")
    reading = read_process(caller, called={"other": other})
    assert reading.process is not None, reading.faults
    assert Case(reading.process, {"rows": [1, 2], "people": [1, 2, 3]}).waiting == ["k", "k"]
