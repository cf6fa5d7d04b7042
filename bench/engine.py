"""The durable step without a database: load the state, complete a person's step, run to rest, save the state.

The typical process (20 nodes, 2 KB of data), on Masar, on plain SpiffWorkflow with its JSON, and on npm bpmn-engine.

Not equal: SpiffWorkflow and bpmn-engine save the specification inside every state, as they come; Masar compiles it once
a version. bpmn-engine has no decision tables, so a script asks the nine rules, and it runs in another language. Masar
also tells what has changed for a clerk (what waits, timers, decisions); the peers' states would have to be asked.
On a busy machine long steps lose more to other programs than short ones, which flatters the ratios: the target takes
the lower of the ratio of medians and that of the best times.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from bench import diagrams, masar, plain, tables
from bench.measuring import at_least, at_most, by_turns, median_ms, ms, report, say_conditions
from bench.node import NotAvailable, Peer
from engine.bpmn import running

ROUNDS = 60
CASES_A_ROUND = 5
MOST_MS = 0.3
LEAST_RATIO = 7.0
MOST_BYTES = 5000

Case = Callable[[], tuple[dict[str, float], dict[str, int], Mapping[str, Any]]]
"""One case from its start to its end: seconds by step, bytes of the state after it, data at the end."""


def main() -> None:
    """Measure and print."""
    say_conditions("engine", "load + act + save of each step of the typical process, no database")
    data = diagrams.application()
    print(
        f"  {len(orjson.dumps(data))} bytes of data, {ROUNDS} rounds of {CASES_A_ROUND} cases by turns, medians"
    )
    cases: dict[str, Case] = {"masar": _masar(data), "spiffworkflow": _plain(data)}
    try:
        with Peer(xml=diagrams.typical("bpmn-engine").decode(), data=data, acts=diagrams.ANSWERS) as peer:
            peer.case()
            print(f"  {peer.version()}")
            _measured({**cases, "bpmn-engine": _node(peer)}, len(orjson.dumps(data)))
    except NotAvailable as missing:
        print(f"  the peer bpmn-engine was not available: {missing}")
        _measured(cases, len(orjson.dumps(data)))


def _measured(cases: Mapping[str, Case], data_bytes: int) -> None:
    _check_same_work(cases)
    taken = by_turns({side: _round(case) for side, case in cases.items()}, rounds=ROUNDS)
    sides: dict[str, Any] = {}
    for side, steps in taken.items():
        by_step = {step: median_ms(seconds) for step, seconds in steps.items()}
        sizes = cases[side]()[1]
        mean = round(statistics.mean(by_step.values()), 3)
        best = ms(statistics.mean(min(seconds) for seconds in steps.values()))
        sides[side] = {"ms_step": mean, "ms_step_best": best, "ms_by_step": by_step, "bytes_by_step": sizes}
        print(
            f"  {side:14} {mean:8.3f} ms a step (best {best:.3f}), {_listed(by_step)}; state {_listed(sizes)} bytes"
        )
    ours = sides["masar"]["ms_step"]
    ratios, ratios_best = (
        {side: round(sides[side][name] / sides["masar"][name], 1) for side in sides if side != "masar"}
        for name in ("ms_step", "ms_step_best")
    )
    most = max(sides["masar"]["bytes_by_step"].values())
    targets = {
        "ms a step": at_most(ours, MOST_MS),
        "times plain SpiffWorkflow": at_least(
            min(ratios["spiffworkflow"], ratios_best["spiffworkflow"]), LEAST_RATIO
        ),
        "bytes of state above the data": at_most(most - data_bytes, MOST_BYTES),
    }
    report(
        "engine",
        {"data_bytes": data_bytes, "sides": sides, "ratios": ratios, "ratios_best": ratios_best},
        targets,
    )


def _listed(values: Mapping[str, Any]) -> str:
    return " ".join(f"{name} {value}" for name, value in values.items())


def _round(case: Case) -> Callable[[], dict[str, float]]:
    """The median of some cases a round, step by step."""

    def one_round() -> dict[str, float]:
        found = [case()[0] for _ in range(CASES_A_ROUND)]
        return {step: statistics.median(seconds[step] for seconds in found) for step in found[0]}

    return one_round


def _check_same_work(cases: Mapping[str, Case]) -> None:
    """All sides end with the same variables."""
    wanted = {"fee": 14000, "level": 9, "a_agrees": "yes", "b_agrees": "yes", "signed_by": "head of centre"}
    for side, case in cases.items():
        data = case()[2]
        found = {name: data.get(name) for name in wanted}
        assert found == wanted, f"Expected {wanted} of {side}, but found {found}"


def _masar(data: Mapping[str, Any]) -> Case:
    process = masar.read(diagrams.typical("masar"), tables.nine_rules("masar"))

    def case() -> tuple[dict[str, float], dict[str, int], Mapping[str, Any]]:
        seconds, sizes = {}, {}
        advance = running.start(process, data=data)
        for step, answers in diagrams.ANSWERS:
            begun = time.perf_counter()
            advance = masar.act(process, advance, step, answers)
            seconds[step] = time.perf_counter() - begun
            sizes[step] = len(advance.state)
        return seconds, sizes, advance.data

    return case


def _plain(data: Mapping[str, Any]) -> Case:
    spec = plain.parsed(diagrams.typical("spiffworkflow"), tables.nine_rules("spiffworkflow"))

    def case() -> tuple[dict[str, float], dict[str, int], Mapping[str, Any]]:
        seconds, sizes = {}, {}
        state = plain.SERIALIZER.serialize_json(plain.begun(spec, data))
        for step, answers in diagrams.ANSWERS:
            begun = time.perf_counter()
            state = plain.durable_act(state, step, answers)
            seconds[step] = time.perf_counter() - begun
            sizes[step] = len(state.encode())
        return seconds, sizes, plain.SERIALIZER.deserialize_json(state).data

    return case


def _node(peer: Peer) -> Case:
    def case() -> tuple[dict[str, float], dict[str, int], Mapping[str, Any]]:
        found = peer.case()
        return found["seconds"], found["bytes"], found["data"]

    return case


if __name__ == "__main__":
    main()
