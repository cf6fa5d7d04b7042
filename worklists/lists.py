"""One's own worklist, and the workqueue of one's lanes: what breaches first comes first."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session

from engine.bpmn.model import Labels
from engine.database import now, reading
from engine.permissions import Permission
from engine.queries.worklists import WorkFilter, WorkPage, WorkRow, worklist, workqueue
from engine.tables import Task
from engine.task_rules import Place, case_forbids
from engine.urgency import Urgency
from engine.versions import definition_of
from web.access import current, needs
from web.words import refused
from worklists.blueprint import bp
from worklists.filters import Choices, address, choices, first_address, mark, next_address, wanted


@dataclass(frozen=True, slots=True)
class Line:
    """A task as a list shows it; ``barred`` says why the reader may not take it, empty if they may."""

    task: Task
    names: Labels
    urgency: Urgency
    is_suspended: bool
    barred: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list, with what it can be narrowed to."""

    lines: list[Line]
    choices: Choices
    asked: WorkFilter
    next: str | None
    first: str | None

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter hides something."""
        asked = self.asked
        return any((asked.unit_id, asked.step, asked.urgency, asked.text))


@bp.get("/worklist", endpoint="worklist")
@needs(Permission.WORK_TASKS)
def own() -> str:
    """The tasks in my hands."""
    asked = wanted()
    with reading() as session:
        page = worklist(session, current.standing, asked, at=now(), after=mark())
        shown = listing(session, page, asked)
    return render_template("worklists/worklist.html", listing=shown, address=address)


@bp.get("/workqueue", endpoint="workqueue")
@needs(Permission.WORK_TASKS)
def queue() -> str:
    """The open tasks of my lanes and units."""
    asked = wanted(held="no")
    with reading() as session:
        page = workqueue(session, current.standing, asked, at=now(), after=mark())
        shown = listing(session, page, asked)
    return render_template("worklists/workqueue.html", listing=shown, address=address)


def listing(session: Session, page: WorkPage, asked: WorkFilter) -> Listing:
    """A page of tasks made ready to be shown."""
    return Listing(
        lines=[_line(session, page, row) for row in page.rows],
        choices=choices(session, page, asked),
        asked=asked,
        next=next_address(page),
        first=first_address(),
    )


def _line(session: Session, page: WorkPage, row: WorkRow) -> Line:
    task, case = row.task, row.task.case
    where = Place(task, case, definition_of(session, case).process, task.unit)
    why = case_forbids(where, current.person.id, row.past)
    return Line(
        task=task,
        names=where.step.names,
        urgency=page.horizon.urgency(task.urgent_at),
        is_suspended=row.is_suspended,
        barred=refused(why) if why else "",
    )
