"""A person's cases: the list, and each one as its applicant follows it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import render_template
from sqlalchemy.orm import Session

from engine.bpmn.model import Process
from engine.database import reading
from engine.drafts import drafts_of
from engine.queries.own_cases import (
    OwnCase,
    own_answers,
    own_case,
    own_cases,
    own_documents,
    own_notices,
)
from engine.tables import Document
from engine.versions import definition_of
from portal.blueprint import bp
from portal.following import Turn, coming_next, milestones, state_of, turns
from web.access import current, signed_in
from web.answered import answered


@dataclass(frozen=True, slots=True)
class Line:
    """A case in the list: where it stands, and whose turn it is."""

    own: OwnCase
    state: str
    turns: list[Turn]


@bp.get("/my/cases")
@signed_in
def my_cases() -> str:
    """My cases, my drafts, my messages."""
    with reading() as session:
        lines = [
            _line(own, definition_of(session, own.case).process)
            for own in own_cases(session, current.person.id)
        ]
        drafts = drafts_of(session, person_id=current.person.id)
        notices = own_notices(session, current.person.id)
    return render_template("portal/my_cases.html", lines=lines, drafts=drafts, notices=notices)


@bp.get("/my/cases/<uuid:case_id>")
@signed_in
def my_case(case_id: UUID) -> str:
    """One case: whose turn it is and until when, what happened, what I sent."""
    with reading() as session:
        own = own_case(session, case_id=case_id, person_id=current.person.id)
        known = definition_of(session, own.case)
        sent = answered(known, own_answers(session, case_id=case_id, person_id=current.person.id))
        files = files_of(session, case_id)
    return render_template(
        "portal/case.html",
        line=_line(own, known.process),
        milestones=milestones(own, known.process),
        coming=coming_next(own, known.process),
        roles=known.process.roles,
        sent=sent,
        files=files,
    )


def files_of(session: Session, case_id: UUID) -> dict[str, Document]:
    """The applicant's own files in a case, by id as text."""
    found = own_documents(session, case_id=case_id, person_id=current.person.id)
    return {str(document.id): document for document in found}


def _line(own: OwnCase, process: Process) -> Line:
    return Line(own, state_of(own), turns(own, process))
