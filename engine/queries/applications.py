"""What a citizen can file, and where: the services, the centres, the files they sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, joinedload

from engine.drafts import DraftUnknown
from engine.refusals import OfAnother
from engine.tables import Document, Draft, Procedure, ProcessVersion, Unit

CENTRE = "centre"  #: the kind of unit that receives requests

Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class Service:
    """A procedure in service, with the version that new cases follow."""

    key: str
    names: Names
    version_id: UUID


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency with the centres below it that receive requests."""

    code: str
    names: Names
    centres: tuple[Unit, ...]


def services(session: Session) -> list[Service]:
    """All procedures in service, in the order they came into it."""
    newest = (
        select(ProcessVersion.procedure_id, func.max(ProcessVersion.number).label("number"))
        .group_by(ProcessVersion.procedure_id)
        .subquery()
    )
    rows = session.execute(
        select(Procedure.key, Procedure.names, ProcessVersion.id)
        .join(ProcessVersion, ProcessVersion.procedure_id == Procedure.id)
        .join(
            newest,
            (newest.c.procedure_id == ProcessVersion.procedure_id)
            & (newest.c.number == ProcessVersion.number),
        )
        .order_by(Procedure.created_at, Procedure.key)
    )
    return [Service(key, names, version_id) for key, names, version_id in rows]


def filing_units(session: Session) -> list[Agency]:
    """The open centres that a request can be sent to, grouped by the agency above them, in order of code."""
    agency = aliased(Unit)
    rows = session.execute(
        select(agency, Unit)
        .join(agency, agency.id == Unit.parent_id)
        .where(Unit.kind == CENTRE, Unit.closed_at.is_(None), agency.closed_at.is_(None))
        .order_by(agency.code, Unit.code)
    )
    grouped = groupby(((above, centre) for above, centre in rows), key=lambda row: row[0].code)
    found = [(code, list(members)) for code, members in grouped]
    return [
        Agency(code, members[0][0].names, tuple(centre for _above, centre in members))
        for code, members in found
    ]


def filing_unit(session: Session, unit_id: UUID | None) -> Unit | None:
    """The open centre of this id; None when there is none, or it is another kind of unit."""
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    return unit if unit is not None and unit.kind == CENTRE and unit.closed_at is None else None


def draft_to_send(session: Session, *, draft_id: UUID, person_id: UUID) -> Draft:
    """A person's draft of a new case with its procedure, held until the transaction ends: two sends make one case.

    Raises DraftUnknown when it was sent already or thrown away, OfAnother when it is not theirs.
    """
    held = (
        select(Draft)
        .where(Draft.id == draft_id, Draft.task_id.is_(None))
        .options(joinedload(Draft.procedure, innerjoin=True))
        .with_for_update(of=Draft)
    )
    draft = session.scalars(held).first()
    if draft is None:
        raise DraftUnknown("draft_unknown")
    if draft.person_id != person_id:
        raise OfAnother("draft_unknown")
    return draft


def own_files(session: Session, *, document_ids: Iterable[str], person_id: UUID) -> dict[str, Document]:
    """The files a person sent, among these ids, by id as text; those of others are left out."""
    wanted = {found for text in document_ids if (found := _as_id(text)) is not None}
    if not wanted:
        return {}
    mine = select(Document).where(Document.id.in_(wanted), Document.uploaded_by_id == person_id)
    return {str(document.id): document for document in session.scalars(mine)}


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
