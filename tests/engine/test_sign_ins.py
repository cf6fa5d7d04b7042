"""Signing in: one answer for all who may not, lock-out after failures, and what ends a sign-in."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine import passwords
from engine.credentials import set_password
from engine.database import reading, transaction
from engine.passwords import new_password
from engine.people import deactivate_person, unlock_person
from engine.sign_ins import Attempt, attempt_sign_in, end_sign_in, signed_in, tried
from engine.tables import AuditEntry, Person, SignInAttempt
from tests.builders import MONDAY
from tests.people import PASSWORD, TESTS, Cast

LATER = MONDAY + timedelta(days=1)


def try_to(username: str, password: str, at: datetime = LATER) -> Attempt:
    with reading() as session:
        held = tried(session, username=username, password=password)
    with transaction(actor=TESTS, at=at) as tx:
        return attempt_sign_in(tx, username=username, password=held, address="192.0.2.1")


def fail(username: str, times: int, at: datetime = LATER) -> Attempt:
    attempts = [try_to(username, "wrong-password", at + timedelta(seconds=n)) for n in range(times)]
    return attempts[-1]


def events_of(cast: Cast, name: str) -> list[str]:
    query = select(AuditEntry.event).where(AuditEntry.subject_id == cast.id(name), AuditEntry.at >= LATER)
    with reading() as session:
        return list(session.scalars(query.order_by(AuditEntry.number)))


def test_the_right_password_opens_a_sign_in(cast: Cast) -> None:
    attempt = try_to(" Amina ", PASSWORD)
    assert attempt.outcome == "succeeded"
    assert attempt.sign_in is not None
    with reading() as session:
        found = signed_in(session, attempt.sign_in.id)
    assert found is not None
    assert found[1].username == "amina"
    assert events_of(cast, "amina") == ["signin.succeeded"]


def test_a_refusal_is_kept_and_recorded(cast: Cast) -> None:
    assert fail("amina", 1) == Attempt("wrong")
    assert events_of(cast, "amina") == ["signin.refused"]


def test_an_unknown_name_looks_like_a_wrong_password_and_is_noted(cast: Cast) -> None:
    assert fail("nobody", 1) == fail("amina", 1)
    with reading() as session:
        noted = session.scalars(select(SignInAttempt.outcome).where(SignInAttempt.username == "nobody")).all()
    assert noted == ["wrong"]


def test_five_failures_lock_the_name_even_for_the_right_password(cast: Cast) -> None:
    fifth = fail("amina", 5)
    assert fifth.outcome == "wrong"
    attempt = try_to("amina", PASSWORD, LATER + timedelta(minutes=14))
    assert (attempt.outcome, attempt.locked_until) == ("locked", LATER + timedelta(minutes=15, seconds=4))
    assert events_of(cast, "amina").count("signin.locked") == 1


def test_a_name_nobody_has_locks_alike(cast: Cast) -> None:
    assert fail("nobody", 5).locked_until is not None
    assert fail("nobody", 6).outcome == "locked"


def test_the_lock_opens_by_itself(cast: Cast) -> None:
    fail("amina", 5)
    fail("amina", 3, LATER + timedelta(minutes=5))
    assert try_to("amina", PASSWORD, LATER + timedelta(minutes=16)).outcome == "succeeded"


def test_four_failures_and_a_success_begin_to_count_anew(cast: Cast) -> None:
    fail("amina", 4)
    assert try_to("amina", PASSWORD, LATER + timedelta(minutes=1)).outcome == "succeeded"
    fail("amina", 4, LATER + timedelta(minutes=2))
    assert try_to("amina", PASSWORD, LATER + timedelta(minutes=3)).outcome == "succeeded"


def test_slow_failures_do_not_lock(cast: Cast) -> None:
    for n in range(8):
        fail("amina", 1, LATER + timedelta(minutes=5 * n))
    assert try_to("amina", PASSWORD, LATER + timedelta(minutes=41)).outcome == "succeeded"


def test_an_administrator_unlocks_sooner(cast: Cast) -> None:
    fail("amina", 5)
    with transaction(actor=cast.salim, at=LATER + timedelta(minutes=1)) as tx:
        unlock_person(tx, person_id=cast.id("amina"))
    assert try_to("amina", PASSWORD, LATER + timedelta(minutes=2)).outcome == "succeeded"


def test_a_closed_account_is_told_only_to_who_knows_its_password(cast: Cast) -> None:
    with transaction(actor=TESTS) as tx:
        deactivate_person(tx, person_id=cast.id("amina"))
    assert fail("amina", 1).outcome == "wrong"
    assert try_to("amina", PASSWORD).outcome == "deactivated"


def test_citizens_sign_in_however_their_address_is_typed(cast: Cast) -> None:
    assert try_to("Samir@Example.DZ", PASSWORD).outcome == "succeeded"


def test_a_sign_in_ends_once(cast: Cast) -> None:
    opened = try_to("amina", PASSWORD).sign_in
    assert opened is not None
    with transaction(actor=cast.amina, at=LATER) as tx:
        assert end_sign_in(tx, sign_in_id=opened.id, because="signed_out")
    with transaction(actor=cast.amina, at=LATER) as tx:
        assert not end_sign_in(tx, sign_in_id=opened.id, because="signed_out")
    with reading() as session:
        assert signed_in(session, opened.id) is None
    assert events_of(cast, "amina") == ["signin.succeeded", "signin.ended"]


def test_a_new_password_ends_what_the_old_one_opened(cast: Cast) -> None:
    opened = try_to("amina", PASSWORD).sign_in
    assert opened is not None
    with transaction(actor=TESTS, at=LATER) as tx:
        set_password(tx, person_id=cast.id("amina"), password=new_password("another-quiet-morning"))
    with reading() as session:
        assert signed_in(session, opened.id) is None


def test_an_outdated_digest_is_renewed_on_signing_in(cast: Cast) -> None:
    before = passwords.HASHER
    try:
        passwords.HASHER = passwords.PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
        try_to("amina", PASSWORD)
        with reading() as session:
            digest = session.scalar(select(Person.password_digest).where(Person.username == "amina"))
        assert digest is not None
        assert not passwords.is_outdated(digest)
    finally:
        passwords.HASHER = before


def test_a_password_set_between_the_trial_and_the_transaction_counts(cast: Cast) -> None:
    with reading() as session:
        old = tried(session, username="amina", password=PASSWORD)
    with transaction(actor=TESTS, at=LATER) as tx:
        set_password(tx, person_id=cast.id("amina"), password=new_password("another-quiet-morning"))
    with transaction(actor=TESTS, at=LATER) as tx:
        assert attempt_sign_in(tx, username="amina", password=old, address="").outcome == "wrong"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_no_digest_is_made_or_read_while_the_database_waits(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reading() as session:
        held = tried(session, username="amina", password=PASSWORD)
    monkeypatch.setattr(passwords, "HASHER", None)
    with transaction(actor=TESTS, at=LATER) as tx:
        assert attempt_sign_in(tx, username="amina", password=held, address="").outcome == "succeeded"


def test_an_unknown_name_is_tried_as_long_as_a_wrong_password(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    class Counting:
        def hash(self, _password: str) -> str:
            return "of nobody"

        def verify(self, digest: str, _password: str) -> bool:
            verified.append(digest)
            return False

    monkeypatch.setattr(passwords, "HASHER", Counting())
    for username in ("amina", "nobody"):
        assert try_to(username, "wrong-password").outcome == "wrong"
    assert len(verified) == 2
