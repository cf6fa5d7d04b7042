"""Setting, changing and recovering passwords. Every change closes what was open under the old one."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from engine import audit, outbox
from engine.calendars import later
from engine.database import Transaction
from engine.details import normal_username
from engine.passwords import NewPassword, TriedPassword, check_password
from engine.refusals import NotFound, NotPermitted, Refusal
from engine.sign_ins import Attempt, attempt_password, end_all_sign_ins, note_attempt
from engine.tables import PasswordRecovery, Person

RECOVERY = timedelta(minutes=30)
INVITATION = timedelta(days=7)
MOST_REQUESTS = 3  #: of recovery links in an hour


class RecoveryExpired(Refusal):
    """The link was used, is too old, or never was one."""

    status = 410
    code = "recovery_expired"


def set_password(tx: Transaction, *, person_id: UUID, password: NewPassword) -> Person:
    """Give a person a password: by the machine alone (command, demo). Raises PasswordTooWeak."""
    if tx.actor.person_id is not None:
        raise NotPermitted(permission="people.manage")
    return _set(tx, _person(tx, person_id), password, how="set")


def change_password(
    tx: Transaction,
    *,
    person_id: UUID,
    present: TriedPassword,
    password: NewPassword,
    keep: UUID | None = None,
    address: str = "",
) -> Attempt:
    """Change one's own password, and close one's other sign-ins but ``keep``. Raises PasswordTooWeak.

    A wrong present one counts, locks and is recorded as in signing in; so it is returned, not raised.
    """
    person = _person(tx, person_id)
    if tx.actor.person_id != person_id:
        raise NotPermitted(permission="people.manage")
    attempt = attempt_password(tx, username=person.username, password=present, address=address)
    if attempt.outcome == "succeeded":
        _set(tx, person, password, how="changed", keep=keep)
    return attempt


def request_recovery(tx: Transaction, *, username: str, page: str | None = None) -> tuple[Person, str] | None:
    """A token, good once for half an hour, and a mail with its link (``page/token``) if there is an address.

    None, in silence, for an unknown or deactivated person and after too many requests in an hour.
    """
    query = select(Person).where(
        Person.username == normal_username(username), Person.deactivated_at.is_(None)
    )
    person = tx.session.scalar(query)
    if person is None or _recent_requests(tx, person) >= MOST_REQUESTS:
        return None
    token = new_recovery(tx, person=person, lasting=RECOVERY)
    if page and person.email:
        params = {"link": f"{page.rstrip('/')}/{token}", "minutes": RECOVERY.seconds // 60}
        outbox.put_mail(tx, to=person.email, code="recovery", params=params, lang=person.language)
    return person, token


def recover_password(tx: Transaction, *, token: str, password: NewPassword) -> Person:
    """Set a new password with a token. Raises RecoveryExpired, PasswordTooWeak (the token then stays good)."""
    recovery = tx.session.scalar(
        select(PasswordRecovery).where(PasswordRecovery.token_digest == token_digest(token))
    )
    if recovery is None or not is_open(recovery, tx):
        raise RecoveryExpired
    person = _person(tx, recovery.person_id)
    check_password(password.plain, username=person.username)
    using = update(PasswordRecovery).where(
        PasswordRecovery.id == recovery.id, PasswordRecovery.used_at.is_(None)
    )
    if not tx.changes_one(using.values(used_at=tx.at), subjects=[person.id]):
        raise RecoveryExpired
    note_attempt(tx, username=person.username, outcome="unlocked")
    return _set(tx, person, password, how="recovered")


def new_recovery(tx: Transaction, *, person: Person, lasting: timedelta) -> str:
    """A token for a person, good once. Only its digest is kept; the token itself is returned once."""
    token = secrets.token_urlsafe(32)
    tx.session.add(
        PasswordRecovery(
            person_id=person.id,
            token_digest=token_digest(token),
            requested_at=tx.at,
            expires_at=tx.at + lasting,
        )
    )
    audit.record(tx, "recovery.requested", on=("person", person.id), until=tx.at + lasting)
    return token


def close_recoveries(tx: Transaction, *, person_id: UUID) -> None:
    """Have a person's open links serve no more. The caller records what it is part of."""
    links = update(PasswordRecovery).where(
        PasswordRecovery.person_id == person_id, PasswordRecovery.used_at.is_(None)
    )
    tx.execute(links.values(used_at=tx.at), subjects=[person_id])


def is_open(recovery: PasswordRecovery, tx: Transaction) -> bool:
    """Whether the link was not used, nor is too old."""
    return recovery.used_at is None and recovery.expires_at > tx.at


def token_digest(token: str) -> str:
    """SHA-256 (hex): a token is long and random, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _set(
    tx: Transaction, person: Person, password: NewPassword, *, how: str, keep: UUID | None = None
) -> Person:
    if person.deactivated_at is not None:
        raise Refusal("signin_deactivated")
    check_password(password.plain, username=person.username)
    person.password_digest = password.digest
    ended = end_all_sign_ins(tx, person_id=person.id, because="password_changed", except_for=keep)
    close_recoveries(tx, person_id=person.id)
    audit.record(tx, "password.changed", on=("person", person.id), how=how, ended=ended)
    return person


def _recent_requests(tx: Transaction, person: Person) -> int:
    recent = PasswordRecovery.requested_at > later(tx.at, hours=-1)
    query = select(func.count()).where(PasswordRecovery.person_id == person.id, recent)
    return tx.session.scalar(query) or 0


def _person(tx: Transaction, person_id: UUID) -> Person:
    person = tx.session.get(Person, person_id)
    if person is None:
        raise NotFound("person_unknown")
    return person
