"""What the measurements share: the conditions, rounds taken in turn, and the last line.

A figure is worth what it stands beside: both sides do the same work, in the same run, by turns. On a busy machine
milliseconds move much and ratios less; what takes long loses more to other programs than what is short.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

Round = Callable[[], Mapping[str, float]]
"""One round of one side: seconds by the name of what was timed."""


def say_conditions(bench: str, what: str) -> None:
    """Print where and with what this is measured."""
    now = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    print(f"{bench}: {what}")
    print(
        f"  {now} UTC, {_processor()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, SpiffWorkflow {version('spiffworkflow')}, lxml {version('lxml')}, "
        f"orjson {version('orjson')}, SQLAlchemy {version('sqlalchemy')}"
    )


def by_turns(sides: Mapping[str, Round], *, rounds: int, warm: int = 2) -> dict[str, dict[str, list[float]]]:
    """Seconds of every round, by side and by name; the sides take turns and the first `warm` rounds do not count."""
    taken: dict[str, dict[str, list[float]]] = {side: {} for side in sides}
    for number in range(warm + rounds):
        for side, one_round in sides.items():
            gc.collect()
            for name, seconds in one_round().items():
                if number >= warm:
                    taken[side].setdefault(name, []).append(seconds)
    return taken


def timed(call: Callable[[], Any]) -> float:
    """Seconds that one call takes."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def best_of(call: Callable[[], Any], times: int = 5) -> float:
    """The least seconds of some calls, after one that does not count."""
    call()
    return min(timed(call) for _ in range(times))


def ms(seconds: float, digits: int = 3) -> float:
    """Milliseconds, rounded."""
    return round(seconds * 1000, digits)


def median_ms(seconds: list[float]) -> float:
    """The median in milliseconds."""
    return ms(statistics.median(seconds))


def at_most(value: float, limit: float) -> dict[str, Any]:
    """A target that a figure must not exceed."""
    return {"is": value, "at_most": limit, "met": value <= limit}


def at_least(value: float, limit: float) -> dict[str, Any]:
    """A target that a figure must reach."""
    return {"is": value, "at_least": limit, "met": value >= limit}


def report(bench: str, figures: Mapping[str, Any], targets: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the targets one by one and, as the last line, everything as one JSON object."""
    for name, target in targets.items():
        said = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in target.items() if key != "met")
        print(f"  {'met   ' if target['met'] else 'MISSED'} {name}: {said}")
    print(json.dumps({"bench": bench, **figures, "targets": targets}))


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
