"""Decision tables: evaluations a second with 9, 100 and 1,000 rules, simple and large conditions.

Every table is UNIQUE and its last rule matches, so both sides look at every rule. Plain SpiffWorkflow evaluates Python
in its cells, without bounds; Masar evaluates its own expressions and also checks that no second rule matches.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.util.task import TaskState

from bench import diagrams, plain, tables
from bench.measuring import Round, at_least, by_turns, median_ms, report, say_conditions
from engine.bpmn.dmn.decisions import evaluate
from engine.bpmn.dmn.tables import read_decisions

SIZES = (9, 100, 1000)
ROUNDS = 9
LEAST_RATIO = 1.0
NAMES: Mapping[str, Any] = {"amount": 5, "kind": "z", "days": 30, "wage": 41_000, "children": 3, "age": 45}
LARGE = "? > (days * 2 + wage / 1000) * 10 - 1100 and (children > 2 or age > 40) and days + age < 100"


def main() -> None:
    """Measure and print."""
    say_conditions("decisions", "evaluations a second of decision tables, the last rule matches")
    figures: dict[str, Any] = {}
    targets = {}
    for kind in ("simple", "large"):
        for size in SIZES:
            name = f"{kind}_{size}"
            figures[name] = _measured(kind, size)
            print(f"  {kind:7} {size:5} rules: {_told(figures[name])}")
            targets[f"{name}: times plain SpiffWorkflow"] = at_least(figures[name]["ratio"], LEAST_RATIO)
    report("decisions", figures, targets)


def _measured(kind: str, size: int) -> dict[str, Any]:
    times = max(1, 300 // size)
    sides = {"masar": _masar(kind, size, times), "spiffworkflow": _plain(kind, size, times)}
    taken = by_turns(sides, rounds=ROUNDS, warm=1)
    read = {side: median_ms(times_taken["read"]) for side, times_taken in taken.items()}
    each = {side: median_ms(times_taken["evaluate"]) for side, times_taken in taken.items()}
    figures: dict[str, Any] = {
        side: {"ms": each[side], "per_second": round(1000 / each[side]), "read_ms": read[side]}
        for side in sides
    }
    return figures | {"ratio": round(each["spiffworkflow"] / each["masar"], 1)}


def _rows(kind: str, size: int) -> list[tuple[str, str, str]]:
    """Rules of a text and a range, or of a condition as long as people write them; only the last matches."""
    last = (LARGE, '"z"', str(size)) if kind == "large" else ("0..100", '"z"', str(size))
    if kind == "large":
        return [*((LARGE, f'"k{number}"', str(number)) for number in range(1, size)), last]
    return [
        *((f"{number}..{number + 100}", f'"k{number}"', str(number)) for number in range(-size, -1)),
        last,
    ][-size:]


def _masar(kind: str, size: int, times: int) -> Round:
    numbers = iter(range(10**9))

    def one_round() -> dict[str, float]:
        text = (
            tables.table("masar", _rows(kind, size), ("amount", "kind"))
            + f"<!-- {next(numbers)} -->".encode()
        )
        begun = time.perf_counter()
        table = read_decisions(text)["level"]
        read = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(times):
            outputs, _rules = evaluate(table, NAMES)
        taken = (time.perf_counter() - begun) / times
        assert outputs == {"level": size}, f"Expected the last of {size} rules, but found {outputs}"
        return {"read": read, "evaluate": taken}

    return one_round


def _plain(kind: str, size: int, times: int) -> Round:
    text = tables.table("spiffworkflow", _rows(kind, size), ("amount", "kind"))
    workflow = plain.begun(plain.parsed(diagrams.loop_with_fork()), dict(NAMES))
    task = workflow.get_next_task(state=TaskState.READY)

    def one_round() -> dict[str, float]:
        begun = time.perf_counter()
        parser = plain.SpiffBpmnParser()
        parser.add_dmn_xml(etree.fromstring(text))
        engine = parser.get_engine("level", None)
        read = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(times):
            outputs = engine.result(task)
        taken = (time.perf_counter() - begun) / times
        assert outputs == {"level": size}, f"Expected the last of {size} rules, but found {outputs}"
        return {"read": read, "evaluate": taken}

    return one_round


def _told(figures: Mapping[str, Any]) -> str:
    sides = [
        f"{side} {figures[side]['per_second']} a second (read in {figures[side]['read_ms']} ms)"
        for side in ("masar", "spiffworkflow")
    ]
    return f"{', '.join(sides)}, ratio {figures['ratio']}"


if __name__ == "__main__":
    main()
