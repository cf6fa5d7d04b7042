"""What holds for any diagram and any order of acts: small random diagrams are run by random people at random times.

The suite runs a seeded part of it; ``MASAR_PROOF=full`` runs it at full size.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine import audit, jobs
from engine.bpmn import running
from engine.database import current, reading
from engine.deadlines import explain_deadline, pauses_of
from engine.tables import Case, Deadline, Subscription, Task
from engine.trial import Trial
from engine.versions import definition
from tests.builders import bpmn, dump

FULL = os.environ.get("MASAR_PROOF") == "full"
MOST_ACTS = 40 if FULL else 14
LONGEST = 2_000_000  #: seconds that the clock is moved at once: some 23 days

proven = settings(
    max_examples=600 if FULL else 14,
    derandomize=not FULL,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

leaves = st.sampled_from(
    [
        "{n}@clerk[2wd]",
        '{n}@clerk[3d warnAt="50%"]',
        "{n}",
        "{n}@boss[4wh]",
        "{n}~PT30H",
        "{n}!house/look",
        "{n}=n = 1",
    ]
)


def joined(parts: list[str]) -> str:
    return " > ".join(parts)


parts = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(joined),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} & {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} | {two[1]})"),
        inner.map(lambda one: f"({{n}}@clerk > {one} * {{n}}@applicant;suspends)"),
    ),
    max_leaves=6,
)


def numbered(path: str) -> str:
    """The path with a name of its own for each node, and its blocks in braces."""
    numbers = count(1)
    while "{n}" in path:
        path = path.replace("{n}", f"s{next(numbers)}", 1)
    return path.replace("(", "{").replace(")", "}")


@contextmanager
def trial_of(path: str) -> Iterator[Trial]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "p.bpmn"
        file.write_bytes(bpmn(f"start > {path} > end", clock='10wd warnAt="80%"'))
        with Trial([file], connectors={"house/look": lambda _data: {"looked": True}}) as trial:
            yield trial


def act(trial: Trial, case: UUID, data: st.DataObject) -> None:
    """Complete something that waits, or let time pass."""
    steps = trial.waiting(case)
    if steps and data.draw(st.integers(0, 3), label="somebody acts") > 0:
        step = data.draw(st.sampled_from(steps), label="step")
        way = data.draw(st.sampled_from([*steps, "other"]), label="way")
        trial.complete(case, step, {"way": way, "again": data.draw(st.booleans(), label="again")})
    else:
        trial.advance(data.draw(st.integers(0, LONGEST), label="seconds"))


def lives(path: str, data: st.DataObject, law: Callable[[Trial, UUID], None]) -> None:
    """One case of a diagram lived through by random acts; the law is asked after each."""
    with trial_of(path) as trial:
        case = trial.open(data={"way": "other", "again": False})
        law(trial, case)
        for _ in range(MOST_ACTS):
            if trial.is_closed(case):
                break
            act(trial, case, data)
            law(trial, case)


def rows(kind: Any, case: UUID) -> list[Any]:
    with reading() as session:
        return list(session.scalars(select(kind).where(kind.case_id == case)))


def state_of(case: UUID) -> Any:
    with reading() as session:
        found = session.get_one(Case, case)
        return running.look(definition(session, found.version_id).process, found.state)


# --- the laws


def somebody_or_something_is_awaited(trial: Trial, case: UUID) -> None:
    clocks = [row for row in rows(Deadline, case) if row.wakes_at is not None]
    awaited = [
        *trial.waiting(case),
        *(row for row in clocks if row.kind == "timer"),
        *rows(Subscription, case),
    ]
    assert trial.is_closed(case) != bool(awaited)
    assert not (trial.is_closed(case) and clocks), "Expected no clock to run in a closed case"


def open_tasks_are_the_waiting_steps(trial: Trial, case: UUID) -> None:
    waiting = {(step.token, step.step, step.item) for step in state_of(case).steps}
    assert {(task.token, task.step, task.item) for task in rows(Task, case) if task.is_open} == waiting
    timers = {row.token for row in rows(Deadline, case) if row.kind == "timer" and row.is_open}
    assert timers == {timer.token for timer in state_of(case).timers}


def the_chain_verifies(_trial: Trial, case: UUID) -> None:
    with reading() as session:
        assert audit.verify(session, case).holds


def sweeping_twice_is_sweeping_once(trial: Trial, _case: UUID) -> None:
    jobs.sweep(at=trial.at)
    jobs.drain(at=trial.at)
    swept = dump(current())
    assert (jobs.sweep(at=trial.at), jobs.drain(at=trial.at)) == (0, 0)
    assert dump(current()) == swept


def the_ends_follow_from_the_intervals(_trial: Trial, case: UUID) -> None:
    for row in rows(Deadline, case):
        if row.kind == "timer" or row.suspended_at is not None:
            continue
        with reading() as session:
            found = explain_deadline(row, pauses=pauses_of(session, row.id))
        assert (found.due_on, found.fires_at) == (row.due_on, row.fires_at)


def urgency_is_the_earliest_end(_trial: Trial, case: UUID) -> None:
    clocks = [
        row for row in rows(Deadline, case) if row.is_open and row.kind != "timer" and not row.suspended_at
    ]
    whole = [row.fires_at for row in clocks if row.kind == "case"]
    for task in rows(Task, case):
        if task.is_open:
            own: list[datetime | None] = [row.fires_at for row in clocks if row.task_id == task.id]
            assert task.urgent_at == min((at for at in (*own, *whole) if at), default=None)


LAWS = (
    somebody_or_something_is_awaited,
    open_tasks_are_the_waiting_steps,
    the_chain_verifies,
    sweeping_twice_is_sweeping_once,
    the_ends_follow_from_the_intervals,
    urgency_is_the_earliest_end,
)


@proven
@given(path=parts.map(numbered), data=st.data())
def test_the_laws_hold_after_every_act(path: str, data: st.DataObject) -> None:
    def all_laws(trial: Trial, case: UUID) -> None:
        for law in LAWS:
            law(trial, case)

    lives(path, data, all_laws)


@proven
@given(days=st.lists(st.integers(0, 6), max_size=4), rounds=st.integers(1, 3))
def test_suspending_and_resuming_at_once_adds_nothing(days: list[int], rounds: int) -> None:
    def due_on(case: UUID) -> Any:
        return next(row.due_on for row in rows(Deadline, case) if row.kind == "case")

    with trial_of("{check@clerk * give@applicant;suspends}") as trial:
        case = trial.open(data={"again": False})
        before = due_on(case)
        for day in (*days, *([0] * rounds)):
            trial.advance(day * 86_400)
            trial.complete(case, "check", {"again": True})
            trial.complete(case, "give", {})
        assert due_on(case) == before
