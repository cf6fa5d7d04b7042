"""A correction loop around a fork: does round 1,000 cost what round 10 did?

Each round is three durable acts (two parallel tasks, one decision). A case is driven to a round and its saved state
kept; the round after it is then measured by turns from those states, so that all
rounds are measured under the same load. Plain SpiffWorkflow goes as far as it gets within the time allowed.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from bench import diagrams, masar, plain
from bench.measuring import at_most, by_turns, ms, report, say_conditions
from engine.bpmn import running
from engine.bpmn.model import Advance, Process

ROUNDS = (10, 100, 1000)
TURNS = 40
SECONDS_FOR_PLAIN = 40
MOST_RATIO = 1.2
MOST_BYTES = 5000
ACTS: tuple[tuple[str, dict[str, Any]], ...] = (("a", {}), ("b", {}), ("decide", {"again": 1}))


def main() -> None:
    """Measure and print."""
    say_conditions("loops", "one round (three durable acts) of a loop around a fork")
    process = masar.read(diagrams.loop_with_fork())
    states = _driven(process)
    taken = by_turns({str(number): _masar_round(process, states[number]) for number in ROUNDS}, rounds=TURNS)
    seconds = {number: taken[str(number)]["round"] for number in ROUNDS}
    figures: dict[str, Any] = {
        f"round_{number}": {
            "ms": ms(statistics.median(seconds[number])),
            "state_bytes": len(states[number].state),
        }
        for number in ROUNDS
    }
    for name, figure in figures.items():
        print(f"  masar         {name:10} {figure['ms']:9.3f} ms, state {figure['state_bytes']} bytes")
    peer = _plain()
    ratios = [last / first for first, last in zip(seconds[10], seconds[1000], strict=True)]
    slower = round(statistics.median(ratios), 2)
    targets = {
        "round 1,000 over round 10": at_most(slower, MOST_RATIO),
        "bytes of state at round 1,000": at_most(figures["round_1000"]["state_bytes"], MOST_BYTES),
    }
    same = min(number for number in peer["rounds"] if number >= ROUNDS[0])
    ratio = round(peer["rounds"][same]["ms"] / figures["round_10"]["ms"], 1)
    report("loops", {"masar": figures, "spiffworkflow": peer, "ratio_round_10": ratio}, targets)


def _driven(process: Process) -> dict[int, Advance]:
    """The case before each of the rounds that are measured."""
    advance, kept = running.start(process), {}
    for number in range(1, max(ROUNDS) + 1):
        if number in ROUNDS:
            kept[number] = advance
        for step, answers in ACTS:
            advance = masar.act(process, advance, step, answers)
    return kept


def _masar_round(process: Process, before: Advance) -> Any:
    def one_round() -> dict[str, float]:
        advance, begun = before, time.perf_counter()
        for step, answers in ACTS:
            advance = masar.act(process, advance, step, answers)
        return {"round": time.perf_counter() - begun}

    return one_round


def _plain() -> dict[str, Any]:
    """Rounds of plain SpiffWorkflow until it stops or its time is over; every tenth is told."""
    state = plain.SERIALIZER.serialize_json(plain.begun(plain.parsed(diagrams.loop_with_fork()), {}))
    rounds: dict[int, dict[str, Any]] = {}
    end, number, why = (
        time.perf_counter() + SECONDS_FOR_PLAIN,
        0,
        f"its {SECONDS_FOR_PLAIN} seconds were over",
    )
    try:
        while time.perf_counter() < end and number < max(ROUNDS):
            number += 1
            begun = time.perf_counter()
            for step, answers in ACTS:
                state = plain.durable_act(state, step, answers)
            if number % 10 == 0:
                rounds[number] = {"ms": ms(time.perf_counter() - begun), "state_bytes": len(state)}
    except (RecursionError, plain.StoppedSilently) as stopped:
        why = f"{type(stopped).__name__}: {str(stopped)[:100]}"
    for told in sorted({10, 20, 50, max(rounds)} & set(rounds)):
        figure = rounds[told]
        print(f"  spiffworkflow round_{told:<4} {figure['ms']:9.3f} ms, state {figure['state_bytes']} bytes")
    print(f"  spiffworkflow came to round {number}; {why}")
    return {"rounds": rounds, "came_to": number, "stopped_because": why}


if __name__ == "__main__":
    main()
