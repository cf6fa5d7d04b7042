"""Accounts: a forgotten password, and the administrator's people, through the pages."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.site import PHONE, Site

SAMIR = "samir@example.dz"
CHOSEN = "ثلاث-كلمات-جديدة-2026"
pytestmark = pytest.mark.parametrize("kind", ["sqlite"])


def test_a_forgotten_password_is_recovered_by_mail(site: Site) -> None:
    samir = site.visitor(size=PHONE)
    samir.signs_in(SAMIR, "not the password")
    assert samir.status == 422
    samir.follows("I forgot my password")
    samir.answers(username=SAMIR)
    samir.presses("Send me a link")
    samir.page.wait_for_load_state()
    site.settle()
    link = link_in(site.mails()[0])
    samir.opens(link)
    samir.answers(password=CHOSEN, password_again=CHOSEN)
    samir.presses("Keep this password")
    samir.reads_words("Your password is changed: sign in with it.")
    samir.signs_in(SAMIR, CHOSEN)
    samir.is_on("My cases")
    samir.opens(link)
    samir.answers(password=CHOSEN, password_again=CHOSEN)
    samir.presses("Keep this password")
    samir.reads_words("This recovery link has expired or was already used. Ask for another.")


def test_a_new_colleague_is_added_given_a_role_and_deactivated(site: Site) -> None:
    salim = site.person("salim")
    salim.opens("/admin/people/new")
    salim.answers(
        username="meriem", name_ar="مريم عيسى", name_fr="Meriem Aissa", email="meriem@cnas.example.dz"
    )
    salim.presses("Add")
    salim.reads("مريم عيسى")
    salim.page.select_option('[name="unit"]', "cnas-16-01")
    salim.page.select_option('[name="role"]', "rights_officer")
    salim.presses("Grant")
    salim.page.wait_for_load_state()
    site.settle()
    expect(salim.page.locator("main tbody").first).to_contain_text("CNAS-16-01")
    meriem = site.visitor()
    meriem.opens(link_in(site.mails()[0]))
    meriem.answers(password=CHOSEN, password_again=CHOSEN)
    meriem.presses("Keep this password")
    meriem.signs_in("meriem", CHOSEN)
    meriem.is_on("My worklist")
    salim.page.locator("main a.btn-outline-danger", has_text=salim.say("Deactivate…")).click()
    salim.page.locator("main form").get_by_role("button").first.click()
    salim.reads_words("Reactivate")
    meriem.opens("/worklist")
    meriem.is_on("Sign in")
    meriem.signs_in("meriem", CHOSEN)
    assert meriem.status == 422


def link_in(mail: Path) -> str:
    """The address that an e-mail leads to."""
    body = message_from_bytes(mail.read_bytes(), policy=policy.default).get_content()
    found = re.search(r"http\S+/recover/\S+", body)
    assert found, body
    return found[0]
