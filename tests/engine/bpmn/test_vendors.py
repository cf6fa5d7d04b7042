"""Words of other modelers, and BPMN's own beside the drawing: read with the meaning that they have there."""

import pytest

from engine.bpmn.model import DeadlineRule, Process
from engine.bpmn.reading import Reading, compile_process, read_process
from tests.engine.bpmn.drawing import ENDS, HEAD, Case, drawn, flows, process_of, users

MORE = (
    'xmlns:flowable="http://flowable.org/bpmn" xmlns:activiti="http://activiti.org/bpmn" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
)
DMN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="level" name="level"><decisionTable hitPolicy="UNIQUE"><input id="i"><inputExpression>
<text>amount</text></inputExpression></input><output id="o" name="rank" typeRef="number"/>
<rule id="r1"><inputEntry><text>&lt; 10</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
<rule id="r2"><inputEntry><text>&gt;= 10</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def file_with(elements: str, *ways: str, around: str = "") -> bytes:
    process = (
        f'<process id="p" isExecutable="true">{ENDS}{elements}{flows(*(ways or ("s > z > e",)))}</process>'
    )
    return f"{HEAD.replace('xmlns:zeebe', MORE + 'xmlns:zeebe')}{around}{process}</definitions>".encode()


def read(elements: str, *ways: str, around: str = "", **given: object) -> Process:
    reading = reading_of(elements, *ways, around=around, **given)
    assert reading.process is not None, [fault for fault in reading.faults if fault.refuses]
    return reading.process


def reading_of(elements: str, *ways: str, around: str = "", **given: object) -> Reading:
    return read_process(file_with(elements, *ways, around=around), **given)  # type: ignore[arg-type]


def codes(reading: Reading, element: str = "z") -> set[str]:
    return {fault.code for fault in reading.faults if fault.element == element}


def user(attributes: str = "", inner: str = "") -> str:
    return f'<userTask id="z" {attributes}><extensionElements>{inner}</extensionElements></userTask>'


@pytest.mark.parametrize(
    ("attributes", "inner", "role"),
    [
        ('camunda:candidateGroups="rights-officers, others"', "", "rights_officers"),
        ('flowable:candidateGroups="Managers"', "", "managers"),
        ('activiti:candidateGroups="Managers"', "", "managers"),
        ('camunda:candidateGroups="${group}"', "", None),
        ("", '<zeebe:assignmentDefinition candidateGroups="clerks"/>', "clerks"),
        ("", '<zeebe:assignmentDefinition candidateGroups="=[&quot;clerks&quot;, &quot;b&quot;]"/>', "clerks"),
        ("", '<zeebe:assignmentDefinition candidateGroups="= someone"/>', None),
        ('camunda:assignee="${starter}"', "", "applicant"),
        ("", '<zeebe:assignmentDefinition assignee="= initiator"/>', "applicant"),
        ('camunda:assignee="demo"', "", None),
    ],
)  # fmt: skip
def test_who_does_a_step_is_read_from_other_modelers(attributes: str, inner: str, role: str | None) -> None:
    assert read(user(attributes, inner)).steps["z"].role == role


@pytest.mark.parametrize(
    ("performer", "role"),
    [
        (("<resourceAssignmentExpression><formalExpression>group(clerks), user(amina)</formalExpression>"
         "</resourceAssignmentExpression>"), "clerks"),
        ("<resourceAssignmentExpression><formalExpression>clerks</formalExpression></resourceAssignmentExpression>",
         "clerks"),
        ("<resourceRef>r1</resourceRef>", "medical_adviser"),
        (("<resourceAssignmentExpression><formalExpression>user(amina)</formalExpression>"
         "</resourceAssignmentExpression>"), None),
    ],
)  # fmt: skip
def test_the_potential_owner_of_bpmn_is_a_role(performer: str, role: str | None) -> None:
    task = f'<userTask id="z"><potentialOwner>{performer}</potentialOwner></userTask>'
    assert read(task, around='<resource id="r1" name="Medical adviser"/>').steps["z"].role == role


def test_a_step_assigned_to_whoever_began_is_the_applicants() -> None:
    process = read(
        user('camunda:assignee="${who}"').replace(
            "<userTask", '<startEvent id="s2" camunda:initiator="who"/><userTask'
        ),
        "s2 > z > e",
        "s > e",
    )
    assert process.steps["z"].role == "applicant"


def test_what_has_no_effect_on_who_does_a_step_is_told() -> None:
    reading = reading_of(
        user('camunda:assignee="demo" camunda:candidateUsers="a,b" camunda:candidateGroups="x,y"')
    )
    told = {
        (fault.code, str(fault.params.get("word", ""))) for fault in reading.faults if fault.element == "z"
    }
    assert {
        ("ignored_extension", "assignee"),
        ("ignored_extension", "candidateUsers"),
        ("several_groups", ""),
    } <= told


@pytest.mark.parametrize(
    ("written", "within", "unit"),
    [
        ('camunda:dueDate="P3D"', 3, "days"), ('camunda:dueDate="PT4H"', 4, "hours"),
        ('flowable:dueDate="P2W"', 2, "weeks"), ('activiti:dueDate="P1M"', 1, "months"),
        ('camunda:dueDate="P1Y"', 12, "months"), ('camunda:dueDate="P1DT12H"', 36, "hours"),
        ('camunda:dueDate="${dateTime().plusDays(5).toDate()}"', 5, "days"),
    ],
)  # fmt: skip
def test_a_due_date_that_is_a_span_of_time_is_a_deadline(written: str, within: int, unit: str) -> None:
    assert read(user(written)).steps["z"].deadline == DeadlineRule(within, unit)


def test_a_due_date_of_camunda_8_is_a_deadline() -> None:
    task = user("", '<zeebe:taskSchedule dueDate="=now() + duration(&quot;P2D&quot;)"/>')
    assert read(task).steps["z"].deadline == DeadlineRule(2, "days")


@pytest.mark.parametrize("text", ["${due}", "2030-01-01", "PT30M", "P1M2D", "=someday", "P0D", "P"])
def test_any_other_due_date_is_told_and_has_no_effect(text: str) -> None:
    reading = reading_of(user(f'camunda:dueDate="{text}"'))
    assert reading.process is not None
    assert reading.process.steps["z"].deadline is None
    assert "due_not_read" in codes(reading)


@pytest.mark.parametrize(
    "written",
    [
        'camunda:formKey="embedded:app:forms/check.html"', 'camunda:formRef="check"',
        'flowable:formKey="check"', 'camunda:formKey="camunda-forms:deployment:check.form"',
    ],
)  # fmt: skip
def test_a_form_of_another_modeler_counts_where_it_exists(written: str) -> None:
    assert read(user(written), forms={"check"}).steps["z"].form == "check"
    reading = reading_of(user(written), forms={"other"})
    assert reading.process is not None
    assert (reading.process.steps["z"].form, reading.process.steps["z"].keeps_all) == (None, True)
    assert "foreign_form" in codes(reading)


@pytest.mark.parametrize(
    ("attributes", "inner", "operation"),
    [
        ('camunda:type="external" camunda:topic="pay"', "", "pay"),
        ('flowable:type="external-worker" flowable:topic="pay"', "", "pay"),
        ('camunda:class="org.example.Pay"', "", "org.example.Pay"),
        ('camunda:delegateExpression="${payer}"', "", "payer"),
        ('activiti:expression="#{payer.pay(execution)}"', "", "payer.pay"),
        ('flowable:type="http"', "", "http"), ('implementation="${services.pay}"', "", "services.pay"),
        ('operationRef="op"', "", "Pay the benefit"),
        ("", '<zeebe:taskDefinition type="pay"/>', "pay"),
        ("", '<zeebe:taskDefinition type="=&quot;pay&quot;"/>', "pay"),
        ("", '<spiffworkflow:serviceTaskOperator id="http/Get"/>', "http/Get"),
        ("", "<camunda:connector><camunda:connectorId>soap</camunda:connectorId></camunda:connector>", "soap"),
        ('masar:call="own" camunda:topic="pay"', "", "own"), ('implementation="##WebService"', "", "z"),
    ],
)  # fmt: skip
def test_the_operation_of_a_service_task_is_read(attributes: str, inner: str, operation: str) -> None:
    task = f'<serviceTask id="z" {attributes}><extensionElements>{inner}</extensionElements></serviceTask>'
    interface = '<interface id="i" name="I"><operation id="op" name="Pay the benefit"/></interface>'
    assert read(task, around=interface).calls == {"z": operation}


def test_a_service_task_that_says_nothing_calls_the_operation_of_its_own_name() -> None:
    reading = reading_of('<serviceTask id="z"/>')
    assert reading.process is not None
    assert "operation_by_id" in codes(reading)


@pytest.mark.parametrize(
    "task",
    [
        '<businessRuleTask id="z" camunda:type="external" camunda:topic="rules"/>',
        '<sendTask id="z" camunda:type="external" camunda:topic="rules"/>',
        '<sendTask id="z"><extensionElements><zeebe:taskDefinition type="rules"/></extensionElements></sendTask>',
        (
            '<intermediateThrowEvent id="z"><messageEventDefinition camunda:type="external" camunda:topic="rules"/>'
            "</intermediateThrowEvent>"
        ),
        '<scriptTask id="z"><extensionElements><zeebe:taskDefinition type="rules"/></extensionElements></scriptTask>',
    ],
)
def test_work_done_outside_is_called_whatever_draws_it(task: str) -> None:
    case = Case(read(task))
    assert [(call.element, call.operation) for call in case.now.calls] == [("z", "rules")]
    case.finish("z", paid=True)
    assert (case.ended, case.data) == (True, {"paid": True})


def test_a_send_task_with_a_message_throws_it_even_if_a_worker_is_named() -> None:
    task = '<sendTask id="z" messageRef="m" camunda:type="external" camunda:topic="mail"/>'
    case = Case(read(task, around='<message id="m" name="Letter"/>'))
    assert (case.thrown, case.ended) == ([("message", "Letter")], True)


def test_an_expression_of_a_service_task_is_evaluated_in_place() -> None:
    elements = (
        '<serviceTask id="y" camunda:expression="${amount * 2}" camunda:resultVariable="twice"/>'
        '<serviceTask id="z" camunda:expression="${true}"/>'
    )
    case = Case(read(elements, "s > y > z > e"), {"amount": 4})
    assert (case.ended, case.data) == (True, {"amount": 4, "twice": 8})


def test_the_whole_answer_of_an_operation_goes_into_its_result_variable() -> None:
    task = (
        '<serviceTask id="z"><extensionElements><spiffworkflow:serviceTaskOperator id="w/Now" resultVariable="r">'
        '<spiffworkflow:parameters><spiffworkflow:parameter id="zip" value="code + 1"/></spiffworkflow:parameters>'
        "</spiffworkflow:serviceTaskOperator></extensionElements></serviceTask>"
    )
    case = Case(read(task), {"code": 16})
    assert case.now.calls[0].data == {"zip": 17}
    case.finish("z", degrees=21)
    assert case.data == {"code": 16, "r": {"degrees": 21}}


@pytest.mark.parametrize(
    ("task", "data"),
    [
        ('<businessRuleTask id="z" camunda:decisionRef="level"/>', {"rank": 2}),
        (('<businessRuleTask id="z" camunda:decisionRef="level" camunda:resultVariable="r" '
         'camunda:mapDecisionResult="singleEntry"/>'), {"r": 2}),
        (('<businessRuleTask id="z" camunda:decisionRef="level" camunda:resultVariable="r" '
         'camunda:mapDecisionResult="singleResult"/>'), {"r": {"rank": 2}}),
        (('<businessRuleTask id="z" camunda:decisionRef="level" camunda:resultVariable="r" '
         'camunda:mapDecisionResult="collectEntries"/>'), {"r": [2]}),
        (('<businessRuleTask id="z" camunda:decisionRef="level" camunda:resultVariable="r" '
         'camunda:mapDecisionResult="resultList"/>'), {"r": [{"rank": 2}]}),
        (('<businessRuleTask id="z"><extensionElements><spiffworkflow:calledDecisionId>level'
         "</spiffworkflow:calledDecisionId></extensionElements></businessRuleTask>"), {"rank": 2}),
        (('<businessRuleTask id="z"><extensionElements><zeebe:calledDecision decisionId="level" resultVariable="r"/>'
         "</extensionElements></businessRuleTask>"), {"r": 2}),
        (('<serviceTask id="z" flowable:type="dmn"><extensionElements><flowable:field name="decisionTableReferenceKey">'
         "<flowable:string>level</flowable:string></flowable:field></extensionElements></serviceTask>"), {"rank": 2}),
    ],
)  # fmt: skip
def test_the_decision_of_a_task_is_read_with_the_shape_of_its_result(
    task: str, data: dict[str, object]
) -> None:
    case = Case(read(task, decisions={"level": DMN}), {"amount": 12})
    assert case.data == {"amount": 12, **data}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("javascript", "var total = a + 1; // the sum\nconst same = total === 3 && !false;"),
        ("groovy", 'def total = a + 1\nexecution.setVariable("same", total == 3)'),
        ("python", "total = a + 1\nsame = total == 3"),
        ("JavaScript", 'execution.setVariable("total", execution.getVariable("a") + 1); same = total == 3;'),
    ],
)  # fmt: skip
def test_scripts_that_only_assign_run_in_whatever_language(language: str, text: str) -> None:
    script = f'<scriptTask id="z" scriptFormat="{language}"><script><![CDATA[{text}]]></script></scriptTask>'
    assert Case(read(script), {"a": 2}).data == {"a": 2, "total": 3, "same": True}


def test_the_last_line_of_a_script_is_its_result() -> None:
    script = (
        '<scriptTask id="z" scriptFormat="javascript" camunda:resultVariable="r">'
        "<script>var b = a * 2;\nb + 1</script></scriptTask>"
    )
    assert Case(read(script), {"a": 2}).data == {"a": 2, "b": 4, "r": 5}


def test_a_collection_is_found_through_data_objects_and_inputs() -> None:
    several = (
        '<dataObject id="people_object" name="people"/><dataObjectReference id="people_ref" '
        'dataObjectRef="people_object"/><userTask id="z"><multiInstanceLoopCharacteristics>'
        '<loopDataInputRef>people_ref</loopDataInputRef><inputDataItem id="one" name="person"/>'
        "</multiInstanceLoopCharacteristics></userTask>"
    )
    assert Case(read(several), {"people": ["a", "b", "c"]}).waiting == ["z", "z", "z"]


def test_conditions_that_are_drawn_but_not_written_are_asked_for() -> None:
    flow = '<sequenceFlow id="{0}" name="yes" sourceRef="{1}" targetRef="{2}"><conditionExpression/></sequenceFlow>'
    elements = (
        users("a", "b")
        + '<exclusiveGateway id="g"/>'
        + flow.format("f1", "g", "a")
        + flow.format("f2", "g", "b")
    )
    reading = reading_of(elements, "s > g", "a > e", "b > e")
    refused = [(fault.code, fault.element) for fault in reading.faults if fault.refuses]
    assert refused == [("flow_without_condition", "f1"), ("flow_without_condition", "f2")]
    alone = reading_of(users("a") + flow.format("f1", "s", "a"), "a > e")
    assert [fault.code for fault in alone.faults if fault.refuses] == []
    split = reading_of(users("a", "b") + flow.format("f1", "s", "a"), "a > e", "a > b", "b > e")
    assert [fault.code for fault in split.faults if fault.refuses] == []


def test_ids_that_begin_with_a_digit_are_read_with_a_warning() -> None:
    reading = read_process(drawn(ENDS + users("7VG.x-1"), "s > 7VG.x-1 > e"))
    assert reading.process is not None
    assert "odd_id" in codes(reading, "7VG.x-1")
    assert Case(reading.process).waiting == ["7VG.x-1"]


def test_messages_of_spiffarena_carry_a_payload_and_land_in_a_variable() -> None:
    message = (
        '<message id="m" name="Answer"><extensionElements><spiffworkflow:messageVariable>reply'
        "</spiffworkflow:messageVariable><spiffworkflow:messagePayload>{'to': who, 'n': 1}"
        "</spiffworkflow:messagePayload></extensionElements></message>"
    )
    elements = (
        '<intermediateThrowEvent id="y"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
        '<receiveTask id="z" messageRef="m"/>'
    )
    case = Case(read(elements, "s > y > z > e", around=message), {"who": "amina"})
    assert case.now.thrown[0].payload == {"to": "amina", "n": 1}
    case.deliver("Answer", text="yes")
    assert case.data == {"who": "amina", "reply": {"text": "yes"}}


@pytest.mark.parametrize(
    ("kind", "written", "timer"),
    [
        ("timeDate", "${dateTime().plusDays(3).toDate()}", ("duration", "P3D")),
        ("timeDate", "${dateTime().plusHours(2)}", ("duration", "PT2H")),
        ("timeDate", "=now() + duration(&quot;P3D&quot;)", ("duration", "P3D")),
        ("timeDate", "=now() + duration(wait)", ("duration", "P5D")),
        ("timeDate", "${due}", ("date", "2030-01-31")),
        ("timeDate", "=date and time(&quot;2030-01-31T08:00:00Z&quot;)", ("date", "2030-01-31T08:00:00+00:00")),
        ("timeDuration", "=duration(wait)", ("duration", "P5D")),
        ("timeDuration", "= &quot;PT5M&quot;", ("duration", "PT5M")),
        ("timeCycle", "=cycle(3, duration(&quot;PT1H&quot;))", ("cycle", "R3/PT1H")),
        ("timeCycle", "=cycle(duration(&quot;PT1H&quot;))", ("cycle", "R/PT1H")),
    ],
)  # fmt: skip
def test_timers_of_other_modelers_are_read(kind: str, written: str, timer: tuple[str, str]) -> None:
    event = (
        f'<intermediateCatchEvent id="z"><timerEventDefinition><{kind}>{written}</{kind}></timerEventDefinition>'
        "</intermediateCatchEvent>"
    )
    [found] = Case(read(event), {"wait": "P5D", "due": "2030-01-31"}).now.timers
    assert (found.kind, found.text) == timer


def test_deployed_text_is_compiled_with_the_forms_deployed_with_it() -> None:
    xml = file_with(user('camunda:formKey="check"'))
    assert compile_process(xml, forms={"check": {}}).steps["z"].form == "check"
    assert compile_process(xml, forms=()).steps["z"].form is None


def test_a_script_of_camunda_8_is_feel() -> None:
    inner = (
        '<extensionElements><zeebe:script expression="= xs[1]" resultVariable="first"/></extensionElements>'
    )
    process = process_of(drawn(ENDS + f'<scriptTask id="z">{inner}</scriptTask>', "s > z > e"))
    assert Case(process, {"xs": [7, 8]}).data["first"] == 7
