"""Process versions in service, read once and kept: what a diagram means, and the forms deployed with it.

A version may call procedures of other files. It is then read together with a version of each: the one it was bound to
when it was deployed, the one that a running call of the case was begun with, else the newest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer

from engine.bpmn.failures import FlowFailed
from engine.bpmn.model import NOTHING, CalledElsewhere, Process
from engine.bpmn.names import calls_elsewhere
from engine.bpmn.reading import DiagramBroken, compile_process
from engine.refusals import Refusal
from engine.tables import Case, Procedure, ProcessVersion

KEPT = 256  #: versions kept in memory

Called = tuple[
    tuple[str, UUID], ...
]  #: version by the key of a procedure called elsewhere, in order of the keys


class ProcedureUnknown(Refusal):
    """No procedure of this key is in service."""

    status = 404


class Source:
    """The texts of a version, and the procedures of other files that it calls."""

    def __init__(self, version: ProcessVersion) -> None:
        self.version_id = version.id
        self.key = version.procedure.key
        self.number = version.number
        self.xml = version.xml
        self.decisions = version.decisions
        self.forms: dict[str, dict[str, Any]] = version.forms
        self.calls: tuple[CalledElsewhere, ...] = calls_elsewhere(version.xml)
        self.bound = {key: UUID(version_id) for key, version_id in version.called.items()}


class Definition:
    """A version as the engine uses it: its process, its forms (schemas by name) and its number.

    ``called``: the version of each procedure of another file that its calls lead to, by key.
    """

    def __init__(self, own: Source, called: Mapping[str, Source]) -> None:
        sources = [*called.values(), own]
        decisions = merged_decisions(own.decisions, called)
        texts = {key: source.xml for key, source in called.items()}
        self.forms: dict[str, dict[str, Any]] = {
            name: form for one in sources for name, form in one.forms.items()
        }
        self.process: Process = compile_process(
            own.xml, decisions, key=own.key, called=texts, forms=self.forms
        )
        self.number = own.number
        self.version_id = own.version_id
        self.called = {key: source.version_id for key, source in called.items()}

    def form(self, name: str | None) -> dict[str, Any] | None:
        """The schema of a form; None for a step without one."""
        return None if name is None else self.forms[name]


_definitions: dict[tuple[UUID, Called], Definition] = {}
_sources: dict[UUID, Source] = {}


def merged_decisions(own: Mapping[str, str], called: Mapping[str, Source]) -> dict[str, bytes]:
    """The decision tables of a version and of those that it calls.

    Of two files of one name with other content the called one's is known as "<key>.<name>"; its decisions keep
    their ids.
    """
    merged = dict(own)
    for key, source in called.items():
        for name, text in source.decisions.items():
            merged[name if merged.get(name, text) == text else f"{key}.{name}"] = text
    return {name: text.encode() for name, text in merged.items()}


def definition(session: Session, version_id: UUID, *, held: Mapping[str, str] = NOTHING) -> Definition:
    """The definition of a version; a version never changes, so it is read once in a process's life.

    ``held``: versions (ids as text) by key of calls that are open already (``Case.called``). Raises FlowFailed
    (``called_unreadable``) where what is called can no longer be read together with it.
    """
    known = _definitions.get((version_id, ()))
    if known is not None:
        return known
    own = _source(session, version_id)
    called = _called(session, own, held)
    key = (version_id, tuple(sorted((name, source.version_id) for name, source in called.items())))
    known = _definitions.get(key)
    if known is None:
        if len(_definitions) >= KEPT:
            _definitions.clear()
        known = _definitions[key] = _read(own, called)
        if not called:
            _sources.pop(version_id, None)
    return known


def definition_of(session: Session, case: Case) -> Definition:
    """The definition that a case follows now; its open calls stay on the versions they were begun with."""
    return definition(session, case.version_id, held=case.called)


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


def newest_versions(session: Session, keys: Collection[str]) -> dict[str, UUID]:
    """The newest version of each of these procedures that is in service, by key."""
    if not keys:
        return {}
    rows = (
        select(Procedure.key, ProcessVersion.id)
        .join(ProcessVersion, ProcessVersion.procedure_id == Procedure.id)
        .where(Procedure.key.in_(keys))
        .order_by(ProcessVersion.number)
    )
    return {row.key: row.id for row in session.execute(rows)}


def called_sources(
    session: Session,
    calls: Iterable[CalledElsewhere],
    *,
    bound: Mapping[str, UUID] = NOTHING,
    held: Mapping[str, UUID] = NOTHING,
) -> dict[str, Source]:
    """What these calls lead to, and what that calls in turn, by key; what is not in service is left out.

    Of several calls of one procedure on the way the first decides on its version.
    """
    found: dict[str, Source] = {}
    wanted = _wanted(calls, bound, found)
    while wanted:
        open_ = [key for key, version_id in wanted.items() if version_id is None and key not in held]
        newest = newest_versions(session, open_)
        reached = {key: held.get(key) or version_id or newest.get(key) for key, version_id in wanted.items()}
        sources = {key: _source(session, version_id) for key, version_id in reached.items() if version_id}
        found |= sources
        wanted = {
            key: version_id
            for source in sources.values()
            for key, version_id in _wanted(source.calls, source.bound, found).items()
        }
    return found


def _wanted(
    calls: Iterable[CalledElsewhere], bound: Mapping[str, UUID], found: Collection[str]
) -> dict[str, UUID | None]:
    """The version that each call is bound to, None for the newest; one bound to what is not there is left out."""
    return {
        call.process: bound.get(call.process)
        for call in calls
        if call.process not in found and (call.binding == "latest" or call.process in bound)
    }


def _called(session: Session, own: Source, held: Mapping[str, str]) -> dict[str, Source]:
    if not own.calls:
        return {}
    begun = {key: UUID(version_id) for key, version_id in held.items()}
    return called_sources(session, own.calls, bound=own.bound, held=begun)


def _read(own: Source, called: Mapping[str, Source]) -> Definition:
    try:
        return Definition(own, called)
    except DiagramBroken as broken:
        if not own.calls:
            raise
        first = own.calls[0]
        told = {"process": first.process, "why": ", ".join(sorted({fault.code for fault in broken.faults}))}
        raise FlowFailed(first.element, "called_unreadable", told) from broken


def _source(session: Session, version_id: UUID) -> Source:
    known = _sources.get(version_id)
    if known is None:
        whole = (
            undefer(ProcessVersion.xml),
            undefer(ProcessVersion.decisions),
            undefer(ProcessVersion.forms),
            joinedload(ProcessVersion.procedure),
        )
        known = Source(session.get_one(ProcessVersion, version_id, options=whole))
        if len(_sources) >= KEPT:
            _sources.clear()
        _sources[version_id] = known
    return known
