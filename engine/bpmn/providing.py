"""Operations and decisions that the elements of a diagram name, and that are provided from outside it."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from engine.bpmn.diagram import Shape
from engine.bpmn.dmn.decisions import DecisionTable
from engine.bpmn.dmn.tables import DecisionRefused, read_decisions
from engine.bpmn.faults import FaultList
from engine.bpmn.vendors import calls_of, decision_of


class Deciding(NamedTuple):
    """The table that a task evaluates, the one variable for the whole result (None: one each), and its shape."""

    table: DecisionTable
    result: str | None
    shaped: str | None = None


def calls(shapes: list[Shape], faults: FaultList) -> dict[str, str]:
    """The operation of each element that calls one."""
    named = ((shape.id, calls_of(shape.element, faults)) for shape in shapes)
    return {name: operation for name, operation in named if operation}


def decisions(
    shapes: list[Shape], tables: dict[str, DecisionTable], calls: dict[str, str], faults: FaultList
) -> dict[str, Deciding]:
    """The decision of each task that evaluates one; a rule task must, unless it calls an operation."""
    found = {}
    for shape in shapes:
        named = decision_of(shape.element)
        if not named.name:
            if shape.kind == "businessRuleTask" and shape.id not in calls:
                faults.add("no_decision", shape.element)
        elif named.name not in tables:
            faults.add("unknown_decision", shape.element, decision=named.name)
        else:
            found[shape.id] = Deciding(tables[named.name], named.result, named.shaped)
    return found


def as_one(outputs: dict[str, Any], shaped: str | None) -> Any:
    """The outcome of a decision as one value, in the shape that Camunda 7 names; by itself when it is one output."""
    rows = _rows(outputs)
    if shaped == "resultList":
        return rows
    if shaped == "collectEntries":
        return [value for row in rows for value in row.values()]
    if shaped == "singleResult":
        return outputs
    return next(iter(outputs.values())) if len(outputs) == 1 else outputs


def _rows(outputs: dict[str, Any]) -> list[dict[str, Any]]:
    """One map for each rule that matched: outputs that were collected are lists."""
    columns = list(outputs.values())
    if not columns or not all(isinstance(column, list) for column in columns):
        return [outputs] if columns else []
    return [dict(zip(outputs, row, strict=True)) for row in zip(*columns, strict=False)]


def known_tables(decisions: Mapping[str, bytes], faults: FaultList) -> dict[str, DecisionTable]:
    """Every decision by its id, and a file's only decision also by the file's name."""
    tables: dict[str, DecisionTable] = {}
    for name in sorted(decisions):
        try:
            found = read_decisions(decisions[name])
        except DecisionRefused as refused:
            said_of_it = {**refused.params, "file": name, "why": refused.code, "row": refused.line}
            faults.add_at_line("bad_decision", None, **said_of_it)
            continue
        tables |= found
        if len(found) == 1:
            for alias in (name, PurePath(name).stem):
                tables.setdefault(alias, next(iter(found.values())))
    return tables
