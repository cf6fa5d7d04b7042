"""Incidents that wait for an owner."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from engine.tables import Case, Incident, Unit


def open_incidents(session: Session, *, roots: Sequence[str], most: int = 200) -> Sequence[Incident]:
    """The unresolved incidents owned by units at and below these paths, the oldest first, with their cases."""
    wanted = (
        select(Incident)
        .join(Unit, Unit.id == Incident.owner_unit_id)
        .where(Incident.resolved_at.is_(None), _within(roots))
        .options(contains_eager(Incident.owner_unit), joinedload(Incident.case).joinedload(Case.procedure))
        .order_by(Incident.opened_at, Incident.id)
    )
    return session.scalars(wanted.limit(most)).all()


def _within(roots: Sequence[str]) -> ColumnElement[bool]:
    below = [or_(Unit.path == root, Unit.path.startswith(f"{root}/", autoescape=True)) for root in roots]
    return or_(*below) if below else false()
