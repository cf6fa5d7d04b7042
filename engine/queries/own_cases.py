"""What an applicant may know of their own cases: whose turn it is, what was done, what was asked and decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engine.refusals import OfAnother, Refusal
from engine.tables import (
    APPLICANT,
    Answers,
    Breach,
    Case,
    Deadline,
    DeadlineKind,
    Decision,
    Document,
    Handoff,
    Notice,
    Task,
    TaskStatus,
    Unit,
)

ASKED = ("missing_pieces", "message")  #: fields of an asking step's form that are written for the applicant


class CaseNotYours(Refusal):
    """There is no such case of this person: whether it exists at all is not told."""

    status = 404
    code = "case_unknown"


class DecisionNotNotified(Refusal):
    """No decision was notified in this case yet."""

    status = 404
    code = "decision_not_notified"


class TaskNotYours(Refusal):
    """There is no such task for this applicant: whether it exists at all is not told."""

    status = 404
    code = "task_unknown"


@dataclass(slots=True)
class OwnCase:
    """A case with what its applicant follows: tasks and clocks, in the order they began; its decision, if any."""

    case: Case
    tasks: list[Task] = field(default_factory=list)
    clocks: list[Deadline] = field(default_factory=list)
    breached: set[UUID] = field(default_factory=set)
    decision: Decision | None = None

    @property
    def waiting(self) -> list[Task]:
        """The tasks that wait for someone."""
        return [task for task in self.tasks if task.is_open]

    @property
    def asked(self) -> list[Task]:
        """The tasks that wait for the applicant."""
        return [task for task in self.waiting if task.role == APPLICANT]

    @property
    def clock(self) -> Deadline | None:
        """The clock of the whole case."""
        return next((clock for clock in self.clocks if clock.kind == DeadlineKind.CASE), None)

    def clock_of(self, task: Task) -> Deadline | None:
        """The clock of one step."""
        return next((clock for clock in self.clocks if clock.task_id == task.id), None)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a decision: the step they did, with its role, and their unit."""

    step: str
    role: str
    unit: Unit | None


def own_cases(session: Session, person_id: UUID) -> list[OwnCase]:
    """A person's cases, the newest first, each with its open tasks and clocks (five queries in all)."""
    cases = session.scalars(
        select(Case)
        .where(Case.applicant_id == person_id)
        .options(joinedload(Case.procedure), joinedload(Case.unit))
        .order_by(Case.opened_at.desc())
    ).all()
    return _followed(session, cases)


def own_case(session: Session, *, case_id: UUID, person_id: UUID) -> OwnCase:
    """One's own case, followed. Raises CaseNotYours, OfAnother."""
    case = session.get(Case, case_id, options=(joinedload(Case.procedure), joinedload(Case.unit)))
    if case is None:
        raise CaseNotYours
    if case.applicant_id != person_id:
        raise OfAnother("case_unknown")
    return _followed(session, [case])[0]


def notified_decision(own: OwnCase) -> Decision:
    """The decision of one's own case. Raises DecisionNotNotified until it is served."""
    if own.decision is None or own.decision.notified_at is None:
        raise DecisionNotNotified
    return own.decision


def case_of_receipt(session: Session, *, case_id: UUID) -> Case:
    """The case that a receipt is of, for whoever holds the receipt. Raises CaseNotYours."""
    case = session.get(Case, case_id, options=(joinedload(Case.procedure), joinedload(Case.unit)))
    if case is None or case.applicant_id is None:
        raise CaseNotYours
    return case


def own_task(session: Session, *, task_id: UUID, person_id: UUID) -> Task:
    """A task for the applicant in one's own case, with its case. Raises TaskNotYours, OfAnother."""
    task = session.get(Task, task_id, options=(joinedload(Task.case).joinedload(Case.procedure),))
    if task is not None and task.case.applicant_id != person_id:
        raise OfAnother("task_unknown")
    if task is None or task.role != APPLICANT:
        raise TaskNotYours
    return task


def own_answers(session: Session, *, case_id: UUID, person_id: UUID) -> list[Answers]:
    """What this person answered in a case, in order."""
    mine = select(Answers).where(Answers.case_id == case_id, Answers.person_id == person_id)
    return list(session.scalars(mine.order_by(Answers.at, Answers.confidential)))


def own_documents(session: Session, *, case_id: UUID, person_id: UUID) -> list[Document]:
    """What this person attached to a case, in order."""
    mine = select(Document).where(Document.case_id == case_id, Document.uploaded_by_id == person_id)
    return list(session.scalars(mine.order_by(Document.uploaded_at, Document.field)))


def asked_of_applicant(session: Session, task: Task) -> tuple[str | None, dict[str, Any]]:
    """What the step that handed this task over wrote for the applicant: its form's name, and ASKED of its answers."""
    giving = (
        select(Answers.form, Answers.content)
        .join(Handoff, Handoff.from_task_id == Answers.task_id)
        .where(Handoff.to_task_id == task.id, Answers.confidential.is_(None))
    )
    for form, content in session.execute(giving):
        if content is not None:
            return form, {name: content[name] for name in ASKED if content.get(name)}
    return None, {}


def signature(session: Session, decision: Decision) -> Signature | None:
    """The task whose completion signed a decision."""
    done = (
        select(Task)
        .where(
            Task.case_id == decision.case_id,
            Task.holder_id == decision.signed_by_id,
            Task.status == TaskStatus.COMPLETED,
            Task.ended_at <= decision.issued_at,
        )
        .options(joinedload(Task.unit))
        .order_by(Task.ended_at.desc())
        .limit(1)
    )
    task = session.scalars(done).first()
    return None if task is None else Signature(task.step, task.role, task.unit)


def own_notices(session: Session, person_id: UUID, *, limit: int = 20) -> list[Notice]:
    """The newest messages to a person."""
    newest = select(Notice).where(Notice.person_id == person_id).order_by(Notice.at.desc()).limit(limit)
    return list(session.scalars(newest))


def _followed(session: Session, cases: Sequence[Case]) -> list[OwnCase]:
    followed = {case.id: OwnCase(case) for case in cases}
    ids = list(followed)
    if not ids:
        return []
    for task in session.scalars(_of(Task, ids).options(joinedload(Task.unit)).order_by(Task.offered_at)):
        followed[task.case_id].tasks.append(task)
    for clock in session.scalars(_of(Deadline, ids).order_by(Deadline.anchor_at)):
        followed[clock.case_id].clocks.append(clock)
    for case_id, deadlines in _breached(session, ids).items():
        followed[case_id].breached = deadlines
    issued = select(Decision).where(Decision.case_id.in_(ids)).options(joinedload(Decision.signed_by))
    for decision in session.scalars(issued):
        followed[decision.case_id].decision = decision
    return list(followed.values())


def _of(table: Any, case_ids: Collection[UUID]) -> Any:
    return select(table).where(table.case_id.in_(case_ids))


def _breached(session: Session, case_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    rows = select(Breach.case_id, Breach.deadline_id).where(Breach.case_id.in_(case_ids))
    for case_id, deadline_id in session.execute(rows):
        found[case_id].add(deadline_id)
    return found
