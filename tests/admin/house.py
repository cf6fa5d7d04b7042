"""The house with its inspector, analyst and administrator, and a few cases with a past."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from werkzeug.test import TestResponse

import admin
from engine import jobs
from engine.actor import Actor
from engine.cases import open_case
from engine.database import now, reading, transaction
from engine.documents import upload_document
from engine.people import create_person
from engine.roles import grant_role
from engine.tables import Case, Task
from engine.tasks import claim_task, complete_task
from tests.portal.house import COMPLETE, KEY, MACHINE, PDF, ROOT, House

DIAGRAM = ROOT / "processes" / KEY / f"{KEY}.bpmn"
OFFICE = (
    ("ines", "إيناس حداد", "Inès Haddad", "inspector", "cnas"),
    ("nadia", "نادية شريف", "Nadia Cherif", "analyst", "mtess"),
    ("salim", "سليم عمراني", "Salim Amrani", "administrator", "mtess"),
    ("omar", "عمر بلقاسم", "Omar Belkacem", "supervisor", "cnas-16"),
    ("far", "بعيد", "Far Away", "inspector", "cnas-31"),
)
OPENING = {
    "nss": "850123456780",
    "employer": "Sarl Atlas",
    "kind": "first",
    "prescriber": "Dr Ouali",
    "prescribed_on": "2026-01-04",
    "starts_on": "2026-01-04",
    "days": 20,
    "hospitalised": False,
    "long_illness": False,
    "pay_to": "held",
}


class Office(House):
    """The whole house, with the rooms and people of inspection and administration."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.file = folder / "masar.db"
        for blueprint in admin.BLUEPRINTS:
            self.app.register_blueprint(blueprint)
        from engine.units import create_unit

        with transaction(actor=MACHINE) as tx:
            names = {"ar": "وكالة وهران", "fr": "Agence d'Oran", "en": "Oran agency"}
            above = self.units["cnas"].id
            self.units["cnas-31"] = create_unit(
                tx, code="cnas-31", kind="agency", parent_id=above, names=names
            )
            tx.session.flush()
            for username, ar, fr, role, unit in OFFICE:
                person = create_person(
                    tx,
                    username=username,
                    names={"ar": ar, "fr": fr},
                    email=f"{username}@masar.example",
                    phone=None,
                    language="ar",
                )
                tx.session.flush()
                grant_role(tx, person_id=person.id, unit_id=self.units[unit].id, role=role)
                self.people[username] = person.id

    def actor(self, username: str) -> Actor:
        """A person as the trail names them."""
        return Actor(self.people[username], f"person:{username}")

    def open_case(self, *, days_ago: float = 0, citizen: str = "samir@example.dz") -> UUID:
        """A case filed some days ago, with a sick note."""
        at = now() - timedelta(days=days_ago)
        with transaction(actor=self.actor(citizen), at=at) as tx:
            note = upload_document(tx, content=PDF, name="note.pdf", field="sick_note")
            tx.session.flush()
            case = open_case(
                tx,
                key=KEY,
                answers={**OPENING, "sick_note": str(note.id)},
                unit_id=self.units["cnas-16-01"].id,
                applicant_id=self.people[citizen],
            )
        jobs.drain(at=at)
        return case.id

    def late_case(self) -> UUID:
        """A case whose rights are checked too late; its other steps are late still."""
        case_id = self.open_case(days_ago=40)
        self.act(case_id, "check_rights", "amina", COMPLETE, at=now() - timedelta(days=20))
        jobs.sweep()
        return case_id

    def act(self, case_id: UUID, step: str, username: str, answers: dict[str, Any], *, at: datetime) -> None:
        """Claim and complete a case's open task of a step at some moment; what is due before fires first."""
        jobs.sweep(at=at)
        with reading() as session:
            open_ones = select(Task.id).where(
                Task.case_id == case_id, Task.step == step, Task.ended_at.is_(None)
            )
            task_id = session.scalars(open_ones).one()
        with transaction(actor=self.actor(username), at=at) as tx:
            claim_task(tx, task_id=task_id)
        with transaction(actor=self.actor(username), at=at + timedelta(hours=2)) as tx:
            complete_task(tx, task_id=task_id, answers=answers)
        jobs.drain(at=at + timedelta(hours=2))

    def reference(self, case_id: UUID) -> str:
        """What a case is called."""
        with reading() as session:
            return session.get_one(Case, case_id).reference


def words(response: TestResponse) -> str:
    """The words of a page, without its tags and the marks of direction."""
    plain = re.sub(r"<[^>]+>", " ", response.text)
    plain = plain.replace("&#39;", "'").replace("&amp;", "&")
    return re.sub(r"\s+", " ", re.sub("[\u2066-\u2069]", "", plain))


def hidden(response: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', response.text)
    assert found, f"no field {name}"
    return found[1]
