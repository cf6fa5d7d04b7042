"""The decision tables of a DMN file: their columns, rules and cells, and the figures that people read."""

import re

from lxml import etree

from engine.bpmn.dialect import labels_of
from engine.bpmn.dmn.hits import Cell, Input, Output, Rule, Table
from engine.bpmn.dmn.texts import DecisionRefused, Setting, child, children, constants, text_in
from engine.bpmn.expressions import Expression
from engine.bpmn.feel.types import ANY
from engine.bpmn.model import Figure, Labels
from engine.bpmn.xml import line_of, said

CAMUNDA_DMN = "http://camunda.org/schema/1.0/dmn"
POLICIES = ("UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER", "PRIORITY", "OUTPUT ORDER")
SHORT = {policy[0]: policy for policy in reversed(POLICIES)}
AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")
TEXT = re.compile(r'^"([^"\\]*)"$')


def table_of(table: etree._Element, setting: Setting, *, otherwise: str) -> Table:
    """A decision table; `otherwise`: the name of its only output where it has none; raises DecisionRefused."""
    name = setting.decision
    policy = table.get("hitPolicy", "UNIQUE").upper()
    policy = SHORT.get(policy, policy)
    aggregation = table.get("aggregation")
    if policy not in POLICIES or aggregation not in (None, *AGGREGATIONS):
        shown = f"{policy} {aggregation or ''}"
        raise DecisionRefused("hit_policy", line_of(table), decision=name, policy=shown)
    inputs = tuple(_input(column, setting) for column in children(table, "input"))
    rows, columns = children(table, "rule"), children(table, "output")
    if not columns:
        raise DecisionRefused("no_table", line_of(table), decision=name)
    inner = setting.within(*(column.variable for column in inputs))
    rules = tuple(_rule(row, number, inputs, len(columns), inner) for number, row in enumerate(rows, start=1))
    outputs = tuple(_output(column, setting, otherwise) for column in columns)
    return Table(name, policy, aggregation if policy == "COLLECT" else None, inputs, outputs, rules)


def _input(column: etree._Element, setting: Setting) -> Input:
    said_expression = child(column, "inputExpression")
    text = text_in(said_expression)
    label = column.get("label", "") or text
    expression = setting.expression(text or label, said_expression if said_expression is not None else column)
    kind = setting.kinds.get(said_expression.get("typeRef", ""), ANY) if said_expression is not None else ANY
    variable = column.get(f"{{{CAMUNDA_DMN}}}inputVariable") or "cellInput"
    return Input(text or label, expression, kind, _values(column, "inputValues", setting), variable)


def _values(column: etree._Element, name: str, setting: Setting) -> Cell | None:
    values = child(column, name)
    text = text_in(values)
    return setting.cell(text, values) if values is not None and text else None


def _output(column: etree._Element, setting: Setting, otherwise: str) -> Output:
    label = column.get("name") or column.get("label") or otherwise
    values = child(column, "outputValues")
    kind = setting.kinds.get(column.get("typeRef", ""), ANY)
    ranking = constants(text_in(values), setting.names) if values is not None else kind.values
    default = child(column, "defaultOutputEntry")
    compiled = (
        setting.expression(text_in(default), default) if default is not None and text_in(default) else None
    )
    return Output(label, ranking, compiled, None, kind, _values(column, "outputValues", setting))


def figure_of(column: etree._Element, place: int, rows: list[etree._Element], name: str) -> Figure | None:
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
        code = TEXT.match(text_in(children(row, "outputEntry")[place]))
        if code and labels_of(row):
            choices.setdefault(code[1], labels_of(row))
    return choices


def _rule(
    row: etree._Element, number: int, inputs: tuple[Input, ...], outputs: int, setting: Setting
) -> Rule:
    conditions, results = children(row, "inputEntry"), children(row, "outputEntry")
    name = row.get("id") or str(number)
    if len(conditions) != len(inputs) or len(results) != outputs:
        raise DecisionRefused("ragged_rule", line_of(row), decision=setting.decision, rule=name)
    note = next((text_in(entry) for entry in children(row, "annotationEntry") if text_in(entry)), "")
    described = child(row, "description")
    note = note or " ".join((described.text or "").split() if described is not None else [])
    return Rule(
        name,
        tuple(setting.cell(text_in(entry), entry) for entry in conditions),
        tuple(_result(entry, setting) for entry in results),
        note[:60],
    )


def _result(entry: etree._Element, setting: Setting) -> Expression | None:
    text = text_in(entry)

    return setting.expression(text, entry) if text and text != "-" else None
