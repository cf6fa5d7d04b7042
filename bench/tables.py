"""The decision tables that are measured, in the words of Masar and of plain SpiffWorkflow."""

from __future__ import annotations

from collections.abc import Iterable

from bench.diagrams import escaped

HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dmn" name="dmn" '
    'namespace="https://masar.dz/bench">'
)


def table(
    side: str, rows: Iterable[tuple[str, ...]], inputs: Iterable[str], hit_policy: str = "UNIQUE"
) -> bytes:
    """A decision table `level`: of each row all cells but the last are conditions, in the words of the side.

    A condition `low..high` holds from low up to, not including, high.
    """
    columns = "".join(
        f'<input id="i_{name}"><inputExpression id="x_{name}"><text>{name}</text></inputExpression></input>'
        for name in inputs
    )
    rules = "".join(_row(side, number, row) for number, row in enumerate(rows, start=1))
    return (
        f'{HEAD}<decision id="level" name="level"><decisionTable id="t" hitPolicy="{hit_policy}">{columns}'
        f'<output id="o" name="level"/>{rules}</decisionTable></decision></definitions>'
    ).encode()


def nine_rules(side: str) -> bytes:
    """The table of the typical process: three kinds by three ranges of amounts."""
    ranges = ("0..1000", "1000..5000", "5000..9000")
    cells = [(kind, amounts) for kind in "abc" for amounts in ranges]
    rows = [(f'"{kind}"', amounts, str(number)) for number, (kind, amounts) in enumerate(cells, start=1)]
    return table(side, rows, ("kind", "amount"))


def _row(side: str, number: int, row: tuple[str, ...]) -> str:
    cells = [
        f'<inputEntry id="c{number}_{place}"><text>{escaped(_cell(side, text))}</text></inputEntry>'
        for place, text in enumerate(row[:-1])
    ]
    result = f'<outputEntry id="o{number}"><text>{row[-1]}</text></outputEntry>'
    return f'<rule id="r{number}">{"".join(cells)}{result}</rule>'


def _cell(side: str, text: str) -> str:
    low, dots, high = text.partition("..")
    if not dots:
        return text
    return f"{low} <= ? < {high}" if side == "spiffworkflow" else f"[{low}..{high})"
