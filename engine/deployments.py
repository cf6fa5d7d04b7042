"""Putting a new version of a procedure into service."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from engine import audit
from engine.bpmn.faults import Fault
from engine.bpmn.model import Process
from engine.bpmn.names import process_ids
from engine.database import Transaction
from engine.permissions import Permission
from engine.refusals import NotPermitted, Refusal
from engine.serving import read_for_service
from engine.standing import standing
from engine.tables import Procedure, ProcessVersion, Unit


class DiagramRefused(Refusal):
    """The diagram cannot be deployed; ``faults`` names all that is wrong with it, warnings among them."""

    status = 422

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("diagram_refused", count=sum(fault.refuses for fault in faults))
        self.faults = faults


class AlreadyDeployed(Refusal):
    """The newest version is the same to the byte."""


def deploy_version(
    tx: Transaction,
    *,
    xml: bytes,
    decisions: Mapping[str, str] | None = None,
    forms: Mapping[str, Any] | None = None,
    key: str | None = None,
    note: str = "",
) -> ProcessVersion:
    """Deploy a diagram: new cases follow it, running ones stay on their version.

    Decision tables (DMN text by id) and forms (schema by name) left out are those of the version in service.
    Raises DiagramRefused (nothing is stored), AlreadyDeployed or NotPermitted.
    """
    _refuse_unless_permitted(tx)
    previous = _in_service(tx.session, xml, key)
    decisions = dict(decisions if decisions is not None else previous.decisions if previous else {})
    forms = dict(forms if forms is not None else previous.forms if previous else {})
    process = _read(xml, decisions, forms, key)
    digest = _digest(xml, decisions, forms)
    if previous is not None and previous.digest == digest:
        raise AlreadyDeployed("same_version")
    procedure = _procedure(tx, process.key, process.names)
    version = ProcessVersion(
        procedure_id=procedure.id,
        number=(previous.number if previous else 0) + 1,
        xml=xml,
        decisions=decisions,
        forms=forms,
        digest=digest,
        note=note.strip(),
        deployed_at=tx.at,
        deployed_by=tx.actor.name,
    )
    tx.session.add(version)
    audit.record(
        tx,
        "procedure.deployed",
        on=("procedure", procedure.id),
        key=process.key,
        version=version.number,
        digest=digest,
    )
    return version


def _read(xml: bytes, decisions: Mapping[str, str], forms: Mapping[str, Any], key: str | None) -> Process:
    tables = {name: text.encode() for name, text in decisions.items()}
    reading = read_for_service(xml, decisions=tables, forms=set(forms), key=key)
    if reading.process is None:
        raise DiagramRefused(reading.faults)
    return reading.process


def _in_service(session: Session, xml: bytes, key: str | None) -> ProcessVersion | None:
    """The version that a diagram would replace."""
    keys = (key,) if key is not None else process_ids(xml)
    return next((version for known in keys if (version := _newest(session, known))), None)


def _newest(session: Session, key: str) -> ProcessVersion | None:
    newest = (
        select(ProcessVersion)
        .join(Procedure)
        .where(Procedure.key == key)
        .options(undefer(ProcessVersion.decisions), undefer(ProcessVersion.forms))
        .order_by(ProcessVersion.number.desc())
        .limit(1)
    )
    return session.scalars(newest).first()


def _procedure(tx: Transaction, key: str, names: dict[str, str]) -> Procedure:
    procedure = tx.session.scalars(select(Procedure).where(Procedure.key == key)).first()
    if procedure is None:
        procedure = Procedure(key=key, names=names, created_at=tx.at)
        tx.session.add(procedure)
        tx.session.flush()
    elif procedure.names != names:
        procedure.names = names
    return procedure


def _refuse_unless_permitted(tx: Transaction) -> None:
    """A procedure serves the whole fund: who may deploy it in one agency only may not."""
    person_id = tx.actor.person_id
    if person_id is None:
        return
    grants = standing(tx.session, person_id).grants
    units = {grant.unit_id for grant in grants if Permission.DEPLOY_PROCEDURES in grant.permissions}
    whole = select(Unit.id).where(Unit.id.in_(units), Unit.kind.in_(("ministry", "fund")))
    if tx.session.scalars(whole.limit(1)).first() is None:
        raise NotPermitted(permission=Permission.DEPLOY_PROCEDURES)


def _digest(xml: bytes, decisions: Mapping[str, str], forms: Mapping[str, Any]) -> str:
    rest = json.dumps([decisions, forms], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(xml + b"\0" + rest.encode()).hexdigest()
