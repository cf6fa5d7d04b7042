"""Reading definitions: steps one after the other with a choice past every tenth, read, deployed and begun.

Reading gives all faults with their lines and the process that runs; deploying adds the database, the trail and the
reading of the version that then serves cases. Plain SpiffWorkflow parses to its specification, and checks less.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

from bench import diagrams, masar, plain
from bench.measuring import Round, at_most, by_turns, median_ms, ms, report, say_conditions
from engine.actor import Actor
from engine.bpmn import running
from engine.database import Database, bound_to, transaction
from engine.deployments import deploy_version
from engine.tables import Base
from engine.versions import definition

SIZES = (10, 100, 300, 600)
ROUNDS = 7
MOST_MS = 1000.0
DEEP = 20_000


def main() -> None:
    """Measure and print."""
    say_conditions("definitions", "steps one after the other, an exclusive choice past every tenth")
    figures: dict[str, Any] = {"masar": {}, "spiffworkflow": {}}
    for size in SIZES:
        _measured(size, figures)
    deployed = _deployed()
    print(
        f"  masar          {SIZES[-1]:4} steps deployed on SQLite (read, stored, compiled): {deployed:.1f} ms"
    )
    first, last = figures["masar"][100]["read_ms"], figures["masar"][600]["read_ms"]
    targets = {
        "ms to read 600 steps": at_most(last, MOST_MS),
        "ms to deploy 600 steps": at_most(deployed, MOST_MS),
        "a step of 600 read over a step of 100 read": at_most(round(last / 6 / first, 2), 1.5),
        "ms to start a case of 600 steps and do its first": at_most(figures["masar"][600]["begin_ms"], 1.0),
    }
    report("definitions", {**figures, "deploy_600_ms": deployed, "ratios": _ratios(figures)}, targets)


def _ratios(figures: dict[str, Any]) -> dict[str, Any]:
    """How many times as long plain SpiffWorkflow takes, where it comes to its end."""
    known = figures["spiffworkflow"]
    return {
        name: {
            size: round(known[size][name] / figures["masar"][size][name], 2)
            for size in known
            if name in known[size]
        }
        for name in ("read_ms", "begin_ms")
    }


def _measured(size: int, figures: dict[str, Any]) -> None:
    xml = diagrams.long_chain(size)
    sides: dict[str, Round] = {"masar": lambda: _masar(xml)}
    stopped = _how_it_stops(xml)
    if not stopped:
        sides["spiffworkflow"] = lambda: _plain(xml)
    taken = by_turns(sides, rounds=ROUNDS, warm=1)
    for side, times in taken.items():
        figures[side][size] = {f"{name}_ms": median_ms(seconds) for name, seconds in times.items()}
        told = ", ".join(f"{name} {median_ms(seconds)} ms" for name, seconds in times.items())
        print(f"  {side:14} {size:4} steps ({len(xml)} bytes): {told}")
    if stopped:
        figures["spiffworkflow"][size] = {"stopped": stopped} | _deeper(xml)
        print(f"  spiffworkflow  {size:4} steps: {figures['spiffworkflow'][size]}")


_numbers = count()


def _masar(xml: bytes) -> dict[str, float]:
    begun = time.perf_counter()
    process = masar.read(
        xml + f"<!-- {next(_numbers)} -->".encode()
    )  # what was read before is kept by content
    read = time.perf_counter() - begun
    begun = time.perf_counter()
    advance = running.start(process, data={"amount": 2000})
    masar.act(process, advance, "s1", {})
    return {"read": read, "begin": time.perf_counter() - begun}


def _plain(xml: bytes) -> dict[str, float]:
    begun = time.perf_counter()
    spec = plain.parsed(xml)
    read = time.perf_counter() - begun
    begun = time.perf_counter()
    state = plain.SERIALIZER.serialize_json(plain.begun(spec, {"amount": 2000}))
    plain.durable_act(state, "s1", {})
    return {"read": read, "begin": time.perf_counter() - begun}


def _how_it_stops(xml: bytes) -> str:
    """Empty where plain SpiffWorkflow reads the diagram as it comes, else what it raises."""
    try:
        plain.parsed(xml)
    except (RecursionError, plain.ValidationException) as stopped:
        return f"{type(stopped).__name__} {str(stopped)[:80]}"
    return ""


def _deeper(xml: bytes) -> dict[str, Any]:
    """The same with Python's recursion limit raised by hand."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(DEEP)
    try:
        taken = by_turns({"plain": lambda: _plain(xml)}, rounds=ROUNDS, warm=1)["plain"]
    except RecursionError as stopped:
        return {"with_a_raised_limit": f"RecursionError {str(stopped)[:60]}"}
    finally:
        sys.setrecursionlimit(usual)
    return {f"{name}_ms_with_a_raised_limit": median_ms(seconds) for name, seconds in taken.items()}


def _deployed() -> float:
    """Milliseconds to put 600 steps into service; every time another text, so that nothing is known already."""
    taken = []
    with tempfile.TemporaryDirectory(prefix="masar-bench-") as folder:
        database = Database(f"sqlite:///{folder}/bench.db", data=Path(folder))
        Base.metadata.create_all(database.engine)
        with bound_to(database):
            for number in range(ROUNDS):
                xml = diagrams.long_chain(SIZES[-1]) + f"<!-- {number} -->".encode()
                begun = time.perf_counter()
                with transaction(actor=Actor.system("bench")) as tx:
                    version = deploy_version(tx, xml=xml, decisions={}, forms={})
                    tx.session.flush()
                    definition(tx.session, version.id)
                taken.append(time.perf_counter() - begun)
        database.dispose()
    return ms(statistics.median(taken), 1)


if __name__ == "__main__":
    main()
