"""What a trial stands on: a unit, people who hold every role of its diagrams, and the diagrams deployed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine import audit
from engine.actor import Actor
from engine.bpmn.names import executable_processes, process_ids
from engine.bpmn.reading import read_process
from engine.database import Transaction, transaction
from engine.deployments import DiagramFile, deploy_files
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
    """Deploy the diagrams, which may call each other, with the decision tables among the files.

    The keys of their procedures, in the order of the files and, within a file, of its pools.
    """
    files = list(paths)
    decisions = {path.stem: path.read_text("utf-8") for path in files if path.suffix == ".dmn"}
    diagrams = [path.read_bytes() for path in files if path.suffix != ".dmn"]
    if not diagrams:
        return []
    known = _any_forms(diagrams, decisions) if forms is None else forms
    with transaction(actor=TRIAL, at=at) as tx:
        versions = deploy_files(tx, [DiagramFile(xml) for xml in diagrams], decisions=decisions, forms=known)
        processes = [definition(tx.session, version.id).process for version in versions]
        roles = {step.role for process in processes for step in process.steps.values() if step.role}
        _give_roles(tx, roles, unit_id)
    return list(dict.fromkeys(process.key for process in processes))


def _any_forms(diagrams: Sequence[bytes], decisions: dict[str, str]) -> dict[str, Any]:
    """A form that takes any answer under each name that the diagrams ask for."""
    tables = {name: text.encode() for name, text in decisions.items()}
    called = {id_: xml for xml in diagrams for id_ in process_ids(xml)}
    asked: set[str] = set()
    for xml in diagrams:
        for key in executable_processes(xml) or (None,):
            others = {id_: text for id_, text in called.items() if text is not xml}
            process = read_process(xml, decisions=tables, key=key, called=others).process
            steps = [*process.steps.values(), process.opening] if process else []
            asked |= {step.form for step in steps if step and step.form}
    return {name: {} for name in asked}


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
