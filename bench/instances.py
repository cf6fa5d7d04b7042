"""Multi-instance: is the cost of an item the same with 1,000 items as with 10?

Automatic items run within one act. Items that people do take one durable act each: load, act, save. Of these the
whole is the sum of all acts of all items. Plain SpiffWorkflow keeps its workflow
in memory here: saving it too would only add.
"""

from __future__ import annotations

import time
from typing import Any

from SpiffWorkflow.util.task import TaskState

from bench import diagrams, masar, plain
from bench.measuring import at_most, ms, report, say_conditions
from engine.bpmn import running
from engine.bpmn.model import Process

SIZES = (10, 100, 1000)
TURNS = 3
SECONDS_FOR_PLAIN = 20
LINEAR = 2.0  #: an item of 1,000 may take so many times an item of 100
KINDS = {
    f"{'sequential' if sequential else 'parallel'}_{'automatic' if automatic else 'people'}": (
        sequential,
        automatic,
    )
    for automatic in (True, False)
    for sequential in (False, True)
}


def main() -> None:
    """Measure and print."""
    say_conditions(
        "instances", "items of a multi-instance step: automatic in one act, or by people act by act"
    )
    figures: dict[str, Any] = {}
    targets = {}
    for kind, (sequential, automatic) in KINDS.items():
        figures[kind] = {
            "masar": _masar_sizes(sequential=sequential, automatic=automatic),
            "spiffworkflow": _plain_sizes(sequential=sequential, automatic=automatic),
        }
        _say(kind, figures[kind])
        items, theirs = figures[kind]["masar"], figures[kind]["spiffworkflow"]
        figures[kind]["ratios"] = {
            n: round(theirs[n]["us_item"] / items[n]["us_item"], 1) for n in theirs if "us_item" in theirs[n]
        }
        growth = round(items[1000]["us_item"] / items[100]["us_item"], 2)
        targets[f"{kind}: an item of 1,000 over an item of 100"] = at_most(growth, LINEAR)
    report("instances", figures, targets)


def _masar_sizes(*, sequential: bool, automatic: bool) -> dict[int, dict[str, Any]]:
    """By size the whole of all items, microseconds an item and the largest state; sizes by turns, the best counts."""
    process = masar.read(diagrams.instances(sequential=sequential, automatic=automatic))
    found: dict[int, dict[str, Any]] = {}
    for _ in range(TURNS):
        for count in SIZES:
            runs = [_masar(process, count, automatic=automatic) for _ in range(max(1, 100 // count))]
            best = min(runs, key=lambda run: run[0])
            if count not in found or ms(best[0]) < found[count]["ms"]:
                each = round(best[0] / count * 1e6, 1)
                found[count] = {"ms": ms(best[0]), "us_item": each, "state_bytes": best[1]}
    return found


def _masar(process: Process, count: int, *, automatic: bool) -> tuple[float, int]:
    """Seconds for all items, and the bytes of the largest state on the way."""
    advance = running.start(process, data={"n": count})
    begun, largest = time.perf_counter(), 0
    advance = masar.act(process, advance, "first", {})
    while not automatic and advance.steps[0].step == "each":
        largest = max(largest, len(advance.state))
        advance = masar.act(process, advance, "each", {})
    taken = time.perf_counter() - begun
    assert advance.steps[0].step == "last", "Expected the step after the items"
    assert advance.completed.count("each") >= (count if automatic else 1), "Expected all items done"
    return taken, max(largest, len(advance.state))


def _plain_sizes(*, sequential: bool, automatic: bool) -> dict[int, Any]:
    """The same on plain SpiffWorkflow, size by size, until one does not come to its end."""
    found: dict[int, Any] = {}
    for count in SIZES:
        found[count] = _plain(count, sequential=sequential, automatic=automatic)
        if "stopped" in found[count]:
            break
    return found


def _plain(count: int, *, sequential: bool, automatic: bool) -> dict[str, Any]:
    workflow = plain.begun(
        plain.parsed(diagrams.instances(sequential=sequential, automatic=automatic)), {"n": count}
    )
    begun, done = time.perf_counter(), 0
    try:
        plain.act(workflow, "first", {})
        while workflow.get_next_task(state=TaskState.READY, manual=True, spec_name="last") is None:
            task = workflow.get_next_task(state=TaskState.READY, manual=True)
            if task is None or time.perf_counter() - begun > SECONDS_FOR_PLAIN:
                why = (
                    "no step is found any more"
                    if task is None
                    else f"its {SECONDS_FOR_PLAIN} seconds were over"
                )
                return {"stopped": f"after {done} items, {why}"}
            task.run()
            workflow.do_engine_steps()
            done += 1
    except RecursionError as stopped:
        return {"stopped": f"after {done} items, RecursionError {str(stopped)[:60]}"}
    taken = time.perf_counter() - begun
    return {"ms": ms(taken), "us_item": round(taken / count * 1e6, 1)}


def _say(kind: str, sides: dict[str, Any]) -> None:
    for side in ("masar", "spiffworkflow"):
        for count, figure in sides[side].items():
            told = figure.get("stopped") or f"{figure['ms']:10.2f} ms, {figure['us_item']:8.1f} us an item"
            state = f", largest state {figure['state_bytes']} bytes" if "state_bytes" in figure else ""
            print(f"  {kind:22} {side:14} {count:5} items: {told}{state}")


if __name__ == "__main__":
    main()
