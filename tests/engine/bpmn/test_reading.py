from typing import Any

import pytest

from engine.bpmn.faults import CODES
from engine.bpmn.model import DeadlineRule, Keep
from engine.bpmn.reading import DiagramBroken, compile_process, read_process
from tests.engine.bpmn.drawing import ENDS, Case, drawn, process_of, refusals, timed, users

LAUGHS = b"<!DOCTYPE l [<!ENTITY a 'aaaa'><!ENTITY b '%s'><!ENTITY c '%s'>]><l>%s</l>" % (
    b"&a;" * 50, b"&b;" * 50, b"&c;" * 50,
)  # fmt: skip
GOOD = drawn(ENDS + users("a"), "s > a > e")


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"", "not_xml"), (b"hello", "not_xml"), (b"<a><b></a>", "not_xml"),
        (b"\xff\xfe\x00", "not_xml"), (b"<a/>", "not_bpmn"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>', "doctype"),
        (b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>', "doctype"),
        (b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><d/>', "doctype"),
        (LAUGHS, "doctype"),
        (b"<a>" * 200 + b"</a>" * 200, "too_deep"), (b"<a>" + b" " * 5_000_000 + b"</a>", "too_large"),
        (drawn("").replace(b"process", b"choreography"), "no_process"),
    ],
)  # fmt: skip
def test_a_hostile_or_broken_file_is_refused(xml: bytes, code: str) -> None:
    assert [found for found, _ in refusals(xml)] == [code]


EVENT = '<messageEventDefinition messageRef="m"/>'
LOOP = "<multiInstanceLoopCharacteristics/>"

Z = ("s > z > e",)
COUNTED = LOOP.replace("/>", "><loopCardinality>a.b()</loopCardinality></multiInstanceLoopCharacteristics>")


def caught(inner: str) -> str:
    return f'<intermediateCatchEvent id="z">{inner}</intermediateCatchEvent>'


def thrown(inner: str) -> str:
    return f'<intermediateThrowEvent id="z">{inner}</intermediateThrowEvent>'


def user(inner: str) -> str:
    return f'<userTask id="z">{inner}</userTask>'


WRONG: list[tuple[str, str, tuple[str, ...], str]] = [
    ("id_twice", "a", ("s > a > e",), ENDS + users("a", "a")),
    ("bad_id", "a/b", ("s > a/b > e",), ENDS + users("a/b")),
    ("unknown_element", "z", ("s > a > e",), ENDS + users("a") + '<wizardTask id="z"/>'),
    ("unsupported_element", "z", ("s > a > e",), ENDS + users("a") + '<callChoreography id="z"/>'),
    ("event_sub_start", "z", ("s > a > e",),
     ENDS + users("a") + '<subProcess id="z" triggeredByEvent="true"><startEvent id="zs"/></subProcess>'),
    ("flow_to_apart", "a_z", ("s > a > z",), ENDS + users("a") + '<userTask id="z" isForCompensation="true"/>'),
    ("compensation_without_handler", "z", ("s > a > e",),
     ENDS + users("a") + '<boundaryEvent id="z" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'),
    ("unsupported_combination", "z", ("s > z > a > e",),
     ENDS + users("a") + '<receiveTask id="z" instantiate="true"/>'),
    ("unsupported_event", "z", Z, ENDS + caught('<escalationEventDefinition/>')),
    ("unsupported_event", "z", Z, ENDS + thrown('<cancelEventDefinition/>')),
    ("unsupported_event", "z", ("z > a > e",),
     '<endEvent id="e"/><startEvent id="z"><errorEventDefinition/></startEvent>' + users("a")),
    ("unsupported_event", "z", ("s > a > e", "z > e"),
     ENDS + users("a") + '<boundaryEvent id="z" attachedToRef="a"/>'),
    ("dangling_flow", "a_nowhere", ("s > a > nowhere",), ENDS + users("a")),
    ("dangling_flow", "nowhere_e", ("s > a", "nowhere > e"), ENDS + users("a")),
    ("flow_across_scopes", "s_i", ("s > i", "s > z > e"),
     ENDS + '<subProcess id="z"><startEvent id="is"/><userTask id="i"/></subProcess>'),
    ("flow_into_start", "a_s", ("s > a > e", "a > s"), ENDS + users("a")),
    ("flow_out_of_end", "e_a", ("s > a > e", "e > a"), ENDS + users("a")),
    ("no_start", "p", ("a > b", "b > a"), users("a", "b")),
    ("empty_process", "z", Z, ENDS + '<subProcess id="z"/>'),
    ("gateway_without_way_out", "z", ("s > z",), ENDS + '<exclusiveGateway id="z"/>'),
    ("flow_without_condition", "z_a", ("s > z", "z > a", "z > b : true", "a > e", "b > e"),
     ENDS + users("a", "b") + '<exclusiveGateway id="z"/>'),
    ("unknown_default", "z", Z, ENDS + '<userTask id="z" default="s_z"/>'),
    ("unknown_attached", "z", ("s > a > e", "z > e"),
     ENDS + users("a") + f'<boundaryEvent id="z" attachedToRef="b">{EVENT}</boundaryEvent>'),
    ("unknown_reference", "z", Z, ENDS + caught(EVENT)),
    ("event_gateway_target", "a", ("s > z > a > e",), ENDS + users("a") + '<eventBasedGateway id="z"/>'),
    ("unsupported_script", "z", Z,
     ENDS + '<scriptTask id="z" scriptFormat="perl"><script>x = 1</script></scriptTask>'),
    ("bad_script", "z", Z, ENDS + '<scriptTask id="z"><script>import os</script></scriptTask>'),
    ("bad_script", "z", Z, ENDS + '<scriptTask id="z"/>'),
    ("bad_expression", "s_a", ("s > a : __import__('os')", "a > e"), ENDS + users("a")),
    ("bad_expression", "z", Z, ENDS + user(COUNTED)),
    ("bad_timer", "z", Z, ENDS + caught(timed("timeDuration", "P5"))),
    ("bad_timer", "z", Z, ENDS + caught(timed("timeDuration", '"five days"'))),
    ("bad_timer", "z", Z, ENDS + caught('<timerEventDefinition/>')),
    ("link_without_pair", "z", ("s > a > e", "a > z"), ENDS + users("a") + thrown('<linkEventDefinition name="L"/>')),
    ("unknown_called", "z", Z, ENDS + '<callActivity id="z" calledElement="other"/>'),
    ("called_in_circle", "z", Z, ENDS + '<callActivity id="z" calledElement="p"/>'),
    ("unsupported_repetition", "z", Z, ENDS + user(LOOP)),
    ("unsupported_repetition", "z", Z, ENDS + user('<standardLoopCharacteristics/>')),
    ("unknown_dialect", "z", Z, ENDS + '<userTask id="z" masar:otherThen="a"/>'),
    ("unknown_dialect", "z", Z, ENDS + user('<masar:dedline/>')),
    ("misplaced_word", "z", Z, ENDS + '<scriptTask id="z" masar:form="known"><script>x = 1</script></scriptTask>'),
    ("misplaced_word", "z", Z, ENDS + '<manualTask id="z"><masar:remedy code="a" within="1"/></manualTask>'),
    ("unknown_step", "z", Z, ENDS + '<userTask id="z" masar:otherThan="nobody"/>'),
    ("unknown_step", "z", Z, ENDS + '<userTask id="z" masar:sameAs="s"/>'),
    ("unknown_form", "z", Z, ENDS + '<userTask id="z" masar:form="missing"/>'),
    ("bad_number", "z", Z, ENDS + '<userTask id="z" masar:priority="high"/>'),
    ("keeps_incomplete", "z", Z, ENDS + user('<masar:keeps field="a b" as="c"/>')),
    ("unsupported_script", "z", Z,
     ENDS + '<scriptTask id="z" scriptFormat="groovy"><script>x = [1].collect { it }</script></scriptTask>'),
    ("mapping_not_read", "z", Z, ENDS + user('<masar:input name="a.b" value="1"/>')),
    ("flow_without_condition", "z_a", ("s > z", "z > a", "z > b : x > 1", "a > e", "b > e"),
     ENDS + users("a", "b") + '<exclusiveGateway id="z"/>'),
    ("no_decision", "z", Z, ENDS + '<businessRuleTask id="z"/>'),
    ("unknown_decision", "z", Z, ENDS + '<businessRuleTask id="z" masar:decision="missing"/>'),
]  # fmt: skip


@pytest.mark.parametrize(("code", "element", "ways", "elements"), WRONG)
def test_what_cannot_be_executed_is_refused_with_its_element(
    code: str, element: str, ways: tuple[str, ...], elements: str
) -> None:
    assert (code, element) in refusals(drawn(elements, *ways), forms={"known"})


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("a/../../b", "bad_id"), ("..", "bad_id"), ("1a", "bad_id"), ("a:b", "bad_id"), ("a&#10;b", "bad_id"),
        ("p&quot;q", "bad_id"), ("a" * 65, "bad_key"), ("upload", "reserved_key"), ("uploads", "reserved_key"),
        ("check", "reserved_key"), ("deploy", "reserved_key"),
    ],
)  # fmt: skip
def test_a_process_that_cannot_stand_in_an_address_is_refused(key: str, code: str) -> None:
    assert code in [found for found, _ in refusals(GOOD.replace(b'id="p"', f'id="{key}"'.encode()))]


@pytest.mark.parametrize("key", ["a" * 64, "sickness_benefit", "_a-b.c", "تعويضات"])
def test_a_process_is_known_by_any_other_id(key: str) -> None:
    process = read_process(GOOD.replace(b'id="p"', f'id="{key}"'.encode())).process
    assert process is not None
    assert process.key == key


def test_a_procedure_is_given_no_key_that_cannot_stand_in_an_address() -> None:
    assert [fault.code for fault in read_process(GOOD, key="a/b").faults if fault.refuses] == ["bad_id"]


def test_every_fault_of_a_file_is_told_at_once_with_its_line() -> None:
    xml = drawn(
        ENDS + "\n" + '<userTask id="a" masar:form="x"/>' + "\n" + '<scriptTask id="b"/>' + "\n",
        "s > a > b > gone",
    )
    faults = [fault for fault in read_process(xml, forms=()).faults if fault.refuses]
    assert [(fault.code, fault.element, fault.line) for fault in faults] == [
        ("unknown_form", "a", 2), ("bad_script", "b", 3), ("dangling_flow", "b_gone", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("attributes", "wrong"),
    [
        ('unit="days"', ["within"]), ('within="0" unit="days"', ["within"]), ('within="5" unit="moons"', ["unit"]),
        ('within="5" unit="days" roll="up" franc="maybe"', ["roll", "franc"]),
        ('within="5" unit="days" warnAt="120%"', ["warnAt"]),
        ('within="5" unit="days" onExpiry="explode"', ["onExpiry"]),
        ('within="5" unit="days" onExpiry="escalate"', ["escalateTo"]),
        ('within="5" unit="days" onExpiry="refuse"', ["basis"]), ('within="5" unit="days" frank="true"', ["frank"]),
    ],
)  # fmt: skip
def test_each_wrong_word_of_a_deadline_is_named(attributes: str, wrong: list[str]) -> None:
    task = (
        f'<userTask id="a"><extensionElements><masar:deadline {attributes}/></extensionElements></userTask>'
    )
    faults = [fault for fault in read_process(drawn(ENDS + task, "s > a > e")).faults if fault.refuses]
    assert [(fault.code, fault.element, fault.params["attribute"]) for fault in faults] == [
        ("bad_deadline", "a", name) for name in wrong
    ]


def test_the_expiry_of_a_deadline_takes_a_flow_of_its_step() -> None:
    def task(flow: str) -> bytes:
        deadline = f'<masar:deadline within="5" unit="days" onExpiry="path:{flow}"/>'
        return drawn(
            ENDS + f'<userTask id="a"><extensionElements>{deadline}</extensionElements></userTask>',
            "s > a > e",
        )

    assert refusals(task("s_a")) == [("bad_path", "a")]
    assert refusals(task("a_e")) == []


def test_a_diagram_of_the_dialect_is_read_as_it_is_meant() -> None:
    lanes = (
        '<laneSet id="ls"><lane id="l1" masar:role="applicant" name="Citizen"><flowNodeRef>s</flowNodeRef></lane>'
        '<lane id="l2" name="Rights Officer"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    )
    start = (
        '<startEvent id="s" masar:form="f/open"><extensionElements>'
        '<masar:keeps field="who.nin" as="nin"/></extensionElements></startEvent>'
    )
    task = (
        '<userTask id="a" name="Check" masar:form="f/check" masar:unit="parent" '
        'masar:otherThan="b" masar:confidential="medical" masar:priority="3">'
        '<extensionElements><masar:label xml:lang="ar">فحص</masar:label>'
        '<masar:label xml:lang="fr">Contrôle</masar:label>'
        '<masar:label xml:lang="en">Check</masar:label><masar:asks document="note"/>'
        '<masar:deadline within="5" unit="workingDays" nature="legal" basis="art. 1" '
        'roll="next" franc="true" warnAt="50% 80%" '
        'onExpiry="escalate" escalateTo="director" calendar="DZ"/></extensionElements></userTask>'
    )
    remedy = (
        '<extensionElements><masar:remedy code="appeal" within="15" unit="days" basis="art. 2">'
        '<masar:label xml:lang="fr">Recours</masar:label></masar:remedy></extensionElements>'
    )
    process = process_of(
        drawn(remedy + lanes + start + task + users("b") + '<endEvent id="e"/>', "s > a > b > e")
    )
    step = process.steps["a"]
    assert step.names == {"ar": "فحص", "fr": "Contrôle", "en": "Check"}
    read = (step.role, step.form, step.unit, step.other_than, step.confidential, step.priority, step.asks)
    assert (*read, step.keeps_all) == (
        "rights_officer", "f/check", "parent", ("b",), "medical", 3, ("note",), False,
    )  # fmt: skip
    assert step.deadline == DeadlineRule(
        5, "workingDays", "legal", "art. 1", "next", True, (50, 80), "escalate", "director", "DZ"
    )
    assert process.opening is not None
    assert (process.opening.id, process.opening.role, process.opening.form) == ("s", "applicant", "f/open")
    assert process.opening.keeps == (Keep("who.nin", "nin"),)
    assert process.roles == {"applicant": {"fr": "Citizen"}, "rights_officer": {"fr": "Rights Officer"}}
    assert [(r.code, r.within, r.unit, r.labels) for r in process.remedies] == [
        ("appeal", 15, "days", {"fr": "Recours"})
    ]
    assert process.elements["a"].targets == ("b",)


def test_a_plain_file_from_elsewhere_runs_with_warnings() -> None:
    xml = drawn('<startEvent id="s"/><task id="a" name="Do"/><manualTask id="b"/>', "s > a > b").replace(
        b' isExecutable="true"', b""
    )
    reading = read_process(xml)
    assert reading.process is not None
    assert {fault.code for fault in reading.faults} == {
        "not_executable",
        "no_end",
        "no_lane",
        "no_form",
        "no_deadline",
        "no_name",
        "not_translated",
    }
    case = Case(reading.process)
    case.complete("a", answer=42)
    case.complete("b")
    assert (case.ended, case.data) == (True, {"answer": 42})


def test_words_of_other_modelers_are_read_where_they_mean_the_same() -> None:
    elements = ENDS + (
        '<userTask id="a" camunda:candidateGroups="clerks,others" camunda:priority="7" camunda:dueDate="${x}"/>'
        '<userTask id="b"><extensionElements>'
        '<zeebe:assignmentDefinition candidateGroups="physicians"/></extensionElements></userTask>'
        '<serviceTask id="c" camunda:type="external" camunda:topic="pay"/>'
        '<serviceTask id="d"><extensionElements>'
        '<zeebe:taskDefinition type="send"/><zeebe:taskHeaders/></extensionElements></serviceTask>'
        '<scriptTask id="f"><extensionElements>'
        '<zeebe:script expression="= x + 1" resultVariable="y"/></extensionElements></scriptTask>'
    )
    reading = read_process(drawn(elements, "s > a > b > c > d > f > e"))
    assert reading.process is not None
    assert {name: step.role for name, step in reading.process.steps.items()} == {
        "a": "clerks",
        "b": "physicians",
    }
    assert reading.process.calls == {"c": "pay", "d": "send"}
    ignored = [
        (fault.element, fault.params["word"]) for fault in reading.faults if fault.code == "ignored_extension"
    ]
    assert ignored == [("d", "taskHeaders")]
    said = {(fault.code, fault.element) for fault in reading.faults}
    assert {("several_groups", "a"), ("due_not_read", "a")} <= said


def test_of_several_pools_the_executable_one_runs() -> None:
    other = '<process id="citizen" isExecutable="false"><task id="c"/></process>'
    assert process_of(drawn(ENDS + users("a"), "s > a > e", around=other)).key == "p"
    both = other.replace("false", "true")
    assert refusals(drawn(ENDS + users("a"), "s > a > e", around=both)) == [
        ("several_processes", "definitions")
    ]
    assert read_process(drawn(ENDS + users("a"), "s > a > e", around=both), key="p").process is not None


def test_the_digest_is_of_the_content() -> None:
    first, second = process_of(GOOD), process_of(GOOD.replace(b'id="e"', b'id="e" name="x"'))
    assert len(first.digest) == 64
    assert first.digest == process_of(GOOD).digest != second.digest


def test_deployed_text_is_compiled_once() -> None:
    assert compile_process(GOOD, {}) is compile_process(GOOD, {})
    with pytest.raises(DiagramBroken):
        compile_process(b"<a/>", {})


def test_a_file_of_nonsense_never_raises() -> None:
    names: list[Any] = [
        "id",
        "sourceRef",
        "targetRef",
        "isExecutable",
        "attachedToRef",
        "default",
        "messageRef",
        "calledElement",
    ]
    for name in names:
        broken = drawn(
            ENDS + users("a") + '<boundaryEvent id="t" attachedToRef="a"/><callActivity id="k"/>', "s > a > e"
        ).replace(name.encode(), b"x")
        assert read_process(broken).process is None or name == "isExecutable"


def test_codes_that_are_tested_exist() -> None:
    assert {code for code, *_ in WRONG} <= set(CODES)
