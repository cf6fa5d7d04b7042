"""The load of the units a person supervises: who holds how much, what is late, what is about to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from engine.calendars import day_start, days_after, local_day
from engine.permissions import Permission
from engine.queries.worklists import Mark, WorkFilter, WorkPage, task_page, within
from engine.standing import Standing
from engine.tables import APPLICANT, Breach, Case, Deadline, DeadlineKind, Person, Task, Unit
from engine.urgency import horizon

FRIDAY = 4  #: the first day of the weekend, as `date.weekday` counts
BREACHES = 50  #: the most shown


@dataclass(frozen=True, slots=True)
class Load:
    """What a person holds in a unit, or what nobody does (``person`` None): open tasks and those that press."""

    unit: Unit
    person: Person | None
    tasks: int
    breached: int
    today: int
    this_week: int


@dataclass(frozen=True, slots=True)
class UnitLoad:
    """The units in the order of the tree, the load of each person in them, and the breaches, open ones first."""

    units: Sequence[Unit]
    loads: Sequence[Load]
    breaches: Sequence[Breach]
    breach_count: int
    week_ends: datetime

    def of(self, unit: Unit) -> list[Load]:
        """The loads in one unit: what nobody holds first, then who holds most."""
        return [load for load in self.loads if load.unit.id == unit.id]

    @property
    def total(self) -> dict[str, int]:
        """The sums over all units: ``tasks``, ``unclaimed``, ``breached``, ``today``, ``this_week``."""
        return {
            "tasks": sum(load.tasks for load in self.loads),
            "unclaimed": sum(load.tasks for load in self.loads if load.person is None),
            "breached": sum(load.breached for load in self.loads),
            "today": sum(load.today for load in self.loads),
            "this_week": sum(load.this_week for load in self.loads),
        }


def unit_load(session: Session, who: Standing, *, at: datetime) -> UnitLoad:
    """The load of the units that a person supervises, with the units below (four queries)."""
    roots = who.roots(Permission.SUPERVISE_UNIT)
    units = session.scalars(
        select(Unit).where(within(Unit.path, roots), Unit.closed_at.is_(None)).order_by(Unit.path)
    ).all()
    listed, count = _breaches(session, roots)
    return UnitLoad(units, _loads(session, roots, at), listed, count, week_ends(at))


def unit_tasks(
    session: Session, who: Standing, wanted: WorkFilter, *, at: datetime, after: Mark | None = None
) -> WorkPage:
    """A page of the open tasks of the units that a person supervises, and below."""
    supervised = select(Unit.id).where(within(Unit.path, who.roots(Permission.SUPERVISE_UNIT)))
    return task_page(session, [Task.unit_id.in_(supervised)], wanted, at, after)


def loads_of(session: Session, people: Sequence[UUID], *, at: datetime) -> dict[UUID, tuple[int, int]]:
    """For each person who holds any: how many open tasks, and how many of them are late."""
    late = func.count().filter(Task.urgent_at <= at)
    held = (
        select(Task.holder_id, func.count(), late)
        .where(Task.ended_at.is_(None), Task.role != APPLICANT, Task.holder_id.in_(people))
        .group_by(Task.holder_id)
    )
    rows = session.execute(held)
    return {holder_id: (tasks, breached) for holder_id, tasks, breached in rows if holder_id is not None}


def week_ends(at: datetime) -> datetime:
    """When the working week in progress ends: the first moment of the next Friday in Algiers."""
    today = local_day(at)
    return day_start(days_after(today, (FRIDAY - today.weekday() - 1) % 7 + 1))


def _loads(session: Session, roots: Sequence[str], at: datetime) -> list[Load]:
    limits = horizon(at)
    statement = (
        select(
            Task.unit_id,
            Task.holder_id,
            func.count(),
            func.count().filter(Task.urgent_at <= limits.now),
            func.count().filter(Task.urgent_at > limits.now, Task.urgent_at <= limits.today_ends),
            func.count().filter(Task.urgent_at > limits.now, Task.urgent_at <= week_ends(at)),
        )
        .where(Task.ended_at.is_(None), Task.unit_id.in_(select(Unit.id).where(within(Unit.path, roots))))
        .group_by(Task.unit_id, Task.holder_id)
    )
    grouped = statement.subquery()
    rows: Any = session.execute(
        select(Unit, Person, *list(grouped.c)[2:])
        .select_from(grouped)
        .join(Unit, Unit.id == grouped.c.unit_id)
        .outerjoin(Person, Person.id == grouped.c.holder_id)
        .order_by(Unit.path, Person.id.is_not(None), list(grouped.c)[2].desc(), Person.username)
    )
    return [Load(*row) for row in rows]


def _breaches(session: Session, roots: Sequence[str]) -> tuple[Sequence[Breach], int]:
    wanted = _of_units(select(Breach), roots)
    listed = (
        wanted.options(
            contains_eager(Breach.deadline),
            joinedload(Breach.case).joinedload(Case.procedure),
            joinedload(Breach.unit),
            joinedload(Breach.holder),
        )
        .order_by(Deadline.ended_at.is_not(None), Breach.at.desc(), Breach.id)
        .limit(BREACHES)
    )
    count = session.scalar(_of_units(select(func.count()), roots)) or 0
    return session.scalars(listed).all(), count


def _of_units(statement: Select[Any], roots: Sequence[str]) -> Select[Any]:
    in_them: ColumnElement[bool] = Breach.unit_id.in_(select(Unit.id).where(within(Unit.path, roots)))
    return (
        statement.select_from(Breach)
        .join(Deadline, Deadline.id == Breach.deadline_id)
        .where(in_them, Deadline.kind != DeadlineKind.TIMER)
    )
