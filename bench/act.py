"""The durable act: completing a task of the sickness benefit, with all its rows, on the embedded database.

The peer in the same run is the floor of that database: a transaction of the same number of trivial statements.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event, select

from demo.answers import scanned_page
from engine import jobs
from engine.actor import Actor
from engine.database import Database, current, reading, transaction
from engine.documents import upload_document
from engine.folders import ProcedureFiles, read_folder
from engine.tables import Task
from engine.tasks import claim_task, complete_task
from engine.trial import Trial

ROOT = Path(__file__).parent.parent
CASES = int(os.environ.get("MASAR_BENCH_CASES", "150"))
ACTS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "check_rights",
        {"outcome": "complete", "rights_open": True, "late_filing": "in_time", "daily_net": 150_000},
    ),
    (
        "medical_opinion",
        {
            "basis": "file",
            "opinion": "justified",
            "justified_days": 20,
            "hospitalised": False,
            "long_illness": False,
        },
    ),
    ("validate", {"decision": "grant"}),
)


def main() -> None:
    """Measure and print."""
    print(
        f"act: {CASES} cases, Python {platform.python_version()}, {os.cpu_count()} cores, SQLite WAL synchronous=NORMAL"
    )
    folder = ROOT / "processes" / "sickness_benefit"
    files = read_folder(folder, forms=ROOT / "forms" / "schemas")
    paths = [folder / "sickness_benefit.bpmn", *folder.glob("*.dmn")]
    with Trial(paths, forms=files.forms) as trial:
        figures = _measure(trial, files)
    figures["floor_acts_per_second"] = round(_floor(int(figures["statements_most"])), 1)
    figures["share_of_floor"] = round(figures["acts_per_second"] / figures["floor_acts_per_second"], 3)
    print(json.dumps(figures))


def _measure(trial: Trial, files: ProcedureFiles) -> dict[str, Any]:
    taken: list[float] = []
    most = {"statements": 0, "commits": 0}
    for number in range(CASES):
        case = trial.open(data=_application(trial, number))
        for step, answers in ACTS:
            actor, task_id = _claimed(trial, case, step)
            with _counted(current().engine, most):
                begun = time.perf_counter()
                with transaction(actor=actor, at=trial.at) as tx:
                    complete_task(tx, task_id=task_id, answers=answers)
                taken.append(time.perf_counter() - begun)
            jobs.drain(at=trial.at)
    return {
        "bench": "act",
        "acts": len(taken),
        "statements_most": most["statements"],
        "commits_most": most["commits"],
        "ms_median": round(statistics.median(taken) * 1000, 2),
        "ms_p95": round(statistics.quantiles(taken, n=20)[18] * 1000, 2),
        "acts_per_second": round(len(taken) / sum(taken), 1),
    }


def _application(trial: Trial, number: int) -> dict[str, Any]:
    with transaction(actor=trial.person("applicant"), at=trial.at) as tx:
        page = scanned_page(Random(number))  # noqa: S311 - a picture
        note = upload_document(tx, content=page, name="note.png", field="sick_note")
    return {
        "nss": "850316001234", "employer": "Sarl Atlas", "kind": "first", "prescriber": "Dr Ouali",
        "prescribed_on": "2026-02-15", "starts_on": "2026-02-15", "days": 20, "hospitalised": False,
        "long_illness": False, "pay_to": "held", "sick_note": str(note.id),
    }  # fmt: skip


def _claimed(trial: Trial, case: UUID, step: str) -> tuple[Actor, UUID]:
    with reading() as session:
        task_id = session.scalars(select(Task.id).where(Task.case_id == case, Task.step == step)).one()
    actor = trial.person("hand-2" if step == "validate" else "hand-1")
    with transaction(actor=actor, at=trial.at) as tx:
        claim_task(tx, task_id=task_id)
    return actor, task_id


@contextmanager
def _counted(engine: Engine, most: dict[str, int]) -> Iterator[None]:
    seen = {"statements": 0, "commits": 0}

    def statement(*_: object) -> None:
        seen["statements"] += 1

    def commit(_connection: object) -> None:
        seen["commits"] += 1

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", commit)
        for name, count in seen.items():
            most[name] = max(most[name], count)


def _floor(statements: int) -> float:
    """Transactions a second of so many one-row inserts, driver alone."""
    with tempfile.TemporaryDirectory(prefix="masar-floor-") as folder:
        database = Database(f"sqlite:///{folder}/floor.db")
        connection = database.engine.raw_connection()
        connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)")  # type: ignore[attr-defined]
        begun = time.perf_counter()
        for _ in range(CASES * len(ACTS)):
            connection.execute("BEGIN IMMEDIATE")  # type: ignore[attr-defined]
            for _ in range(statements - 1):
                connection.execute("INSERT INTO rows (text) VALUES (?)", ("x" * 400,))  # type: ignore[attr-defined]
            connection.execute("COMMIT")  # type: ignore[attr-defined]
        rate = CASES * len(ACTS) / (time.perf_counter() - begun)
        connection.close()
        database.dispose()
        return rate


if __name__ == "__main__":
    sys.exit(main())
