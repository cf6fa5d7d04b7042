"""Putting new versions of procedures into service."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from engine import audit
from engine.bpmn.faults import Fault
from engine.bpmn.model import CalledElsewhere, Process
from engine.bpmn.names import calls_elsewhere, executable_processes, process_ids, version_tag
from engine.bpmn.reading import Reading
from engine.database import Transaction
from engine.permissions import Permission
from engine.refusals import NotPermitted, Refusal
from engine.serving import read_for_service
from engine.standing import standing
from engine.starts import StartUnreadable, arm_starts
from engine.tables import Procedure, ProcessVersion, Unit
from engine.versions import called_sources, merged_decisions, newest_versions

_calls = lru_cache(maxsize=16)(calls_elsewhere)
_processes = lru_cache(maxsize=16)(process_ids)


class DiagramRefused(Refusal):
    """The diagram cannot be deployed; ``faults`` names all that is wrong with it, warnings among them."""

    status = 422

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("diagram_refused", count=sum(fault.refuses for fault in faults))
        self.faults = faults


class AlreadyDeployed(Refusal):
    """The newest version is the same to the byte."""


@dataclass(frozen=True)
class DiagramFile:
    """A file to deploy: its text, and the key of the procedure where that is not the id of its process."""

    xml: bytes
    key: str | None = None


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

    Decision tables (DMN text by id) and forms (schema by name) left out are those of the version in service. Where the
    file holds several pools, each becomes a version of its own, and that of ``key``, else the first, is given back.
    Raises DiagramRefused (nothing is stored), AlreadyDeployed or NotPermitted.
    """
    return deploy_files(tx, [DiagramFile(xml, key)], decisions=decisions, forms=forms, note=note)[0]


def deploy_files(
    tx: Transaction,
    files: Sequence[DiagramFile],
    *,
    decisions: Mapping[str, str] | None = None,
    forms: Mapping[str, Any] | None = None,
    note: str = "",
) -> list[ProcessVersion]:
    """Deploy several diagrams that may call each other, whatever their order; all of their pools, in that order.

    What is the same to the byte as the version in service is left as it is. Raises DiagramRefused (files that call each
    other in a circle too), AlreadyDeployed where nothing is new, or NotPermitted.
    """
    _refuse_unless_permitted(tx)
    told = Told(decisions, forms, note)
    versions: dict[int, list[ProcessVersion]] = {}
    is_new = False
    for index in _callees_first([file.xml for file in files]):
        deployed = [_deploy(tx, files[index].xml, key, told) for key in _keys(files[index])]
        versions[index] = [version for version, _ in deployed]
        is_new = is_new or any(is_new for _, is_new in deployed)
    if not is_new:
        raise AlreadyDeployed("same_version")
    return [version for index in range(len(files)) for version in versions[index]]


@dataclass(frozen=True)
class Told:
    """What was said of all files of one deployment."""

    decisions: Mapping[str, str] | None
    forms: Mapping[str, Any] | None
    note: str


def read_with_calls(
    session: Session,
    xml: bytes,
    *,
    decisions: Mapping[str, str],
    forms: Collection[str],
    key: str | None = None,
) -> Reading:
    """Read a diagram for service, together with what it calls of other files."""
    calls = _calls(xml)
    called = called_sources(session, calls, bound=_bound(session, calls))
    schemas = {name for source in called.values() for name in source.forms}
    reading = read_for_service(
        xml,
        decisions=merged_decisions(decisions, called),
        forms={*schemas, *forms},
        key=key,
        called={name: source.xml for name, source in called.items()},
    )
    back = {call.process for source in called.values() for call in source.calls} & set(_processes(xml))
    circles = tuple(Fault("called_in_circle", None, None, {"process": process}) for process in sorted(back))
    return replace(reading, process=None, faults=(*reading.faults, *circles)) if circles else reading


def _deploy(tx: Transaction, xml: bytes, key: str | None, told: Told) -> tuple[ProcessVersion, bool]:
    """The new version of one process of a file; or the one in service, where that is the same."""
    previous = _in_service(tx.session, xml, key)
    decisions = dict(told.decisions if told.decisions is not None else previous.decisions if previous else {})
    forms = dict(told.forms if told.forms is not None else previous.forms if previous else {})
    process = _read(tx.session, xml, decisions, forms, key)
    bound = _bound(tx.session, _calls(xml))
    called = {name: str(version_id) for name, version_id in sorted(bound.items())}
    digest = _digest(xml, decisions, forms, called)
    if previous is not None and previous.digest == digest:
        return previous, False
    procedure = _procedure(tx, process.key, process.names)
    version = ProcessVersion(
        procedure_id=procedure.id,
        number=(previous.number if previous else 0) + 1,
        xml=xml,
        decisions=decisions,
        forms=forms,
        digest=digest,
        called=called,
        tag=version_tag(xml, process.key),
        note=told.note.strip(),
        deployed_at=tx.at,
        deployed_by=tx.actor.name,
    )
    tx.session.add(version)
    tx.session.flush()
    _arm_starts(tx, version, process)
    audit.record(
        tx,
        "procedure.deployed",
        on=("procedure", procedure.id),
        key=process.key,
        version=version.number,
        digest=digest,
    )
    return version, True


def _arm_starts(tx: Transaction, version: ProcessVersion, process: Process) -> None:
    try:
        arm_starts(tx, version, process)
    except StartUnreadable as wrong:
        element = process.elements.get(wrong.element)
        params = {"kind": wrong.kind, "value": wrong.value[:60]}
        fault = Fault("bad_timer", wrong.element, element.line if element else None, params)
        raise DiagramRefused((fault,)) from wrong


def _read(
    session: Session, xml: bytes, decisions: Mapping[str, str], forms: Mapping[str, Any], key: str | None
) -> Process:
    reading = read_with_calls(session, xml, decisions=decisions, forms=set(forms), key=key)
    if reading.process is None:
        raise DiagramRefused(reading.faults)
    return reading.process


def _keys(file: DiagramFile) -> list[str | None]:
    """The keys of the procedures that a file draws: the one that was named first."""
    drawn = executable_processes(file.xml)
    if len(drawn) <= 1:
        return [file.key]
    if file.key is None or file.key in drawn:
        return sorted(drawn, key=lambda id_: id_ != file.key)
    return [file.key]


def _callees_first(files: Sequence[bytes]) -> list[int]:
    """The files in an order in which each comes after those that it calls. Raises DiagramRefused for a circle."""
    drawn = [set(_processes(xml)) for xml in files]
    calls = [_calls(xml) for xml in files]
    ordered: list[int] = []

    def visit(index: int, on_the_way: tuple[int, ...]) -> None:
        for call in calls[index]:
            for other, names in enumerate(drawn):
                if call.process not in names or other == index or other in ordered:
                    continue
                if other in on_the_way:
                    raise DiagramRefused(
                        (Fault("called_in_circle", call.element, None, {"process": call.process}),)
                    )
                visit(other, (*on_the_way, other))
        if index not in ordered:
            ordered.append(index)

    for index in range(len(files)):
        visit(index, (index,))
    return ordered


def _bound(session: Session, calls: Sequence[CalledElsewhere]) -> dict[str, UUID]:
    """The versions that calls are bound to for good: with the deployment, by number or by tag; those in service."""
    now = newest_versions(session, {call.process for call in calls if call.binding == "deployment"})
    for call in calls:
        if call.binding not in ("version", "tag"):
            continue
        wanted = select(ProcessVersion.id).join(Procedure).where(Procedure.key == call.process)
        if call.binding == "version":
            wanted = wanted.where(ProcessVersion.number == call.version)
        else:
            wanted = wanted.where(ProcessVersion.tag == call.tag)
        found = session.scalars(wanted.order_by(ProcessVersion.number.desc()).limit(1)).first()
        if found is not None:
            now[call.process] = found
    return now


def _in_service(session: Session, xml: bytes, key: str | None) -> ProcessVersion | None:
    """The version that a diagram would replace."""
    keys = (key,) if key is not None else _processes(xml)
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


def _digest(
    xml: bytes, decisions: Mapping[str, str], forms: Mapping[str, Any], called: Mapping[str, str]
) -> str:
    rest = json.dumps([decisions, forms, *([called] if called else [])], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(xml + b"\0" + rest.encode()).hexdigest()
