"""The saved state in bytes: what waits at a point costs what, above the data of the case.

Plain SpiffWorkflow saves its specification, its finished tasks and the paths ahead with every case; Masar only what
stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from bench import diagrams, masar, plain, tables
from bench.measuring import at_most, report, say_conditions
from engine.bpmn import running

MOST_BYTES = 5000
Acts = tuple[tuple[str, dict[str, Any]], ...]
ROUND: Acts = (("a", {}), ("b", {}), ("decide", {"again": 1}))


def main() -> None:
    """Measure and print."""
    say_conditions("states", "bytes of a saved state")
    data = diagrams.application()
    several = diagrams.instances(sequential=False, automatic=False)
    one_by_one = diagrams.instances(sequential=True, automatic=False)
    first: Acts = (("first", {}),)
    figures = {
        "typical, two checks at once": _typical(data, diagrams.ANSWERS[:1]),
        "typical, at its end": _typical(data, diagrams.ANSWERS),
        "round 20 of a loop with a fork": _both(diagrams.loop_with_fork(), {}, ROUND * 20),
        "chain of 300 steps, at the 3rd": _both(diagrams.long_chain(300), {}, (("s1", {}), ("s2", {}))),
        "10 items at once": _both(several, {"n": 10}, first),
        "100 items at once": _both(several, {"n": 100}, first),
        "100 items in turn, at the 1st": _both(one_by_one, {"n": 100}, first),
        "100 items in turn, at the 51st": _both(one_by_one, {"n": 100}, first + (("each", {}),) * 50),
    }
    for name, sides in figures.items():
        print(
            f"  {name:32} masar {sides['masar']:6}, spiffworkflow {sides['spiffworkflow']:7} ({sides['ratio']} times)"
        )
    above = max(figures[name]["masar"] for name in figures if name.startswith("typical")) - len(
        orjson.dumps(data)
    )
    looped = figures["round 20 of a loop with a fork"]["masar"]
    targets = {
        "bytes above the data, typical process": at_most(above, MOST_BYTES),
        "bytes in a loop": at_most(looped, MOST_BYTES),
    }
    report("states", {"data_bytes": len(orjson.dumps(data)), "states": figures}, targets)


def _typical(data: Mapping[str, Any], acts: Acts) -> dict[str, Any]:
    process = masar.read(diagrams.typical("masar"), tables.nine_rules("masar"))
    spec = plain.parsed(diagrams.typical("spiffworkflow"), tables.nine_rules("spiffworkflow"))
    return _sizes(process, spec, data, acts)


def _both(xml: bytes, data: Mapping[str, Any], acts: Acts) -> dict[str, Any]:
    return _sizes(masar.read(xml), plain.parsed(xml), {"amount": 2000, **data}, acts)


def _sizes(process: Any, spec: Any, data: Mapping[str, Any], acts: Acts) -> dict[str, Any]:
    advance, workflow = running.start(process, data=data), plain.begun(spec, data)
    for step, answers in acts:
        advance = masar.act(process, advance, step, answers)
        plain.act(workflow, None if step == "each" else step, answers)
    ours, theirs = len(advance.state), len(plain.SERIALIZER.serialize_json(workflow).encode())
    return {"masar": ours, "spiffworkflow": theirs, "ratio": round(theirs / ours, 1)}


if __name__ == "__main__":
    main()
