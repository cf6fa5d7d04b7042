"""Signing in, registering, recovering a password and changing it, as a browser does."""

import pytest
from flask import Flask
from sqlalchemy import select

from engine.database import reading, transaction
from engine.people import deactivate_person
from engine.tables import OutboxItem, Person
from tests.people import PASSWORD, TESTS, Cast
from tests.web.site import Browser

NEW = "another-quiet-morning"
ALI = {
    "name_ar": "علي قدور", "name_fr": "Ali Kaddour", "contact": "ali@example.dz", "nss": "", "language": "fr",
    "password": PASSWORD, "password_again": PASSWORD,
}  # fmt: skip


def test_a_wrong_password_keeps_the_name_and_not_the_password(browser: Browser, cast: Cast) -> None:
    response = browser.sign_in("amina", "wrong-password")
    assert response.status_code == 422
    assert 'value="amina"' in response.text
    assert "wrong-password" not in response.text
    assert '<a href="#field-username">Wrong user name or password.</a>' in response.text


def test_an_unknown_name_gets_the_same_words(browser: Browser, cast: Cast) -> None:
    known = browser.sign_in("amina", "wrong-password").text
    unknown = browser.sign_in("nobody", "wrong-password").text
    assert "Wrong user name or password." in unknown
    assert len(known) - len("amina") == len(unknown) - len("nobody")


def test_five_failures_lock_and_the_page_says_until_when(browser: Browser, cast: Cast) -> None:
    for _ in range(5):
        browser.sign_in("amina", "wrong-password")
    response = browser.sign_in("amina")
    assert response.status_code == 422
    assert "sign-in is locked until" in response.text
    assert browser.get("/mine").status_code == 303


def test_a_closed_account_is_told_so(browser: Browser, cast: Cast) -> None:
    with transaction(actor=TESTS) as tx:
        deactivate_person(tx, person_id=cast.id("amina"))
    assert "This account is deactivated." in browser.sign_in("amina").text


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/sign-out",
        "/a\n/b",
        "evil",
    ],
)
def test_only_pages_of_this_site_follow_signing_in(browser: Browser, cast: Cast, address: str) -> None:
    assert browser.sign_in("amina", next=address).location == "/"


def test_signing_in_begins_a_new_cookie(browser: Browser, cast: Cast) -> None:
    with browser.client.session_transaction() as cookie:
        cookie["left_by_another"] = "yes"
    browser.sign_in("amina")
    with browser.client.session_transaction() as cookie:
        assert "left_by_another" not in cookie


def test_a_form_without_its_token_is_refused(browser: Browser, cast: Cast) -> None:
    response = browser.client.post("/sign-in", data={"username": "amina", "password": PASSWORD})
    assert response.status_code == 400
    assert "This page stayed open too long" in response.text
    assert browser.get("/mine").status_code == 303


def test_a_citizen_registers_and_is_signed_in(browser: Browser, cast: Cast) -> None:
    response = browser.send("/register", "/register", **ALI)
    assert response.status_code == 303
    assert "ali@example.dz" in browser.get("/mine").text
    with reading() as session:
        ali = session.scalars(select(Person).where(Person.username == "ali@example.dz")).one()
    assert (ali.kind, ali.language, ali.email, ali.nss) == ("citizen", "fr", "ali@example.dz", None)


def test_a_citizen_registers_with_a_telephone(browser: Browser, cast: Cast) -> None:
    assert browser.send("/register", "/register", **ALI | {"contact": "0550 11 22 33"}).status_code == 303
    browser.send("/sign-out", "/mine")
    assert browser.sign_in("+213 550 11 22 33").status_code == 303


def test_a_wrong_registration_keeps_what_was_typed_and_links_its_errors(browser: Browser, cast: Cast) -> None:
    wrong = ALI | {"contact": "ali@", "nss": "12", "password": "short", "password_again": "short"}
    response = browser.send("/register", "/register", **wrong)
    assert response.status_code == 422
    for field in ("contact", "nss", "password"):
        assert f'<a href="#field-{field}">' in response.text
        assert f'id="field-{field}"' in response.text
    assert 'value="Ali Kaddour"' in response.text
    assert 'value="short"' not in response.text


def test_two_passwords_that_differ_are_refused(browser: Browser, cast: Cast) -> None:
    response = browser.send("/register", "/register", **ALI | {"password_again": "something-else"})
    assert response.status_code == 422
    assert "The two passwords differ." in response.text


def test_a_name_already_taken_is_told(browser: Browser, cast: Cast) -> None:
    response = browser.send("/register", "/register", **ALI | {"contact": "samir@example.dz"})
    assert response.status_code == 422
    assert "already taken" in response.text


def recovery_link(browser: Browser) -> str:
    browser.send("/recover", "/recover", username="samir@example.dz")
    with reading() as session:
        mail = session.scalars(select(OutboxItem).where(OutboxItem.kind == "mail")).one().payload
    assert mail["params"]["link"].startswith("https://masar.example.dz/recover/")
    return str(mail["params"]["link"].removeprefix("https://masar.example.dz"))


def test_a_forgotten_password_is_recovered_once(browser: Browser, cast: Cast) -> None:
    link = recovery_link(browser)
    assert browser.send(link, link, password=NEW, password_again=NEW).location == "/sign-in"
    assert browser.sign_in("samir@example.dz", NEW).status_code == 303
    again = Browser(browser.client.application).send(link, link, password=PASSWORD, password_again=PASSWORD)
    assert again.status_code == 410
    assert "expired or was already used" in again.text


def test_asking_tells_nobody_who_has_an_account(browser: Browser, cast: Cast) -> None:
    known = browser.send("/recover", "/recover", username="samir@example.dz")
    unknown = browser.send("/recover", "/recover", username="nobody@example.dz")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)


def test_the_password_is_changed_and_other_machines_are_signed_out(
    site: Flask, browser: Browser, cast: Cast
) -> None:
    elsewhere = Browser(site)
    browser.sign_in("amina")
    elsewhere.sign_in("amina")
    typed = {"present": PASSWORD, "password": NEW, "password_again": NEW}
    wrong = browser.send("/account/password", "/account?lang=en", **typed | {"present": "not-this-one"})
    assert wrong.status_code == 422
    assert '<a href="#field-present">' in wrong.text
    assert browser.send("/account/password?lang=en", "/account", **typed).status_code == 303
    assert browser.get("/mine").status_code == 200
    assert elsewhere.get("/mine").status_code == 303


def test_the_language_of_the_account_is_kept(browser: Browser, cast: Cast) -> None:
    browser.sign_in("amina")
    browser.send("/account/language", "/account", language="fr")
    browser.send("/sign-out", "/account")
    browser.get("/open?lang=en")
    browser.sign_in("amina")
    assert '<html lang="fr" dir="ltr">' in browser.get("/account").text


def test_a_wrong_present_password_counts_and_locks(browser: Browser, cast: Cast) -> None:
    browser.sign_in("amina")
    typed = {"present": "not-this-one", "password": NEW, "password_again": NEW}
    for _ in range(4):
        response = browser.send("/account/password?lang=en", "/account", **typed)
        assert response.status_code == 422
        assert "sign-in is locked until" not in response.text
    browser.send("/account/password?lang=en", "/account", **typed)
    response = browser.send("/account/password?lang=en", "/account", **typed | {"present": PASSWORD})
    assert response.status_code == 422
    assert "sign-in is locked until" in response.text
