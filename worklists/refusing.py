"""A refusal as a page: why not, and who can."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import render_template, request
from sqlalchemy.orm import Session

from engine.case_access import CaseClosedToYou, readable_case
from engine.database import reading
from engine.refusals import Refusal
from engine.tables import APPLICANT, Person, Task
from engine.task_rules import TaskNotForYou, place, who_can
from engine.versions import definition_of
from web.access import current, record_refusal
from web.words import refused
from worklists.blueprint import bp


@dataclass(frozen=True, slots=True)
class Around:
    """What a refused act was about: why, in words; its task and the people who can do it, if the reader may know."""

    why: str
    task: Task | None = None
    can: list[Person] = field(default_factory=list)


@bp.errorhandler(Refusal)
def refusal_page(why: Refusal) -> tuple[str, int]:
    """Say why not, and who can."""
    with reading() as session:
        around = _around(session, (request.view_args or {}).get("task_id"), why)
    record_refusal(why)
    return render_template("worklists/refused.html", around=around), why.status


def _around(session: Session, task_id: UUID | None, why: Refusal) -> Around:
    task = session.get(Task, task_id) if task_id else None
    if task is None:
        return Around(refused(why))
    try:
        case = readable_case(session, case_id=task.case_id, who=current.standing)
    except CaseClosedToYou:
        elsewhere = TaskNotForYou("not_in_your_unit", unit=task.unit.names) if task.unit else why
        return Around(refused(elsewhere))
    process = definition_of(session, case).process
    where = place(session, task=task, case=case, process=process)
    can = who_can(session, where) if why.status == 403 and task.is_open and task.role != APPLICANT else []
    return Around(refused(why), task, can)
