"""The page of a task, and what its reader can do with it: claim, release, save a draft, complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from engine.answers import AnswersRefused
from engine.bpmn.failures import ActFailed
from engine.bpmn.model import Step
from engine.case_access import readable_case, record_reading
from engine.database import reading, transaction
from engine.documents import document_names
from engine.drafts import save_task_draft, task_draft
from engine.incidents import note_failed_act
from engine.permissions import Permission
from engine.queries.case_pages import latest_handoff, task_in_case
from engine.tables import APPLICANT, Document, Draft, Handoff, Person, Task, TaskStatus
from engine.task_rules import place, who_can, why_not
from engine.tasks import claim_task, complete_task, release_task
from engine.versions import definition_of
from forms.checking import Problem
from web.access import current, needs
from web.filling import NONE_REFUSED, Filled, Refused, Sheet, document_ids, filled, form_of, sent_files, sheet
from web.words import _, refused
from wording.faults import failure
from worklists.blueprint import bp
from worklists.facts import ClockTold, clock_told
from worklists.pages import CaseTold, case_told, supervises


@dataclass(frozen=True, slots=True)
class TaskTold:
    """A task as its page shows it. ``barred``: why the reader may not do it; ``can``: who may.

    ``sheet`` is its form, for its holder alone, while they may do it; ``files`` are the documents that the form
    names, by id as text.
    """

    task: Task
    step: Step
    told: CaseTold
    clock: ClockTold | None
    handoff: Handoff | None
    barred: str
    can: Sequence[Person]
    draft: Draft | None
    sheet: Sheet | None
    files: Mapping[str, Document]

    @property
    def is_mine(self) -> bool:
        """Whether the reader holds it."""
        return self.task.holder_id == current.person.id

    @property
    def may_claim(self) -> bool:
        """Whether the reader can take it now."""
        return self.task.status == TaskStatus.OFFERED and not self.barred

    @property
    def may_assign(self) -> bool:
        """Whether the reader can give it to someone."""
        return supervises(self.task)

    @property
    def may_release(self) -> bool:
        """Whether the reader can put it back on the workqueue."""
        task = self.task
        held = task.status == TaskStatus.CLAIMED and task.unit_id is not None
        return held and (self.is_mine or supervises(task))


@bp.get("/tasks/<uuid:task_id>", endpoint="task")
@needs(Permission.WORK_TASKS, Permission.SUPERVISE_UNIT, Permission.INSPECT_CASES)
def show(task_id: UUID) -> str:
    """The task: its form for who holds it, and beside it all that the case tells."""
    with transaction(actor=current.actor) as tx:
        told = _told(tx.session, task_id)
        record_reading(tx, case_id=told.task.case_id, what="task")
    return _page(told)


@bp.post("/tasks/<uuid:task_id>/claim")
@needs(Permission.WORK_TASKS)
def claim(task_id: UUID) -> Answer:
    """Take the task off the workqueue."""
    with transaction(actor=current.actor) as tx:
        claim_task(tx, task_id=task_id)
    flash(str(_("The task is in your hands.")), "success")
    return redirect(url_for("worklists.task", task_id=task_id), 303)


@bp.post("/tasks/<uuid:task_id>/release")
@needs(Permission.WORK_TASKS, Permission.SUPERVISE_UNIT)
def release(task_id: UUID) -> Answer:
    """Put the task back on the workqueue."""
    with transaction(actor=current.actor) as tx:
        reference = release_task(tx, task_id=task_id).case.reference
    flash(str(_("The task %(reference)s is back in the workqueue.", reference=reference)), "success")
    return redirect(_home(), 303)


@bp.post("/tasks/<uuid:task_id>/draft")
@needs(Permission.WORK_TASKS)
def save_draft(task_id: UUID) -> Answer | str:
    """Keep what was typed, to go on later."""
    form = _filled(task_id)
    with transaction(actor=current.actor) as tx:
        save_task_draft(tx, task_id=task_id, content=form.answers)
    if form.refused:
        return _page_again(task_id, form.answers, refused=form.refused)
    flash(str(_("Your draft is saved.")), "success")
    return redirect(url_for("worklists.task", task_id=task_id), 303)


@bp.post("/tasks/<uuid:task_id>/autosave")
@needs(Permission.WORK_TASKS)
def autosave(task_id: UUID) -> Answer:
    """Keep what is being typed, without a word."""
    form = _filled(task_id)
    with transaction(actor=current.actor) as tx:
        save_task_draft(tx, task_id=task_id, content=form.answers)
    return Response(status=204)


@bp.post("/tasks/<uuid:task_id>/complete")
@needs(Permission.WORK_TASKS)
def complete(task_id: UUID) -> Answer | str | tuple[str, int]:
    """Finish the task with the answers of its form. A second time changes nothing (409)."""
    form = _filled(task_id)
    if form.shown_again:
        return _page_again(task_id, form.answers)
    if form.refused:
        return _page_again(task_id, form.answers, refused=form.refused), 422
    try:
        with transaction(actor=current.actor) as tx:
            reference = complete_task(tx, task_id=task_id, answers=form.answers).case.reference
    except AnswersRefused as wrong:
        return _page_again(task_id, form.answers, problems=wrong.problems), 422
    except ActFailed as failed:
        _open_incident(task_id, failed)
        return _page_again(task_id, form.answers, failed=failed), 422
    flash(str(_("Done: the case %(reference)s has moved on.", reference=reference)), "success")
    return redirect(_home(), 303)


def _open_incident(task_id: UUID, failed: ActFailed) -> None:
    with transaction(actor=current.actor) as tx:
        note_failed_act(tx, task_id=task_id, failure=failed)


def _filled(task_id: UUID) -> Filled:
    """What was sent for a task. Files are kept at once, so that a refused form does not lose them."""
    with reading() as session:
        task = task_in_case(session, task_id)
        known = definition_of(session, task.case)
    step = known.process.steps[task.step]
    schema = form_of(known, step)
    files = sent_files(schema)
    with transaction(actor=current.actor) as tx:
        return filled(tx, schema, files, confidential=step.confidential)


def _told(session: Session, task_id: UUID) -> TaskTold:
    task = task_in_case(session, task_id)
    case = readable_case(session, case_id=task.case_id, who=current.standing)
    told = case_told(session, case)
    where = place(session, task=task, case=case, process=told.known.process)
    barred = why_not(session, where, current.standing) if task.is_open else None
    is_mine = task.is_open and task.holder_id == current.person.id
    may_fill = is_mine and barred is None
    draft = task_draft(session, task_id=task_id, person_id=current.person.id) if may_fill else None
    schema, answers = form_of(told.known, where.step), draft.content if draft else {}
    return TaskTold(
        task=task,
        step=where.step,
        told=told,
        clock=clock_told(told.page.clock_of(task)),
        handoff=latest_handoff(session, task),
        barred=refused(barred) if barred else "",
        can=who_can(session, where) if barred and task.role != APPLICANT else (),
        draft=draft,
        sheet=sheet(schema, answers) if may_fill else None,
        files=_files(session, task, document_ids(schema, answers)) if may_fill else {},
    )


def _files(session: Session, task: Task, ids: Sequence[str]) -> Mapping[str, Document]:
    return document_names(session, ids, case_id=task.case_id, person_id=current.person.id)


def _page(told: TaskTold) -> str:
    return render_template("worklists/task.html", told=told, task=told.task, case=told.told)


def _page_again(
    task_id: UUID,
    answers: Mapping[str, Any],
    *,
    problems: Sequence[Problem] = (),
    refused: Refused = NONE_REFUSED,
    failed: ActFailed | None = None,
) -> str:
    """The page with all that was typed, and what is wrong with it."""
    with reading() as session:
        told = _told(session, task_id)
        if told.sheet is None:
            return _page(told)
        schema = form_of(told.told.known, told.step)
        files = _files(session, told.task, document_ids(schema, answers))
    besides = [("", _failed(told, failed))] if failed else []
    form = sheet(schema, answers, problems=problems, refused=refused, besides=besides)
    return _page(replace(told, sheet=form, files=files))


def _failed(told: TaskTold, failed: ActFailed) -> str:
    return str(
        _(
            "With these answers the case cannot go on at “%(step)s”: %(why)s Nothing was changed.",
            step=told.told.step(failed.element),
            why=failure(current.lang, failed.code, **failed.params),
        )
    )


def _home() -> str:
    works = current.standing.may(Permission.WORK_TASKS)
    return url_for("worklists.worklist" if works else "worklists.unit")
