"""Who may open what, until when, and what is recorded of refusals."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from engine.database import reading
from engine.tables import AuditEntry, SignIn
from tests.people import PASSWORD, Cast
from tests.web.site import Browser
from wording.refusals import refusal


def events_of(cast: Cast, name: str) -> list[tuple[str, dict[str, object]]]:
    with reading() as session:
        query = select(AuditEntry).where(AuditEntry.subject_id == cast.id(name))
        return [(one.event, one.facts) for one in session.scalars(query.order_by(AuditEntry.number))]


def age(browser: Browser, by: timedelta) -> None:
    with browser.client.session_transaction() as cookie:
        cookie["seen_at"] -= int(by.total_seconds())


def test_every_view_carries_one_mark(site: Flask) -> None:
    unmarked = [name for name, view in site.view_functions.items() if not hasattr(view, "__access__")]
    assert unmarked == ["unmarked"]


def test_a_view_without_a_mark_is_served_to_nobody(browser: Browser) -> None:
    browser.sign_in("salim")
    response = browser.get("/unmarked")
    assert response.status_code == 500
    assert "served to nobody" not in response.text


def test_a_page_for_who_is_signed_in_leads_there_and_back(browser: Browser) -> None:
    response = browser.get("/mine?of=3")
    assert (response.status_code, response.location) == (303, "/sign-in?next=/mine?of%3D3")
    assert "Sign in to continue." in browser.get(response.location).text
    assert browser.sign_in("amina", next="/mine?of=3").location == "/mine?of=3"
    assert "amina" in browser.get("/mine").text


def test_a_script_is_told_that_nobody_is_signed_in(browser: Browser) -> None:
    assert browser.get("/mine", headers={"Sec-Fetch-Dest": "empty"}).status_code == 401


def test_a_permission_opens_its_pages_and_no_others(browser: Browser, cast: Cast) -> None:
    browser.sign_in("amina")
    assert browser.get("/work").status_code == 200
    browser.send("/sign-out", "/mine")
    browser.sign_in("nadia")
    response = browser.get("/work?lang=en")
    assert response.status_code == 403
    for said in ("Work on the unit’s tasks", "Who can", "Rights officer", "Medical adviser"):
        assert said in response.text
    assert events_of(cast, "nadia")[-1] == ("access.refused", {"page": "work", "permission": "tasks.work"})


def test_a_refusal_of_the_engine_says_why_and_who_can(browser: Browser, cast: Cast) -> None:
    browser.sign_in("amina")
    response = browser.get("/refused/no_permission?lang=en")
    assert response.status_code == 403
    assert "Process analyst" in response.text
    assert events_of(cast, "amina")[-1][0] == "access.refused"


@pytest.mark.parametrize(("name", "minutes"), [("amina", 20), ("samir@example.dz", 30)])
def test_a_visit_ends_after_a_time_without_activity(
    browser: Browser, cast: Cast, name: str, minutes: int
) -> None:
    browser.sign_in(name)
    age(browser, timedelta(minutes=minutes - 1))
    assert browser.get("/mine").status_code == 200
    age(browser, timedelta(minutes=minutes, seconds=5))
    response = browser.get("/mine")
    assert response.status_code == 303
    assert refusal("ar", "session_expired") in browser.get("/sign-in").text


def test_an_old_copy_of_the_cookie_ends_itself_and_not_the_live_visit(browser: Browser, cast: Cast) -> None:
    browser.sign_in("amina")
    live = browser.client.get_cookie("masar")
    assert live is not None
    age(browser, timedelta(hours=1))
    assert browser.get("/mine").status_code == 303
    assert browser.get("/mine").status_code == 303
    browser.client.set_cookie("masar", live.value)
    assert browser.get("/mine").status_code == 200
    assert "signin.ended" not in [event for event, _facts in events_of(cast, "amina")]


def test_a_form_sent_after_a_time_out_leads_to_the_sign_in_page_and_back(
    browser: Browser, cast: Cast
) -> None:
    browser.sign_in("amina")
    for spoil in (lambda: age(browser, timedelta(hours=1)), lambda: browser.client.delete_cookie("masar")):
        spoil()
        response = browser.client.post(
            "/write", data={"csrf_token": "of-before"}, headers={"Referer": "http://localhost/mine"}
        )
        assert (response.status_code, response.location) == (303, "/sign-in?next=/mine")
    browser.sign_in("amina")
    assert browser.client.post("/write", data={"csrf_token": "of-before"}).status_code == 400


def test_a_refusal_that_a_view_answers_itself_is_recorded_too(browser: Browser, cast: Cast) -> None:
    browser.sign_in("amina")
    assert browser.get("/answered").text == "no"
    assert events_of(cast, "amina")[-1] == ("access.refused", {"page": "answered", "code": "no_permission"})


def test_who_signs_in_over_another_ends_their_visit(browser: Browser, cast: Cast) -> None:
    browser.sign_in("amina")
    browser.send("/sign-in", "/mine", username="badr", password=PASSWORD)
    assert "badr" in browser.get("/mine").text
    assert events_of(cast, "amina")[-1] == ("signin.ended", {"because": "signed_out"})


def test_a_visit_lasts_ten_hours_at_most(
    browser: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in("amina")
    monkeypatch.setattr("web.access.LONGEST", timedelta(0))
    assert browser.get("/mine").status_code == 303
    assert events_of(cast, "amina")[-1] == ("signin.ended", {"because": "too_long"})


def test_a_cookie_kept_after_signing_out_opens_nothing(browser: Browser) -> None:
    browser.sign_in("amina")
    kept = browser.client.get_cookie("masar")
    assert kept is not None
    browser.send("/sign-out", "/mine")
    browser.client.set_cookie("masar", kept.value)
    assert browser.get("/mine").status_code == 303


def test_a_cookie_that_was_written_by_others_opens_nothing(browser: Browser, site: Flask) -> None:
    browser.sign_in("amina")
    kept = browser.client.get_cookie("masar")
    assert kept is not None
    browser.client.set_cookie("masar", kept.value[:-2] + "xx")
    assert browser.get("/mine").status_code == 303


def test_signing_out_ends_the_sign_in_and_is_recorded(browser: Browser, cast: Cast) -> None:
    browser.sign_in("amina")
    assert browser.send("/sign-out", "/mine").status_code == 303
    assert events_of(cast, "amina")[-1] == ("signin.ended", {"because": "signed_out"})
    with reading() as session:
        assert all(one.ended_at for one in session.scalars(select(SignIn)))
