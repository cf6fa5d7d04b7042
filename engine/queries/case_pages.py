"""What the pages of a case and of a task show besides its story: tasks, clocks, decision, and who may read what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session, joinedload

from engine.permissions import Permission
from engine.refusals import NotFound
from engine.tables import (
    Answers,
    Breach,
    Case,
    Deadline,
    DeadlineKind,
    Decision,
    Document,
    Handoff,
    Incident,
    Membership,
    Person,
    Role,
    Suspension,
    Task,
    Unit,
)
from engine.units_for_roles import ancestry

Pauses = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline with its closed suspensions, and whether it was breached, whatever happened since."""

    deadline: Deadline
    pauses: Pauses
    is_breached: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """The tasks of a case in the order they were offered, its clocks, its decision and what failed."""

    tasks: Sequence[Task]
    clocks: Sequence[Clock]
    decision: Decision | None
    incidents: Sequence[Incident]
    data: dict[str, Any]

    @property
    def waiting(self) -> list[Task]:
        """The tasks that wait for someone."""
        return [task for task in self.tasks if task.is_open]

    @property
    def clock(self) -> Clock | None:
        """The clock of the whole case."""
        return next((clock for clock in self.clocks if clock.deadline.kind == DeadlineKind.CASE), None)

    def clock_of(self, task: Task) -> Clock | None:
        """The clock of one step."""
        return next((clock for clock in self.clocks if clock.deadline.task_id == task.id), None)


@dataclass(frozen=True, slots=True)
class Secret:
    """A kind of confidential answers or documents (``medical``) that a case holds, and the people who may read them."""

    kind: str
    readers: Sequence[Person]


def task_in_case(session: Session, task_id: UUID) -> Task:
    """A task with its unit and holder, and its case with unit, applicant and procedure. Raises NotFound."""
    of_case = joinedload(Task.case)
    whole = (
        joinedload(Task.unit),
        joinedload(Task.holder),
        of_case.joinedload(Case.procedure),
        of_case.joinedload(Case.applicant),
        of_case.joinedload(Case.unit),
    )
    task = session.get(Task, task_id, options=whole)
    if task is None:
        raise NotFound("task_unknown")
    return task


def case_page(session: Session, case_id: UUID) -> CasePage:
    """All that the page of a case shows of it, in six queries."""
    whole = (joinedload(Task.unit), joinedload(Task.holder))
    tasks = select(Task).where(Task.case_id == case_id).options(*whole)
    decided = select(Decision).where(Decision.case_id == case_id).options(joinedload(Decision.signed_by))
    failed = select(Incident).where(Incident.case_id == case_id, Incident.resolved_at.is_(None))
    return CasePage(
        tasks=session.scalars(tasks.order_by(Task.offered_at, Task.item, Task.id)).all(),
        clocks=_clocks(session, case_id),
        decision=session.scalars(decided).first(),
        incidents=session.scalars(failed.order_by(Incident.opened_at)).all(),
        data=dict(session.scalars(select(Case.data).where(Case.id == case_id)).one()),
    )


def latest_handoff(session: Session, task: Task) -> Handoff | None:
    """How a task came to where it stands: from whom, and the reason a supervisor gave."""
    passed = (
        select(Handoff)
        .where(Handoff.to_task_id == task.id)
        .options(joinedload(Handoff.from_person))
        .order_by(Handoff.at.desc())
        .limit(1)
    )
    return session.scalars(passed).first()


def secrets_of(session: Session, case: Case) -> list[Secret]:
    """The kinds of secrets that a case holds, each with the people who may read it in the case's unit."""
    held = union(
        select(Answers.confidential).where(Answers.case_id == case.id, Answers.confidential.is_not(None)),
        select(Document.confidential).where(Document.case_id == case.id, Document.confidential.is_not(None)),
    )
    kinds = sorted(kind for kind in session.scalars(held) if kind is not None)
    readers = _medical_readers(session, case.unit) if kinds and case.unit else []
    return [Secret(kind, readers) for kind in kinds]


def _clocks(session: Session, case_id: UUID) -> list[Clock]:
    pauses: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
    closed = select(Suspension).where(Suspension.case_id == case_id, Suspension.resumed_at.is_not(None))
    for row in session.scalars(closed.order_by(Suspension.suspended_at)):
        if row.resumed_at is not None:
            pauses[row.deadline_id].append((row.suspended_at, row.resumed_at))
    deadlines = (
        select(Deadline, Breach.id)
        .outerjoin(Breach, Breach.deadline_id == Deadline.id)
        .where(Deadline.case_id == case_id, Deadline.kind != DeadlineKind.TIMER)
        .order_by(Deadline.anchor_at, Deadline.id)
    )
    return [
        Clock(deadline, tuple(pauses[deadline.id]), breach_id is not None)
        for deadline, breach_id in session.execute(deadlines)
    ]


def _medical_readers(session: Session, unit: Unit) -> Sequence[Person]:
    roles = session.execute(select(Role.id, Role.permissions))
    reading = [role_id for role_id, permissions in roles if Permission.READ_MEDICAL in permissions]
    members = (
        select(Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.revoked_at.is_(None), Membership.role_id.in_(reading))
        .where(Unit.path.in_(ancestry(unit.path)))
    )
    people = select(Person).where(Person.id.in_(members), Person.deactivated_at.is_(None))
    return session.scalars(people.order_by(Person.username)).all()
