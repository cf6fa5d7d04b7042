"""The sweep: warnings given, breaches recorded, timers fired, each at most once however many sweep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.bpmn import running
from engine.bpmn.failures import ActFailed
from engine.database import Transaction
from engine.deadlines import end_deadline, next_wake, pauses_of, rung_moment
from engine.incidents import failure_told, open_incident
from engine.notices import send_notice
from engine.progress import lock_case, open_tasks, settle
from engine.tables import (
    APPLICANT,
    Breach,
    Case,
    Deadline,
    DeadlineKind,
    DeadlineWarning,
    Person,
    Task,
)
from engine.versions import definition

BATCH = 500


def due_deadlines(session: Session, *, at: datetime, limit: int = BATCH) -> Sequence[UUID]:
    """The deadlines that must be seen by ``at``, the earliest first."""
    waking = select(Deadline.id).where(Deadline.wakes_at <= at).order_by(Deadline.wakes_at, Deadline.id)
    return session.scalars(waking.limit(limit)).all()


def expire(tx: Transaction, *, deadline_id: UUID) -> bool:
    """See to one deadline that is due; False if another sweep, or its end, was faster."""
    case_id = tx.session.scalar(select(Deadline.case_id).where(Deadline.id == deadline_id))
    if case_id is None:
        return False
    case = lock_case(tx, case_id)
    deadline = tx.session.get_one(Deadline, deadline_id, populate_existing=True)
    if deadline.wakes_at is None or deadline.wakes_at > tx.at:
        return False
    if deadline.kind == DeadlineKind.TIMER:
        _fire(tx, case, deadline)
    else:
        _warn_and_breach(tx, case, deadline)
    return True


def fail_expiry(tx: Transaction, *, deadline_id: UUID, failure: Exception) -> None:
    """A deadline could not be seen to: stop waking for it, and open an incident that can be retried."""
    case_id = tx.session.scalar(select(Deadline.case_id).where(Deadline.id == deadline_id))
    if case_id is None:
        return
    lock_case(tx, case_id)
    deadline = tx.session.get_one(Deadline, deadline_id, populate_existing=True)
    deadline.wakes_at = None
    code, params = failure_told(failure)
    open_incident(
        tx,
        case_id=deadline.case_id,
        element=failure.element if isinstance(failure, ActFailed) else deadline.element or "",
        code=code,
        params=params,
        deadline_id=deadline.id,
    )


def _fire(tx: Transaction, case: Case, deadline: Deadline) -> None:
    process = definition(tx.session, case.version_id).process
    standing = open_tasks(tx.session, case.id)
    advance = running.expire(process, case.state, deadline.token or "")
    end_deadline(tx, deadline, because="fired", path=advance.completed)
    tx.session.flush()
    settle(tx, case=case, process=process, advance=advance, standing=standing)


def _warn_and_breach(tx: Transaction, case: Case, deadline: Deadline) -> None:
    given = _rungs_given(tx.session, deadline)
    pauses = pauses_of(tx.session, deadline.id)
    holder = _in_whose_hands(tx, deadline)
    for rung in sorted(deadline.warn_at):
        if rung not in given and rung_moment(deadline, rung, pauses=pauses) <= tx.at:
            _warn(tx, deadline, rung, holder)
            given.add(rung)
    if deadline.fires_at is not None and deadline.fires_at <= tx.at:
        _breach(tx, case, deadline, holder)
        deadline.wakes_at = None
    else:
        deadline.wakes_at = next_wake(deadline, pauses=pauses, given=given)


def _warn(tx: Transaction, deadline: Deadline, rung: int, held: Task | None) -> None:
    tx.session.add(DeadlineWarning(case_id=deadline.case_id, deadline_id=deadline.id, rung=rung, at=tx.at))
    audit.record(
        tx,
        "deadline.warned",
        on=("case", deadline.case_id),
        deadline=deadline.id,
        element=deadline.element,
        rung=rung,
        holder=held.holder_id if held else None,
    )


def _breach(tx: Transaction, case: Case, deadline: Deadline, held: Task | None) -> None:
    tx.session.add(
        Breach(
            case_id=deadline.case_id,
            deadline_id=deadline.id,
            at=deadline.fires_at,
            recorded_at=tx.at,
            unit_id=held.unit_id if held and held.unit_id else case.unit_id,
            role=held.role if held else None,
            holder_id=held.holder_id if held else None,
        )
    )
    audit.record(
        tx,
        "deadline.breached",
        on=("case", deadline.case_id),
        deadline=deadline.id,
        kind=deadline.kind,
        element=deadline.element,
        fired_at=deadline.fires_at,
        holder=held.holder_id if held else None,
        unit=held.unit_id if held else None,
        role=held.role if held else None,
    )
    if held is not None and held.holder_id is not None and held.role != APPLICANT:
        holder = tx.session.get_one(Person, held.holder_id)
        send_notice(tx, person=holder, code="deadline_breached", case_id=case.id, reference=case.reference)


def _in_whose_hands(tx: Transaction, deadline: Deadline) -> Task | None:
    """The task a breach speaks of: the step's own, else the case's open task that waits longest."""
    if deadline.task_id is not None:
        return tx.session.get_one(Task, deadline.task_id)
    tasks = sorted(open_tasks(tx.session, deadline.case_id), key=lambda task: (task.offered_at, task.id))
    return next((task for task in tasks if task.role != APPLICANT), tasks[0] if tasks else None)


def _rungs_given(session: Session, deadline: Deadline) -> set[int]:
    given = select(DeadlineWarning.rung).where(DeadlineWarning.deadline_id == deadline.id)
    return set(session.scalars(given))
