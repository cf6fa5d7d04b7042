"""Signing in and out: attempts counted by user name, lock-out after failures, one row for each sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import audit
from engine.database import Transaction
from engine.details import normal_username
from engine.passwords import TriedPassword, tried_password
from engine.tables import Person, SignIn, SignInAttempt

FAILURES = 5  #: wrong passwords within WINDOW that lock a user name
WINDOW = timedelta(minutes=15)
LOCKED = timedelta(minutes=15)  #: since the last failure
MOST_ADDRESS = 64  #: characters

Outcome = Literal["succeeded", "wrong", "locked", "deactivated"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a try to sign in went. It is returned, not raised, so that its record is committed."""

    outcome: Outcome
    sign_in: SignIn | None = None
    person: Person | None = None
    locked_until: datetime | None = None


def tried(session: Session, *, username: str, password: str) -> TriedPassword:
    """The password held against the one that is kept: before the transaction, for argon2 would hold it up.

    An unknown name and a wrong password take as long.
    """
    query = select(Person.password_digest).where(Person.username == normal_username(username))
    return tried_password(password, session.scalar(query))


def attempt_sign_in(tx: Transaction, *, username: str, password: TriedPassword, address: str) -> Attempt:
    """Sign a person in, or say why not; an unknown name and a wrong password look the same."""
    attempt = attempt_password(tx, username=username, password=password, address=address)
    if attempt.outcome != "succeeded" or attempt.person is None:
        return attempt
    return open_sign_in(tx, person=attempt.person, address=address)


def attempt_password(tx: Transaction, *, username: str, password: TriedPassword, address: str) -> Attempt:
    """Have a person prove who they are, or say why not. Failures count, lock and are recorded."""
    name = normal_username(username)
    person = tx.session.scalar(select(Person).where(Person.username == name).with_for_update())
    until = locked_until(tx.session, username=name, at=tx.at)
    if until:
        return _refused(tx, name, person, address, Attempt("locked", locked_until=until))
    now_tried = _still(password, person)
    if person is None or not now_tried.is_right:
        return _refused(tx, name, person, address, Attempt("wrong"))
    if person.deactivated_at is not None:
        return _refused(tx, name, person, address, Attempt("deactivated"))
    if now_tried.renewed:
        person.password_digest = now_tried.renewed
    note_attempt(tx, username=person.username, outcome="succeeded", address=address)
    return Attempt("succeeded", person=person)


def open_sign_in(tx: Transaction, *, person: Person, address: str) -> Attempt:
    """Begin a sign-in of a person who has just proved who they are."""
    sign_in = SignIn(person_id=person.id, opened_at=tx.at, address=address[:MOST_ADDRESS])
    tx.session.add(sign_in)
    audit.record(tx, "signin.succeeded", on=("person", person.id), sign_in=sign_in.id)
    return Attempt("succeeded", sign_in, person)


def end_sign_in(tx: Transaction, *, sign_in_id: UUID, because: str) -> bool:
    """Close a sign-in, by its person (``signed_out``) or by time (``idle``, ``too_long``); False if it was."""
    sign_in = tx.session.get(SignIn, sign_in_id, with_for_update=True, populate_existing=True)
    if sign_in is None or sign_in.ended_at is not None:
        return False
    sign_in.ended_at, sign_in.ended_because = tx.at, because
    audit.record(tx, "signin.ended", on=("person", sign_in.person_id), because=because)
    return True


def end_all_sign_ins(
    tx: Transaction, *, person_id: UUID, because: str, except_for: UUID | None = None
) -> int:
    """Close all open sign-ins of a person but one; how many there were. The caller records what it is part of."""
    closing = update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    if except_for is not None:
        closing = closing.where(SignIn.id != except_for)
    return tx.execute(closing.values(ended_at=tx.at, ended_because=because), subjects=[person_id]).rowcount


def signed_in(session: Session, sign_in_id: UUID) -> tuple[SignIn, Person] | None:
    """An open sign-in and its person; None when it ended, or the person is deactivated."""
    query = (
        select(SignIn, Person)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None), Person.deactivated_at.is_(None))
    )
    row = session.execute(query).first()
    return (row[0], row[1]) if row else None


def locked_until(session: Session, *, username: str, at: datetime) -> datetime | None:
    """When a user name that failed too often may be tried again; None if it may now."""
    query = (
        select(SignInAttempt.at, SignInAttempt.outcome)
        .where(
            SignInAttempt.username == username, SignInAttempt.outcome.in_(("wrong", "succeeded", "unlocked"))
        )
        .where(SignInAttempt.at > at - WINDOW - LOCKED)
        .order_by(SignInAttempt.at.desc())
        .limit(FAILURES)
    )
    attempts = session.execute(query).all()
    if len(attempts) < FAILURES or any(outcome != "wrong" for _at, outcome in attempts):
        return None
    newest, oldest = attempts[0].at, attempts[-1].at
    until: datetime = newest + LOCKED
    return until if newest - oldest <= WINDOW and until > at else None


def note_attempt(tx: Transaction, *, username: str, outcome: str, address: str = "") -> None:
    """Add a row to the attempts of a user name; ``unlocked`` makes the failures before it count no more."""
    tx.session.add(
        SignInAttempt(username=username, at=tx.at, outcome=outcome, address=address[:MOST_ADDRESS])
    )
    tx.session.flush()


def _still(password: TriedPassword, person: Person | None) -> TriedPassword:
    """The same, tried again if another password was set since."""
    kept = person.password_digest if person else None
    return password if kept == password.against else tried_password(password.plain, kept)


def _refused(tx: Transaction, name: str, person: Person | None, address: str, attempt: Attempt) -> Attempt:
    note_attempt(tx, username=name, outcome=attempt.outcome, address=address)
    until = locked_until(tx.session, username=name, at=tx.at)
    if person is not None:
        audit.record(tx, "signin.refused", on=("person", person.id), because=attempt.outcome)
        if until and attempt.outcome == "wrong":
            audit.record(tx, "signin.locked", on=("person", person.id), until=until)
    return Attempt(attempt.outcome, locked_until=until)
