"""Files in the manner of each editor: prefixes, metadata, ids and words as it writes them. All are opened."""

import pytest

from engine.bpmn.reading import read_process
from tests.engine.bpmn.drawing import Case

NS = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

SIGNAVIO = f"""<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="{NS}" xmlns:bpmndi="{DI}"
 xmlns:signavio="http://www.signavio.com" xmlns:xsi="{XSI}" exporter="Signavio Process Editor, http://www.signavio.com"
 expressionLanguage="http://www.w3.org/TR/XPath" id="sid-1" targetNamespace="http://www.signavio.com" xml:lang="en-US">
 <extension definition="signavio:meta" mustUnderstand="false"/>
 <itemDefinition id="sid-item" itemKind="Information"/><resource id="sid-res" name="Clerk"/>
 <category id="sid-cat"><categoryValue id="sid-val" value="Inside"/></category>
 <collaboration id="sid-c"><extensionElements><signavio:signavioMetaData metaKey="bgcolor" metaValue="#fff"/>
  </extensionElements><participant id="sid-pool" name="Office" processRef="sid-p"/>
  <participant id="sid-citizen" name="Citizen"><participantMultiplicity maximum="2" minimum="0"/></participant>
  <messageFlow id="sid-mf" name="" sourceRef="sid-citizen" targetRef="sid-S"/>
  <textAnnotation id="sid-ta" textFormat="text/plain"><text>Note</text></textAnnotation></collaboration>
 <process id="sid-p" isClosed="false" isExecutable="false" name="Licence" processType="None">
  <extensionElements/>
  <laneSet id="sid-ls"><lane id="sid-l" name="Front Office"><extensionElements/><flowNodeRef>sid-S</flowNodeRef>
   <flowNodeRef>sid-A</flowNodeRef><flowNodeRef>sid-G</flowNodeRef><flowNodeRef>sid-E</flowNodeRef>
   <flowNodeRef>sid-R</flowNodeRef></lane></laneSet>
  <dataObject id="sid-D" isCollection="false" name=""><extensionElements/></dataObject>
  <startEvent id="sid-S" name="Asked"/>
  <userTask completionQuantity="1" id="sid-A" implementation="##WebService" name="Check &#10;papers" startQuantity="1">
   <ioSpecification id="sid-io"><dataOutput id="sid-do"/><inputSet id="sid-is" name="DefaultInputSet"/>
    <outputSet id="sid-os"><dataOutputRefs>sid-do</dataOutputRefs></outputSet></ioSpecification>
   <dataOutputAssociation id="sid-doa"><sourceRef>sid-do</sourceRef><targetRef>sid-R</targetRef>
   </dataOutputAssociation></userTask>
  <exclusiveGateway gatewayDirection="Diverging" id="sid-G" name="Complete?"/>
  <endEvent id="sid-E"/><group categoryValueRef="sid-val" id="sid-group"/>
  <sequenceFlow id="sid-1a" name="" sourceRef="sid-S" targetRef="sid-A"/>
  <sequenceFlow id="sid-2a" sourceRef="sid-A" targetRef="sid-G"/>
  <sequenceFlow id="sid-3a" name="no" sourceRef="sid-G" targetRef="sid-A"><conditionExpression id="sid-x"
   xsi:type="tFormalExpression"/></sequenceFlow>
  <sequenceFlow id="sid-4a" name="yes" sourceRef="sid-G" targetRef="sid-E"/>
  <dataObjectReference dataObjectRef="sid-D" id="sid-R" name=""><dataState id="sid-ds" name="approved"/>
  </dataObjectReference><association id="sid-as" sourceRef="sid-R" targetRef="sid-A"/>
 </process><bpmndi:BPMNDiagram id="sid-di"><bpmndi:BPMNPlane bpmnElement="sid-c"/></bpmndi:BPMNDiagram></definitions>"""

BIZAGI_EXTENSIONS = (
    '<extensionElements><bizagi:BizagiExtensions xmlns:bizagi="http://www.bizagi.com/bpmn20"><bizagi:BizagiProperties>'
    '<bizagi:BizagiProperty name="bgColor" value="#ECEFFF"/></bizagi:BizagiProperties></bizagi:BizagiExtensions>'
    "</extensionElements>"
)
BIZAGI = f"""<?xml version="1.0"?>
<definitions xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="{XSI}" id="_2022090704555"
 targetNamespace="http://www.bizagi.com/definitions/_2022090704555" xmlns="{NS}">
 <process id="Id_a77e9019-520a" name="Demande"><documentation/>{BIZAGI_EXTENSIONS}<laneSet id="Id_e7"/>
  <startEvent id="Id_51" name=""><documentation/>{BIZAGI_EXTENSIONS}</startEvent>
  <task id="Id_5d" name="Instruire"><documentation/>{BIZAGI_EXTENSIONS}<incoming>Id_02</incoming></task>
  <subProcess id="Id_sub" name="Payer" triggeredByEvent="false"><startEvent id="Id_i1"/><task id="Id_i2"/>
   <endEvent id="Id_i3"/><sequenceFlow id="Id_i4" sourceRef="Id_i1" targetRef="Id_i2"/>
   <sequenceFlow id="Id_i5" sourceRef="Id_i2" targetRef="Id_i3"/></subProcess>
  <endEvent id="Id_end"><documentation/>{BIZAGI_EXTENSIONS}</endEvent>
  <sequenceFlow id="Id_02" sourceRef="Id_51" targetRef="Id_5d"><documentation/>{BIZAGI_EXTENSIONS}</sequenceFlow>
  <sequenceFlow id="Id_03" sourceRef="Id_5d" targetRef="Id_sub"/>
  <sequenceFlow id="Id_04" sourceRef="Id_sub" targetRef="Id_end"/>
 </process></definitions>"""

TRISOTECH = f"""<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<semantic:definitions xmlns:semantic="{NS}" xmlns:bpmndi="{DI}" xmlns:triso="http://www.trisotech.com/2015/triso/modeling"
 xmlns:trisobpmn="http://www.trisotech.com/2014/triso/bpmn" xmlns:drools="http://www.jboss.org/drools"
 xmlns="http://www.trisotech.com/definitions/_1" id="_1" exporter="Workflow Modeler" trisobpmn:logoChoice="Default">
 <semantic:import importType="http://www.omg.org/spec/DMN/20180521/MODEL/" location="x.dmn" namespace="http://x"/>
 <semantic:itemDefinition structureRef="feel:string" id="_item" triso:basicType="true"/>
 <semantic:interface id="_if" name="Bank"><semantic:operation id="_op" name="transfer">
  <semantic:inMessageRef>_m</semantic:inMessageRef></semantic:operation></semantic:interface>
 <semantic:message id="_m" name="Order"/>
 <semantic:process id="_p" name="Page 1" triso:collectEnds="true" isClosed="false">
  <semantic:startEvent id="_s" triso:readOnly="false"><semantic:outgoing>_f1</semantic:outgoing></semantic:startEvent>
  <semantic:userTask id="_u" name="Assign&#10;Approver" implementation="##unspecified"><semantic:extensionElements>
   <triso:notification id="_n" type="email"/></semantic:extensionElements>
   <semantic:ioSpecification><semantic:dataOutput name="approver" id="_do"/><semantic:inputSet/>
    <semantic:outputSet id="_os"><semantic:dataOutputRefs>_do</semantic:dataOutputRefs></semantic:outputSet>
   </semantic:ioSpecification><semantic:dataOutputAssociation id="_doa"><semantic:sourceRef>_do</semantic:sourceRef>
    <semantic:targetRef>_ref</semantic:targetRef></semantic:dataOutputAssociation></semantic:userTask>
  <semantic:serviceTask id="_t" name="Transfer" implementation="##WebService" operationRef="_op"/>
  <semantic:dataObject id="_d" name="approver"/><semantic:dataObjectReference id="_ref" dataObjectRef="_d"/>
  <drools:metaData name="elementname"><drools:metaValue>x</drools:metaValue></drools:metaData>
  <semantic:endEvent id="_e"/>
  <semantic:sequenceFlow id="_f1" sourceRef="_s" targetRef="_u"/>
  <semantic:sequenceFlow id="_f2" sourceRef="_u" targetRef="_t"/>
  <semantic:sequenceFlow id="_f3" sourceRef="_t" targetRef="_e"/>
 </semantic:process></semantic:definitions>"""

VISUAL_PARADIGM = f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<definitions xmlns="{NS}" xmlns:vp="http://www.visual-paradigm.com/bpmn" exporter="Visual Paradigm" id="d"
 targetNamespace="http://sourceforge.net/bpmn/definitions/_1" xmlns:tns="http://sourceforge.net/bpmn/definitions/_1">
 <message id="Gp9f3pqF.YHEAAQ" name="Request"/>
 <process id="KP9f3pqFYHEAAQjJ_" name="Permit" isClosed="false">
  <laneSet id="7wD.3pqFYHEAAQjS"><lane id="8wD.3pqF" name="Office"><flowNodeRef>1wD.3pqF</flowNodeRef>
   <flowNodeRef>5wD.3pqF</flowNodeRef><flowNodeRef>missing</flowNodeRef></lane></laneSet>
  <startEvent id="1wD.3pqF" isInterrupting="true" name="Start" parallelMultiple="false">
   <outgoing>AwD.3pqF</outgoing></startEvent>
  <task completionQuantity="1" id="5wD.3pqF" isForCompensation="false" name="Inspect" startQuantity="1"/>
  <endEvent id="6wD.3pqF"/>
  <sequenceFlow id="AwD.3pqF" isImmediate="true" sourceRef="1wD.3pqF" targetRef="5wD.3pqF"/>
  <sequenceFlow id="BwD.3pqF" sourceRef="5wD.3pqF" targetRef="6wD.3pqF"/>
 </process></definitions>"""

CAMUNDA_7 = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="{NS}" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xsi="{XSI}"
 xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="D" exporter="Camunda Modeler" exporterVersion="5.11.0"
 modeler:executionPlatform="Camunda Platform" modeler:executionPlatformVersion="7.19.0">
 <bpmn:process id="permit" name="Permit" isExecutable="true" camunda:versionTag="1.2" camunda:historyTimeToLive="180"
  camunda:candidateStarterGroups="citizens" camunda:jobPriority="5" camunda:isStartableInTasklist="true">
  <bpmn:startEvent id="S" camunda:initiator="starter" camunda:asyncBefore="true" camunda:formKey="embedded:app:f.html"/>
  <bpmn:userTask id="U" name="Pay" camunda:assignee="${{starter}}" camunda:dueDate="P5D" camunda:asyncAfter="true"
   camunda:exclusive="false"><bpmn:extensionElements><camunda:properties><camunda:property name="a" value="b"/>
   </camunda:properties><camunda:failedJobRetryTimeCycle>R3/PT1M</camunda:failedJobRetryTimeCycle>
   <camunda:taskListener class="x" event="create"/></bpmn:extensionElements></bpmn:userTask>
  <bpmn:serviceTask id="T" camunda:type="external" camunda:topic="book" camunda:taskPriority="3"/>
  <bpmn:exclusiveGateway id="G" default="F5" camunda:asyncBefore="true"/>
  <bpmn:endEvent id="E"/>
  <bpmn:sequenceFlow id="F1" sourceRef="S" targetRef="U"/><bpmn:sequenceFlow id="F2" sourceRef="U" targetRef="T"/>
  <bpmn:sequenceFlow id="F3" sourceRef="T" targetRef="G"/><bpmn:sequenceFlow id="F4" sourceRef="G" targetRef="U">
   <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression" language="juel">${{!paid &amp;&amp; amount &gt; 10}}
   </bpmn:conditionExpression></bpmn:sequenceFlow><bpmn:sequenceFlow id="F5" sourceRef="G" targetRef="E"/>
 </bpmn:process></bpmn:definitions>"""

CAMUNDA_8 = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="{NS}" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="{XSI}" id="D"
 xmlns:modeler="http://camunda.org/schema/modeler/1.0" modeler:executionPlatform="Camunda Cloud">
 <bpmn:process id="permit" isExecutable="true"><bpmn:extensionElements><zeebe:versionTag value="v2"/>
  <zeebe:properties><zeebe:property name="x" value="y"/></zeebe:properties>
  <zeebe:userTaskForm id="UserTaskForm_1">{{}}</zeebe:userTaskForm></bpmn:extensionElements>
  <bpmn:startEvent id="S"><bpmn:extensionElements><zeebe:formDefinition formId="ask"/></bpmn:extensionElements>
  </bpmn:startEvent>
  <bpmn:userTask id="U"><bpmn:extensionElements><zeebe:userTask/><zeebe:formDefinition
   formKey="camunda-forms:bpmn:UserTaskForm_1"/><zeebe:assignmentDefinition assignee="=initiator"/>
   <zeebe:priorityDefinition priority="70"/><zeebe:taskSchedule dueDate="=now() + duration(&quot;P3D&quot;)"
   followUpDate="=now()"/></bpmn:extensionElements></bpmn:userTask>
  <bpmn:serviceTask id="T" zeebe:modelerTemplate="io.camunda.connectors.HttpJson.v2"><bpmn:extensionElements>
   <zeebe:taskDefinition type="io.camunda:http-json:1" retries="3"/><zeebe:ioMapping>
   <zeebe:input source="noAuth" target="authentication"/><zeebe:input source="=amount" target="sum"/></zeebe:ioMapping>
   <zeebe:taskHeaders><zeebe:header key="resultVariable" value="r"/></zeebe:taskHeaders></bpmn:extensionElements>
  </bpmn:serviceTask><bpmn:endEvent id="E"/>
  <bpmn:sequenceFlow id="F1" sourceRef="S" targetRef="U"/><bpmn:sequenceFlow id="F2" sourceRef="U" targetRef="T"/>
  <bpmn:sequenceFlow id="F3" sourceRef="T" targetRef="E"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">
   =amount &gt; 0</bpmn:conditionExpression></bpmn:sequenceFlow>
 </bpmn:process></bpmn:definitions>"""

SPIFFARENA = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="{NS}" xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="D">
 <bpmn:process id="Process_permit" isExecutable="true">
  <bpmn:extensionElements><spiffworkflow:metadataExtractionPaths/></bpmn:extensionElements>
  <bpmn:startEvent id="S"/>
  <bpmn:manualTask id="M" name="Read"><bpmn:extensionElements><spiffworkflow:instructionsForEndUser>Hello {{{{name}}}}
   </spiffworkflow:instructionsForEndUser><spiffworkflow:preScript>total = 0</spiffworkflow:preScript>
   <spiffworkflow:postScript>total = total + 5</spiffworkflow:postScript>
   <spiffworkflow:allowGuest>true</spiffworkflow:allowGuest></bpmn:extensionElements></bpmn:manualTask>
  <bpmn:userTask id="U"><bpmn:extensionElements><spiffworkflow:properties>
   <spiffworkflow:property name="formJsonSchemaFilename" value="ask.json"/>
   <spiffworkflow:property name="formUiSchemaFilename" value="ask-ui.json"/></spiffworkflow:properties>
   </bpmn:extensionElements></bpmn:userTask>
  <bpmn:scriptTask id="X"><bpmn:extensionElements><spiffworkflow:unitTests><spiffworkflow:unitTest id="t">
   <spiffworkflow:inputJson>{{}}</spiffworkflow:inputJson></spiffworkflow:unitTest></spiffworkflow:unitTests>
   </bpmn:extensionElements><bpmn:script>amount = 5 * 2</bpmn:script></bpmn:scriptTask>
  <bpmn:serviceTask id="T"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="http/GetRequest"
   resultVariable="answer"><spiffworkflow:parameters><spiffworkflow:parameter id="url" type="str" value="'http://x'"/>
   </spiffworkflow:parameters></spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>
  <bpmn:endEvent id="E"/>
  <bpmn:sequenceFlow id="F1" sourceRef="S" targetRef="M"/><bpmn:sequenceFlow id="F2" sourceRef="M" targetRef="U"/>
  <bpmn:sequenceFlow id="F3" sourceRef="U" targetRef="X"/><bpmn:sequenceFlow id="F4" sourceRef="X" targetRef="T"/>
  <bpmn:sequenceFlow id="F5" sourceRef="T" targetRef="E"/>
 </bpmn:process></bpmn:definitions>"""

FLOWABLE = f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{NS}" xmlns:xsi="{XSI}" xmlns:flowable="http://flowable.org/bpmn" typeLanguage="x"
 xmlns:design="http://flowable.org/design" targetNamespace="http://www.flowable.org/processdef" design:palette="p">
 <process id="leave" name="Leave" isExecutable="true" flowable:candidateStarterUsers="a">
  <documentation>d</documentation>
  <startEvent id="S" flowable:initiator="initiator" flowable:formFieldValidation="true"/>
  <userTask id="U" flowable:assignee="${{initiator}}" flowable:formKey="ask" flowable:dueDate="PT36H"
   flowable:category="c"><extensionElements><modeler:initiator-can-complete xmlns:modeler="http://flowable.com/modeler">
   <![CDATA[false]]></modeler:initiator-can-complete></extensionElements></userTask>
  <serviceTask id="T" flowable:delegateExpression="#{{booker}}" flowable:async="true"><extensionElements>
   <flowable:field name="to"><flowable:string><![CDATA[x]]></flowable:string></flowable:field></extensionElements>
  </serviceTask>
  <endEvent id="E"/><sequenceFlow sourceRef="S" targetRef="U"/><sequenceFlow sourceRef="U" targetRef="T"/>
  <sequenceFlow sourceRef="T" targetRef="E"><conditionExpression xsi:type="tFormalExpression">
   <![CDATA[${{days > 3 && days <= 30}}]]></conditionExpression></sequenceFlow>
 </process></definitions>"""

ALL = {
    "Signavio": (SIGNAVIO, ["flow_without_condition", "flow_without_condition"]),
    "Bizagi": (BIZAGI, []), "Trisotech": (TRISOTECH, []), "Visual Paradigm": (VISUAL_PARADIGM, []),
    "Camunda Modeler 7": (CAMUNDA_7, []), "Camunda Modeler 8": (CAMUNDA_8, []), "SpiffArena": (SPIFFARENA, []),
    "Flowable": (FLOWABLE, []),
}  # fmt: skip


@pytest.mark.parametrize("editor", ALL)
def test_a_file_of_this_editor_is_opened(editor: str) -> None:
    text, refused = ALL[editor]
    reading = read_process(text.encode())
    assert [fault.code for fault in reading.faults if fault.refuses] == refused
    assert all(fault.line for fault in reading.faults)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
@pytest.mark.parametrize("editor", ALL)
def test_it_is_opened_in_any_encoding_with_any_line_ends(editor: str, encoding: str) -> None:
    text, refused = ALL[editor]
    declared = text.replace(
        'encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig").removesuffix("-le")}"'
    )
    declared = declared.replace(
        'encoding="utf-8"', f'encoding="{encoding.removesuffix("-sig").removesuffix("-le")}"'
    )
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    xml = (mark + declared.replace("\n", "\r\n")).encode(encoding)
    assert [fault.code for fault in read_process(xml).faults if fault.refuses] == refused


@pytest.mark.parametrize("prefix", ["bpmn", "bpmn2", "semantic", "ns0"])
def test_it_is_opened_under_any_prefix(prefix: str) -> None:
    for text in (BIZAGI, VISUAL_PARADIGM):
        own = text.replace(f'xmlns="{NS}"', f'xmlns:{prefix}="{NS}"')
        for name in ("definitions", "process", "laneSet", "lane", "flowNodeRef", "startEvent", "endEvent", "task",
                     "subProcess", "sequenceFlow", "documentation", "extensionElements", "incoming", "outgoing",
                     "message"):  # fmt: skip
            for before in ("<", "</"):
                for after in (" ", ">", "/"):
                    own = own.replace(f"{before}{name}{after}", f"{before}{prefix}:{name}{after}")
        assert read_process(own.encode()).process is not None


def test_a_file_of_camunda_7_runs_as_it_says() -> None:
    process = read_process(CAMUNDA_7.encode()).process
    assert process is not None
    assert (process.steps["U"].role, process.steps["U"].deadline is not None) == ("applicant", True)
    case = Case(process, {"amount": 20})
    case.complete("U", paid=False)
    case.finish("T")
    assert case.waiting == ["U"]
    case.complete("U", paid=True)
    case.finish("T")
    assert case.ended


def test_a_file_of_camunda_8_runs_as_it_says() -> None:
    process = read_process(CAMUNDA_8.encode(), forms={"UserTaskForm_1", "ask"}).process
    assert process is not None
    step = process.steps["U"]
    assert (step.form, step.role, step.priority) == ("UserTaskForm_1", "applicant", 70)
    assert process.opening is not None
    assert process.opening.form == "ask"
    case = Case(process, {"amount": 20})
    case.complete("U")
    assert case.now.calls[0].operation == "io.camunda:http-json:1"
    assert case.now.calls[0].data == {"authentication": "noAuth", "sum": 20}


def test_a_file_of_spiffarena_runs_as_it_says() -> None:
    process = read_process(SPIFFARENA.encode()).process
    assert process is not None
    case = Case(process)
    case.complete("M")
    case.complete("U", name="x")
    assert case.now.calls[0].data == {"url": "http://x"}
    case.finish("T", status=200)
    assert case.ended
    assert case.data == {"total": 5, "name": "x", "amount": 10, "answer": {"status": 200}}


def test_a_file_of_flowable_runs_as_it_says() -> None:
    process = read_process(FLOWABLE.encode()).process
    assert process is not None
    assert (process.steps["U"].role, process.calls) == ("applicant", {"T": "booker"})
    case = Case(process)
    case.complete("U", days=5)
    case.finish("T")
    assert case.ended


def test_truth_values_and_references_are_read_as_xml_allows_them() -> None:
    xml = f"""<b:definitions xmlns:b="{NS}" xmlns:tns="urn:own"><b:process id="p" isExecutable="1">
    <b:laneSet><b:lane id="l" name="Office"><b:flowNodeRef>tns:a</b:flowNodeRef><b:flowNodeRef>d</b:flowNodeRef>
    </b:lane></b:laneSet><b:dataObjectReference id="d"/><b:startEvent id="s"/><b:endEvent id="e"/><b:endEvent id="f"/>
    <b:userTask id="a" default="tns:f2"/><b:boundaryEvent id="t" attachedToRef="tns:a" cancelActivity="0">
    <b:eventDefinitionRef>tns:day</b:eventDefinitionRef></b:boundaryEvent>
    <b:sequenceFlow id="f1" sourceRef="tns:s" targetRef="tns:a"/><b:sequenceFlow id="f2" sourceRef="a" targetRef="e"/>
    <b:sequenceFlow id="f3" sourceRef="t" targetRef="f"/></b:process>
    <b:timerEventDefinition id="day"><b:timeDuration>P1D</b:timeDuration></b:timerEventDefinition></b:definitions>"""
    reading = read_process(xml.encode())
    assert reading.process is not None, reading.faults
    assert not {"not_executable", "lane_of_nothing"} & {fault.code for fault in reading.faults}
    assert reading.process.steps["a"].role == "office"
    case = Case(reading.process)
    case.expire("t")
    assert case.waiting == ["a"]
