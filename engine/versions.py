"""Process versions in service, read once and kept: what a diagram means, and the forms deployed with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer

from engine.bpmn.model import Process
from engine.bpmn.reading import compile_process
from engine.refusals import Refusal
from engine.tables import Procedure, ProcessVersion

KEPT = 256  #: versions kept in memory


class ProcedureUnknown(Refusal):
    """No procedure of this key is in service."""

    status = 404


class Definition:
    """A process version as the engine uses it: its process, its forms (schemas by name) and its number."""

    def __init__(self, version: ProcessVersion) -> None:
        decisions = {name: text.encode() for name, text in version.decisions.items()}
        self.process: Process = compile_process(version.xml, decisions, key=version.procedure.key)
        self.forms: dict[str, dict[str, Any]] = version.forms
        self.number = version.number
        self.version_id = version.id

    def form(self, name: str | None) -> dict[str, Any] | None:
        """The schema of a form; None for a step without one."""
        return None if name is None else self.forms[name]


_definitions: dict[UUID, Definition] = {}


def definition(session: Session, version_id: UUID) -> Definition:
    """The definition of a version; a version never changes, so it is read once in a process's life."""
    known = _definitions.get(version_id)
    if known is None:
        whole = (
            undefer(ProcessVersion.xml),
            undefer(ProcessVersion.decisions),
            undefer(ProcessVersion.forms),
            joinedload(ProcessVersion.procedure),
        )
        known = Definition(session.get_one(ProcessVersion, version_id, options=whole))
        if len(_definitions) >= KEPT:
            _definitions.clear()
        _definitions[version_id] = known
    return known


def current_version(session: Session, key: str) -> ProcessVersion:
    """The version that new cases of a procedure follow; ProcedureUnknown if there is none."""
    newest = (
        select(ProcessVersion)
        .join(Procedure)
        .where(Procedure.key == key)
        .order_by(ProcessVersion.number.desc())
        .limit(1)
    )
    version = session.scalars(newest).first()
    if version is None:
        raise ProcedureUnknown("procedure_unknown", key=key)
    return version
