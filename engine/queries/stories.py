"""The story of a case: everything that happened, in order, and in whose hands it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from engine.tables import (
    Answers,
    AuditEntry,
    Base,
    Breach,
    Case,
    Deadline,
    Document,
    Handoff,
    Incident,
    Person,
    Reading,
    Role,
    Task,
    Unit,
)

PEOPLE = ("to", "held_by", "signed_by", "applicant", "holder", "person")  #: facts that hold a person's id
UNITS = ("unit",)
MOST_READINGS = 100  #: the newest ones shown

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Stretch:
    """A hand-off with what followed it: how long it waited, how long it was held, what happened meanwhile.

    ``ended_at`` is when responsibility passed on; None while it still lies there.
    """

    handoff: Handoff
    task: Task
    giver: Task | None
    ended_at: datetime | None
    entries: tuple[AuditEntry, ...]
    breaches: tuple[Breach, ...]

    def waited(self, now: datetime) -> float:
        """Seconds from giving to taking, or until it passed on untaken."""
        return ((self.handoff.taken_at or self.ended_at or now) - self.handoff.at).total_seconds()

    def held(self, now: datetime) -> float | None:
        """Seconds in the receiver's hands; None if nobody took it."""
        taken_at = self.handoff.taken_at
        return None if taken_at is None else ((self.ended_at or now) - taken_at).total_seconds()


@dataclass(frozen=True)
class Story:
    """A case's entries in order with all they name; ``loose`` are the entries of no hand-off."""

    case: Case
    entries: Sequence[AuditEntry]
    stretches: tuple[Stretch, ...]
    loose: tuple[AuditEntry, ...]
    tasks: Mapping[UUID, Task]
    deadlines: Mapping[UUID, Deadline]
    breaches: Sequence[Breach]
    documents: Mapping[UUID, Document]
    answers: Sequence[Answers]
    incidents: Sequence[Incident]
    people: Mapping[UUID, Person]
    units: Mapping[UUID, Unit]
    roles: Mapping[str, Mapping[str, str]]
    readings: Sequence[Reading]
    reading_count: int


def case_story(session: Session, case: Case) -> Story:
    """Everything recorded of a case, in a fixed number of queries."""
    tasks = _by_id(session, Task, Task.case_id == case.id, joinedload(Task.holder), joinedload(Task.unit))
    deadlines = _by_id(session, Deadline, Deadline.case_id == case.id)
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject_id == case.id).order_by(AuditEntry.number)
    ).all()
    breaches = session.scalars(
        select(Breach)
        .where(Breach.case_id == case.id)
        .options(joinedload(Breach.holder), joinedload(Breach.unit))
        .order_by(Breach.at)
    ).all()
    stretches = _stretches(_handoffs(session, case), tasks, deadlines, entries, breaches)
    told = {entry.id for stretch in stretches for entry in stretch.entries}
    return Story(
        case=case,
        entries=entries,
        stretches=stretches,
        loose=tuple(entry for entry in entries if entry.id not in told),
        tasks=tasks,
        deadlines=deadlines,
        breaches=breaches,
        documents=_by_id(session, Document, Document.case_id == case.id, joinedload(Document.uploaded_by)),
        answers=session.scalars(select(Answers).where(Answers.case_id == case.id)).all(),
        incidents=session.scalars(select(Incident).where(Incident.case_id == case.id)).all(),
        people=_named(session, Person, PEOPLE, entries),
        units=_named(session, Unit, UNITS, entries),
        roles=dict(session.execute(select(Role.code, Role.names)).all()),
        readings=_readings(session, case),
        reading_count=session.scalar(select(func.count()).where(Reading.case_id == case.id)) or 0,
    )


def element_of(entry: AuditEntry) -> str | None:
    """The id of the diagram's element that an entry speaks of, if of one."""
    element = entry.facts.get("step") or entry.facts.get("element")
    return str(element) if element else None


def _handoffs(session: Session, case: Case) -> Sequence[Handoff]:
    whole = (joinedload(Handoff.from_person), joinedload(Handoff.to_person), joinedload(Handoff.to_unit))
    rows = select(Handoff).where(Handoff.case_id == case.id).options(*whole)
    return session.scalars(rows.order_by(Handoff.at, Handoff.id)).all()


def _stretches(
    handoffs: Sequence[Handoff],
    tasks: Mapping[UUID, Task],
    deadlines: Mapping[UUID, Deadline],
    entries: Sequence[AuditEntry],
    breaches: Sequence[Breach],
) -> tuple[Stretch, ...]:
    given: dict[UUID, list[Handoff]] = {}
    for handoff in handoffs:
        given.setdefault(handoff.to_task_id, []).append(handoff)
    told: dict[UUID, list[AuditEntry]] = {}
    for entry in entries:
        task_id = _task_of(entry, deadlines)
        for handoff in _latest(given.get(task_id, ()) if task_id else (), entry.at):
            told.setdefault(handoff.id, []).append(entry)
    late: dict[UUID, list[Breach]] = {}
    for breach in breaches:
        task_id = deadlines[breach.deadline_id].task_id
        for handoff in _latest(given.get(task_id, ()) if task_id else (), breach.at):
            late.setdefault(handoff.id, []).append(breach)
    stretches = (
        Stretch(
            handoff=handoff,
            task=tasks[handoff.to_task_id],
            giver=tasks.get(handoff.from_task_id) if handoff.from_task_id else None,
            ended_at=_end(handoff, given[handoff.to_task_id], tasks),
            entries=tuple(told.get(handoff.id, ())),
            breaches=tuple(late.get(handoff.id, ())),
        )
        for handoff in handoffs
    )
    return tuple(sorted(stretches, key=_place))


def _place(stretch: Stretch) -> tuple[datetime, int]:
    """Hand-offs of one moment follow in the order of their entries."""
    return stretch.handoff.at, stretch.entries[0].number if stretch.entries else 0


def _task_of(entry: AuditEntry, deadlines: Mapping[UUID, Deadline]) -> UUID | None:
    task = _as_id(entry.facts.get("task"))
    if task is not None:
        return task
    deadline = deadlines.get(_as_id(entry.facts.get("deadline")) or UUID(int=0))
    return deadline.task_id if deadline else None


def _latest(handoffs: Iterable[Handoff], at: datetime) -> list[Handoff]:
    """The last of these hand-offs made by then, in a list; the first one if all came later."""
    ordered = list(handoffs)
    return ([handoff for handoff in ordered if handoff.at <= at] or ordered[:1])[-1:]


def _end(handoff: Handoff, siblings: Sequence[Handoff], tasks: Mapping[UUID, Task]) -> datetime | None:
    later = siblings[siblings.index(handoff) + 1 :]
    return later[0].at if later else tasks[handoff.to_task_id].ended_at


def _readings(session: Session, case: Case) -> Sequence[Reading]:
    rows = select(Reading).where(Reading.case_id == case.id).options(joinedload(Reading.person))
    return session.scalars(rows.order_by(Reading.at.desc(), Reading.id).limit(MOST_READINGS)).all()


def _by_id(session: Session, table: type[Row], where: Any, *options: Any) -> dict[UUID, Row]:
    return {row.id: row for row in session.scalars(select(table).where(where).options(*options))}


def _named(
    session: Session, table: type[Row], facts: Sequence[str], entries: Sequence[AuditEntry]
) -> dict[UUID, Row]:
    ids = {_as_id(entry.facts.get(fact)) for entry in entries for fact in facts}
    ids |= {entry.actor_id for entry in entries}
    wanted = {id_ for id_ in ids if id_ is not None}
    return _by_id(session, table, table.id.in_(wanted)) if wanted else {}


def _as_id(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
