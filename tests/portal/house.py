"""An agency with its staff and two citizens over a new database, for the tests of the citizens' pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, stream_encode_multipart

import portal
from engine import audit, jobs
from engine.actor import Actor
from engine.database import connect, now, reading, transaction
from engine.folders import deploy_folder
from engine.passwords import new_password
from engine.people import create_person, register_citizen
from engine.roles import grant_role, seed_roles
from engine.tables import Base, Case, SignIn, Task, Unit
from engine.tasks import claim_task, complete_task
from engine.units import create_unit
from web.shell import init_shell

ROOT = Path(__file__).parents[2]
KEY = "sickness_benefit"
MACHINE = Actor.system("command")
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
TREE = (
    ("mtess", "ministry", None, "وزارة العمل", "Ministère du Travail", "Ministry of Labour"),
    ("cnas", "fund", "mtess", "الصندوق الوطني", "Caisse nationale", "National Fund"),
    ("cnas-16", "agency", "cnas", "وكالة الجزائر", "Agence d'Alger", "Algiers agency"),
    ("cnas-16-01", "centre", "cnas-16", "مركز الدفع الجزائر الوسطى", "Centre Alger-Centre", "Alger-Centre"),
)
STAFF = (
    ("amina", "أمينة بوزيد", "Amina Bouzid", "rights_officer", "cnas-16-01"),
    ("yasmine", "ياسمين قاسي", "Yasmine Kaci", "physician", "cnas-16"),
    ("karim", "كريم منصوري", "Karim Mansouri", "validator", "cnas-16-01"),
)
CITIZENS = (
    ("samir@example.dz", "سمير بن عمر", "Samir Benamar"),
    ("lila@example.dz", "ليلى حمادي", "Lila Hamadi"),
)

COMPLETE = {"outcome": "complete", "rights_open": True, "daily_net": 150_000, "late_filing": "in_time"}
MISSING = {
    "outcome": "missing",
    "missing_pieces": ["hospital_certificate"],
    "message": "The copy of the certificate cannot be read.",
    "comment": "Secret between colleagues.",
}
JUSTIFIED = {
    "basis": "file",
    "opinion": "justified",
    "justified_days": 20,
    "hospitalised": False,
    "long_illness": False,
}
REFUSED = {
    "decision": "refuse",
    "reason": "rights_not_open",
    "reasons": "The days of work declared are fewer than the law asks for.",
}


class House:
    """The whole house: its people by user name, and the acts of its staff."""

    def __init__(self, folder: Path) -> None:
        database = connect(f"sqlite:///{folder / 'masar.db'}", data=folder / "data")
        Base.metadata.create_all(database.engine)
        self.people: dict[str, UUID] = {}
        self.units: dict[str, Unit] = {}
        with transaction(actor=MACHINE) as tx:
            self._make_units(tx)
            self._make_people(tx)
        with transaction(actor=MACHINE) as tx:
            deploy_folder(tx, ROOT / "processes" / KEY, forms=ROOT / "forms" / "schemas")
        self.app = Flask("masar", static_folder=None, template_folder=None)
        self.app.config.update(SECRET_KEY="of-the-tests", TESTING=True, WTF_CSRF_ENABLED=False)
        init_shell(self.app)
        for blueprint in portal.BLUEPRINTS:
            self.app.register_blueprint(blueprint)

    @property
    def centre(self) -> str:
        """The id of the payment centre, as a form sends it."""
        return str(self.units["cnas-16-01"].id)

    def client(self, username: str | None = None, lang: str = "en") -> FlaskClient:
        """A browser, with somebody signed in or nobody."""
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["lang"] = lang
            if username is not None:
                cookie.update(sign_in=str(self._sign_in(username)), seen_at=int(now().timestamp()))
        return client

    def work(self, username: str, step: str, answers: Mapping[str, Any]) -> None:
        """A member of the staff takes the open task of a step and completes it."""
        actor = Actor(self.people[username], f"person:{username}")
        with reading() as session:
            task_id = session.scalars(select(Task.id).where(Task.step == step, Task.ended_at.is_(None))).one()
        with transaction(actor=actor) as tx:
            claim_task(tx, task_id=task_id)
        with transaction(actor=actor) as tx:
            complete_task(tx, task_id=task_id, answers=answers)
        jobs.drain()

    def _make_units(self, tx: Any) -> None:
        for code, kind, parent, ar, fr, en in TREE:
            above = self.units[parent].id if parent else None
            names = {"ar": ar, "fr": fr, "en": en}
            self.units[code] = create_unit(tx, code=code, kind=kind, parent_id=above, names=names)
            tx.session.flush()

    def _make_people(self, tx: Any) -> None:
        seed_roles(tx)
        for username, ar, fr, role, unit in STAFF:
            names = {"ar": ar, "fr": fr}
            person = create_person(tx, username=username, names=names, email=None, phone=None, language="ar")
            tx.session.flush()
            grant_role(tx, person_id=person.id, unit_id=self.units[unit].id, role=role)
            self.people[username] = person.id
        for number, (username, ar, fr) in enumerate(CITIZENS):
            citizen = register_citizen(
                tx,
                username=username,
                password=new_password("a-long-enough-password-7"),
                names={"ar": ar, "fr": fr},
                email=username,
                phone=None,
                nss=f"85012345678{number}",
                language="ar",
            )
            self.people[username] = citizen.id

    def _sign_in(self, username: str) -> UUID:
        person_id = self.people[username]
        with transaction(actor=MACHINE) as tx:
            sign_in = SignIn(person_id=person_id, opened_at=tx.at, address="127.0.0.1")
            tx.session.add(sign_in)
            audit.record(tx, "signin.succeeded", on=("person", person_id), sign_in=sign_in.id)
            return sign_in.id


def answers(house: House, **changes: Any) -> dict[str, Any]:
    """A form of the opening step as a browser sends it, with a sick note; None leaves a field out."""
    typed = {
        "nss": "850123456780",
        "employer": "Sarl Atlas",
        "kind": "first",
        "prescriber": "Dr Ouali",
        "prescribed_on": "2026-01-04",
        "starts_on": "04/01/2026",
        "days": "20",
        "hospitalised": "false",
        "long_illness": "false",
        "pay_to": "held",
        "unit": house.centre,
        "sick_note": upload("note.pdf"),
    } | changes
    return {name: value for name, value in typed.items() if value is not None}


def upload(name: str, content: bytes = PDF) -> tuple[BytesIO, str]:
    """A file as a browser sends it."""
    return BytesIO(content), name


def in_memory(values: Mapping[str, Any]) -> tuple[bytes, str]:
    """A form with its files as the bytes and the type of a request: the client would leave a large one open."""
    sent = {
        name: FileStorage(value[0], filename=value[1], name=name) if isinstance(value, tuple) else value
        for name, value in values.items()
    }
    stream, length, boundary = stream_encode_multipart(MultiDict(sent), threshold=10**9)
    return stream.read(length), f'multipart/form-data; boundary="{boundary}"'


def begin(client: FlaskClient) -> str:
    """Start an application; the address of its draft."""
    response = client.post(f"/applications/new/{KEY}")
    assert response.status_code == 303, response.text
    return response.location


def file_case(house: House, client: FlaskClient, **changes: Any) -> str:
    """File a whole application; the address of the case."""
    draft = begin(client)
    assert client.post(draft, data=answers(house, **changes)).location == f"{draft}/check"
    response = client.post(f"{draft}/send")
    assert response.status_code == 303, response.text
    jobs.drain()
    return response.location.removesuffix("/sent")


def text_of(response: TestResponse) -> str:
    """The words of a page, without its tags."""
    plain = re.sub(r"<[^>]+>", " ", response.text)
    return re.sub(r"\s+", " ", plain.replace("&#39;", "'").replace("&amp;", "&"))


def only_case(session: Session) -> Case:
    """The one case there is."""
    return session.scalars(select(Case)).one()
