"""People, units and roles, as the administrator's pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from engine.details import normal_username
from engine.sign_ins import locked_until
from engine.tables import Membership, Person, Role, Unit

PAGE = 50  #: people on a page


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What to look for: text in the names or user name, a kind, a role's code, paths of units (and below)."""

    text: str = ""
    kind: str = ""
    role: str = ""
    unit_paths: tuple[str, ...] = ()
    deactivated: bool | None = None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people in order of user name; ``total`` counts all that were found, ``page`` starts at 1."""

    people: Sequence[Person]
    roles: dict[UUID, list[Membership]]
    page: int
    total: int

    @property
    def has_next(self) -> bool:
        """Whether more follow."""
        return self.page * PAGE < self.total


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit with its depth in the tree and how many people hold a role in it."""

    unit: Unit
    depth: int
    members: int


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role with how many people hold it somewhere."""

    role: Role
    holders: int


def people_page(session: Session, wanted: PeopleFilter, *, page: int = 1) -> PeoplePage:
    """The people who fit, one page of them (the last, if it lies beyond), with the roles they hold."""
    found = _fitting(wanted)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    page = min(max(page, 1), max(-(-total // PAGE), 1))
    people = session.scalars(found.order_by(Person.username).limit(PAGE).offset((page - 1) * PAGE)).all()
    return PeoplePage(people, _roles_of(session, [person.id for person in people]), page, total)


def person_with_roles(session: Session, person_id: UUID) -> tuple[Person, list[Membership]] | None:
    """A person with the memberships in force, each with its unit and role; None if there is none."""
    person = session.get(Person, person_id)
    return (person, _roles_of(session, [person_id]).get(person_id, [])) if person else None


def person_named(session: Session, username: str) -> Person | None:
    """The person of a user name."""
    return session.scalar(select(Person).where(Person.username == normal_username(username)))


def lock_of(session: Session, person: Person, *, at: datetime) -> datetime | None:
    """Until when the person's sign-in is locked after failures; None if it is not."""
    return locked_until(session, username=person.username, at=at)


def units_tree(session: Session) -> list[UnitNode]:
    """All units, each after the one above it."""
    members = (
        select(func.count(Membership.person_id.distinct()))
        .where(Membership.unit_id == Unit.id, Membership.revoked_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(select(Unit, members)).all()
    ordered = sorted(rows, key=lambda row: row[0].path.split("/"))
    return [UnitNode(unit, unit.path.count("/"), count) for unit, count in ordered]


def unit_coded(session: Session, code: str) -> Unit | None:
    """The unit of a code."""
    return session.scalar(select(Unit).where(Unit.code == code))


def roles_list(session: Session) -> list[RoleRow]:
    """All roles in order of their codes."""
    holders = (
        select(func.count(Membership.person_id.distinct()))
        .where(Membership.role_id == Role.id, Membership.revoked_at.is_(None))
        .scalar_subquery()
    )
    return [
        RoleRow(role, count) for role, count in session.execute(select(Role, holders).order_by(Role.code))
    ]


def roles_with(session: Session, permission: str) -> list[Role]:
    """The roles that give a permission: who can, when someone may not."""
    return [
        role for role in session.scalars(select(Role).order_by(Role.code)) if permission in role.permissions
    ]


def holders_of(
    session: Session, *, role: str = "", unit_id: UUID | None = None, person_id: UUID | None = None
) -> list[Membership]:
    """Who holds which role where: of one role, one unit, one person, or all; with person, unit and role."""
    query = _memberships()
    if person_id is not None:
        query = query.where(Membership.person_id == person_id)
    if role:
        query = query.where(Role.code == role)
    if unit_id is not None:
        query = query.where(Membership.unit_id == unit_id)
    return list(session.scalars(query))


def _fitting(wanted: PeopleFilter) -> Select[Person]:
    query = select(Person)
    if wanted.text.strip():
        query = query.where(_mentions(wanted.text.strip()))
    if wanted.kind:
        query = query.where(Person.kind == wanted.kind)
    if wanted.deactivated is not None:
        closed = Person.deactivated_at.is_not(None)
        query = query.where(closed if wanted.deactivated else ~closed)
    if wanted.role or wanted.unit_paths:
        query = query.where(Person.id.in_(_holding(wanted)))
    return query


def _mentions(text: str) -> ColumnElement[bool]:
    """Names are compared as stored; `autoescape` keeps % and _ from meaning anything."""
    spellings = [Person.names[lang].as_string() for lang in ("ar", "fr")]
    columns = [cast(column, String) for column in (*spellings, Person.username, Person.email, Person.phone)]
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def _holding(wanted: PeopleFilter) -> Select[UUID]:
    holding = (
        select(Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(Role, Role.id == Membership.role_id)
        .where(Membership.revoked_at.is_(None))
    )
    if wanted.role:
        holding = holding.where(Role.code == wanted.role)
    if wanted.unit_paths:
        below = [Unit.path.startswith(f"{path}/", autoescape=True) for path in wanted.unit_paths]
        holding = holding.where(or_(Unit.path.in_(wanted.unit_paths), *below))
    return holding


def _roles_of(session: Session, person_ids: Sequence[UUID]) -> dict[UUID, list[Membership]]:
    roles: dict[UUID, list[Membership]] = {}
    for membership in session.scalars(_memberships().where(Membership.person_id.in_(person_ids))):
        roles.setdefault(membership.person_id, []).append(membership)
    return roles


def _memberships() -> Select[Membership]:
    return (
        select(Membership)
        .join(Membership.person)
        .join(Membership.unit)
        .join(Membership.role)
        .options(
            contains_eager(Membership.person),
            contains_eager(Membership.unit),
            contains_eager(Membership.role),
        )
        .where(Membership.revoked_at.is_(None))
        .order_by(Unit.path, Role.code, Person.username)
    )
