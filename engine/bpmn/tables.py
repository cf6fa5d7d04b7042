"""From DMN text to decisions that can be evaluated."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from lxml import etree

from engine.bpmn.decisions import Cell, DecisionTable, Output, Rule, UnaryTest
from engine.bpmn.dialect import labels_of
from engine.bpmn.expressions import Expression, ExpressionRefused, compile_expression
from engine.bpmn.model import Figure, Labels
from engine.bpmn.operations import EvaluationFailed
from engine.bpmn.xml import DMN, XmlRefused, line_of, local, namespace, parsed, said

POLICIES = ("UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER", "PRIORITY", "OUTPUT ORDER")
SHORT = {policy[0]: policy for policy in reversed(POLICIES)}
AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")
RANGE = re.compile(r"^([\[\](])(.+?)\.\.(.+?)([\[\])])$", re.DOTALL)
COMPARISON = re.compile(r"^(<=|>=|<|>|=)\s*(.+)$", re.DOTALL)
NEGATION = re.compile(r"^not\s*\((.*)\)$", re.DOTALL)
TEXT = re.compile(r'^"([^"\\]*)"$')
QUESTION = re.compile(r"""("(?:[^"\\]|\\.)*")|(\?)""")


class DecisionRefused(Exception):
    """A DMN file that cannot be evaluated here; `code`, `line` and `params` say why."""

    def __init__(self, code: str, line: int | None, /, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.line = line
        self.params = params


def read_decisions(text: bytes) -> Mapping[str, DecisionTable]:
    """All decisions of a DMN file by id; raises DecisionRefused. Read once per content."""
    return _read(hashlib.sha256(text).hexdigest(), text)


@lru_cache(maxsize=256)
def _read(_digest: str, text: bytes) -> Mapping[str, DecisionTable]:
    try:
        root = parsed(text)
    except XmlRefused as refused:
        raise DecisionRefused(refused.code, refused.line, detail=refused.detail) from None
    if namespace(root) not in DMN or local(root) != "definitions":
        raise DecisionRefused("not_dmn", line_of(root))
    drawn = {element.get("id", ""): element for element in _children(root, "decision")}
    return {name: _with_requirements(name, drawn, ()) for name in drawn}


def _with_requirements(name: str, drawn: dict[str, etree._Element], above: tuple[str, ...]) -> DecisionTable:
    element = drawn[name]
    if name in above:
        raise DecisionRefused("decision_circle", line_of(element), decision=name)
    required = [
        reference.get("href", "").lstrip("#")
        for requirement in _children(element, "informationRequirement")
        for reference in _children(requirement, "requiredDecision")
    ]
    missing = [other for other in required if other not in drawn]
    if missing:
        raise DecisionRefused("unknown_decision", line_of(element), decision=missing[0])
    return replace(
        _decision(element),
        requires=tuple(_with_requirements(other, drawn, (*above, name)) for other in required),
    )


def _decision(element: etree._Element) -> DecisionTable:
    name = element.get("id", "")
    table = _child(element, "decisionTable")
    if table is not None:
        return _table(name, element, table)
    literal = _child(element, "literalExpression")
    if literal is None:
        raise DecisionRefused("no_table", line_of(element), decision=name)
    variable = _child(element, "variable")
    output = (variable.get("name") if variable is not None else None) or element.get("name") or name
    return DecisionTable(
        name, "UNIQUE", None, (), (Output(output),), (), literal=_expression(_text(literal), literal, name)
    )


def _table(name: str, decision: etree._Element, table: etree._Element) -> DecisionTable:
    policy = table.get("hitPolicy", "UNIQUE").upper()
    policy = SHORT.get(policy, policy)
    aggregation = table.get("aggregation")
    if policy not in POLICIES or aggregation not in (None, *AGGREGATIONS):
        raise DecisionRefused(
            "hit_policy", line_of(table), decision=name, policy=f"{policy} {aggregation or ''}"
        )
    inputs = tuple(_input(column, name) for column in _children(table, "input"))
    rows, columns = _children(table, "rule"), _children(table, "output")
    if not columns:
        raise DecisionRefused("no_table", line_of(table), decision=name)
    rules = tuple(
        _rule(row, number, len(inputs), len(columns), name) for number, row in enumerate(rows, start=1)
    )
    outputs = tuple(
        replace(_output(column, decision, name), figure=_figure(column, place, rows, name))
        for place, column in enumerate(columns)
    )
    return DecisionTable(name, policy, aggregation, inputs, outputs, rules)


def _input(column: etree._Element, name: str) -> tuple[Expression, str]:
    expression = _child(column, "inputExpression")
    text = _text(expression) if expression is not None else ""
    kind = expression.get("typeRef", "") if expression is not None else ""
    return _expression(text or column.get("label", ""), column, name), kind.split(":")[-1].lower()


def _output(column: etree._Element, decision: etree._Element, name: str) -> Output:
    label = column.get("name") or column.get("label") or decision.get("id") or name
    values = _child(column, "outputValues")
    ranking: tuple[Any, ...] = ()
    if values is not None:
        try:
            ranking = tuple(_expression(f"[{_text(values)}]", column, name).evaluate({}))
        except EvaluationFailed as failed:
            raise DecisionRefused("bad_cell", line_of(column), decision=name, text=failed.code) from None
    default = _child(column, "defaultOutputEntry")
    return Output(label, ranking, _expression(_text(default), column, name) if default is not None else None)


def _figure(column: etree._Element, place: int, rows: list[etree._Element], name: str) -> Figure | None:
    """How people read an output, by its `masar:label`; text is a code, said in the words of the rule that gives it."""
    labels = labels_of(column)
    if not labels:
        return None
    is_text = column.get("typeRef", "").split(":")[-1].lower() == "string"
    match said(column, "kind") or ("code" if is_text else "number"):
        case "money":
            return Figure(labels, "money")
        case "number":
            return Figure(labels, "number")
        case "code":
            return Figure(labels, "code", _choices(place, rows))
        case kind:
            raise DecisionRefused("bad_kind", line_of(column), decision=name, kind=kind)


def _choices(place: int, rows: list[etree._Element]) -> dict[str, Labels]:
    choices: dict[str, Labels] = {}
    for row in rows:
        code = TEXT.match(_text(_children(row, "outputEntry")[place]))
        if code and labels_of(row):
            choices.setdefault(code[1], labels_of(row))
    return choices


def _rule(row: etree._Element, number: int, inputs: int, outputs: int, name: str) -> Rule:
    conditions, results = _children(row, "inputEntry"), _children(row, "outputEntry")
    if len(conditions) != inputs or len(results) != outputs:
        raise DecisionRefused("ragged_rule", line_of(row), decision=name, rule=row.get("id") or str(number))
    return Rule(
        row.get("id") or str(number),
        tuple(_cell(_text(entry), entry, name) for entry in conditions),
        tuple(_expression(_text(entry), entry, name) if _text(entry) else None for entry in results),
    )


def _cell(text: str, at: etree._Element, name: str) -> Cell:
    negation = NEGATION.match(text)
    inner = negation.group(1) if negation else text
    tests = tuple(_test(part.strip(), at, name) for part in _alternatives(inner))
    return Cell(tests, negated=negation is not None)


def _test(text: str, at: etree._Element, name: str) -> UnaryTest:
    if text in ("", "-"):
        return UnaryTest("any")
    within = RANGE.match(text)
    if within:
        opening, lower, upper, closing = within.groups()
        return UnaryTest(
            "..", _expression(lower, at, name), _expression(upper, at, name), (opening == "[", closing == "]")
        )
    compared = COMPARISON.match(text)
    if compared:
        sign = "==" if compared.group(1) == "=" else compared.group(1)
        return UnaryTest(sign, _expression(compared.group(2), at, name))
    asked = QUESTION.sub(lambda match: match.group(1) or "input_value", text)
    return UnaryTest("?" if asked != text else "==", _expression(asked, at, name))


def _alternatives(text: str) -> list[str]:
    """The parts between commas that stand outside of quotes and brackets; a range may open with `]`."""
    parts, depth, quoted, part = [], 0, False, ""
    for character in text:
        if character == '"' and not part.endswith("\\"):
            quoted = not quoted
        if not quoted and character in "([{":
            depth += 1
        elif not quoted and character in ")]}":
            depth = max(0, depth - 1)
        if character == "," and depth == 0 and not quoted:
            parts.append(part)
            part = ""
        else:
            part += character
    return [*parts, part]


def _expression(text: str, at: etree._Element, name: str) -> Expression:
    try:
        return compile_expression(text.strip())
    except ExpressionRefused as refused:
        raise DecisionRefused(
            "bad_cell", line_of(at), decision=name, text=text.strip()[:60], why=refused.code
        ) from None


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return element.findall(f"{{{namespace(element)}}}{name}")


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return element.find(f"{{{namespace(element)}}}{name}")


def _text(element: etree._Element) -> str:
    inner = _child(element, "text")
    return ((inner.text if inner is not None else None) or "").strip()
