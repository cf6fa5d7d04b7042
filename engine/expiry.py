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
from engine.breaches import in_whose_hands, record_breach
from engine.cases import Beginning, begin_case
from engine.database import Transaction
from engine.deadlines import end_deadline, next_wake, pauses_of, rung_moment, rungs_given
from engine.incidents import failure_told, open_incident
from engine.progress import lock_case, open_tasks, settle
from engine.starts import take_round
from engine.tables import Case, Deadline, DeadlineKind, DeadlineWarning, Task
from engine.versions import definition_of

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
    is_due = deadline.wakes_at is not None and deadline.wakes_at <= tx.at
    if not (is_due and deadline.is_open and deadline.suspended_at is None):
        return False
    if deadline.kind == DeadlineKind.TIMER:
        _fire(tx, case, deadline)
    else:
        _warn_and_breach(tx, deadline)
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


def fire_start(tx: Transaction, *, start_id: UUID) -> bool:
    """Open the case of a start timer that is due; False if another sweep was faster."""
    start = take_round(tx, start_id)
    if start is None:
        return False
    begin_case(tx, version_id=start.version_id, beginning=Beginning(start.element, "timer"))
    return True


def skip_start(tx: Transaction, *, start_id: UUID) -> None:
    """A start timer could not open its case: leave that round out."""
    take_round(tx, start_id)


def _fire(tx: Transaction, case: Case, deadline: Deadline) -> None:
    known = definition_of(tx.session, case)
    standing = open_tasks(tx.session, case.id)
    advance = running.expire(known.process, case.state, deadline.token or "")
    end_deadline(tx, deadline, because="fired", path=advance.completed)
    tx.session.flush()
    settle(tx, case=case, known=known, advance=advance, standing=standing, fired=deadline, cause="timer")


def _warn_and_breach(tx: Transaction, deadline: Deadline) -> None:
    given = rungs_given(tx.session, deadline.id)
    pauses = pauses_of(tx.session, deadline.id)
    holder = in_whose_hands(tx, deadline)
    for rung in sorted(deadline.warn_at):
        if rung not in given and rung_moment(deadline, rung, pauses=pauses) <= tx.at:
            _warn(tx, deadline, rung, holder)
            given.add(rung)
    if deadline.fires_at is not None and deadline.fires_at <= tx.at:
        record_breach(tx, deadline)
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
