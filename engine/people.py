"""People: citizens register themselves, staff are added; details change, accounts close and open again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engine import audit, outbox
from engine.credentials import INVITATION, close_recoveries, new_recovery
from engine.database import Transaction
from engine.details import Details, DetailsRefused, Problems, checked_details, checked_username
from engine.passwords import NewPassword, PasswordTooWeak, check_password
from engine.permissions import Permission
from engine.refusals import NotFound, NotPermitted, Refusal
from engine.sign_ins import end_all_sign_ins, note_attempt
from engine.standing import granted_paths, manages_unplaced, require_other_manager, standing
from engine.tables import Person
from wording import LANGUAGES


class DetailsChanged(TypedDict, total=False):
    """The details that are corrected; what is not named stays as it is."""

    names: Mapping[str, str]
    email: str | None
    phone: str | None
    nss: str | None
    language: str


class UsernameTaken(Refusal):
    """Someone has this user name already."""

    status = 422
    code = "username_taken"


def register_citizen(
    tx: Transaction,
    *,
    username: str,
    password: NewPassword,
    names: Mapping[str, str],
    email: str | None,
    phone: str | None,
    nss: str | None,
    language: str,
) -> Person:
    """Open a citizen's account under an e-mail address or a telephone number.

    Raises DetailsRefused (with all problems, the password's too) and UsernameTaken.
    """
    asked = {"names": names, "email": email, "phone": phone, "nss": nss, "language": language}
    name, details = _checked("citizen", username, asked, password)
    person = _added(tx, "citizen", name, details, digest=password.digest)
    audit.record(tx, "person.registered", on=("person", person.id), kind="citizen")
    return person


def create_person(
    tx: Transaction,
    *,
    username: str,
    names: Mapping[str, str],
    email: str | None,
    phone: str | None,
    language: str,
    page: str | None = None,
) -> Person:
    """Add a member of staff, without a password; ``page`` has a welcome mailed with a link to choose one.

    Raises DetailsRefused, UsernameTaken, NotPermitted.
    """
    _may_manage(tx)
    name, details = _checked(
        "staff", username, {"names": names, "email": email, "phone": phone, "language": language}
    )
    person = _added(tx, "staff", name, details)
    audit.record(tx, "person.created", on=("person", person.id), kind="staff")
    if page and person.email:
        _invite(tx, person, page)
    return person


def invite_person(tx: Transaction, *, person_id: UUID, page: str) -> str:
    """A link (``page/token``) with which the person chooses a password; mailed too if there is an address."""
    person = _manageable(tx, person_id)
    if person.deactivated_at is not None:
        raise Refusal("person_deactivated", person=person.names)
    return _invite(tx, person, page)


def change_person(
    tx: Transaction,
    *,
    person_id: UUID,
    **changes: Unpack[DetailsChanged],
) -> Person:
    """Correct those of a person's details that are given; the rest stays. Raises DetailsRefused, NotPermitted."""
    person = _manageable(tx, person_id)
    kept: dict[str, Any] = {field: getattr(person, field) for field in DetailsChanged.__annotations__}
    kept.update(changes)
    return _change(tx, person, checked_details(**kept))


def change_language(tx: Transaction, *, person_id: UUID, language: str) -> Person:
    """Change one's own language."""
    person = _person(tx, person_id)
    if tx.actor.person_id not in (None, person_id):
        raise NotPermitted(permission=Permission.MANAGE_PEOPLE)
    if language not in LANGUAGES:
        raise DetailsRefused({"language": ("language_unknown", {})})
    kept = Details(person.names, person.email, person.phone, person.nss, language)
    return _change(tx, person, kept)


def deactivate_person(tx: Transaction, *, person_id: UUID) -> Person:
    """Close an account: its sign-ins end, its roles count no more. Raises NotPermitted."""
    person = _manageable(tx, person_id)
    if person.deactivated_at is not None:
        raise Refusal("person_deactivated", person=person.names)
    if tx.actor.person_id == person_id:
        raise Refusal("self_deactivation")
    require_other_manager(tx.session, person_id)
    person.deactivated_at = tx.at
    ended = end_all_sign_ins(tx, person_id=person_id, because="deactivated")
    close_recoveries(tx, person_id=person_id)
    audit.record(tx, "person.deactivated", on=("person", person_id), ended=ended)
    return person


def reactivate_person(tx: Transaction, *, person_id: UUID) -> Person:
    """Open a closed account again, with the roles it had. Raises NotPermitted."""
    person = _manageable(tx, person_id)
    if person.deactivated_at is None:
        raise Refusal("person_not_deactivated", person=person.names)
    person.deactivated_at = None
    audit.record(tx, "person.reactivated", on=("person", person_id))
    return person


def unlock_person(tx: Transaction, *, person_id: UUID) -> Person:
    """Let a person try to sign in again at once after a lock-out. Raises NotPermitted."""
    person = _manageable(tx, person_id)
    note_attempt(tx, username=person.username, outcome="unlocked")
    audit.record(tx, "person.unlocked", on=("person", person_id))
    return person


def _checked(
    kind: str, username: str, asked: dict[str, Any], password: NewPassword | None = None
) -> tuple[str, Details]:
    """The user name and the details as they are kept, or all that is wrong with them at once."""
    problems: Problems = {}
    name, details = username, None
    try:
        name = checked_username(username, kind=kind)
    except DetailsRefused as refused:
        problems |= refused.problems
    try:
        details = checked_details(**asked)
    except DetailsRefused as refused:
        problems |= refused.problems
    try:
        if password is not None:
            check_password(password.plain, username=name)
    except PasswordTooWeak as weak:
        problems["password"] = (weak.code, weak.params)
    if problems or details is None:
        raise DetailsRefused(problems)
    return name, details


def _added(tx: Transaction, kind: str, username: str, details: Details, digest: str | None = None) -> Person:
    """The row, stored; the unique user name settles who was first."""
    person = Person(
        username=username,
        kind=kind,
        names=details.names,
        email=details.email,
        phone=details.phone,
        nss=details.nss,
        language=details.language,
        password_digest=digest,
        registered_at=tx.at,
    )
    if tx.session.scalar(select(Person.id).where(Person.username == username)) is not None:
        raise UsernameTaken
    try:
        with tx.session.begin_nested():
            tx.session.add(person)
    except IntegrityError:
        raise UsernameTaken from None
    return person


def _invite(tx: Transaction, person: Person, page: str) -> str:
    link = f"{page.rstrip('/')}/{new_recovery(tx, person=person, lasting=INVITATION)}"
    if person.email:
        params = {"username": person.username, "link": link, "days": INVITATION.days}
        outbox.put_mail(tx, to=person.email, code="welcome", params=params, lang=person.language)
    return link


def _change(tx: Transaction, person: Person, details: Details) -> Person:
    new = {
        "names": details.names,
        "email": details.email,
        "phone": details.phone,
        "nss": details.nss,
        "language": details.language,
    }
    changed = sorted(field for field, value in new.items() if getattr(person, field) != value)
    for field in changed:
        setattr(person, field, new[field])
    if changed:
        audit.record(tx, "person.changed", on=("person", person.id), fields=changed)
    return person


def _may_manage(tx: Transaction) -> None:
    manager = tx.actor.person_id
    if manager is not None and not standing(tx.session, manager).may(Permission.MANAGE_PEOPLE):
        raise NotPermitted(permission=Permission.MANAGE_PEOPLE)


def _manageable(tx: Transaction, person_id: UUID) -> Person:
    """The person, if the actor manages people in every unit where this one holds a role, or at the root."""
    person = _person(tx, person_id)
    if tx.actor.person_id is None:
        return person
    _may_manage(tx)
    manager, paths = standing(tx.session, tx.actor.person_id), granted_paths(tx.session, person_id)
    if paths:
        manages = all(manager.may_in(Permission.MANAGE_PEOPLE, path) for path in paths)
    else:
        manages = manages_unplaced(tx.session, manager, person_id)
    if not manages:
        raise NotPermitted(permission=Permission.MANAGE_PEOPLE)
    return person


def _person(tx: Transaction, person_id: UUID) -> Person:
    person = tx.session.get(Person, person_id)
    if person is None:
        raise NotFound("person_unknown")
    return person
