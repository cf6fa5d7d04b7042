"""What a trial stands on: a unit, people who hold every role of its diagrams, and the diagrams deployed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine import audit
from engine.actor import Actor
from engine.bpmn.reading import read_process
from engine.database import Transaction, transaction
from engine.deployments import deploy_version
from engine.permissions import Permission
from engine.tables import APPLICANT, Membership, Person, Role, Unit
from engine.versions import definition

TRIAL = Actor.system("trial")
HANDS = 4  #: people of the trial's unit, each holding every role, so that four-eyes finds another
ANYBODY = "anybody"  #: the role that lets the trial's people do steps without a lane


def make_people(*, at: datetime) -> UUID:
    """The trial's unit with an applicant and hands; the unit's id."""
    with transaction(actor=TRIAL, at=at) as tx:
        unit = Unit(code="trial", kind="agency", path="trial", names={}, created_at=tx.at)
        tx.session.add(unit)
        audit.record(tx, "unit.created", on=("unit", unit.id), code="trial")
        for username in (APPLICANT, *(f"hand-{number}" for number in range(1, HANDS + 1))):
            _make_person(tx, username)
        tx.session.flush()
        _give_roles(tx, {ANYBODY}, unit.id)
    return unit.id


def deploy(
    paths: Iterable[Path], *, forms: Mapping[str, Any] | None, unit_id: UUID, at: datetime
) -> list[str]:
    """Deploy each diagram with the decision tables among the files; their keys, in order."""
    files = list(paths)
    decisions = {path.stem: path.read_text("utf-8") for path in files if path.suffix == ".dmn"}
    return [_deploy(path, decisions, forms, unit_id, at) for path in files if path.suffix != ".dmn"]


def _deploy(
    path: Path, decisions: dict[str, str], forms: Mapping[str, Any] | None, unit_id: UUID, at: datetime
) -> str:
    with transaction(actor=TRIAL, at=at) as tx:
        xml = path.read_bytes()
        known = _any_forms(xml, decisions) if forms is None else forms
        version = deploy_version(tx, xml=xml, decisions=decisions, forms=known)
        tx.session.flush()
        process = definition(tx.session, version.id).process
        _give_roles(tx, {step.role for step in process.steps.values() if step.role}, unit_id)
    return process.key


def _any_forms(xml: bytes, decisions: dict[str, str]) -> dict[str, Any]:
    """A form that takes any answer under each name that the diagram asks for."""
    process = read_process(xml, decisions={name: text.encode() for name, text in decisions.items()}).process
    if process is None:
        return {}
    steps = [*process.steps.values(), *([process.opening] if process.opening else [])]
    return {step.form: {} for step in steps if step.form}


def _make_person(tx: Transaction, username: str) -> None:
    kind = "citizen" if username == APPLICANT else "staff"
    person = Person(username=username, kind=kind, names={}, language="ar", registered_at=tx.at)
    tx.session.add(person)
    audit.record(tx, "person.created", on=("person", person.id))


def _give_roles(tx: Transaction, codes: set[str], unit_id: UUID) -> None:
    known = set(tx.session.scalars(select(Role.code)))
    hands = tx.session.scalars(select(Person).where(Person.kind == "staff")).all()
    for code in sorted(codes - known - {APPLICANT}):
        role = Role(code=code, names={}, permissions=[Permission.WORK_TASKS], created_at=tx.at)
        tx.session.add(role)
        audit.record(tx, "role.created", on=("role", role.id), code=code)
        for person in hands:
            tx.session.add(
                Membership(
                    person_id=person.id,
                    unit_id=unit_id,
                    role_id=role.id,
                    granted_at=tx.at,
                    granted_by=tx.actor.name,
                )
            )
            audit.record(tx, "role.granted", on=("person", person.id), role=code)
