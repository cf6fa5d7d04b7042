"""Worklists and workqueues: open tasks ordered by what breaches first, a page at a time, with their counts.

A page costs three queries whatever its length: the rows, the counts, and what was done before in the cases shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from engine.permissions import Permission
from engine.standing import Standing
from engine.tables import APPLICANT, Case, Deadline, DeadlineKind, Procedure, Task, TaskStatus, Unit
from engine.task_rules import Past
from engine.urgency import Horizon, Urgency, horizon

ROWS = 50  #: rows of a page


@dataclass(frozen=True, slots=True)
class Mark:
    """The last row of a page: the next page begins after it, so no row is shown twice."""

    urgent_at: datetime | None
    offered_at: datetime
    task_id: UUID


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Which tasks are wanted; what is None does not filter. ``text`` is part of a case's reference.

    ``step`` is ``procedure:step``, ``holder`` the id of who holds the task.
    """

    unit_id: UUID | None = None
    step: str | None = None
    urgency: Urgency | None = None
    text: str | None = None
    is_claimed: bool | None = None
    holder: UUID | None = None


@dataclass(frozen=True, slots=True)
class WorkRow:
    """An open task (with case, procedure, applicant, unit, holder), and who did which steps of its case before.

    ``is_suspended``: the clock of the whole case stands still, waiting for the applicant.
    """

    task: Task
    is_suspended: bool
    past: Past


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the tasks share a procedure, step, unit and urgency; ``version_id`` knows the step's name."""

    procedure: str
    version_id: UUID
    step: str
    unit_id: UUID | None
    urgency: Urgency
    is_claimed: bool
    number: int


@dataclass(frozen=True, slots=True)
class WorkPage:
    """Some rows, the counts of all tasks before any filter, the units they name, and where the next page begins."""

    rows: Sequence[WorkRow]
    counts: Sequence[Count]
    units: Mapping[UUID, Unit]
    next: Mark | None
    horizon: Horizon = field(repr=False)


def worklist(
    session: Session, who: Standing, wanted: WorkFilter, *, at: datetime, after: Mark | None = None
) -> WorkPage:
    """A page of the tasks that a person has claimed or was given."""
    return task_page(session, [Task.holder_id == who.person_id, Task.role != APPLICANT], wanted, at, after)


def workqueue(
    session: Session, who: Standing, wanted: WorkFilter, *, at: datetime, after: Mark | None = None
) -> WorkPage:
    """A page of the open tasks of a person's lanes, in the units where they hold them and below."""
    return task_page(session, [or_(false(), *_lanes(who))], wanted, at, after)


def within(path: Any, roots: Sequence[str]) -> ColumnElement[bool]:
    """That a unit's path is one of these, or lies below one of them."""
    below = (or_(path == root, path.startswith(f"{root}/", autoescape=True)) for root in roots)
    return or_(false(), *below)


def task_page(
    session: Session,
    scope: Sequence[ColumnElement[bool]],
    wanted: WorkFilter,
    at: datetime,
    after: Mark | None,
) -> WorkPage:
    """A page of the open tasks within a scope (conditions on Task)."""
    limits = horizon(at)
    found = _rows(session, scope, wanted, limits, after)
    shown = found[:ROWS]
    pasts = _pasts(session, {task.case_id for task, _ in shown})
    rows = [WorkRow(task, suspended, pasts[task.case_id]) for task, suspended in shown]
    counts, units = _counts(session, scope, limits)
    return WorkPage(rows, counts, units, _mark(shown[-1][0]) if len(found) > ROWS else None, limits)


def _lanes(who: Standing) -> Iterator[ColumnElement[bool]]:
    roles: dict[str, set[str]] = defaultdict(set)
    for grant in who.grants:
        roles[grant.unit_path].add(grant.role)
        if Permission.WORK_TASKS in grant.permissions:
            roles[grant.unit_path].add("")
    for path, codes in sorted(roles.items()):
        units = select(Unit.id).where(within(Unit.path, [path]))
        yield and_(Task.unit_id.in_(units), Task.role.in_(sorted(codes)))


def _rows(
    session: Session,
    scope: Sequence[ColumnElement[bool]],
    wanted: WorkFilter,
    limits: Horizon,
    after: Mark | None,
) -> list[tuple[Task, bool]]:
    suspended = exists().where(
        Deadline.case_id == Task.case_id,
        Deadline.kind == DeadlineKind.CASE,
        Deadline.suspended_at.is_not(None),
        Deadline.ended_at.is_(None),
    )
    of_case = contains_eager(Task.case)
    statement = (
        select(Task, suspended)
        .join(Case, Case.id == Task.case_id)
        .options(
            of_case.joinedload(Case.procedure),
            of_case.joinedload(Case.applicant),
            joinedload(Task.unit),
            joinedload(Task.holder),
        )
        .where(Task.ended_at.is_(None), *scope, *_conditions(wanted, limits))
        .order_by(Task.urgent_at.asc().nulls_last(), Task.offered_at, Task.id)
        .limit(ROWS + 1)
    )
    found = session.execute(_after(statement, after))
    return [(task, is_suspended) for task, is_suspended in found]


def _after(statement: Select[Task, bool], mark: Mark | None) -> Select[Task, bool]:
    if mark is None:
        return statement
    later = or_(
        Task.offered_at > mark.offered_at, and_(Task.offered_at == mark.offered_at, Task.id > mark.task_id)
    )
    if mark.urgent_at is None:
        return statement.where(Task.urgent_at.is_(None), later)
    return statement.where(
        or_(
            Task.urgent_at > mark.urgent_at,
            Task.urgent_at.is_(None),
            and_(Task.urgent_at == mark.urgent_at, later),
        )
    )


def _conditions(wanted: WorkFilter, limits: Horizon) -> Iterator[ColumnElement[bool]]:
    if wanted.unit_id is not None:
        yield Task.unit_id == wanted.unit_id
    if wanted.step is not None:
        key, _, step = wanted.step.partition(":")
        yield Task.step == step
        yield Case.procedure.has(key=key)
    if wanted.urgency is not None:
        yield _urgency(limits) == wanted.urgency.value
    if wanted.text:
        yield Case.reference.contains(wanted.text.strip(), autoescape=True)
    if wanted.is_claimed is not None:
        yield Task.holder_id.is_not(None) if wanted.is_claimed else Task.holder_id.is_(None)
    if wanted.holder is not None:
        yield Task.holder_id == wanted.holder


def _urgency(limits: Horizon) -> ColumnElement[str]:
    return case(
        (Task.urgent_at <= limits.now, Urgency.BREACHED.value),
        (Task.urgent_at <= limits.today_ends, Urgency.TODAY.value),
        (Task.urgent_at <= limits.soon_ends, Urgency.SOON.value),
        else_=Urgency.CALM.value,
    )


def _counts(
    session: Session, scope: Sequence[ColumnElement[bool]], limits: Horizon
) -> tuple[list[Count], dict[UUID, Unit]]:
    by: list[Any] = [Procedure.key, Case.version_id, Task.step, Task.unit_id, _urgency(limits), Task.status]
    labelled = [column.label(f"by_{number}") for number, column in enumerate(by)]
    statement = (
        select(*labelled, func.count())
        .select_from(Task)
        .join(Case, Case.id == Task.case_id)
        .join(Procedure, Procedure.id == Case.procedure_id)
        .where(Task.ended_at.is_(None), *scope)
        .group_by(*labelled)
    )
    rows: Iterable[Any] = session.execute(statement)
    counts = [
        Count(key, version_id, step, unit_id, Urgency(urgency), status == TaskStatus.CLAIMED, number)
        for key, version_id, step, unit_id, urgency, status, number in rows
    ]
    ids = {count.unit_id for count in counts if count.unit_id is not None}
    units = session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.path)) if ids else ()
    return counts, {unit.id: unit for unit in units}


def _pasts(session: Session, case_ids: set[UUID]) -> dict[UUID, dict[str, set[UUID]]]:
    pasts: dict[UUID, dict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    if not case_ids:
        return pasts
    done = select(Task.case_id, Task.step, Task.holder_id).where(
        Task.case_id.in_(case_ids), Task.status == TaskStatus.COMPLETED, Task.holder_id.is_not(None)
    )
    for case_id, step, holder_id in session.execute(done):
        if holder_id is not None:
            pasts[case_id][step].add(holder_id)
    return pasts


def _mark(task: Task) -> Mark:
    return Mark(task.urgent_at, task.offered_at, task.id)
