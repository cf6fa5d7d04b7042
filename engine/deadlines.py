"""Deadlines: armed from an anchor and a budget, suspended and resumed, met or withdrawn.

The intervals of suspension are the truth; ``fires_at`` and ``wakes_at`` are derived from them and the calendar.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.bpmn.failures import ExpressionFailed
from engine.bpmn.model import DeadlineRule, Timer
from engine.breaches import record_breach
from engine.calendars import Due, calendar, due, moment_at
from engine.database import Transaction
from engine.serving import NATIONAL
from engine.tables import Case, Deadline, DeadlineKind, DeadlineWarning, Suspension, Task
from engine.timers import Round, TimerUnreadable, first_round, next_round

Pauses = tuple[tuple[datetime, datetime], ...]


def arm_deadline(tx: Transaction, *, case: Case, rule: DeadlineRule, task: Task | None = None) -> Deadline:
    """Start the clock of a step (``task``) or of the whole case, now."""
    deadline = Deadline(
        kind=DeadlineKind.STEP if task else DeadlineKind.CASE,
        case_id=case.id,
        task_id=task.id if task else None,
        element=task.step if task else None,
        anchor_at=tx.at,
        within=rule.within,
        unit=rule.unit,
        nature=rule.nature,
        basis=rule.basis,
        roll=rule.roll,
        franc=rule.franc,
        warn_at=list(rule.warn_at),
        on_expiry=rule.on_expiry,
        escalate_to=rule.escalate_to,
        calendar=rule.calendar or NATIONAL,
    )
    project(deadline, pauses=(), given=())
    tx.session.add(deadline)
    _record(tx, "deadline.armed", deadline, within=rule.within, unit=rule.unit, due_on=deadline.due_on)
    return deadline


def arm_timer(tx: Transaction, *, case: Case, timer: Timer, fired: Deadline | None = None) -> Deadline:
    """Write down when a timer event of the diagram is due; no case is loaded to ask whether it waits.

    Of a cycle whose last round was ``fired``, the next is counted from where that one was: `within` is its number.
    """
    try:
        round_ = _round(timer, fired, tx.at)
    except TimerUnreadable as unreadable:
        told = {"kind": timer.kind, "value": timer.text}
        raise ExpressionFailed(timer.element, "bad_timer", told) from unreadable
    deadline = Deadline(
        kind=DeadlineKind.TIMER,
        case_id=case.id,
        token=timer.token,
        element=timer.element,
        anchor_at=round_.anchor_at,
        within=round_.number,
        unit="hours",
        nature="service",
        roll="none",
        franc=False,
        warn_at=[],
        on_expiry="fire",
        calendar=NATIONAL,
        fires_at=round_.due_at,
        wakes_at=round_.due_at,
    )
    tx.session.add(deadline)
    _record(tx, "timer.armed", deadline, fires_at=round_.due_at)
    return deadline


def end_deadline(tx: Transaction, deadline: Deadline, *, because: str, **facts: object) -> None:
    """Stop a clock for good: ``met`` (``met_late`` once it has passed), ``withdrawn`` or ``fired``."""
    if _has_passed(deadline, tx.at) and deadline.kind != DeadlineKind.TIMER:
        record_breach(tx, deadline)
        because = "met_late" if because == "met" else because
    if deadline.suspended_at is not None:
        _close_intervals(tx, deadline)
    deadline.ended_at, deadline.ended_because, deadline.wakes_at = tx.at, because, None
    _record(tx, f"{_noun(deadline)}.{because}", deadline, **facts)


def suspend_deadline(tx: Transaction, deadline: Deadline, *, because: Task) -> Suspension:
    """Stand the clock still until ``resume_deadline``; a breach that already happened survives."""
    if _has_passed(deadline, tx.at):
        record_breach(tx, deadline)
    suspension = Suspension(
        case_id=deadline.case_id, deadline_id=deadline.id, because_task_id=because.id, suspended_at=tx.at
    )
    tx.session.add(suspension)
    deadline.suspended_at, deadline.wakes_at = tx.at, None
    _record(tx, "deadline.suspended", deadline, because=because.step)
    return suspension


def resume_deadline(tx: Transaction, deadline: Deadline) -> None:
    """Let the clock run on: the end moves by what was suspended. What is breached already warns no more."""
    was_due_on, had_passed = deadline.due_on, _has_passed(deadline, tx.at)
    stood_still_at = deadline.suspended_at or tx.at
    pauses = _close_intervals(tx, deadline)
    reached = any(
        rung_moment(deadline, rung, pauses=pauses[:-1]) <= stood_still_at for rung in deadline.warn_at
    )
    given = rungs_given(tx.session, deadline.id) if reached else set()
    project(deadline, pauses=pauses, given=given)
    if had_passed:
        deadline.wakes_at = None
    _record(tx, "deadline.resumed", deadline, was_due_on=was_due_on, due_on=deadline.due_on)


def project(deadline: Deadline, *, pauses: Pauses, given: Collection[int]) -> None:
    """Derive ``due_on``, ``fires_at`` and ``wakes_at`` from the anchor, the budget and the intervals."""
    found = explain_deadline(deadline, pauses=pauses)
    deadline.due_on, deadline.fires_at = found.due_on, found.fires_at
    deadline.wakes_at = next_wake(deadline, pauses=pauses, given=given)


def next_wake(deadline: Deadline, *, pauses: Pauses, given: Collection[int]) -> datetime | None:
    """The next moment the sweep must see: a rung that was not given yet, else the expiry."""
    moments = [rung_moment(deadline, rung, pauses=pauses) for rung in deadline.warn_at if rung not in given]
    return min([*moments, *([deadline.fires_at] if deadline.fires_at else [])], default=None)


def rung_moment(deadline: Deadline, rung: int, *, pauses: Pauses) -> datetime:
    """When the warning at ``rung`` per cent of the budget is due."""
    moment = moment_at(
        calendar(deadline.calendar),
        anchor_at=deadline.anchor_at,
        within=deadline.within,
        unit=deadline.unit,
        percent=rung,
        pauses=pauses,
    )
    return min(moment, deadline.fires_at or moment)


def explain_deadline(deadline: Deadline, *, pauses: Pauses) -> Due:
    """How the date came to be: anchor, budget, each pause, each feast, the roll (engine.calendars.Due)."""
    return due(
        calendar(deadline.calendar),
        anchor_at=deadline.anchor_at,
        within=deadline.within,
        unit=deadline.unit,
        roll=deadline.roll,
        franc=deadline.franc,
        pauses=pauses,
    )


def pauses_of(session: Session, deadline_id: UUID) -> Pauses:
    """The closed suspensions of a deadline, in order."""
    closed = (
        select(Suspension.suspended_at, Suspension.resumed_at)
        .where(Suspension.deadline_id == deadline_id, Suspension.resumed_at.is_not(None))
        .order_by(Suspension.suspended_at)
    )
    return tuple((start, end) for start, end in session.execute(closed) if end is not None)


def open_deadlines(session: Session, case_id: UUID) -> Sequence[Deadline]:
    """The clocks of a case that still run or stand suspended."""
    return session.scalars(
        select(Deadline).where(Deadline.case_id == case_id, Deadline.ended_at.is_(None))
    ).all()


def rungs_given(session: Session, deadline_id: UUID) -> set[int]:
    """The warnings of a deadline that were given, in per cent of its budget."""
    given = select(DeadlineWarning.rung).where(DeadlineWarning.deadline_id == deadline_id)
    return set(session.scalars(given))


def _round(timer: Timer, fired: Deadline | None, now: datetime) -> Round:
    if fired is None or fired.fires_at is None:
        return first_round(timer.kind, timer.text, now=now)
    return next_round(timer.text, Round(fired.anchor_at, fired.within, fired.fires_at))


def _has_passed(deadline: Deadline, at: datetime) -> bool:
    """Whether the expiry came before ``at``, or before the clock was stood still."""
    return deadline.fires_at is not None and deadline.fires_at <= (deadline.suspended_at or at)


def _close_intervals(tx: Transaction, deadline: Deadline) -> Pauses:
    """End the suspension that still runs; all intervals of the deadline, in order."""
    deadline.suspended_at = None
    intervals = select(Suspension).where(Suspension.deadline_id == deadline.id)
    pauses = []
    for suspension in tx.session.scalars(intervals.order_by(Suspension.suspended_at)):
        suspension.resumed_at = suspension.resumed_at or tx.at
        pauses.append((suspension.suspended_at, suspension.resumed_at))
    return tuple(pauses)


def _noun(deadline: Deadline) -> str:
    return "timer" if deadline.kind == DeadlineKind.TIMER else "deadline"


def _record(tx: Transaction, event: str, deadline: Deadline, **facts: object) -> None:
    audit.record(
        tx,
        event,
        on=("case", deadline.case_id),
        deadline=deadline.id,
        kind=deadline.kind,
        element=deadline.element,
        **facts,
    )
