"""Who may look into a case, and into which of its answers and documents; each look is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engine.database import Transaction
from engine.permissions import Permission
from engine.refusals import Refusal
from engine.standing import Standing
from engine.tables import Answers, Case, Document, Reading, Unit

MEDICAL = "medical"
LOOKING = (Permission.WORK_TASKS, Permission.SUPERVISE_UNIT, Permission.INSPECT_CASES)


class CaseClosedToYou(Refusal):
    """The person has no business with this case, this answer or this document."""

    status = 403


class CaseNotFound(Refusal):
    """There is no such case or document."""

    status = 404


def readable_case(session: Session, *, case_id: UUID, who: Standing) -> Case:
    """The case with its unit, applicant and version, if this person may look into it.

    Its applicant may, and staff who work on, supervise or inspect its unit. Raises CaseNotFound, CaseClosedToYou.
    """
    whole = (
        joinedload(Case.unit),
        joinedload(Case.applicant),
        joinedload(Case.version),
        joinedload(Case.procedure),
    )
    case = session.get(Case, case_id, options=whole)
    if case is None:
        raise CaseNotFound("case_unknown")
    if not may_read(case, who):
        raise CaseClosedToYou("not_your_case")
    return case


def may_read(case: Case, who: Standing) -> bool:
    """Whether this person may look into the case (loaded with its unit)."""
    if case.applicant_id is not None and case.applicant_id == who.person_id:
        return True
    path = case.unit.path if case.unit else ""
    return any(who.may_in(permission, path) for permission in LOOKING)


def readable_answers(session: Session, *, case: Case, who: Standing) -> Sequence[Answers]:
    """The answers of a case that this person may read, in the order they were given."""
    rows = session.scalars(
        select(Answers)
        .where(Answers.case_id == case.id)
        .options(joinedload(Answers.person))
        .order_by(Answers.at, Answers.step)
    ).all()
    return [row for row in rows if _may_see(case, who, row.confidential, row.person_id)]


def readable_document(session: Session, *, document_id: UUID, who: Standing) -> Document:
    """A document that this person may open: CaseNotFound, CaseClosedToYou otherwise."""
    document = session.get(Document, document_id)
    if document is None:
        raise CaseNotFound("document_unknown")
    if document.case_id is None:
        if document.uploaded_by_id != who.person_id:
            raise CaseClosedToYou("not_your_case")
        return document
    case = readable_case(session, case_id=document.case_id, who=who)
    if not _may_see(case, who, document.confidential, document.uploaded_by_id):
        raise CaseClosedToYou("confidential")
    return document


def readable_documents(session: Session, *, case: Case, who: Standing) -> Sequence[Document]:
    """The documents of a case that this person may open, in order of arrival."""
    rows = session.scalars(
        select(Document).where(Document.case_id == case.id).order_by(Document.uploaded_at, Document.field)
    ).all()
    return [row for row in rows if _may_see(case, who, row.confidential, row.uploaded_by_id)]


def record_reading(tx: Transaction, *, case_id: UUID, what: str, document_id: UUID | None = None) -> None:
    """Write down that the actor looked: ``what`` is case, task, story, decision, incident or document."""
    tx.session.add(
        Reading(person_id=tx.actor.person_id, case_id=case_id, document_id=document_id, what=what, at=tx.at)
    )


def _may_see(case: Case, who: Standing, confidential: str | None, author_id: UUID | None) -> bool:
    if confidential is None or (author_id is not None and author_id == who.person_id):
        return True
    path = case.unit.path if isinstance(case.unit, Unit) else ""
    return confidential == MEDICAL and who.may_in(Permission.READ_MEDICAL, path)
