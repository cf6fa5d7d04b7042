from typing import Any

import pytest

from engine.bpmn.dmn.decisions import DecisionBroken, evaluate
from engine.bpmn.dmn.tables import DecisionRefused, read_decisions


def table(
    rules: str, *, inputs: str = "x", outputs: str = "y", policy: str = "UNIQUE", extra: str = ""
) -> bytes:
    """A table from lines "cell | cell -> output | output"; inputs and outputs by name."""
    drawn = "".join(
        f'<input id="i{i}"><inputExpression><text>{i}</text></inputExpression></input>'
        for i in inputs.split()
    )
    drawn += "".join(f'<output id="o{o}" name="{o}">{extra}</output>' for o in outputs.split())
    for number, line in enumerate(rules.strip().splitlines(), start=1):
        cells, _, results = line.partition("->")
        entries = "".join(
            f"<inputEntry><text><![CDATA[{c.strip()}]]></text></inputEntry>" for c in cells.split("|")
        )
        entries += "".join(f"<outputEntry><text>{r.strip()}</text></outputEntry>" for r in results.split("|"))
        drawn += f'<rule id="r{number}">{entries}</rule>'
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        f'<decision id="decide" name="decide"><decisionTable {policy_of(policy)}>{drawn}</decisionTable></decision>'
        "</definitions>"
    ).encode()


def policy_of(policy: str) -> str:
    name, _, aggregation = policy.partition(" + ")
    return f'hitPolicy="{name}"' + (f' aggregation="{aggregation}"' if aggregation else "")


def outcome(xml: bytes, **names: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    return evaluate(read_decisions(xml)["decide"], names)


@pytest.mark.parametrize(
    ("cell", "holds", "fails"),
    [
        ("< 5", 4, 5), (">= 5", 5, 4), ("[1..5]", 5, 6), ("[1..5)", 1, 5), ("]1..5]", 2, 1), ("(1..5)", 2, 5),
        ("1, 37", 37, 2), ('"a", "b"', "b", "c"), ("not(5)", 4, 5), ('not("a", "b")', "c", "a"), ("null", None, 1),
        ("-", "anything", None), ("", 3, None), ("limit", 10, 11), ("<= limit * 2", 20, 21), ("? > 3 and ? < 6", 5, 6),
        ("true", True, 1), ('"x, y"', "x, y", "x"), ("[limit..limit + 5]", 15, 16),
        ("= 3", 3, 4), ("not(null)", 1, None),
    ],
)  # fmt: skip
def test_a_cell_tests_as_s_feel_says(cell: str, holds: Any, fails: Any) -> None:
    xml = table(f"{cell} -> 1", policy="COLLECT + COUNT")
    assert outcome(xml, x=holds, limit=10)[0] == {"y": 1}
    if fails is not None or cell == "not(null)":
        assert outcome(xml, x=fails, limit=10)[0] == {"y": 0}


def test_the_outputs_may_be_computed_exactly() -> None:
    xml = table("<= 15 -> daily * x // 2\n> 15 -> daily * 15 // 2 + daily * (x - 15)")
    assert outcome(xml, x=20, daily=150000) == ({"y": 1875000}, ("r2",))


THREE = "> 1 -> 10\n> 2 -> 20\n> 3 -> 20"


@pytest.mark.parametrize(
    ("policy", "x", "value", "rules"),
    [
        ("FIRST", 4, 10, ("r1",)), ("RULE ORDER", 4, [10, 20, 20], ("r1", "r2", "r3")),
        ("COLLECT", 3, [10, 20], ("r1", "r2")),
        ("COLLECT + SUM", 4, 50, ("r1", "r2", "r3")), ("COLLECT + MIN", 4, 10, ("r1", "r2", "r3")),
        ("COLLECT + MAX", 4, 20, ("r1", "r2", "r3")), ("COLLECT + COUNT", 4, 3, ("r1", "r2", "r3")),
        ("COLLECT", 0, [], ()), ("COLLECT + SUM", 0, None, ()), ("UNIQUE", 2, 10, ("r1",)),
        ("C", 3, [10, 20], ("r1", "r2")),
    ],
)  # fmt: skip
def test_each_hit_policy_takes_its_rules(policy: str, x: int, value: Any, rules: tuple[str, ...]) -> None:
    assert outcome(table(THREE, policy=policy), x=x) == ({"y": value}, rules)


@pytest.mark.parametrize(
    ("policy", "x", "code"),
    [
        ("UNIQUE", 3, "not_unique"),
        ("ANY", 3, "not_the_same"),
        ("UNIQUE", 0, "no_rule_matched"),
        ("UNIQUE", "a", "wrong_types"),
    ],
)
def test_a_broken_hit_policy_is_said(policy: str, x: Any, code: str) -> None:
    with pytest.raises(DecisionBroken) as broken:
        outcome(table(THREE, policy=policy), x=x)
    assert broken.value.code == code


def test_any_takes_rules_that_agree() -> None:
    assert outcome(table("> 1 -> 5\n> 2 -> 5", policy="ANY"), x=3)[0] == {"y": 5}


def test_priority_takes_the_output_that_ranks_highest() -> None:
    ranking = '<outputValues><text>"refuse","grant"</text></outputValues>'
    xml = table('> 1 -> "grant"\n> 2 -> "refuse"', policy="PRIORITY", extra=ranking)
    assert outcome(xml, x=3)[0] == {"y": "refuse"}
    assert outcome(table('> 1 -> "grant"\n> 2 -> "refuse"', policy="OUTPUT ORDER", extra=ranking), x=3)[
        0
    ] == {"y": ["refuse", "grant"]}


def test_a_default_output_answers_when_no_rule_matches() -> None:
    xml = table("> 1 -> 5", extra="<defaultOutputEntry><text>0</text></defaultOutputEntry>")
    assert outcome(xml, x=0) == ({"y": 0}, ())


def test_an_unknown_input_is_said() -> None:
    with pytest.raises(DecisionBroken) as broken:
        outcome(table("> 1 -> 5"), z=1)
    assert (broken.value.code, broken.value.params["name"]) == ("unknown_name", "x")


def test_a_decision_sees_the_decisions_that_it_requires() -> None:
    xml = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
    <decision id="base" name="base"><variable name="base"/>
      <literalExpression><text>x * 2</text></literalExpression></decision>
    <decision id="decide" name="decide"><variable name="y"/>
      <informationRequirement><requiredDecision href="#base"/></informationRequirement>
      <literalExpression><text>base + 1</text></literalExpression></decision></definitions>"""
    assert outcome(xml, x=5) == ({"y": 11}, ())
    assert read_decisions(xml)["decide"].names == {"x"}


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"not xml", "not_xml"), (b"<a/>", "not_dmn"), (b"<!DOCTYPE a []><a/>", "doctype"),
        (table("> 1 -> x.__class__"), "bad_cell"), (table("__import__('os') -> 1"), "bad_cell"),
        (table("> 1 -> 1", policy="BEST"), "hit_policy"),
        (table("> 1 | 2 -> 1"), "ragged_rule"), (table("> 1 -> "), None),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_evaluated_is_refused(xml: bytes, code: str | None) -> None:
    if code is None:
        assert outcome(xml, x=2)[0] == {"y": None}
        return
    with pytest.raises(DecisionRefused) as refused:
        read_decisions(xml)
    assert refused.value.code == code


LABEL = '<m:label xmlns:m="https://masar.dz/bpmn/1.0" xml:lang="en">{}</m:label>'


def figure_table(about: str) -> bytes:
    """A table of one output "y" with a label and the attributes given; its rule is labelled too."""
    named = f"<extensionElements>{LABEL.format('What it gives')}</extensionElements>"
    rule = f"<extensionElements>{LABEL.format('The only rule')}</extensionElements>"
    plain = table('- -> "only"', extra=named).decode()
    plain = plain.replace(
        '<output id="oy" ', f'<output id="oy" xmlns:masar="https://masar.dz/bpmn/1.0" {about} '
    )
    return plain.replace('<rule id="r1">', f'<rule id="r1">{rule}').encode()


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ('typeRef="number"', "number"),
        ('typeRef="number" masar:kind="money"', "money"),
        ('typeRef="string"', "code"),
    ],
)
def test_an_output_with_a_label_is_a_figure_that_people_read(about: str, kind: str) -> None:
    figure = read_decisions(figure_table(about))["decide"].figures["y"]
    assert (figure.labels, figure.kind) == ({"en": "What it gives"}, kind)
    assert figure.choices == ({"only": {"en": "The only rule"}} if kind == "code" else {})


def test_an_output_without_a_label_is_only_data() -> None:
    assert read_decisions(table("- -> 1"))["decide"].figures == {}


def test_a_figure_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(DecisionRefused) as refused:
        read_decisions(figure_table('masar:kind="colour"'))
    assert (refused.value.code, refused.value.params["kind"]) == ("bad_kind", "colour")
