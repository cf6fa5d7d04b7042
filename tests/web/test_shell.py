"""What every page has: language and direction, one heading, headers, labels; and what it says when it fails."""

import re
from datetime import date

import pytest
from flask import Flask

from forms.checking import problems as find_problems
from tests.people import Cast
from tests.web.site import Browser, rendered

PAGES = (
    "/sign-in",
    "/register",
    "/recover",
    "/recover/a-token",
    "/account",
    "/nowhere",
    "/open",
    "/refused/four_eyes",
)
SCHEMA = {
    "type": "object",
    "groups": [{"labels": {"en": "All"}, "fields": ["kind", "note", "paid"]}],
    "required": ["kind", "child"],
    "properties": {
        "kind": {"type": "string", "enum": ["a", "b"], "labels": {"en": "Kind"}, "choices": {"a": {"en": "A <i>"}}},
        "note": {"type": "string", "maxLength": 500, "labels": {"en": "Note"}, "helps": {"en": "Some help"}},
        "paid": {"type": "integer", "widget": "money", "labels": {"en": "Paid"}},
        "on": {"type": "string", "format": "date", "labels": {"en": "Day"}},
        "phone": {"type": "string", "format": "phone-dz", "labels": {"en": "Phone"}},
        "proof": {"type": "string", "format": "document", "confidential": "medical", "accept": ["image/png"],
                  "labels": {"en": "Proof"}, "shownIf": {"field": "kind", "equals": "a"}},
        "sure": {"type": "boolean", "widget": "checkbox", "labels": {"en": "Sure"}},
        "child": {"type": "array", "labels": {"en": "Child"}, "minItems": 1, "items": {
            "type": "object", "required": ["name"],
            "properties": {"name": {"type": "string", "labels": {"en": "Its name"}}}}},
    },
}  # fmt: skip
PROOF = "0b51d5f4-94cf-4d5e-9f2a-3d8d9b6b7a01"


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_its_language_one_heading_and_labels(
    browser: Browser, cast: Cast, address: str, lang: str
) -> None:
    if address.startswith(("/account", "/refused")):
        browser.sign_in("salim")
    text = browser.get(f"{address}?lang={lang}").text
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in text
    assert f"app.{'rtl' if lang == 'ar' else 'ltr'}.css" in text
    headings = re.findall(r"<h1>(.*?)</h1>", text, re.S)
    assert len(headings) == 1
    assert re.search(r"<title>(.*?) ·", text, re.S)[1].strip() == headings[0].strip()
    assert_labelled(text)


def assert_labelled(text: str) -> None:
    inputs = re.findall(r"<(?:input|select|textarea)(?![^>]*type=\"hidden\")[^>]*>", text)
    for one in inputs:
        found = re.search(r'\sid="([^"]+)', one)
        assert found, one
        assert f'for="{found[1]}"' in text, one
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    for described in re.findall(r'aria-describedby="([^"]+)"', text):
        assert set(described.split()) <= set(ids)


def test_arabic_is_spoken_first(site: Flask) -> None:
    client = site.test_client()
    assert '<html lang="ar" dir="rtl">' in client.get("/open").text
    assert '<html lang="fr"' in client.get("/open", headers={"Accept-Language": "fr-DZ,fr;q=0.9"}).text
    assert '<html lang="ar"' in client.get("/open", headers={"Accept-Language": "de"}).text
    client.get("/language?lang=fr")
    assert '<html lang="fr"' in client.get("/open").text


def test_headers_let_nothing_in_from_elsewhere(browser: Browser, cast: Cast) -> None:
    headers = browser.get("/open").headers
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'self'", "script-src 'self'", "object-src 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_signed_in_pages_are_kept_nowhere(browser: Browser, cast: Cast) -> None:
    assert browser.get("/open").headers["Cache-Control"] == "no-cache, private"
    browser.sign_in("amina")
    assert browser.get("/open").headers["Cache-Control"] == "no-store"


def test_the_cookie_is_for_this_site_alone(browser: Browser, cast: Cast) -> None:
    cookie = browser.sign_in("amina").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_a_failure_shows_no_stack(browser: Browser, cast: Cast, lang: str) -> None:
    response = browser.get(f"/broken?lang={lang}")
    assert response.status_code == 500
    assert f'<html lang="{lang}"' in response.text
    assert "secret" not in response.text
    assert "Traceback" not in response.text


def test_other_failures_have_their_pages(browser: Browser, cast: Cast) -> None:
    assert browser.get("/nowhere").status_code == 404
    assert browser.get("/write").status_code == 405
    browser.sign_in("amina")
    assert browser.get("/refused/already_completed_by_you?lang=en").status_code == 409
    assert "already completed this task" in browser.get("/refused/already_completed_by_you").text


def test_a_form_is_drawn_with_its_errors(site: Flask, cast: Cast) -> None:
    answers = {"note": "x" * 501, "paid": 150050, "on": "not a day", "phone": "+213550112233", "proof": PROOF}
    with site.test_request_context("/?lang=en"):
        found = find_problems(SCHEMA, answers, today=date(2026, 1, 5))
        text = rendered(SCHEMA, answers, found, "en", {})
    assert_labelled(text)
    assert '<a href="#field-kind">' in text
    assert 'value="1\u00a0500,50"' in text
    assert 'value="not a day"' in text
    assert 'value="0550 11 22 33"' in text
    assert f'<input type="hidden" name="proof" value="{PROOF}">' in text
    assert 'data-shown-if="field-kind" data-shown-if-values="a"' in text
    assert "A &lt;i&gt;" in text
    assert 'name="_rows" value="add:child"' in text
    assert 'aria-describedby="field-note-help field-note-error" aria-invalid="true"' in text


def test_the_menu_of_languages_leads_back_to_the_page_of_a_form(browser: Browser, cast: Cast) -> None:
    browser.sign_in("amina")
    text = browser.client.post(
        "/account/password", data={}, headers={"Referer": "http://localhost/account"}
    ).text
    assert 'href="/account?lang=fr"' in text


@pytest.mark.parametrize("address", ["/sign-in%00", "/open?of=%00", "/open?%00=1"])
def test_a_request_with_a_nul_character_is_not_understood(browser: Browser, cast: Cast, address: str) -> None:
    response = browser.get(address)
    assert response.status_code == 400
    assert "This request cannot be understood" in response.text


def test_a_form_with_a_nul_character_is_not_understood(browser: Browser, cast: Cast) -> None:
    assert browser.sign_in("ami\0na").status_code == 400
    assert browser.send("/recover", "/recover", username="\0").status_code == 400


def test_a_referrer_that_is_no_address_is_none(browser: Browser, cast: Cast) -> None:
    browser.sign_in("amina")
    wrong = {"Referer": "http://["}
    assert browser.client.post("/account/password", data={}, headers=wrong).status_code == 400
    browser.client.delete_cookie("masar")
    assert browser.client.post("/write", headers=wrong).location == "/sign-in"
