"""Which data an element reads, and what becomes of corrections where it is tried again."""

from typing import Any

import pytest

from engine.bpmn import running
from engine.bpmn.model import Process
from engine.bpmn.reading import read_process
from engine.bpmn.reads import reads, seen
from tests.builders import HEAD


def process(inner: str, around: str = "") -> Process:
    text = f'{HEAD}{around}<process id="p" isExecutable="true">{inner}</process></definitions>'
    found = read_process(text.encode()).process
    assert found is not None
    return found


def one(element: str) -> Process:
    """A process of a start, one element with the id x, and an end."""
    flows = (
        '<sequenceFlow id="f1" sourceRef="start" targetRef="x"/>'
        '<sequenceFlow id="f2" sourceRef="x" targetRef="end"/>'
    )
    return process(f'<startEvent id="start"/>{element}<endEvent id="end"/>{flows}')


CHOICE = (
    '<startEvent id="start"/><exclusiveGateway id="x"/><endEvent id="one"/><endEvent id="two"/>'
    '<sequenceFlow id="f1" sourceRef="start" targetRef="x"/>'
    '<sequenceFlow id="f2" sourceRef="x" targetRef="one"><conditionExpression>a == 1 and b</conditionExpression>'
    '</sequenceFlow><sequenceFlow id="f3" sourceRef="x" targetRef="two"><conditionExpression>= c &gt; 1'
    "</conditionExpression></sequenceFlow>"
)
FREELY = (
    '<adHocSubProcess id="x"><task id="t"/><completionCondition>settled == limit</completionCondition>'
    "</adHocSubProcess>"
)
MAPPED = (
    '<scriptTask id="x"><extensionElements><masar:input name="half" value="=whole / 2"/>'
    '<masar:output name="n" value="=share + extra"/></extensionElements><script>share = 10 / half</script></scriptTask>'
)
EACH = (
    '<scriptTask id="x"><multiInstanceLoopCharacteristics><loopDataInputRef>rows</loopDataInputRef>'
    '<inputDataItem id="i" name="row"/></multiInstanceLoopCharacteristics><script>y = rate / row + loopCounter'
    "</script></scriptTask>"
)
WAITING = (
    '<intermediateCatchEvent id="x"><timerEventDefinition><timeDate>=due</timeDate></timerEventDefinition>'
    "</intermediateCatchEvent>"
)


@pytest.mark.parametrize(
    ("known", "names"),
    [
        (process(CHOICE), {"a", "b", "c"}),
        (one('<scriptTask id="x"><script>n = a + 1\nm = n * b</script></scriptTask>'), {"a", "b"}),
        (one(MAPPED), {"whole", "share", "extra"}),
        (one(EACH), {"rows", "row", "rate"}),
        (one(WAITING), {"due"}),
        (one(FREELY), {"settled", "limit"}),
        (one('<task id="x"/>'), set()),
    ],
)
def test_the_names_that_an_element_reads(known: Process, names: set[str]) -> None:
    assert reads(known, "x") == names


def test_an_activity_reads_the_conditions_of_its_own_flows() -> None:
    flows = (
        '<sequenceFlow id="f1" sourceRef="start" targetRef="x"/><sequenceFlow id="f2" sourceRef="x" targetRef="end">'
        "<conditionExpression>ready</conditionExpression></sequenceFlow>"
    )
    known = process(f'<startEvent id="start"/><task id="x"/><endEvent id="end"/>{flows}')
    assert reads(known, "x") == {"ready"}


def parked(known: Process, **data: Any) -> running.Advance:
    advance = running.start(known, data=data)
    assert advance.failures, "it failed"
    return advance


def test_a_failed_gateway_goes_on_once_its_data_are_corrected() -> None:
    known = process(CHOICE)
    stuck = parked(known, a=0, b=True, c=0)
    token = stuck.failures[0].token
    assert seen(known, stuck.state, token) == {"a": 0, "b": True, "c": 0}
    advance = running.retry(known, stuck.state, token, data={"a": 1})
    assert (advance.ended, advance.data["a"], advance.completed) == (True, 1, ("x", "one"))


def test_data_that_still_fail_leave_the_element_where_it_was_with_what_was_corrected() -> None:
    known = process(CHOICE)
    stuck = parked(known, a=0, b=True, c=0)
    again = running.retry(known, stuck.state, stuck.failures[0].token, data={"a": 2})
    assert ([failure.code for failure in again.failures], again.data["a"]) == (["no_flow_taken"], 2)


def test_the_inputs_of_an_activity_are_made_again_from_corrected_data() -> None:
    known = one(MAPPED)
    stuck = parked(known, whole=0, extra=1)
    advance = running.retry(known, stuck.state, stuck.failures[0].token, data={"whole": 4})
    assert (advance.ended, advance.data["n"]) == (True, 6)


def test_what_an_instance_shares_with_the_others_is_corrected_for_all() -> None:
    known = one(EACH)
    stuck = parked(known, rows=[1, 2], rate="none")
    first, second = stuck.failures
    after = running.retry(known, stuck.state, first.token, data={"rate": 4})
    assert after.data["rate"] == 4
    advance = running.retry(known, after.state, second.token)
    assert advance.ended


def test_the_item_of_an_instance_is_its_own() -> None:
    known = one(EACH)
    stuck = parked(known, rows=[0, 2], rate=4)
    [failure] = stuck.failures
    advance = running.retry(known, stuck.state, failure.token, data={"row": 1})
    assert (advance.ended, advance.data["rows"]) == (True, [0, 2])
