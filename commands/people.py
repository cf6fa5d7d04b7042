"""``masar people``, ``masar units``, ``masar roles``: who works where, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from uuid import UUID

import click
from sqlalchemy import select

from commands.connecting import COMMAND, told
from commands.settings import Settings
from engine import people as engine_people
from engine import roles as engine_roles
from engine import units as engine_units
from engine.credentials import set_password
from engine.database import Transaction, reading, transaction
from engine.passwords import new_password
from engine.permissions import Permission
from engine.queries.people import person_named
from engine.refusals import NotFound
from engine.tables import Membership, Person, Role, Unit
from wording.languages import LANGUAGES, pick

PERMISSIONS = [permission.value for permission in Permission]


@click.group()
def people() -> None:
    """Create people, change what they may do, let them in and out."""


@people.command("list")
@told
def list_people() -> None:
    """Print who there is: user name, kind, names, roles."""
    with reading() as session:
        granted: dict[UUID, list[str]] = {}
        grants = select(Membership.person_id, Role.code, Unit.code).join(Role).join(Unit)
        for person_id, role, unit in session.execute(grants.where(Membership.revoked_at.is_(None))):
            granted.setdefault(person_id, []).append(f"{role}@{unit}")
        for person in session.scalars(select(Person).order_by(Person.kind, Person.username)):
            state = "deactivated" if person.deactivated_at else person.kind
            roles = " ".join(sorted(granted.get(person.id, ())))
            click.echo(f"{person.username}\t{state}\t{pick(person.names, 'fr')}\t{roles}")


@people.command("create")
@click.argument("username")
@click.option("--ar", required=True, help="Name in Arabic letters.")
@click.option("--fr", required=True, help="Name in Latin letters.")
@click.option("--email")
@click.option("--language", type=click.Choice(LANGUAGES), default="ar")
@click.password_option("--password", help="Asked for when not given.")
@told
def create_person(username: str, ar: str, fr: str, email: str | None, language: str, password: str) -> None:
    """Create a member of staff with a password."""
    chosen = new_password(password)
    with transaction(actor=COMMAND) as tx:
        person = engine_people.create_person(
            tx, username=username, names={"ar": ar, "fr": fr}, email=email, phone=None, language=language
        )
        tx.session.flush()
        set_password(tx, person_id=person.id, password=chosen)
    click.echo(f"Created {person.username}.")


@people.command("change")
@click.argument("username")
@click.option("--ar", help="Name in Arabic letters.")
@click.option("--fr", help="Name in Latin letters.")
@click.option("--email")
@click.option("--phone")
@click.option("--nss", help="Social security number.")
@click.option("--language", type=click.Choice(LANGUAGES))
@told
def change_person(username: str, ar: str | None, fr: str | None, **details: str | None) -> None:
    """Correct a person's details: those that are given; an empty one is erased."""
    with transaction(actor=COMMAND) as tx:
        person = _person(tx, username)
        given = {name: value for name, value in details.items() if value is not None}
        spelled = {lang: name for lang, name in (("ar", ar), ("fr", fr)) if name is not None}
        changes = cast("engine_people.DetailsChanged", {**given, "names": {**person.names, **spelled}})
        engine_people.change_person(tx, person_id=person.id, **changes)
    click.echo(f"Changed {person.username}.")


@people.command("invite")
@click.argument("username")
@told
def invite(username: str) -> None:
    """Print a link to choose a password, good for a week; it is mailed too if there is an address."""
    page = f"{Settings.from_environment().required_public_url().rstrip('/')}/recover"
    with transaction(actor=COMMAND) as tx:
        link = engine_people.invite_person(tx, person_id=_person(tx, username).id, page=page)
    click.echo(link)


@people.command("grant")
@click.argument("username")
@click.argument("role")
@click.argument("unit")
@told
def grant(username: str, role: str, unit: str) -> None:
    """Grant a role in a unit (by its code)."""
    with transaction(actor=COMMAND) as tx:
        person_id, unit_id = _person(tx, username).id, _unit(tx, unit).id
        engine_roles.grant_role(tx, person_id=person_id, unit_id=unit_id, role=role)
    click.echo(f"{username} is now {role} in {unit}.")


@people.command("revoke")
@click.argument("username")
@click.argument("role")
@click.argument("unit")
@told
def revoke(username: str, role: str, unit: str) -> None:
    """Revoke a role in a unit."""
    with transaction(actor=COMMAND) as tx:
        person_id, unit_id = _person(tx, username).id, _unit(tx, unit).id
        engine_roles.revoke_role(tx, person_id=person_id, unit_id=unit_id, role=role)
    click.echo(f"{username} is no longer {role} in {unit}.")


@people.command("unlock")
@click.argument("username")
@told
def unlock(username: str) -> None:
    """Let a person try again after too many wrong passwords."""
    with transaction(actor=COMMAND) as tx:
        engine_people.unlock_person(tx, person_id=_person(tx, username).id)
    click.echo(f"{username} may try again.")


@people.command("deactivate")
@click.argument("username")
@told
def deactivate(username: str) -> None:
    """Close a person's account; nothing they did is touched."""
    with transaction(actor=COMMAND) as tx:
        engine_people.deactivate_person(tx, person_id=_person(tx, username).id)
    click.echo(f"{username} can no longer sign in.")


@people.command("reactivate")
@click.argument("username")
@told
def reactivate(username: str) -> None:
    """Open a person's account again."""
    with transaction(actor=COMMAND) as tx:
        engine_people.reactivate_person(tx, person_id=_person(tx, username).id)
    click.echo(f"{username} can sign in again.")


@click.group()
def units() -> None:
    """The tree of ministry, funds, agencies and centres."""


@units.command("list")
@told
def list_units() -> None:
    """Print the tree."""
    with reading() as session:
        for unit in session.scalars(select(Unit).order_by(Unit.path)):
            click.echo(f"{'  ' * unit.path.count('/')}{unit.code}\t{unit.kind}\t{pick(unit.names, 'fr')}")


@units.command("create")
@click.argument("code")
@click.argument("kind", type=click.Choice(["ministry", "fund", "agency", "centre"]))
@click.option("--parent", help="Code of the unit above.")
@click.option("--wilaya", help="Two digits.")
@click.option("--ar", required=True)
@click.option("--fr", required=True)
@click.option("--en", required=True)
@told
def create_unit(
    code: str, kind: str, parent: str | None, wilaya: str | None, ar: str, fr: str, en: str
) -> None:
    """Create a unit below another."""
    with transaction(actor=COMMAND) as tx:
        engine_units.create_unit(
            tx,
            code=code,
            kind=kind,
            parent_id=_unit(tx, parent).id if parent else None,
            names={"ar": ar, "fr": fr, "en": en},
            wilaya=wilaya,
        )
    click.echo(f"Created {code}.")


@units.command("rename")
@click.argument("code")
@click.option("--ar")
@click.option("--fr")
@click.option("--en")
@told
def rename_unit(code: str, **names: str | None) -> None:
    """Change what a unit is called, in the languages given; its code and its place stay."""
    with transaction(actor=COMMAND) as tx:
        unit = _unit(tx, code)
        engine_units.change_unit(tx, unit_id=unit.id, names=_renamed(unit.names, names))
    click.echo(f"Renamed {code}.")


@click.group()
def roles() -> None:
    """What members of units may be."""


@roles.command("list")
@told
def list_roles() -> None:
    """Print each role with its permissions."""
    with reading() as session:
        for role in session.scalars(select(Role).order_by(Role.code)):
            click.echo(f"{role.code}\t{pick(role.names, 'fr')}\t{' '.join(role.permissions)}")


@roles.command("seed")
@told
def seed_roles() -> None:
    """Create the roles a new installation starts with, those that are missing."""
    with transaction(actor=COMMAND) as tx:
        engine_roles.seed_roles(tx)
    click.echo("The roles are there.")


@roles.command("create")
@click.argument("code")
@click.argument("permissions", nargs=-1, type=click.Choice(PERMISSIONS))
@click.option("--ar", required=True)
@click.option("--fr", required=True)
@click.option("--en", required=True)
@told
def create_role(code: str, permissions: tuple[str, ...], **names: str) -> None:
    """Create a role with these permissions; lanes of diagrams name it by its code."""
    with transaction(actor=COMMAND) as tx:
        engine_roles.create_role(tx, code=code, names=names, permissions=permissions)
    click.echo(f"Created {code}.")


@roles.command("change")
@click.argument("code")
@click.option("--allow", multiple=True, type=click.Choice(PERMISSIONS), help="A permission to add.")
@click.option("--forbid", multiple=True, type=click.Choice(PERMISSIONS), help="A permission to take away.")
@click.option("--ar")
@click.option("--fr")
@click.option("--en")
@told
def change_role(code: str, allow: tuple[str, ...], forbid: tuple[str, ...], **names: str | None) -> None:
    """Change what a role permits and what it is called; what is not named stays."""
    with transaction(actor=COMMAND) as tx:
        role = _role(tx, code)
        permissions = {*role.permissions, *allow} - set(forbid)
        engine_roles.change_role(
            tx, role_id=role.id, names=_renamed(role.names, names), permissions=permissions
        )
    click.echo(f"Changed {code}.")


def _renamed(names: Mapping[str, str], given: Mapping[str, str | None]) -> dict[str, str]:
    return {**names, **{lang: name for lang, name in given.items() if name is not None}}


def _person(tx: Transaction, username: str) -> Person:
    person = person_named(tx.session, username)
    if person is None:
        raise NotFound("person_unknown")
    return person


def _unit(tx: Transaction, code: str) -> Unit:
    unit = tx.session.scalars(select(Unit).where(Unit.code == code)).first()
    if unit is None:
        raise NotFound("unit_unknown")
    return unit


def _role(tx: Transaction, code: str) -> Role:
    role = tx.session.scalars(select(Role).where(Role.code == code)).first()
    if role is None:
        raise NotFound("role_unknown")
    return role
