"""Roles: what they permit, and who holds them in which unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engine import audit
from engine.database import Transaction
from engine.labels import checked_labels
from engine.permissions import ROLES, Permission
from engine.refusals import NotFound, NotPermitted, Refusal
from engine.standing import (
    granted_paths,
    manages_unplaced,
    may_in,
    require_other_manager,
    require_other_managing_role,
    standing,
)
from engine.tables import APPLICANT, Membership, Person, Role, Unit

_CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class RoleRefused(Refusal):
    """The role cannot be like this: its code or its permissions."""

    status = 422


class SelfGrant(Refusal):
    """Nobody gives themselves a role, nor a permission to a role they hold."""

    status = 403
    code = "self_grant"


def seed_roles(tx: Transaction) -> list[Role]:
    """Create the roles that a new installation starts with, where they are missing."""
    known = set(tx.session.scalars(select(Role.code)))
    return [
        create_role(tx, code=code, names=names, permissions=permissions)
        for code, (names, permissions) in ROLES.items()
        if code not in known
    ]


def create_role(tx: Transaction, *, code: str, names: Mapping[str, str], permissions: Iterable[str]) -> Role:
    """Add a role; lanes of diagrams name it by its code. Raises RoleRefused, LabelsRefused, NotPermitted."""
    _may_define(tx)
    labels, allowed = checked_labels(names), _checked_permissions(permissions)
    if not _CODE.fullmatch(code) or code == APPLICANT:
        raise RoleRefused("code_invalid")
    if tx.session.scalar(select(Role.id).where(Role.code == code)) is not None:
        raise RoleRefused("code_taken", code=code)
    role = Role(code=code, names=labels, permissions=allowed, created_at=tx.at)
    try:
        with tx.session.begin_nested():
            tx.session.add(role)
    except IntegrityError:
        raise RoleRefused("code_taken", code=code) from None
    audit.record(tx, "role.created", on=("role", role.id), code=code, permissions=allowed)
    return role


def change_role(
    tx: Transaction, *, role_id: UUID, names: Mapping[str, str], permissions: Iterable[str]
) -> Role:
    """Change what a role is called and permits. Raises RoleRefused, LabelsRefused, NotPermitted, SelfGrant."""
    _may_define(tx)
    role = tx.session.get(Role, role_id)
    if role is None:
        raise NotFound("role_unknown")
    labels, allowed = checked_labels(names), _checked_permissions(permissions)
    _refuse_own_widening(tx, role, allowed)
    _require_managers(tx, role, allowed)
    if (labels, allowed) != (role.names, role.permissions):
        facts = {"code": role.code, "before": role.permissions, "after": allowed}
        audit.record(tx, "role.changed", on=("role", role.id), **facts)
        role.names, role.permissions = labels, allowed
    return role


def grant_role(tx: Transaction, *, person_id: UUID, unit_id: UUID, role: str) -> Membership:
    """Give a person a role in a unit and all below it; the same row again if they hold it.

    Raises NotFound, NotPermitted, SelfGrant, and Refusal for citizens and closed accounts.
    """
    person, unit, wanted = _locked(tx, person_id), _unit(tx, unit_id), _role(tx, role)
    _may_staff(tx, unit)
    if tx.actor.person_id == person_id:
        raise SelfGrant
    _check_holder(person, unit)
    _may_place(tx, person_id)
    held = _in_force(tx, person_id, unit_id, wanted.id)
    if held is not None:
        return held
    membership = Membership(
        person_id=person_id, unit_id=unit_id, role_id=wanted.id, granted_at=tx.at, granted_by=tx.actor.name
    )
    tx.session.add(membership)
    audit.record(tx, "role.granted", on=("person", person_id), role=role, unit=unit.code)
    tx.session.flush()
    return membership


def revoke_role(tx: Transaction, *, person_id: UUID, unit_id: UUID, role: str) -> Membership:
    """Take a role back. Raises NotFound, NotPermitted, Refusal (``role_not_held``, ``last_administrator``)."""
    person, unit, held_role = _person(tx, person_id), _unit(tx, unit_id), _role(tx, role)
    _may_staff(tx, unit)
    membership = _in_force(tx, person_id, unit_id, held_role.id)
    if membership is None:
        raise Refusal("role_not_held", person=person.names, unit=unit.names)
    require_other_manager(tx.session, person_id, but=membership.id)
    membership.revoked_at, membership.revoked_by = tx.at, tx.actor.name
    audit.record(tx, "role.revoked", on=("person", person_id), role=role, unit=unit.code)
    return membership


def _checked_permissions(permissions: Iterable[str]) -> list[str]:
    asked = set(permissions)
    if not asked <= set(Permission):
        raise RoleRefused("permission_unknown")
    return [permission.value for permission in Permission if permission in asked]


def _check_holder(person: Person, unit: Unit) -> None:
    if person.is_citizen:
        raise Refusal("citizens_hold_no_role")
    if person.deactivated_at is not None:
        raise Refusal("person_deactivated", person=person.names)
    if unit.closed_at is not None:
        raise Refusal("unit_closed", unit=unit.names)


def _may_define(tx: Transaction) -> None:
    """Roles hold everywhere, so who defines them manages people from the root of the tree."""
    actor = tx.actor.person_id
    if actor is not None and not standing(tx.session, actor).manages_all:
        raise NotPermitted(permission=Permission.MANAGE_PEOPLE)


def _may_staff(tx: Transaction, unit: Unit) -> None:
    if not may_in(tx.session, tx.actor.person_id, Permission.MANAGE_PEOPLE, unit.path):
        raise NotPermitted(permission=Permission.MANAGE_PEOPLE)


def _may_place(tx: Transaction, person_id: UUID) -> None:
    """A first role makes whoever grants it the person's administrator: it takes one who is that already."""
    actor = tx.actor.person_id
    if actor is None or granted_paths(tx.session, person_id):
        return
    if not manages_unplaced(tx.session, standing(tx.session, actor), person_id):
        raise NotPermitted(permission=Permission.MANAGE_PEOPLE)


def _refuse_own_widening(tx: Transaction, role: Role, allowed: list[str]) -> None:
    actor = tx.actor.person_id
    widens = set(allowed) - set(role.permissions)
    if actor and widens and any(grant.role == role.code for grant in standing(tx.session, actor).grants):
        raise SelfGrant


def _require_managers(tx: Transaction, role: Role, allowed: list[str]) -> None:
    """Refuse to take the managing of people from a role when no other role in force has it."""
    if Permission.MANAGE_PEOPLE in role.permissions and Permission.MANAGE_PEOPLE not in allowed:
        require_other_managing_role(tx.session, role.id)


def _in_force(tx: Transaction, person_id: UUID, unit_id: UUID, role_id: UUID) -> Membership | None:
    return tx.session.scalar(
        select(Membership).where(
            Membership.person_id == person_id,
            Membership.unit_id == unit_id,
            Membership.role_id == role_id,
            Membership.revoked_at.is_(None),
        )
    )


def _person(tx: Transaction, person_id: UUID) -> Person:
    person = tx.session.get(Person, person_id)
    if person is None:
        raise NotFound("person_unknown")
    return person


def _locked(tx: Transaction, person_id: UUID) -> Person:
    """The person, whose roles nobody else grants until the transaction ends."""
    person = tx.session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound("person_unknown")
    return person


def _unit(tx: Transaction, unit_id: UUID) -> Unit:
    unit = tx.session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("unit_unknown")
    return unit


def _role(tx: Transaction, code: str) -> Role:
    role = tx.session.scalar(select(Role).where(Role.code == code))
    if role is None:
        raise NotFound("role_unknown")
    return role
