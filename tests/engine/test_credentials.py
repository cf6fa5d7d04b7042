"""Passwords changed and recovered: links serve once, for a while, and tell nobody who has an account."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.credentials import (
    RecoveryExpired,
    change_password,
    recover_password,
    request_recovery,
    set_password,
)  # fmt: skip
from engine.database import reading, transaction
from engine.passwords import PasswordTooWeak, new_password
from engine.people import create_person, deactivate_person, reactivate_person
from engine.refusals import NotPermitted
from engine.sign_ins import Attempt, attempt_sign_in, signed_in, tried
from engine.tables import AuditEntry, OutboxItem, PasswordRecovery
from tests.builders import MONDAY
from tests.people import PASSWORD, TESTS, Cast
from wording.mails import mail_text

NEW = "another-quiet-morning"
LATER = MONDAY + timedelta(days=1)


def token_for(username: str, at: Any = LATER) -> str:
    with transaction(actor=TESTS, at=at) as tx:
        found = request_recovery(tx, username=username, page="https://masar.example.dz/recover")
    assert found is not None
    return found[1]


def recover(token: str, password: str = NEW, at: Any = LATER) -> None:
    with transaction(actor=TESTS, at=at) as tx:
        recover_password(tx, token=token, password=new_password(password))


def signs_in(username: str, password: str, at: Any = LATER) -> bool:
    return attempt(username, password, at).outcome == "succeeded"


def attempt(username: str, password: str, at: Any = LATER) -> Attempt:
    with reading() as session:
        held = tried(session, username=username, password=password)
    with transaction(actor=TESTS, at=at) as tx:
        return attempt_sign_in(tx, username=username, password=held, address="")


def change(cast: Cast, present: str, password: str = NEW, **options: Any) -> Attempt:
    """Amina changes her password."""
    with reading() as session:
        held = tried(session, username="amina", password=present)
    chosen = new_password(password)
    with transaction(actor=cast.amina, at=options.pop("at", LATER)) as tx:
        return change_password(tx, person_id=cast.id("amina"), present=held, password=chosen, **options)


def test_a_link_sets_a_new_password_once(cast: Cast) -> None:
    token = token_for("samir@example.dz")
    recover(token)
    assert signs_in("samir@example.dz", NEW)
    with pytest.raises(RecoveryExpired):
        recover(token, "a-third-quiet-morning")


def test_a_link_serves_for_half_an_hour(cast: Cast) -> None:
    token = token_for("samir@example.dz")
    with pytest.raises(RecoveryExpired):
        recover(token, at=LATER + timedelta(minutes=30))


def test_a_weak_password_does_not_use_the_link_up(cast: Cast) -> None:
    token = token_for("samir@example.dz")
    with pytest.raises(PasswordTooWeak):
        recover(token, "short")
    recover(token)


def test_a_new_password_voids_the_other_links(cast: Cast) -> None:
    first, second = token_for("samir@example.dz"), token_for("samir@example.dz")
    recover(second)
    with pytest.raises(RecoveryExpired):
        recover(first)


def test_recovery_opens_a_locked_account(cast: Cast) -> None:
    for _ in range(5):
        signs_in("samir@example.dz", "wrong-password")
    assert not signs_in("samir@example.dz", PASSWORD)
    recover(token_for("samir@example.dz"))
    assert signs_in("samir@example.dz", NEW, LATER + timedelta(seconds=1))


def test_nothing_tells_whether_an_account_exists_or_is_closed(cast: Cast) -> None:
    with transaction(actor=TESTS) as tx:
        deactivate_person(tx, person_id=cast.id("houda"))
    with transaction(actor=TESTS) as tx:
        assert request_recovery(tx, username="nobody@example.dz") is None
        assert request_recovery(tx, username="houda@example.dz") is None


def test_no_more_than_three_links_in_an_hour(cast: Cast) -> None:
    for _ in range(3):
        token_for("samir@example.dz")
    with transaction(actor=TESTS, at=LATER) as tx:
        assert request_recovery(tx, username="samir@example.dz") is None
    token_for("samir@example.dz", LATER + timedelta(minutes=61))


def test_only_the_digest_of_a_token_is_kept_and_none_of_it_in_the_trail(cast: Cast) -> None:
    token = token_for("samir@example.dz")
    with reading() as session:
        kept = session.scalars(select(PasswordRecovery.token_digest)).all()
        trail = str([entry.facts for entry in session.scalars(select(AuditEntry))])
    assert all(token not in digest for digest in kept)
    assert token not in trail


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_the_mail_carries_the_link(cast: Cast, lang: str) -> None:
    token = token_for("samir@example.dz")
    with reading() as session:
        mail = session.scalars(select(OutboxItem).where(OutboxItem.kind == "mail")).one().payload
    subject, body = mail_text(lang, mail["code"], mail["params"])
    assert mail["to"] == "samir@example.dz"
    assert subject
    assert f"https://masar.example.dz/recover/{token}" in body


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_who_is_added_is_sent_a_welcome(cast: Cast, lang: str) -> None:
    with transaction(actor=cast.salim, at=LATER) as tx:
        create_person(
            tx, username="rania", names={"ar": "رانية"}, email="rania@example.dz", phone=None, language="ar",
            page="https://masar.example.dz/recover",
        )  # fmt: skip
    with reading() as session:
        mail = session.scalars(select(OutboxItem).where(OutboxItem.kind == "mail")).one().payload
    body = mail_text(lang, mail["code"], mail["params"])[1]
    assert "rania" in body
    recover(mail["params"]["link"].rpartition("/")[2], at=LATER + timedelta(days=6))
    assert signs_in("rania", NEW)


def test_changing_the_password_keeps_this_sign_in_and_ends_the_others(cast: Cast) -> None:
    here, there = (attempt("amina", PASSWORD).sign_in for _ in "ab")
    assert here is not None
    assert there is not None
    assert change(cast, PASSWORD, keep=here.id).outcome == "succeeded"
    with reading() as session:
        assert signed_in(session, here.id) is not None
        assert signed_in(session, there.id) is None


def test_the_present_password_must_be_known(cast: Cast) -> None:
    assert change(cast, "not-this-one").outcome == "wrong"
    assert signs_in("amina", PASSWORD)
    with reading() as session:
        events = session.scalars(
            select(AuditEntry.event).where(AuditEntry.actor_id == cast.id("amina"))
        ).all()
    assert events == ["signin.refused"]


def test_wrong_present_passwords_lock_as_in_signing_in(cast: Cast) -> None:
    for _ in range(5):
        assert change(cast, "not-this-one").outcome == "wrong"
    assert change(cast, PASSWORD).outcome == "locked"
    assert attempt("amina", PASSWORD).outcome == "locked"


def test_a_weak_new_password_leaves_the_old_one(cast: Cast) -> None:
    with pytest.raises(PasswordTooWeak):
        change(cast, PASSWORD, "short")
    assert signs_in("amina", PASSWORD)


def test_a_closed_account_has_no_open_links(cast: Cast) -> None:
    token = token_for("amina")
    with transaction(actor=cast.salim, at=LATER) as tx:
        deactivate_person(tx, person_id=cast.id("amina"))
        reactivate_person(tx, person_id=cast.id("amina"))
    with pytest.raises(RecoveryExpired):
        recover(token)


def test_nobody_sets_the_password_of_another(cast: Cast) -> None:
    with transaction(actor=cast.salim) as tx:
        with pytest.raises(NotPermitted):
            set_password(tx, person_id=cast.id("amina"), password=new_password(NEW))
        with pytest.raises(NotPermitted):
            held = tried(tx.session, username="amina", password=PASSWORD)
            change_password(tx, person_id=cast.id("amina"), present=held, password=new_password(NEW))
