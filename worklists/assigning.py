"""A supervisor gives a task to someone of the unit, with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from engine.case_access import readable_case
from engine.database import now, reading, transaction
from engine.permissions import Permission
from engine.queries.case_pages import task_in_case
from engine.queries.unit_load import loads_of
from engine.refusals import Refusal
from engine.tables import Person, Task
from engine.task_rules import TaskNotForYou, place, who_can
from engine.tasks import NotYourUnit, ReasonRequired, assign_task
from engine.versions import definition_of
from web.access import current, needs, record_refusal
from web.words import _, name_of, refused
from wording import codes, pick, refusal
from worklists.blueprint import bp
from worklists.pages import supervises

#: What a supervisor is told of a person, by why that person may not do the task.
OF_THE_ASSIGNEE = {
    "four_eyes": "assignee_did_other_step",
    "same_as": "assignee_did_not_other_step",
    "own_case": "assignee_is_applicant",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may do the task, with the open tasks they hold and how many of those are late."""

    person: Person
    tasks: int
    breached: int
    holds_it: bool


@dataclass(frozen=True, slots=True)
class Assigning:
    """A task to give, and to whom it can be given: who holds least first."""

    task: Task
    step: str
    role: str
    unit: str
    candidates: Sequence[Candidate]


@bp.get("/tasks/<uuid:task_id>/assign")
@needs(Permission.SUPERVISE_UNIT)
def choose(task_id: UUID) -> str:
    """Who can do the task, and what they hold already."""
    with reading() as session:
        assigning = _assigning(session, task_id)
    return _page(assigning)


@bp.post("/tasks/<uuid:task_id>/assign")
@needs(Permission.SUPERVISE_UNIT)
def assign(task_id: UUID) -> Answer | tuple[str, int]:
    """Give the task to the person chosen; the reason stays with the hand-off."""
    to, reason = request.form.get("person", type=UUID), request.form.get("reason", "")
    if to is None:
        return _page_again(task_id, {"person": str(_("Choose who will do the task."))}), 422
    try:
        with transaction(actor=current.actor) as tx:
            reference = assign_task(tx, task_id=task_id, to=to, reason=reason).case.reference
    except ReasonRequired as why:
        return _page_again(task_id, {"reason": refused(why)}), why.status
    except TaskNotForYou as why:
        record_refusal(why)
        return _page_again(task_id, {}, to=to, why=why), why.status
    flash(str(_("The task %(reference)s was reassigned.", reference=reference)), "success")
    return redirect(url_for("worklists.unit"), 303)


def _assigning(session: Session, task_id: UUID) -> Assigning:
    task = task_in_case(session, task_id)
    case = readable_case(session, case_id=task.case_id, who=current.standing)
    if task.is_open and not supervises(task):
        raise NotYourUnit("not_supervising", unit=task.unit.names if task.unit else {})
    known = definition_of(session, case)
    where = place(session, task=task, case=case, process=known.process)
    people = who_can(session, where) if task.is_open else []
    held = loads_of(session, [person.id for person in people], at=now())
    candidates = [
        Candidate(person, *held.get(person.id, (0, 0)), holds_it=person.id == task.holder_id)
        for person in people
    ]
    candidates.sort(key=lambda one: (one.holds_it, one.tasks))
    return Assigning(
        task=task,
        step=pick(where.step.names, current.lang),
        role=pick(known.process.roles.get(task.role), current.lang)
        or codes.role_name(current.lang, task.role),
        unit=pick(task.unit.names, current.lang) if task.unit else "",
        candidates=candidates,
    )


def _page_again(
    task_id: UUID, problems: Mapping[str, str], *, to: UUID | None = None, why: Refusal | None = None
) -> str:
    with reading() as session:
        assigning = _assigning(session, task_id)
        person = session.get(Person, to) if to else None
    if why is not None:
        code = OF_THE_ASSIGNEE.get(why.code, "assignee_not_entitled")
        words = {"role": assigning.role, "unit": assigning.unit} | why.params | {"person": name_of(person)}
        problems = {"person": refusal(current.lang, code, **words)}
    return _page(assigning, problems)


def _page(assigning: Assigning, problems: Mapping[str, str] | None = None) -> str:
    return render_template(
        "worklists/assign.html",
        assigning=assigning,
        task=assigning.task,
        problems=problems or {},
        typed=request.form,
    )
