"""The clerks' pages over a database with the cast in it, and cases of the sickness benefit at any step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

import portal
import worklists
from engine import jobs
from engine.cases import open_case
from engine.database import Database, now, transaction
from engine.documents import upload_document
from engine.tables import SignIn
from tests import builders
from tests.people import Cast
from web.shell import init_shell

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
APPLICATION = {
    "nss": "850316001234",
    "employer": "Sarl Atlas",
    "kind": "first",
    "prescriber": "Dr Ouali",
    "prescribed_on": "2026-02-15",
    "starts_on": "2026-02-15",
    "days": 20,
    "hospitalised": False,
    "long_illness": False,
    "pay_to": "held",
}
COMPLETE = {"outcome": "complete", "rights_open": True, "daily_net": 150_000, "late_filing": "in_time"}
MISSING = {"outcome": "missing", "missing_pieces": ["sick_note"], "message": "The sick note cannot be read."}
OPINION = {
    "basis": "file",
    "opinion": "justified",
    "justified_days": 20,
    "hospitalised": False,
    "long_illness": False,
    "comment": "A secret of the physician.",
}


class House:
    """The pages, and their people signed in."""

    def __init__(self, database: Database, cast: Cast) -> None:
        self.database = database
        self.cast = cast
        self.app = Flask("masar", static_folder=None, template_folder=None)
        self.app.config.update(SECRET_KEY="of-the-tests", TESTING=True, WTF_CSRF_ENABLED=False)
        init_shell(self.app)
        for blueprint in (*portal.BLUEPRINTS, worklists.bp):
            self.app.register_blueprint(blueprint)

    def client(self, name: str, lang: str = "en") -> FlaskClient:
        """A browser with this person signed in."""
        sign_in = SignIn(person_id=self.cast.id(name), opened_at=now(), address="::1")
        with self.database.reading() as session, session.begin():
            session.add(sign_in)
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(sign_in=str(sign_in.id), seen_at=int(now().timestamp()), lang=lang)
        return client

    def page(self, name: str, address: str, lang: str = "en") -> str:
        """The text of a page that must be served."""
        answer = self.client(name, lang).get(address)
        assert answer.status_code == 200, answer.text[:2000]
        return answer.text

    def filed(self, *, days_ago: float = 0, by: str = "samir", unit: str = "cnas-16-01") -> UUID:
        """A case of the sickness benefit filed so long ago; the rights and the medical opinion wait."""
        at, actor = ago(days_ago), self.cast.actors[by]
        with transaction(actor=actor, at=at) as tx:
            note = upload_document(tx, content=PDF, name="note.pdf", field="sick_note")
            tx.session.flush()
            answers = APPLICATION | {"sick_note": str(note.id)}
            case = open_case(
                tx,
                key="sickness_benefit",
                answers=answers,
                unit_id=self.cast.units[unit],
                applicant_id=actor.person_id,
            )
        jobs.drain(at=at)
        return case.id

    def done(
        self, case_id: UUID, step: str, answers: Mapping[str, Any], by: str, days_ago: float = 0
    ) -> UUID:
        """Complete a step of a case, claiming it first; its task's id."""
        task_id = builders.complete(case_id, step, answers, by=self.cast.actors[by], at=ago(days_ago))
        jobs.drain(at=ago(days_ago))
        return task_id

    def claimed(self, case_id: UUID, step: str, by: str) -> UUID:
        """Claim a step of a case; its task's id."""
        return builders.claim(case_id, step, by=self.cast.actors[by], at=now())


class Statements:
    """Counts what a database is asked within the block."""

    def __init__(self, database: Database) -> None:
        self.engine = database.engine
        self.count = 0

    def __enter__(self) -> Statements:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, *_: object) -> None:
        self.count += 1


def ago(days: float) -> datetime:
    """So many days before this moment."""
    return datetime.now(UTC) - timedelta(days=days)
