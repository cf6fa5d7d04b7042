"""The procedures in service, their versions, and how many cases run on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, undefer

from engine.tables import Case, Procedure, ProcessVersion


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """A process version with the number of its cases: those that run, and all that ever did."""

    version: ProcessVersion
    running: int
    opened: int


@dataclass(frozen=True, slots=True)
class ProcedureFigures:
    """A procedure with its versions, the one in service first."""

    procedure: Procedure
    versions: tuple[VersionFigures, ...]

    @property
    def in_service(self) -> VersionFigures:
        """The version that new cases follow."""
        return self.versions[0]

    @property
    def running(self) -> int:
        """Cases that run, on whichever version."""
        return sum(version.running for version in self.versions)


def procedures(session: Session) -> Sequence[ProcedureFigures]:
    """Every procedure that has a version, by key."""
    return _figures(session, session.scalars(_versions()).all())


def procedure_figures(session: Session, key: str) -> ProcedureFigures | None:
    """One procedure; None when no version of it was ever deployed."""
    found = _figures(session, session.scalars(_versions().where(Procedure.key == key)).all())
    return found[0] if found else None


def process_version(session: Session, *, key: str, number: int) -> ProcessVersion | None:
    """One version with its texts: diagram, decision tables and forms."""
    whole = (undefer(ProcessVersion.xml), undefer(ProcessVersion.decisions), undefer(ProcessVersion.forms))
    wanted = _versions().where(Procedure.key == key, ProcessVersion.number == number)
    return session.scalars(wanted.options(*whole)).first()


def version_text(session: Session, version_id: UUID) -> bytes:
    """The diagram of a version, as it was deployed."""
    return session.scalars(select(ProcessVersion.xml).where(ProcessVersion.id == version_id)).one()


def versions_in_service(session: Session) -> Mapping[str, UUID]:
    """The version that new cases follow, by the procedure's key."""
    newest = (
        select(ProcessVersion.procedure_id, func.max(ProcessVersion.number).label("number"))
        .group_by(ProcessVersion.procedure_id)
        .subquery()
    )
    rows = (
        select(Procedure.key, ProcessVersion.id)
        .join(ProcessVersion, ProcessVersion.procedure_id == Procedure.id)
        .join(
            newest,
            (newest.c.procedure_id == ProcessVersion.procedure_id)
            & (newest.c.number == ProcessVersion.number),
        )
    )
    return dict(session.execute(rows).all())


def _versions() -> Select[ProcessVersion]:
    return (
        select(ProcessVersion)
        .join(Procedure, Procedure.id == ProcessVersion.procedure_id)
        .options(joinedload(ProcessVersion.procedure))
        .order_by(Procedure.key, ProcessVersion.number.desc())
    )


def _figures(session: Session, versions: Sequence[ProcessVersion]) -> Sequence[ProcedureFigures]:
    counted = (
        select(Case.version_id, func.count().filter(Case.closed_at.is_(None)), func.count())
        .where(Case.version_id.in_([version.id for version in versions]))
        .group_by(Case.version_id)
    )
    counts = {version_id: (running, opened) for version_id, running, opened in session.execute(counted)}
    grouped: dict[UUID, list[VersionFigures]] = {}
    for version in versions:
        figures = VersionFigures(version, *counts.get(version.id, (0, 0)))
        grouped.setdefault(version.procedure_id, []).append(figures)
    return [ProcedureFigures(group[0].version.procedure, tuple(group)) for group in grouped.values()]
