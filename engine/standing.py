"""What a person may do and where: the roles granted to them, each holding in its unit and all units below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from engine.permissions import Permission
from engine.refusals import NotFound, Refusal
from engine.tables import AuditEntry, Membership, Person, Role, Unit

#: Id, person, role, permissions and unit's path of a grant that manages people.
_Managing = Row[UUID, UUID, UUID, list[str], str]


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that a person holds in a unit; ``permissions`` are those the role gives today."""

    unit_id: UUID
    unit_path: str
    unit_code: str
    role: str
    permissions: frozenset[str]

    def covers(self, unit_path: str) -> bool:
        """Whether the unit at this path is the grant's own or lies below it."""
        return unit_path == self.unit_path or unit_path.startswith(f"{self.unit_path}/")


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a person may, as one query found it."""

    person_id: UUID
    kind: str
    grants: tuple[Grant, ...]

    @property
    def is_citizen(self) -> bool:
        """Whether the person is a citizen rather than staff."""
        return self.kind == "citizen"

    def may(self, permission: str) -> bool:
        """Whether the person may do this in some unit at least."""
        return any(permission in grant.permissions for grant in self.grants)

    def may_in(self, permission: str, unit_path: str) -> bool:
        """Whether the person may do this in the unit at this path."""
        return any(permission in grant.permissions and grant.covers(unit_path) for grant in self.grants)

    def has_role_in(self, role: str, unit_path: str) -> bool:
        """Whether the person holds this role in the unit at this path, or above it."""
        return any(grant.role == role and grant.covers(unit_path) for grant in self.grants)

    def roots(self, permission: str) -> tuple[str, ...]:
        """Paths of the units in and below which the person may do this, none within another, in order."""
        paths = {grant.unit_path for grant in self.grants if permission in grant.permissions}
        return tuple(sorted(path for path in paths if not any(_is_below(path, other) for other in paths)))

    @property
    def manages_all(self) -> bool:
        """Whether the person manages people from the root of the tree."""
        return any("/" not in path for path in self.roots(Permission.MANAGE_PEOPLE))

    def roles_with(self, permission: str) -> tuple[str, ...]:
        """Codes of the roles that give the person this permission, in order."""
        return tuple(sorted({grant.role for grant in self.grants if permission in grant.permissions}))


def standing(session: Session, person_id: UUID) -> Standing:
    """The roles in force of a person. Raises NotFound; a person who is deactivated holds no grant."""
    query = (
        select(Person.kind, Person.deactivated_at, Unit.id, Unit.path, Unit.code, Role.code, Role.permissions)
        .outerjoin(Membership, and_(Membership.person_id == Person.id, Membership.revoked_at.is_(None)))
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .outerjoin(Role, Role.id == Membership.role_id)
        .where(Person.id == person_id)
        .order_by(Unit.path, Role.code)
    )
    rows = session.execute(query).all()
    if not rows:
        raise NotFound(what="person")
    grants = tuple(
        Grant(unit_id, path, unit_code, role, frozenset(permissions))
        for _kind, deactivated_at, unit_id, path, unit_code, role, permissions in rows
        if role is not None and deactivated_at is None
    )
    return Standing(person_id, rows[0].kind, grants)


def may_in(session: Session, person_id: UUID | None, permission: Permission, unit_path: str) -> bool:
    """Whether an actor may do this there: the machine itself (None) may, a person by their roles."""
    return person_id is None or standing(session, person_id).may_in(permission, unit_path)


def granted_paths(session: Session, person_id: UUID) -> set[str]:
    """Paths of the units where a person holds a role, whether their account is open or closed."""
    query = select(Unit.path).join(Membership, Membership.unit_id == Unit.id)
    return set(
        session.scalars(query.where(Membership.person_id == person_id, Membership.revoked_at.is_(None)))
    )


def manages_unplaced(session: Session, who: Standing, person_id: UUID) -> bool:
    """Whether an administrator manages a person who holds no role: from the root, or as the one who added them."""
    if who.manages_all:
        return True
    added = select(AuditEntry.id).where(
        AuditEntry.subject_id == person_id,
        AuditEntry.event == "person.created",
        AuditEntry.actor_id == who.person_id,
    )
    return session.scalar(added) is not None and who.may(Permission.MANAGE_PEOPLE)


def require_other_manager(session: Session, person_id: UUID, *, but: UUID | None = None) -> None:
    """Refuse what would leave nobody to manage people, or nobody at the root: ``last_administrator``.

    It is about to end for this person; ``but`` spares their other grants, and names the membership that ends.
    """
    _require_left(session, lambda row: row.id == but if but else row.person_id == person_id)


def require_other_managing_role(session: Session, role_id: UUID) -> None:
    """Refuse to end the managing of people for all who hold this role, if nobody else does: the same refusal."""
    _require_left(session, lambda row: row.role_id == role_id)


def _require_left(session: Session, ends: Callable[[_Managing], bool]) -> None:
    managing = _managers(session)
    for those in (managing, [row for row in managing if "/" not in row.path]):
        if those and all(map(ends, those)):
            raise Refusal("last_administrator")


def _managers(session: Session) -> list[_Managing]:
    """The grants in force that manage people, locked until the transaction ends: two who go wait for each other."""
    roles = [
        role.id for role in session.scalars(select(Role)) if Permission.MANAGE_PEOPLE in role.permissions
    ]
    query = (
        select(Membership.id, Membership.person_id, Membership.role_id, Role.permissions, Unit.path)
        .join(Role, Role.id == Membership.role_id)
        .join(Person, Person.id == Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.revoked_at.is_(None), Person.deactivated_at.is_(None), Role.id.in_(roles))
        .order_by(Membership.id)
        .with_for_update(of=(Membership, Person, Role))
    )
    return [row for row in session.execute(query) if Permission.MANAGE_PEOPLE in row.permissions]


def _is_below(path: str, other: str) -> bool:
    return path.startswith(f"{other}/")
