"""Data handed to an activity and out of it, in each modeler's words."""

import pytest

from engine.bpmn.diagram import taken_apart
from engine.bpmn.faults import FaultList
from engine.bpmn.mapping import DataMapping, mapping_of
from engine.bpmn.xml import parsed
from tests.engine.bpmn.drawing import Case, flows
from tests.engine.bpmn.test_vendors import file_with, read

EMPTY = '<userTask id="z" name="Do"><documentation>all</documentation></userTask>'


def mapped(element: str) -> tuple[DataMapping | None, list[str]]:
    faults = FaultList()
    diagram = taken_apart(parsed(file_with(element)), faults)
    found = mapping_of(diagram, diagram.shapes["z"], faults)
    return found, [fault.code for fault in faults.all()]


def values(mapping: DataMapping | None, **data: object) -> tuple[dict[str, object], dict[str, object]]:
    """The inputs and outputs on these data."""
    assert mapping is not None
    given = {
        name: value if isinstance(value, str) else value.evaluate(data) for name, value in mapping.inputs
    }
    return given, {name: value.evaluate(data) for name, value in mapping.outputs}


def test_an_activity_without_mapping_has_none() -> None:
    assert mapped(EMPTY) == (None, [])


def test_masar_inputs_are_local_and_outputs_alone_go_out() -> None:
    task = (
        '<userTask id="z"><extensionElements><masar:input name="who" value="${person}"/>'
        '<masar:input name="kind" value="sick"/><masar:output name="days" value="=given * 2"/>'
        "</extensionElements></userTask>"
    )
    mapping, _ = mapped(task)
    assert mapping is not None
    assert (mapping.isolated, mapping.hands_out) == (False, "mapped")
    assert values(mapping, person="amina", given=3) == ({"who": "amina", "kind": "sick"}, {"days": 6})


def test_inputs_of_a_service_task_are_what_its_operation_is_given() -> None:
    task = (
        '<serviceTask id="z" masar:call="pay"><extensionElements><masar:input name="a" value="=x"/>'
        '<masar:output name="paid" value="=done"/></extensionElements></serviceTask>'
    )
    case = Case(read(task), {"x": 1})
    assert case.now.calls[0].data == {"a": 1}
    case.finish("z", done=True, noise=1)
    assert case.data == {"x": 1, "paid": True}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("abc", "abc"), ("${x}", 2), ("#{x + 1}", 3), ("${x} days, ${x + 1} nights", "2 days, 3 nights"), ("", ""),
        ("<camunda:list><camunda:value>${x}</camunda:value><camunda:value>y</camunda:value></camunda:list>", [2, "y"]),
        (('<camunda:map><camunda:entry key="k">${x}</camunda:entry><camunda:entry key="l">'
         "<camunda:list><camunda:value>z</camunda:value></camunda:list></camunda:entry></camunda:map>"),
         {"k": 2, "l": ["z"]}),
    ],
)  # fmt: skip
def test_input_parameters_of_camunda_7_are_texts_expressions_lists_and_maps(
    written: str, value: object
) -> None:
    task = (
        '<userTask id="z"><extensionElements><camunda:inputOutput>'
        f'<camunda:inputParameter name="p">{written}</camunda:inputParameter>'
        '<camunda:outputParameter name="o">${p}</camunda:outputParameter>'
        "</camunda:inputOutput></extensionElements></userTask>"
    )
    mapping, _ = mapped(task)
    assert values(mapping, x=2, p=5) == ({"p": value}, {"o": 5})
    assert mapping is not None
    assert mapping.hands_out == "all"


def test_a_parameter_that_a_script_computes_is_refused() -> None:
    task = (
        '<userTask id="z"><extensionElements><camunda:inputOutput><camunda:inputParameter name="p">'
        '<camunda:script scriptFormat="groovy">1</camunda:script></camunda:inputParameter>'
        "</camunda:inputOutput></extensionElements></userTask>"
    )
    assert mapped(task)[1] == ["mapping_not_read"]


def call(inner: str, attributes: str = "") -> str:
    inside = f"<extensionElements>{inner}</extensionElements>"
    return f'<callActivity id="z" calledElement="q" {attributes}>{inside}</callActivity>'


@pytest.mark.parametrize(
    ("inner", "attributes", "isolated", "hands_out"),
    [
        ("", "", False, "all"), ('<camunda:in businessKey="${k}"/>', "", False, "all"),
        ('<camunda:in source="a" target="b"/>', "", True, "mapped"),
        ('<camunda:in variables="all"/>', "", False, "mapped"),
        ('<camunda:in variables="all" local="true"/>', "", True, "mapped"),
        ('<camunda:in source="a" target="b"/><camunda:out variables="all"/>', "", True, "all"),
        ('<camunda:out source="a" target="b"/>', "", True, "mapped"),
        ('<flowable:in source="a" target="b"/>', 'flowable:inheritVariables="true"', False, "mapped"),
        ('<zeebe:calledElement processId="q" propagateAllChildVariables="false"/>', "", False, "mapped"),
        ('<zeebe:calledElement processId="q" propagateAllParentVariables="false"/>', "", True, "all"),
        ('<zeebe:ioMapping><zeebe:output source="=a" target="b"/></zeebe:ioMapping>',
         "", False, "mapped"),
    ],
)  # fmt: skip
def test_what_a_call_passes_and_brings_back(
    inner: str, attributes: str, isolated: bool, hands_out: str
) -> None:
    mapping = mapped(call(inner, attributes))[0] or DataMapping()
    assert (mapping.isolated, mapping.hands_out) == (isolated, hands_out)


def test_a_variable_that_a_call_passes_may_be_missing() -> None:
    mapping, _ = mapped(
        call('<camunda:in source="a" target="b"/><camunda:in sourceExpression="${a}" target="c"/>')
    )
    assert values(mapping, a=1) == ({"b": 1, "c": 1}, {})
    assert mapping is not None
    assert mapping.inputs[0][1].evaluate({}) is None  # type: ignore[union-attr]


CALLED = (
    '<process id="q" isExecutable="true"><startEvent id="qs"/><userTask id="qa"/><scriptTask id="qt"><script>'
    f'result = given * 10</script></scriptTask><endEvent id="qe"/>{flows("qs > qa > qt > qe")}</process>'
)


def test_a_called_process_gets_and_gives_back_what_is_said_alone() -> None:
    inner = '<camunda:in source="amount" target="given"/><camunda:out source="result" target="total"/>'
    case = Case(read(call(inner), around=CALLED), {"amount": 4, "secret": 1})
    case.complete("qa", note="within")
    assert (case.ended, case.data) == (True, {"amount": 4, "secret": 1, "total": 40})


def test_an_output_of_camunda_8_alone_goes_out() -> None:
    task = (
        '<serviceTask id="z"><extensionElements><zeebe:taskDefinition type="pay"/><zeebe:ioMapping>'
        '<zeebe:input source="=amount * 2" target="twice"/><zeebe:input source="fixed" target="kind"/>'
        '<zeebe:output source="=receipt" target="number"/></zeebe:ioMapping></extensionElements></serviceTask>'
    )
    case = Case(read(task), {"amount": 4})
    assert case.now.calls[0].data == {"twice": 8, "kind": "fixed"}
    case.finish("z", receipt="R1", noise=True)
    assert case.data == {"amount": 4, "number": "R1"}


def test_assignments_before_and_after_an_activity_run() -> None:
    task = (
        '<userTask id="z"><extensionElements><spiffworkflow:preScript>a = b + 1</spiffworkflow:preScript>'
        "<spiffworkflow:postScript>c = a + answer</spiffworkflow:postScript></extensionElements></userTask>"
    )
    case = Case(read(task), {"b": 1})
    case.complete("z", answer=5)
    assert case.data["c"] == 7


IO = '<ioSpecification><dataInput id="in1" name="given"/><dataOutput id="out1" name="found"/></ioSpecification>'
OBJECTS = '<dataObject id="o1" name="request"/><dataObjectReference id="r1" name="R" dataObjectRef="o1"/>'


def associated(inner: str) -> DataMapping | None:
    mapping, codes = mapped(f'{OBJECTS}<userTask id="z">{IO}{inner}</userTask>')
    assert codes == []
    return mapping


def test_data_associations_carry_between_data_objects_and_inputs_and_outputs() -> None:
    mapping = associated(
        "<dataInputAssociation><sourceRef>r1</sourceRef><targetRef>in1</targetRef></dataInputAssociation>"
        "<dataOutputAssociation><sourceRef>out1</sourceRef><targetRef>r1</targetRef></dataOutputAssociation>"
    )
    assert values(mapping, request=1, found=2) == ({"given": 1}, {"request": 2})
    assert values(mapping, request=1) == ({"given": 1}, {"request": 1})


def test_data_associations_compute_by_assignment_and_transformation() -> None:
    mapping = associated(
        "<dataInputAssociation><targetRef>in1</targetRef><assignment><from>${a + 1}</from><to>in1</to></assignment>"
        "</dataInputAssociation><dataOutputAssociation><sourceRef>out1</sourceRef><targetRef>r1</targetRef>"
        "<transformation>found * 2</transformation></dataOutputAssociation>"
    )
    assert values(mapping, a=1, found=3) == ({"given": 2}, {"request": 6})


def test_an_association_that_is_only_drawn_changes_nothing() -> None:
    drawn = (
        '<property id="p1" name="__targetRef_placeholder"/><dataInputAssociation><sourceRef>r1</sourceRef>'
        "<targetRef>p1</targetRef></dataInputAssociation>"
    )
    assert mapped(f'{OBJECTS}<userTask id="z">{drawn}</userTask>') == (None, [])


def test_a_step_with_outputs_hands_out_these_alone() -> None:
    task = (
        '<userTask id="z"><extensionElements><masar:input name="base" value="${amount}"/>'
        '<masar:output name="total" value="=base + more"/></extensionElements></userTask>'
    )
    case = Case(read(task), {"amount": 4})
    case.complete("z", more=3, noise=1)
    assert (case.ended, case.data) == (True, {"amount": 4, "total": 7})


def test_a_parameter_of_camunda_7_stays_local_and_the_rest_goes_out() -> None:
    task = (
        '<userTask id="z"><extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="base">${amount * 2}</camunda:inputParameter>'
        '<camunda:outputParameter name="total">${base + more}</camunda:outputParameter>'
        "</camunda:inputOutput></extensionElements></userTask>"
    )
    case = Case(read(task), {"amount": 4})
    case.complete("z", more=3)
    assert (case.ended, case.data) == (True, {"amount": 4, "more": 3, "total": 11})


def test_data_of_a_sub_process_are_mapped_as_of_a_task() -> None:
    inner = flows("zs > za > ze")
    sub = (
        '<subProcess id="z"><extensionElements><masar:input name="kind" value="sick"/>'
        '<masar:output name="found" value="=answer"/></extensionElements>'
        f'<startEvent id="zs"/><userTask id="za"/><endEvent id="ze"/>{inner}</subProcess>'
    )
    case = Case(read(sub), {"a": 1})
    case.complete("za", answer=2)
    assert (case.ended, case.data) == (True, {"a": 1, "found": 2})


def test_each_item_of_a_repetition_is_mapped_by_itself() -> None:
    task = (
        '<userTask id="z"><extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="twice">${item * 2}</camunda:inputParameter></camunda:inputOutput>'
        '</extensionElements><multiInstanceLoopCharacteristics isSequential="true" camunda:collection="${items}" '
        'camunda:elementVariable="item"><extensionElements/></multiInstanceLoopCharacteristics></userTask>'
        '<scriptTask id="y"><script>done = true</script></scriptTask>'
    )
    case = Case(read(task, "s > z > y > e"), {"items": [1, 2]})
    case.complete("z")
    case.complete("z")
    assert (case.ended, case.data["done"]) == (True, True)
    assert "twice" not in case.data


def test_a_message_brings_what_the_mapping_of_its_event_takes() -> None:
    event = (
        '<intermediateCatchEvent id="z"><extensionElements><zeebe:ioMapping>'
        '<zeebe:output source="=number" target="receipt"/></zeebe:ioMapping></extensionElements>'
        '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    )
    case = Case(read(event, around='<message id="m" name="Paid"/>'))
    case.deliver("Paid", number=7, noise=1)
    assert (case.ended, case.data) == (True, {"receipt": 7})


def test_a_parameter_sees_the_ones_before_it_and_what_a_call_brought_back() -> None:
    inner = (
        '<camunda:inputOutput><camunda:inputParameter name="base">${amount + 1}</camunda:inputParameter>'
        '<camunda:inputParameter name="twice">${base * 2}</camunda:inputParameter>'
        '<camunda:outputParameter name="total">${brought + result}</camunda:outputParameter></camunda:inputOutput>'
        '<camunda:in source="twice" target="given" local="true"/>'
        '<camunda:out source="result" target="brought" local="true"/>'
    )
    case = Case(read(call(inner), around=CALLED), {"amount": 4})
    case.complete("qa")
    assert (case.ended, case.data) == (True, {"amount": 4, "total": 200})
