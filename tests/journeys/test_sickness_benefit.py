"""The sickness benefit from the citizen's phone to the inspector's page, in Arabic, through the pages alone."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from playwright.sync_api import expect

from tests import builders
from tests.journeys.acts import (
    COMPLETE,
    GRANT,
    OPINION,
    SERVICE,
    application,
    claim,
    complete,
    file_application,
    send_application,
)
from tests.journeys.office import (
    alter_behind_the_back,
    deploy_without_completion_requests,
    download,
    see_versions,
    see_where_it_is_broken,
    verify,
)
from tests.journeys.site import PDF, PHONE, File, Site, Visitor

SAMIR = "samir.benali@example.dz"
NAMED = "سمير بن علي"
REQUEST = "نسخة شهادة التوقف عن العمل غير مقروءة."
PASSWORD = "قهوة-الصباح-على-الشرفة"
AMOUNT = "18 750,00"
EVENTS = [
    "case.opened",
    "document.attached",
    "answers.filed",
    "deadline.armed",
    "notice.sent",
    "call.answered",
    "task.offered",
    "deadline.armed",
    "task.offered",
    "deadline.armed",
    "task.claimed",
    "task.completed",
    "deadline.met",
    "task.offered",
    "deadline.armed",
    "completion.requested",
    "notice.sent",
    "deadline.suspended",
    "document.attached",
    "task.completed",
    "deadline.met",
    "task.offered",
    "deadline.armed",
    "deadline.resumed",
    "task.claimed",
    "task.completed",
    "deadline.met",
    "task.claimed",
    "task.completed",
    "deadline.met",
    "decision.evaluated",
    "task.offered",
    "deadline.armed",
    "task.claimed",
    "task.completed",
    "deadline.met",
    "decision.issued",
    "call.answered",
    "notice.sent",
    "decision.notified",
    "call.answered",
    "deadline.met",
    "case.closed",
    "decision.received",
]  #: of the first case, in order


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_sickness_benefit_from_the_phone_to_the_inspector(site: Site) -> None:
    samir = register(site)
    reference = apply(samir)
    case_id = UUID(samir.page.url.split("/")[-2])
    amina = site.person("amina")
    ask_for_a_piece(amina, reference)
    answer(samir, case_id)
    check_rights_again(amina, reference)
    give_opinion(site.person("yasmine"), reference, case_id)
    see_no_secret(amina, case_id)
    be_refused_the_validation(amina)
    validate(site.person("karim"), reference)
    read_decision(samir, case_id)
    story = builders.events(case_id)
    print("\n".join(["", *story]))
    assert story == EVENTS

    second = file_application(samir)
    claim(amina, second)
    reassign(site.person("omar"), second)
    ines = site.person("ines")
    verify(ines, reference)
    alter_behind_the_back(site, case_id)
    see_where_it_is_broken(ines)
    nadia = site.person("nadia")
    deploy_without_completion_requests(nadia, download(nadia))
    third, third_id = file_application(samir), UUID(samir.page.url.split("/")[-2])
    see_versions(ines, {second: 1, third: 2})
    follow_version_2(amina, third, third_id)


def register(site: Site) -> Visitor:
    """Samir opens an account from the page of the service."""
    samir = site.visitor(size=PHONE)
    samir.opens(SERVICE)
    samir.follows("Create an account")
    samir.is_on("Open a citizen’s account")
    samir.answers(
        name_ar=NAMED, contact=SAMIR, password=PASSWORD, password_again=PASSWORD, nss="850316009999"
    )
    samir.presses("Open my account")
    samir.reads_words("Your account is open.", "Start now")
    return samir


def apply(samir: Visitor) -> str:
    """He is told what is wrong with what he typed, keeps a draft, comes back another day, and sends it."""
    samir.presses("Start now")
    samir.answers(
        **application(nss=None, employer=None, sick_note=File("sick-note.pdf", b"no document at all"))
    )
    samir.presses("Continue and check")
    assert samir.status == 422
    be_led_to_the_missing_answer(samir)
    samir.answers(employer="مؤسسة الأطلس", sick_note=File("sick-note.pdf"))
    samir.presses("Save and come back later")
    samir.reads_words("Your draft is saved. You can go on with it whenever you like.")
    samir.page.locator("header summary").click()
    samir.presses("Sign out", within="header")
    samir.signs_in(SAMIR, PASSWORD)
    samir.page.locator("main li").get_by_role("link").first.click()
    assert samir.page.input_value("#field-employer") == "مؤسسة الأطلس"
    samir.reads("sick-note.pdf")
    samir.presses("Continue and check")
    reference = send_application(samir)
    address = samir.page.url
    samir.follows("See and print the receipt")
    samir.reads(
        reference, NAMED, "شهادة التوقف عن العمل"
    )  # the piece, not its file's name: a receipt is shown to others
    samir.opens(address)
    return reference


def be_led_to_the_missing_answer(samir: Visitor) -> None:
    """What is wrong is said in words that lead to the question; all that was typed is still there."""
    page = samir.page
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(2)
    samir.reads("sick-note.pdf")
    summary.get_by_role("link").first.click()
    expect(page.locator("#field-employer")).to_be_focused()
    assert page.input_value("#field-prescriber") == "د. والي"
    assert page.input_value("#field-nss") == "850316009999"
    assert page.is_checked('[name="pay_to"][value="held"]')


def ask_for_a_piece(amina: Visitor, reference: str) -> None:
    """Amina finds the case with the time it has left, takes it, and asks for a better copy."""
    amina.opens("/workqueue")
    assert re.search("أيام|يوم|غدا|اليوم", amina.row(reference))
    claim(amina, reference)
    complete(amina, outcome="missing", missing_pieces=["sick_note"], message=REQUEST)
    amina.is_on("My worklist")


def answer(samir: Visitor, case_id: UUID) -> None:
    """Samir reads what is asked of him and sends it."""
    samir.opens(f"/my/cases/{case_id}")
    samir.reads_words("It is your turn")
    samir.follows("Answer now")
    samir.reads(REQUEST)
    samir.answers(answer="sent", sick_note=File("better-copy.pdf", PDF + b"\n%better"))
    samir.presses("Continue and check")
    samir.reads("better-copy.pdf")
    samir.presses("Send my answer")
    samir.site.settle()
    samir.opens(f"/my/cases/{case_id}")
    samir.reads_words("Nothing is asked of you now.")


def check_rights_again(amina: Visitor, reference: str) -> None:
    """The rights are open: amina completes."""
    claim(amina, reference)
    amina.reads("better-copy.pdf")
    complete(amina, **COMPLETE)
    amina.is_on("My worklist")


def give_opinion(yasmine: Visitor, reference: str, case_id: UUID) -> None:
    """The physician gives the opinion."""
    claim(yasmine, reference)
    complete(yasmine, **OPINION)
    yasmine.is_on("My worklist")
    yasmine.opens(f"/cases/{case_id}")
    yasmine.reads(str(OPINION["comment"]))


def see_no_secret(amina: Visitor, case_id: UUID) -> None:
    """Amina reads the physician's conclusion, not the remark, and who may read it."""
    amina.opens(f"/cases/{case_id}")
    amina.reads_words("The case holds answers or documents that you may not read.")
    amina.reads("ياسمين قاسي")
    assert str(OPINION["comment"]) not in amina.page.content()


def be_refused_the_validation(amina: Visitor) -> None:
    """Amina, who checked the rights, reads why the validation is not hers, and who can."""
    amina.page.locator("main tbody").get_by_role("link").first.click()
    amina.is_on_step("المصادقة")
    amina.reads_words("Who can:")
    amina.reads("كريم منصوري")
    expect(amina.page.get_by_role("button", name=amina.say("Claim this task"))).to_have_count(0)


def validate(karim: Visitor, reference: str) -> None:
    """The head of the centre reads the amount and grants it."""
    claim(karim, reference)
    assert AMOUNT in karim.text()
    complete(karim, **GRANT)
    karim.is_on("My worklist")


def read_decision(samir: Visitor, case_id: UUID) -> None:
    """Samir opens the decision: 15 days at 50 %, 5 at 100 % of 1,500 DA, and the ways to contest it."""
    samir.opens(f"/my/cases/{case_id}")
    samir.follows("Read the decision")
    samir.is_on("A decision waits for you")
    samir.presses("Open the decision")
    samir.is_on("Decision: your request is granted")
    assert AMOUNT in samir.text()
    samir.reads_words("If you do not agree")
    samir.reads("Loi n° 08-08")
    expect(samir.page.locator("main .card")).to_have_count(2)


def reassign(omar: Visitor, reference: str) -> None:
    """The director sees who holds what, and gives a task of amina's to badr."""
    omar.is_on("My unit")
    omar.reads("أمينة بوزيد")
    omar.page.locator("main tbody th").get_by_role("link", name="أمينة بوزيد").click()
    row = omar.page.locator("tbody tr", has_text=reference)
    row.get_by_role("link", name=omar.say("Reassign")).click()
    omar.page.get_by_label("بدر حداد").check()
    omar.answers(reason="أمينة في عطلة")
    omar.presses("Give the task")
    omar.reads("بدر حداد")


def follow_version_2(amina: Visitor, reference: str, case_id: UUID) -> None:
    """A missing piece no longer sends the case back: with both controls done it waits for the validation."""
    claim(amina, reference)
    complete(amina, **COMPLETE)
    amina.opens(f"/cases/{case_id}")
    amina.reads("الرأي الطبي")
