"""DMN files as modelers write them: required decisions, knowledge, boxed expressions, types, and explanations."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.bpmn.dmn.decisions import DecisionBroken, decide, evaluate
from engine.bpmn.dmn.tables import DecisionRefused, read_decisions
from tests.engine.bpmn.test_decisions import table

DMN_1_5 = "https://www.omg.org/spec/DMN/20230324/MODEL/"
NAMESPACES = [
    DMN_1_5, "https://www.omg.org/spec/DMN/20211108/MODEL/", "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "http://www.omg.org/spec/DMN/20180521/MODEL/", "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
]  # fmt: skip


def file(body: str, *, namespace: str = DMN_1_5, about: str = "") -> bytes:
    """A DMN file whose elements have a prefix, as Trisotech writes them."""
    prefixed = body.replace("</", "\0").replace("<", "<s:").replace("\0", "</s:")
    root = f'xmlns:s="{namespace}" id="d" name="d" namespace="n" {about}'
    return f"<s:definitions {root}>{prefixed}</s:definitions>".encode()


def literal(text: str, name: str = "out", kind: str = "Any", more: str = "") -> str:
    inner = text if text.startswith("<") else f"<literalExpression><text>{text}</text></literalExpression>"
    return f'<decision id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/>{more}{inner}</decision>'


def value(xml: bytes, decision: str = "out", /, **names: Any) -> Any:
    return decide(read_decisions(xml)[decision], names).value


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_files_of_all_versions_are_read(namespace: str) -> None:
    assert value(file(literal("1 + 1"), namespace=namespace)) == 2


TWO_ENTRIES = (
    "<context><contextEntry><variable name='full sum'/>{2}</contextEntry>"
    "<contextEntry><variable name='b'/>{full sum + 1}</contextEntry></context>"
)
A_FUNCTION = (
    "<context><contextEntry><variable name='twice'/><functionDefinition><formalParameter name='n'/>{n * 2}"
    "</functionDefinition></contextEntry><contextEntry>{twice(x) + twice(n: 1)}</contextEntry></context>"
)
BOXED = [

    ("<context><contextEntry><variable name='a'/>{2}</contextEntry><contextEntry>{a * 3}</contextEntry></context>", 6),
    (TWO_ENTRIES, {"full sum": 2, "b": 3}),
    ("<list>{1}{x}</list>", [1, 5]),
    ("<relation><column name='n'/><column name='v'/><row>{1}{\"a\"}</row><row>{2}{\"b\"}</row></relation>",
     [{"n": 1, "v": "a"}, {"n": 2, "v": "b"}]),
    ("<conditional><if>{x > 3}</if><then>{\"big\"}</then><else>{\"small\"}</else></conditional>", "big"),
    (A_FUNCTION, 12),
    ("<invocation>{rate}<binding><parameter name='base amount'/>{x * 100}</binding></invocation>", 50),
    ("<context><contextEntry>{rate(base amount: 20)}</contextEntry></context>", 2),
]  # fmt: skip
RATE = (
    "<businessKnowledgeModel id='bkm' name='rate'><encapsulatedLogic><formalParameter name='base amount'/>"
    "{base amount / 10}</encapsulatedLogic></businessKnowledgeModel>"
)


@pytest.mark.parametrize(("box", "result"), BOXED)
def test_boxed_expressions_and_knowledge_are_evaluated(box: str, result: Any) -> None:
    drawn = (
        (RATE + literal(box))
        .replace("{", "<literalExpression><text>")
        .replace("}", "</text></literalExpression>")
    )
    xml = file(drawn.replace("x > 3", "x &gt; 3"))
    assert value(xml, x=5) == result
    assert read_decisions(xml)["out"].names <= {"x"}


def test_a_table_within_knowledge_is_called_with_arguments() -> None:
    inner = table('< 10 -> "low"\n>= 10 -> "high"', inputs="score").decode()
    drawn = inner[inner.index("<decisionTable") : inner.index("</decision>")].replace(
        "<![CDATA[< 10]]>", "&lt; 10"
    )
    drawn = drawn.replace("<![CDATA[>= 10]]>", "&gt;= 10")
    model = f"<businessKnowledgeModel id='b' name='risk of'><encapsulatedLogic><formalParameter name='score'/>{drawn}"
    xml = file(
        model + "</encapsulatedLogic></businessKnowledgeModel>" + literal("risk of(score: 4) + risk of(14)")
    )
    assert value(xml) == "lowhigh"


NEEDS = "<informationRequirement><requiredDecision href='#{}'/></informationRequirement>"


def test_required_decisions_are_seen_by_their_names_and_evaluated_once() -> None:
    xml = file(
        "<decision id='d_1' name='Base Rate'><variable name='Base Rate'/>"
        "<literalExpression><text>x / 100</text></literalExpression></decision>"
        + literal("Base Rate * 2", "left", more=NEEDS.format("d_1"))
        + literal("Base_Rate + left + d_1", more=NEEDS.format("left") + NEEDS.format("d_1"))
    )
    outcome = decide(read_decisions(xml)["out"], {"x": 50})
    assert outcome.value == 2
    assert [told["decision"] for told in outcome.explanation] == ["d_1", "left", "out"]
    assert read_decisions(xml)["out"].names == {"x"}


def test_input_data_are_found_by_variable_by_label_and_by_id() -> None:
    variable = "<variable name='Applicant Age' typeRef='number'/>"
    xml = file(f"<inputData id='age_id' name='Applicant Age'>{variable}</inputData>"
               + literal("Applicant Age + 1"))  # fmt: skip
    assert [value(xml, **{name: 41}) for name in ("Applicant Age", "Applicant_Age", "age_id")] == [42, 42, 42]
    assert read_decisions(xml)["out"].names == {"Applicant_Age"}


TYPES = """<itemDefinition name="tLevel"><typeRef>string</typeRef>
<allowedValues><text>"low", "high"</text></allowedValues></itemDefinition>
<itemDefinition name="tPerson"><itemComponent name="born"><typeRef>date</typeRef></itemComponent>
<itemComponent name="level"><typeRef>tLevel</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tPeople" isCollection="true"><typeRef>tPerson</typeRef></itemDefinition>
<inputData id="i" name="p"><variable name="p" typeRef="{}"/></inputData>"""


@pytest.mark.parametrize(
    ("kind", "given", "text", "result"),
    [
        ("date", "2026-03-15", "p.month", 3), ("dateTime", "2026-03-15T10:00:00", "p.hour", 10),
        ("number", "12", "p + 1", 13),
        ("integer", 12, "p + 1", 13), ("boolean", "true", "not(p)", False), ("dayTimeDuration", "PT2H", "p.hours", 2),
        ("yearMonthDuration", "P1Y", "p.years", 1), ("time", "08:30:00", "p.minute", 30), ("string", "x", "p", "x"),
        ("tPerson", {"born": "2000-01-02", "level": "low"}, "p.born", date(2000, 1, 2)),
        ("number", None, "p = null", True),
        ("tPeople", [{"born": "2000-01-02"}], "p[1].born.year", 2000), ("tLevel", "high", "p", "high"),
        ("double", 0.1, "p * 3", Decimal("0.3")),
    ],
)  # fmt: skip
def test_inputs_are_values_of_their_types(kind: str, given: Any, text: str, result: Any) -> None:
    drawn = TYPES.format(kind).replace("\n", "")
    assert value(file(drawn + literal(text)), p=given) == result


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("number", "many", "wrong_types"), ("date", "soon", "wrong_types"), ("tLevel", "middle", "not_allowed"),
        ("tPerson", {"level": "middle"}, "not_allowed"), ("boolean", 1, "wrong_types"), ("tPerson", 3, "wrong_types"),
    ],
)  # fmt: skip
def test_an_input_of_another_type_or_value_is_said(kind: str, given: Any, code: str) -> None:
    xml = file(TYPES.format(kind).replace("\n", "") + literal("p"))
    with pytest.raises(DecisionBroken) as broken:
        value(xml, p=given)
    assert broken.value.code == code


CELLS = [
    ('date("2026-01-01")', "2026-01-01", "2026-01-02", "date"),
    ('[date("2026-01-01")..date("2026-12-31")]', "2026-06-01", "2027-01-01", "date"),
    ('< date and time("2026-01-01T00:00:00")', "2025-12-31T23:59:59", "2026-01-01T00:00:00", "dateTime"),
    ('<= duration("PT2H")', "PT90M", "PT3H", "dayTimeDuration"), ("[1..5],[7..9]", 8, 6, "number"),
    ("> 5, < 2", 1, 3, "integer"),
    ("not(1, 2)", 3, 2, "long"), ('contains(?, "x")', "axb", "ab", "string"), ('"a","b"', "b", "c", "string"),
    ("not(null)", 1, None, ""),
    ("null", None, 1, ""), ('starts with(?, "a") and string length(?) > 2', "abc", "ab", ""),
    ("[1, 2, 3]", 2, 4, "number"),
    ("? in [1..3]", 2, 4, "number"), ("limit + 1", 11, 12, "number"), ("limit > 5", 1, "", ""),
    ("!= 3", 4, 3, "number"),
    ("not(> 5)", 5, 6, "number"), ("true", True, False, "boolean"), ('list contains(?, "a")', ["a"], ["b"], ""),
    ("{a: 1}", {"a": 1}, {"a": 2}, ""),
    ('@"2026-01-01"', "2026-01-01", "2026-01-02", "date"), ("cellInput > 3", 4, 2, "number"),
    ("some v in [1, 2] satisfies v = ?", 1, 3, ""),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "holds", "fails", "kind"), CELLS)
def test_cells_test_typed_inputs(cell: str, holds: Any, fails: Any, kind: str) -> None:
    xml = table(f"{cell} -> 1", policy="COLLECT + COUNT").replace(
        b"<inputExpression>", f'<inputExpression typeRef="{kind}">'.encode()
    )
    assert evaluate(read_decisions(xml)["decide"], {"x": holds, "limit": 10})[0] == {"y": 1}
    if cell != "limit > 5":
        assert evaluate(read_decisions(xml)["decide"], {"x": fails, "limit": 10})[0] == {"y": 0}


def test_values_outside_of_the_columns_values_are_said() -> None:
    allowed = "<outputValues><text>1, 2</text></outputValues>"
    broken_output = table("- -> x", extra=allowed)
    broken_input = table("- -> 1").replace(
        b"</inputExpression>", b"</inputExpression><inputValues><text>[1..5]</text></inputValues>"
    )
    for xml, x in ((broken_output, 3), (broken_input, 6)):
        with pytest.raises(DecisionBroken) as broken:
            evaluate(read_decisions(xml)["decide"], {"x": x})
        assert broken.value.code == "not_allowed"
        assert evaluate(read_decisions(xml)["decide"], {"x": 1})[0] == {"y": 1}


def test_a_collecting_table_of_several_outputs_is_a_list_of_maps_to_others() -> None:
    xml = table("> 1 -> 1 | x\n> 2 -> 2 | x + 1", policy="COLLECT", outputs="y z")
    outcome = decide(read_decisions(xml)["decide"], {"x": 5})
    assert outcome.outputs == {"y": [1, 2], "z": [5, 6]}
    assert outcome.value == [{"y": 1, "z": 5}, {"y": 2, "z": 6}]


def test_camunda_says_the_language_and_the_name_of_an_input() -> None:
    camunda = 'xmlns:camunda="http://camunda.org/schema/1.0/dmn" camunda:inputVariable="score"'
    xml = table("score > 3 -> x * 2").replace(b'<input id="ix"', f'<input id="ix" {camunda}'.encode())
    assert evaluate(read_decisions(xml)["decide"], {"x": 5})[0] == {"y": 10}
    assert read_decisions(xml)["decide"].names == {"x"}
    juel = table("${x > 3} -> ${x == 5 ? 'five' : 'other'}").replace(
        b"<inputEntry>", b'<inputEntry expressionLanguage="juel">'
    )
    assert evaluate(read_decisions(juel)["decide"], {"x": 5})[0] == {"y": "five"}


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (table("> 1 -> 1").replace(b"<inputEntry>", b'<inputEntry expressionLanguage="javascript">'), "language"),
        (file(literal("1"), about='expressionLanguage="groovy"'), "language"),
        (file(literal("today()")), "reads_clock"), (file(literal("for x in")), "bad_cell"),
        (file(literal("<unknown/>")), "no_table"),
        (file(literal("1", more=NEEDS.format("gone"))), "unknown_decision"),

        (file(literal("1", "a", more=NEEDS.format("a"))), "decision_circle"),
    ],
)  # fmt: skip
def test_what_cannot_be_evaluated_is_refused_when_it_is_read(xml: bytes, code: str) -> None:
    with pytest.raises(DecisionRefused) as refused:
        read_decisions(xml)
    assert refused.value.code == code


def test_an_evaluation_is_explained() -> None:
    xml = table("> 3 -> 10\n> 4 -> 20", policy="COLLECT + SUM").replace(
        b'<rule id="r2">', b'<rule id="r2"><description>long stay</description>'
    )
    outcome = decide(read_decisions(xml)["decide"], {"x": 5, "secret": "not read"})
    assert outcome.explanation == (
        {
            "decision": "decide",
            "inputs": {"x": 5},
            "rules": [{"id": "r1"}, {"id": "r2", "note": "long stay"}],
            "outputs": {"y": 30},
        },
    )
    long = decide(read_decisions(file(literal("x")))["out"], {"x": "a" * 500}).explanation[0]
    assert len(long["inputs"]["x"]) == 40


def test_durations_pass_between_decisions_and_leave_as_text() -> None:
    xml = file(
        literal('duration("P2D")', "term")
        + literal("term + duration(&quot;PT12H&quot;)", more=NEEDS.format("term"))
    )
    assert value(xml) == "P2DT12H"
    assert value(xml, "term") != timedelta(days=2)
