"""Names that are read and never written are found when a diagram is deployed."""

import re

import pytest

from engine.bpmn.reading import read_process
from engine.bpmn.variables import nearest
from tests.engine.bpmn.drawing import drawn, flows, timed
from tests.engine.bpmn.test_decisions import table
from wording.faults import fault

CODES = ("unknown_variable", "doubtful_variable", "dead_data")
START = (
    '<startEvent id="s"><extensionElements><masar:keeps field="days"/></extensionElements></startEvent>'
    '<endEvent id="e"/>'
)
CHECK = '<userTask id="check"><extensionElements><masar:keeps field="rights_open"/></extensionElements></userTask>'
XOR = '<exclusiveGateway id="x" default="x_e"/><userTask id="a" masar:form="f/g"/>'


def found(elements: str, *ways: str, **given: object) -> list[tuple[str, str | None, dict[str, object]]]:
    faults = read_process(drawn(elements, *ways), **given).faults  # type: ignore[arg-type]
    return [(fault.code, fault.element, fault.params) for fault in faults if fault.code in CODES]


def choice(
    condition: str, start: str = START, more: str = ""
) -> list[tuple[str, str | None, dict[str, object]]]:
    """What is told of a choice after the step that keeps `rights_open`."""
    elements = start + CHECK + XOR + more
    return found(elements, "s > check > x > e", f"x > a : {condition}", "a > e")


def test_a_name_that_no_step_writes_refuses_where_all_say_what_they_write() -> None:
    told = choice("rights_opened and days > 3")
    assert told == [("unknown_variable", "x_a", {"name": "rights_opened", "known": ["rights_open"]})]
    (told,) = choice("amount > 3")
    assert told[2] == {"name": "amount", "known": ["days", "rights_open"]}


@pytest.mark.parametrize("condition", ["rights_open", "days > 3 and not rights_open", "${rights_open}"])
def test_names_that_steps_keep_are_known(condition: str) -> None:
    assert choice(condition) == []


def test_where_a_step_hands_over_everything_only_a_near_name_is_doubted() -> None:
    start = '<startEvent id="s"/><endEvent id="e"/>'
    assert choice("amount > 3", start) == []
    assert choice("right_open", start) == [
        ("doubtful_variable", "x_a", {"name": "right_open", "nearest": "rights_open"})
    ]


def test_an_operation_may_write_anything() -> None:
    call = START + CHECK + XOR + '<serviceTask id="c" masar:call="a/b"/>'
    assert found(call, "s > check > c > x > e", "x > a : amount > 3", "a > e") == []


def test_what_scripts_and_decisions_write_is_known() -> None:
    script = '<scriptTask id="c"><script>total = days * 2</script></scriptTask>'
    decide = '<businessRuleTask id="d" masar:decision="decide" masar:result="outcome"/>'
    elements = START + CHECK + XOR + script + decide
    ways = ("s > check > c > d > x > e", "x > a : total > 3 and outcome == 1", "a > e")
    dmn = table("1 -> 1")
    known = found(elements, *ways, decisions={"decide": dmn})
    assert all(code == "unknown_variable" and element == "d" for code, element, _ in known)


def test_names_read_by_scripts_timers_and_repetitions_are_looked_up() -> None:
    script = '<scriptTask id="c"><script>total = dayz * 2</script></scriptTask>'
    timer = f'<intermediateCatchEvent id="t">{timed("timeDuration", "limit")}</intermediateCatchEvent>'
    loop = "<loopCardinality>people</loopCardinality>"
    loop = f"<multiInstanceLoopCharacteristics>{loop}</multiInstanceLoopCharacteristics>"
    several = f'<userTask id="m" masar:form="f/g">{loop}</userTask>'
    told = found(START + script + timer + several, "s > c > t > m > e")
    names = [(element, params["name"]) for code, element, params in told if code == "unknown_variable"]
    assert sorted(names) == [("c", "dayz"), ("m", "people"), ("t", "limit")]


def test_items_and_counters_of_a_repetition_are_known() -> None:
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>days</loopCardinality>"
        "<completionCondition>numberOfCompletedInstances > 1</completionCondition>"
        '<inputDataItem name="each"/></multiInstanceLoopCharacteristics>'
    )
    inner = '<startEvent id="i"/><exclusiveGateway id="x" default="x_o"/><endEvent id="o"/><endEvent id="q"/>'
    inner += flows("i > x > o", "x > q : each or loopCounter > 1")
    assert found(START + f'<subProcess id="m">{loop}{inner}</subProcess>', "s > m > e") == []


def test_a_computed_value_that_nothing_reads_is_told() -> None:
    script = '<scriptTask id="c"><script>total = days * 2; half = total // 2</script></scriptTask>'
    assert found(START + script, "s > c > e") == [("dead_data", "c", {"name": "half"})]
    call = '<serviceTask id="k" masar:call="a/b"/>'
    assert found(START + script + call, "s > c > k > e") == []


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_what_is_wrong_with_names_is_said_in_every_language(lang: str) -> None:
    for code in CODES:
        sentence = fault(lang, code, name="x", known=["y"], nearest="y")
        assert "%(" not in sentence
        assert bool(re.search("[\u0600-\u06ff]", sentence)) == (lang == "ar")


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("rights_opened", ("rights_open", "rights"), "rights_open"),
        ("amuont", ("amount",), "amount"),
        ("amont", ("amount",), "amount"),
        ("flag1", ("flag2",), None),
        ("abc", ("abd",), None),
        ("total", ("amount",), None),
    ],
)
def test_the_nearest_name(name: str, known: tuple[str, ...], expected: str | None) -> None:
    assert nearest(name, known) == expected
