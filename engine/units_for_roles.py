"""To which unit a step goes: the case's, else the nearest one up the tree that grants the lane's role."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpmn.model import Step
from engine.tables import APPLICANT, Case, Membership, Person, Role, Unit


def units_for_roles(session: Session, case: Case, steps: Collection[Step]) -> dict[str, UUID | None]:
    """The unit of each step, by step id: None where the case has none, the case's own where nobody holds the role."""
    if case.unit is None:
        return {step.id: None for step in steps}
    paths = ancestry(case.unit.path)
    roles = {step.role for step in steps if step.role and step.role != APPLICANT}
    found = _granted(session, roles, paths) if roles else {}
    return {step.id: _nearest(step, paths, found) or case.unit_id for step in steps}


def ancestry(path: str) -> list[str]:
    """The paths from a unit up to the root, nearest first."""
    codes = path.split("/")
    return ["/".join(codes[:length]) for length in range(len(codes), 0, -1)]


def _nearest(step: Step, paths: list[str], found: dict[tuple[str, str], UUID]) -> UUID | None:
    reachable = paths[1:] if step.unit == "parent" else paths
    return next(
        (found[step.role or "", path] for path in reachable if (step.role or "", path) in found), None
    )


def _granted(session: Session, roles: set[str], paths: list[str]) -> dict[tuple[str, str], UUID]:
    """The units at these paths where somebody holds one of these roles, by role and path."""
    granting = (
        select(Role.code, Unit.path, Unit.id)
        .join(Membership, Membership.role_id == Role.id)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.revoked_at.is_(None), Person.deactivated_at.is_(None), Unit.path.in_(paths))
        .where(Role.code.in_(roles))
        .distinct()
    )
    return {(role, path): unit for role, path, unit in session.execute(granting)}
