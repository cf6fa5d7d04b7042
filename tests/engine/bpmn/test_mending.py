"""Mends that are offered for a diagram, and what accepting them changes in its text."""

import pytest

from engine.bpmn.faults import FaultList
from engine.bpmn.mending import mended, mends_of
from engine.bpmn.mending_changes import CHANGES, Mend
from engine.bpmn.reading import read_process
from wording.mends import MENDS
from wording.mends import mend as sentence

FILE = """<?xml version="1.0" encoding="UTF-8"?>
<!-- drawn on a Monday: do not lose this -->
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
                  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d"   targetNamespace='http://x'>
  <bpmn:process id="p" isExecutable="false" >
    <bpmn:startEvent id="s"/>
    <bpmn:task id="t" name="Check &amp; sign"><!-- by hand --></bpmn:task>
    <bpmn:exclusiveGateway id="g"></bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t" />
    <bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="g" />
    <bpmn:sequenceFlow id="yes" sourceRef="g" targetRef="e1">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression"/></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="no" sourceRef="g" targetRef="e2" />
    <bpmn:endEvent id="e1"/>
    <bpmn:endEvent id="e2"/>
  </bpmn:process>
</bpmn:definitions>
"""


def offered(xml: bytes) -> dict[str, Mend]:
    return {f"{mend.code}:{mend.element or ''}": mend for mend in mends_of(xml, read_process(xml).faults)}


def refusals(xml: bytes) -> list[str]:
    return [fault.code for fault in read_process(xml).faults if fault.refuses]


def made(xml: bytes, *names: str, **given: str) -> bytes:
    mends = offered(xml)
    return mended(xml, [mends[name] for name in names], given)


def process(inside: str, more: str = "") -> bytes:
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d">\n'
        f'{more}<process id="p" isExecutable="true">\n<startEvent id="s"/><endEvent id="e"/>\n{inside}\n'
        '<sequenceFlow id="f1" sourceRef="s" targetRef="z"/><sequenceFlow id="f2" sourceRef="z" targetRef="e"/>\n'
        "</process></definitions>"
    ).encode()


def test_a_mend_changes_its_own_words_and_nothing_else() -> None:
    xml = FILE.encode()
    after = made(
        xml, "mark_executable:p", "manual_task:t", "condition:yes", "condition:no", yes="amount < 10", no="=x"
    )
    wanted = (
        FILE.replace('isExecutable="false" ', 'isExecutable="true" ')
        .replace("<bpmn:task id", "<bpmn:manualTask id")
        .replace("</bpmn:task>", "</bpmn:manualTask>")
        .replace('tFormalExpression"/>', 'tFormalExpression">amount &lt; 10</bpmn:conditionExpression>')
        .replace(
            'targetRef="e2" />',
            'targetRef="e2" ><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=x'
            "</bpmn:conditionExpression></bpmn:sequenceFlow>",
        )
    )
    assert after.decode() == wanted
    assert refusals(after) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1", "windows-1252"])
def test_a_file_keeps_its_encoding_and_its_line_ends(encoding: str) -> None:
    declared = (
        FILE.replace("UTF-8", encoding.removesuffix("-sig")).replace("Check", "Vérifié").replace("\n", "\r\n")
    )
    xml = declared.encode(encoding)
    after = made(xml, "mark_executable:p")
    assert after == declared.replace('isExecutable="false"', 'isExecutable="true"').encode(encoding)


def test_a_flow_alone_without_condition_may_become_the_default() -> None:
    xml = FILE.replace('tFormalExpression"/>', 'tFormalExpression">x</bpmn:conditionExpression>').encode()
    after = made(xml, "default_flow:no")
    assert b'<bpmn:exclusiveGateway default="no" id="g">' in after
    assert refusals(after) == []
    assert "default_flow:no" not in offered(FILE.encode())


@pytest.mark.parametrize(
    ("inside", "code", "name", "given"),
    [
        ('<intermediateCatchEvent id="z"><timerEventDefinition/></intermediateCatchEvent>', "bad_timer", "time", "P3D"),
        (('<intermediateCatchEvent id="z"><timerEventDefinition><timeCycle>R/5</timeCycle></timerEventDefinition>'
         "</intermediateCatchEvent>"), "bad_timer", "time", "R3/P1D"),
        ('<userTask id="z"><multiInstanceLoopCharacteristics/></userTask>', "unsupported_repetition", "number", "3"),
        (('<userTask id="z"><multiInstanceLoopCharacteristics><completionCondition>x</completionCondition>'
         "</multiInstanceLoopCharacteristics></userTask>"), "unsupported_repetition", "number", "3"),
        ('<userTask id="z"><standardLoopCharacteristics/></userTask>', "unsupported_repetition", "number", "3"),
        ('<sendTask id="z"/>', "message_without_name", "message_name", "Letter"),
        ('<intermediateCatchEvent id="z"><signalEventDefinition/></intermediateCatchEvent>', "message_without_name",
         "message_name", "Alarm"),
        (
            '<intermediateCatchEvent id="z"><conditionalEventDefinition/></intermediateCatchEvent>',
            "bad_expression",
            "condition",
            "x > 1",
        ),
        ('<scriptTask id="z"/>', "bad_script", "manual_task", ""),
        ('<userTask id="z" default="nowhere"/>', "unknown_default", "no_default", ""),
        ('<userTask id="z"/><sequenceFlow id="x" sourceRef="z" targetRef="gone"/>', "dangling_flow", "remove_flow", ""),
        ('<subProcess id="z"/>', "empty_process", "manual_task", ""),
        ('<callActivity id="z"/>', "unknown_called", "manual_task", ""),
        ('<userTask id="z"/><textAnnotation id="f1"><text>x</text></textAnnotation>', "id_twice", "rename_second", ""),
        ('<userTask id="z"/><userTask/>', "no_id", "give_ids", ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_mended(inside: str, code: str, name: str, given: str) -> None:
    xml = process(inside)
    assert code in {fault.code for fault in read_process(xml).faults}
    mend = next(mend for mend in offered(xml).values() if mend.code == name)
    assert bool(mend.asks) == bool(given)
    after = mended(xml, [mend], {mend.element or "": given})
    assert refusals(after) == []
    assert code not in {fault.code for fault in read_process(after).faults}


def test_an_id_that_bpmn_does_not_allow_is_renamed_wherever_it_is_meant() -> None:
    xml = process('<userTask id="z a"/>').replace(b'"z"', b'"z a"')
    after = made(xml, "rename_id:z a")
    assert refusals(after) == []
    assert after.count(b'"_z_a"') == 3


def test_a_mend_that_asks_is_left_out_when_nothing_is_given() -> None:
    assert made(FILE.encode(), "condition:yes") == FILE.encode()


def test_a_decision_and_a_form_are_named_in_words_of_masar() -> None:
    xml = process('<businessRuleTask id="z"/>')
    after = made(xml, "decision:z", z="level")
    assert b'masar:decision="level"' in after
    assert refusals(after) == ["unknown_decision"]


def test_text_that_looks_like_tags_is_left_alone() -> None:
    xml = process(
        '<scriptTask id="z"><script><![CDATA[x = "<task id=1>"]]></script></scriptTask><!-- <task> -->'
    )
    assert mended(xml, [Mend("mark_executable", "p")], {}) == xml


def test_nothing_is_offered_for_what_is_not_read() -> None:
    assert mends_of(b"<a", FaultList().all()) == ()
    assert mends_of(b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', ()) == ()


def test_every_mend_has_its_change_and_its_sentence_in_three_languages() -> None:
    assert set(MENDS) == set(CHANGES)
    for code in CHANGES:
        said = {sentence(lang, code, name="n", gateway="g", id="i", kind="k") for lang in ("ar", "fr", "en")}
        assert len(said) == 3


def test_of_several_pools_one_may_be_marked_executable() -> None:
    other = '<process id="q"><startEvent id="qs"/><userTask id="qa"/></process>'
    xml = process('<userTask id="z"/>', other).replace(b' isExecutable="true"', b"")
    assert {"mark_executable:p", "mark_executable:q"} <= set(offered(xml))
    assert refusals(made(xml, "mark_executable:q")) == []
