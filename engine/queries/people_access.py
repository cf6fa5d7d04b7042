"""Whom an administrator may look at: the staff of their units, and everyone from the root of the tree."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.permissions import Permission
from engine.queries.people import person_with_roles
from engine.refusals import NotFound, NotPermitted
from engine.standing import Standing, manages_unplaced
from engine.tables import AuditEntry, Membership, Person

MOST_ENTRIES = 100


def administered_person(
    session: Session, *, person_id: UUID, who: Standing
) -> tuple[Person, Sequence[Membership]]:
    """A person with the roles in force, if this administrator may look. Raises NotFound, NotPermitted."""
    found = person_with_roles(session, person_id)
    if found is None:
        raise NotFound("person_unknown")
    person, memberships = found
    mine = [one for one in memberships if who.may_in(Permission.MANAGE_PEOPLE, one.unit.path)]
    if not (mine or who.manages_all or (not memberships and manages_unplaced(session, who, person_id))):
        raise NotPermitted(permission=Permission.MANAGE_PEOPLE)
    return person, memberships


def person_trail(session: Session, person_id: UUID) -> Sequence[AuditEntry]:
    """The newest entries about a person: sign-ins, refusals, changes, roles; the newest first."""
    entries = select(AuditEntry).where(AuditEntry.subject_id == person_id)
    return session.scalars(entries.order_by(AuditEntry.number.desc()).limit(MOST_ENTRIES)).all()
