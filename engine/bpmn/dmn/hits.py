"""Decision tables: which rules match, and what the hit policy makes of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.bpmn.arithmetic import add
from engine.bpmn.comparisons import COMPARISONS, equal
from engine.bpmn.expressions import Expression
from engine.bpmn.feel.scopes import Local, Names
from engine.bpmn.feel.types import ANY, Kind
from engine.bpmn.model import Figure
from engine.bpmn.operations import EvaluationFailed, is_number, plain

SEVERAL = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")

Test = Callable[[Any, Names], bool]


class DecisionBroken(Exception):
    """The decision gives no lawful result; `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of conditions: `holds` on the input's value and the names; None for a cell that always holds."""

    holds: Test | None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Input:
    """One column of conditions; `allowed`: which values it may have; `variable`: its name in cells, besides `?`."""

    label: str
    expression: Expression
    kind: Kind = ANY
    allowed: Cell | None = None
    variable: str = "cellInput"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a cell per input, an expression per output (None = empty), an annotation if there is one."""

    id: str
    cells: tuple[Cell, ...]
    outputs: tuple[Expression | None, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """One column of results; `ranking`: its values by falling priority; `default`: when no rule matches.

    `allowed`: which values it may have. `figure`: how people read it, None when it has no labels.
    """

    name: str
    ranking: tuple[Any, ...] = ()
    default: Expression | None = None
    figure: Figure | None = None
    kind: Kind = ANY
    allowed: Cell | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table of the decision `id`."""

    id: str
    hit_policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    @property
    def names(self) -> frozenset[str]:
        """The variables that it reads."""
        found = {name for column in self.inputs for name in column.expression.names}
        cells = [cell for rule in self.rules for cell in rule.cells]
        results = [one for rule in self.rules for one in rule.outputs] + [one.default for one in self.outputs]
        inner = {column.variable for column in self.inputs}
        return frozenset(found.union(*(one.names for one in (*cells, *results) if one)) - inner)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a table gives: outputs by name, the ids of its rules, and the one value that DMN makes of it."""

    outputs: dict[str, Any]
    rules: tuple[str, ...]
    value: Any


def matched(table: Table, names: Names) -> tuple[Hit, dict[str, Any]]:
    """What the table gives, and its inputs by label; raises DecisionBroken, EvaluationFailed."""
    values = [_input(table, column, names) for column in table.inputs]
    rules = _matching(table, values, names)
    hit = _hit(table, names, rules)
    return hit, dict(zip((column.label for column in table.inputs), values, strict=True))


def _input(table: Table, column: Input, names: Names) -> Any:
    value = column.kind.fitted(column.expression.value(names))
    if value is not None and column.allowed and not _holds(column.allowed, value, names):
        raise DecisionBroken(
            "not_allowed", decision=table.id, name=column.label, value=str(plain(value))[:40]
        )
    return value


def _matching(table: Table, values: list[Any], names: Names) -> list[Rule]:
    scopes = [
        Local(names, {"?": value, column.variable: value})
        for value, column in zip(values, table.inputs, strict=True)
    ]
    matching = []
    for rule in table.rules:
        if all(
            cell.holds is None or cell.holds(value, scope)
            for cell, value, scope in zip(rule.cells, values, scopes, strict=True)
        ):
            matching.append(rule)
            if table.hit_policy == "FIRST":
                break
    return matching


def _holds(cell: Cell, value: Any, names: Names) -> bool:
    return cell.holds is None or cell.holds(value, Local(names, {"?": value}))


def _hit(table: Table, names: Names, rules: list[Rule]) -> Hit:
    ids = tuple(rule.id for rule in rules)
    if not rules:
        return _without_match(table, names)
    if table.hit_policy == "UNIQUE" and len(rules) > 1:
        raise DecisionBroken("not_unique", decision=table.id, rules=", ".join(ids))
    rows = [_row(table, rule, names) for rule in rules]
    if table.hit_policy in SEVERAL:
        return _collected(table, _ordered(table, rows), ids)
    if table.hit_policy == "ANY" and not all(equal(row, rows[0]) for row in rows):
        raise DecisionBroken("not_the_same", decision=table.id, rules=", ".join(ids))
    if table.hit_policy == "PRIORITY":
        rows = _by_rank(table, rows)
    return _single(table, rows[0], ids)


def _row(table: Table, rule: Rule, names: Names) -> list[Any]:
    results = []
    for column, found in zip(table.outputs, rule.outputs, strict=True):
        value = column.kind.fitted(found.value(names)) if found else None
        if value is not None and column.allowed and not _holds(column.allowed, value, names):
            raise DecisionBroken(
                "not_allowed", decision=table.id, name=column.name, value=str(plain(value))[:40]
            )
        results.append(value)
    return results


def _single(table: Table, row: list[Any], ids: tuple[str, ...]) -> Hit:
    outputs = dict(zip((output.name for output in table.outputs), row, strict=True))
    return Hit(outputs, ids, row[0] if len(row) == 1 else outputs)


def _without_match(table: Table, names: Names) -> Hit:
    if any(output.default for output in table.outputs):
        row = [o.kind.fitted(o.default.value(names)) if o.default else None for o in table.outputs]
        return _single(table, row, ())
    if table.hit_policy in SEVERAL:
        return _collected(table, [], ())
    raise DecisionBroken("no_rule_matched", decision=table.id)


def _rank(table: Table, row: list[Any]) -> list[int]:
    ranks = []
    for output, value in zip(table.outputs, row, strict=True):
        places = [place for place, ranked in enumerate(output.ranking) if equal(ranked, value)]
        ranks.append(places[0] if places else len(output.ranking))
    return ranks


def _by_rank(table: Table, rows: list[list[Any]]) -> list[list[Any]]:
    return sorted(rows, key=lambda row: _rank(table, row))


def _ordered(table: Table, rows: list[list[Any]]) -> list[list[Any]]:
    return _by_rank(table, rows) if table.hit_policy == "OUTPUT ORDER" else rows


def _collected(table: Table, rows: list[list[Any]], ids: tuple[str, ...]) -> Hit:
    names = [output.name for output in table.outputs]
    columns = {name: [row[number] for row in rows] for number, name in enumerate(names)}
    if table.aggregation:
        outputs = {name: _aggregated(table, values) for name, values in columns.items()}
        return Hit(outputs, ids, outputs[names[0]] if len(names) == 1 else outputs)
    value = columns[names[0]] if len(names) == 1 else [dict(zip(names, row, strict=True)) for row in rows]
    return Hit(dict(columns), ids, value)


def _aggregated(table: Table, values: list[Any]) -> Any:
    if table.aggregation == "COUNT":
        return len(values)
    if table.aggregation == "SUM":
        return _sum(table, values)
    best = values[0] if values else None
    for value in values[1:]:
        best = value if COMPARISONS["<" if table.aggregation == "MIN" else ">"](value, best) else best
    if values and not is_number(best):
        raise DecisionBroken("wrong_types", decision=table.id, operation=str(table.aggregation))
    return best


def _sum(table: Table, values: list[Any]) -> Any:
    """The sum of what the rules give; null of nothing (DMN 1.3, 10.3.2.4: the function `sum`)."""
    total: Any = 0 if values else None
    try:
        for value in values:
            total = add(total, value)
    except EvaluationFailed as failed:
        raise DecisionBroken(failed.code, decision=table.id, operation="SUM") from None
    return total
