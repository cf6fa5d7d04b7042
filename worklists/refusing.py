"""A refusal as a page: why not, and who can."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import render_template, request
from sqlalchemy.orm import Session

from engine import audit
from engine.case_access import CaseClosedToYou, readable_case
from engine.database import reading, transaction
from engine.permissions import Permission
from engine.refusals import Refusal
from engine.tables import APPLICANT, Person, Task
from engine.task_rules import Place, TaskNotForYou, place, who_can
from engine.versions import definition
from web.access import current
from web.words import name_of
from wording import N_, pick, refusal, say
from wording.refusals import REFUSED
from worklists.blueprint import bp
from worklists.naming import names_in, role_label

#: Codes of the engine that are said as another one is.
SAID_AS = {
    "task_held_by_you": "already_claimed_by_you",
    "no_role": "role_needed",
    "only_the_applicant": "task_is_the_applicants",
    "case_closed_to_you": "not_your_case",
}
SENTENCES = {
    "not_supervising": N_("Only those who supervise %(unit)s can hand out or take back its tasks."),
    "reason_required": N_("Say why: the reason stays with the hand-off."),
}


@dataclass(frozen=True, slots=True)
class Around:
    """What a refused act was about, as far as the reader may know: its task, and the people who can do it."""

    task: Task | None = None
    can: list[Person] = field(default_factory=list)
    words: dict[str, Any] = field(default_factory=dict)


@bp.errorhandler(Refusal)
def refused(why: Refusal) -> tuple[str, int]:
    """Say why not, and who can."""
    with reading() as session:
        around = _around(session, (request.view_args or {}).get("task_id"), why)
    if why.status == 403:
        with transaction(actor=current.actor) as tx:
            facts = {"page": request.endpoint, "code": why.code}
            audit.record(tx, "access.refused", on=("person", current.person.id), **facts)
    closed = isinstance(why, CaseClosedToYou) and around.words
    words = sentence(TaskNotForYou("not_in_your_unit") if closed else why, around.words)
    page = render_template("worklists/refused.html", sentence=words, around=around)
    return page, why.status


def sentence(why: Refusal, words: dict[str, Any]) -> str:
    """A refusal in the reader's language; ``words`` are said where the refusal itself does not know better."""
    params = words | why.params | {name: text for name, text in words.items() if name != "permission"}
    if why.code in SENTENCES and why.code not in REFUSED:
        return say(current.lang, SENTENCES[why.code], **params)
    code = why.code if why.code in REFUSED else SAID_AS.get(why.code, why.code)
    return refusal(current.lang, code, **params)


def words_around(session: Session, where: Place) -> dict[str, Any]:
    """The names that the sentences of refusals want, for a task."""
    task, process = where.task, definition(session, where.case.version_id).process
    named = [other for other in (*where.step.other_than, where.step.same_as) if other]
    return {
        "holder": name_of(task.holder),
        "unit": pick(task.unit.names, current.lang) if task.unit else "",
        "role": role_label(process, task.role),
        "step": pick(names_in(process, named[0] if named else task.step), current.lang),
        "permission": Permission.WORK_TASKS,
    }


def why_in_words(session: Session, where: Place, why: TaskNotForYou | None) -> str:
    """Why the reader may not take a task; empty if they may."""
    return sentence(why, words_around(session, where)) if why else ""


def _around(session: Session, task_id: UUID | None, why: Refusal) -> Around:
    task = session.get(Task, task_id) if task_id else None
    if task is None:
        return Around()
    try:
        case = readable_case(session, case_id=task.case_id, who=current.standing)
    except CaseClosedToYou:
        return Around(words={"unit": pick(task.unit.names, current.lang) if task.unit else "", "holder": ""})
    process = definition(session, case.version_id).process
    where = place(session, task=task, case=case, process=process)
    can = who_can(session, where) if why.status == 403 and task.is_open and task.role != APPLICANT else []
    return Around(task, can, words_around(session, where))
