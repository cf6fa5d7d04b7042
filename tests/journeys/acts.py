"""What people do in the pages of the sickness benefit, each in one act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.database import now
from tests.journeys.site import File, Visitor

SERVICE = "/services/sickness_benefit"
NSS = "850316001234"
COMPLETE = {"outcome": "complete", "rights_open": True, "daily_net": "1500", "late_filing": "in_time"}
OPINION = {
    "basis": "file",
    "opinion": "justified",
    "justified_days": 20,
    "hospitalised": False,
    "long_illness": False,
    "comment": "ملاحظة سرية: التهاب رئوي",
}
GRANT = {"decision": "grant"}


def application(**changes: Any) -> dict[str, Any]:
    """The answers of an application for twenty days of sick leave that began this week; None leaves one out."""
    today = now().date()
    answers = {
        "nss": NSS,
        "employer": "مؤسسة الأطلس",
        "kind": "first",
        "prescriber": "د. والي",
        "prescribed_on": (today - timedelta(days=1)).isoformat(),
        "starts_on": today.isoformat(),
        "days": 20,
        "hospitalised": False,
        "long_illness": False,
        "pay_to": "held",
        "sick_note": File("sick-note.pdf"),
        "unit": "CNAS-16-01",
    } | changes
    return {name: answer for name, answer in answers.items() if answer is not None}


def file_application(citizen: Visitor) -> str:
    """Fill in a whole application, check it and send it; its reference."""
    citizen.opens(SERVICE)
    citizen.presses("Start now")
    citizen.answers(**application())
    citizen.presses("Continue and check")
    return send_application(citizen)


def send_application(citizen: Visitor) -> str:
    """Send the application whose answers are being checked; its reference."""
    citizen.is_on("Check your answers before sending")
    citizen.presses("Send my request")
    citizen.is_on("Your request has been received")
    citizen.site.settle()
    return citizen.page.locator(".seal-whole bdi").inner_text()


def claim(clerk: Visitor, reference: str) -> None:
    """Take the task of a case off the workqueue: its form is open now."""
    clerk.opens("/workqueue")
    row = clerk.page.locator("tbody tr", has_text=reference)
    row.get_by_role("button", name=clerk.say("Claim")).click()
    clerk.reads_words("The task is in your hands.")


def complete(clerk: Visitor, **answers: Any) -> None:
    """Fill in the form of the task at hand and complete it."""
    clerk.answers(**answers)
    clerk.presses("Complete the task")
    clerk.site.settle()
