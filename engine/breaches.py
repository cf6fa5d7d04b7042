"""Breaches: a deadline that passed unmet, once, with the hands in which the file was."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.database import Transaction
from engine.notices import send_notice
from engine.tables import APPLICANT, Breach, Case, Deadline, DeadlineKind, Person, Task


def record_breach(tx: Transaction, deadline: Deadline) -> Breach | None:
    """Write down that a deadline passed unmet, at its own moment; None if that is written already.

    Whoever first sees it does: the sweep, or the act that ends or suspends the clock before the sweep came.
    """
    if deadline.kind == DeadlineKind.TIMER or is_breached(tx.session, deadline.id):
        return None
    case = tx.session.get_one(Case, deadline.case_id)
    held = in_whose_hands(tx, deadline)
    breach = Breach(
        case_id=deadline.case_id,
        deadline_id=deadline.id,
        at=deadline.fires_at,
        recorded_at=tx.at,
        unit_id=held.unit_id if held and held.unit_id else case.unit_id,
        role=held.role if held else None,
        holder_id=held.holder_id if held else None,
    )
    tx.session.add(breach)
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
    if held is not None and held.is_open and held.holder_id is not None and held.role != APPLICANT:
        holder = tx.session.get_one(Person, held.holder_id)
        send_notice(tx, person=holder, code="deadline_breached", case_id=case.id, reference=case.reference)
    return breach


def in_whose_hands(tx: Transaction, deadline: Deadline) -> Task | None:
    """The task a breach or warning speaks of: the step's own, else the case's that waits (or waited) longest."""
    if deadline.task_id is not None:
        return tx.session.get_one(Task, deadline.task_id)
    waiting = select(Task).where(Task.case_id == deadline.case_id, Task.ended_at.is_(None))
    tasks = tx.session.scalars(waiting.order_by(Task.offered_at, Task.id)).all()
    return next((task for task in tasks if task.role != APPLICANT), tasks[0] if tasks else None)


def is_breached(session: Session, deadline_id: UUID) -> bool:
    """Whether the deadline passed unmet, whatever happened since."""
    return session.scalar(select(Breach.id).where(Breach.deadline_id == deadline_id)) is not None
