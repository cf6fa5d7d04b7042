"""Answering a completion request: the applicant's own task in their case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from engine.answers import AnswersRefused
from engine.bpmn.failures import ActFailed
from engine.bpmn.model import Step
from engine.database import reading, transaction
from engine.drafts import save_task_draft, task_draft
from engine.incidents import note_failed_act
from engine.queries.applications import own_files
from engine.queries.own_cases import asked_of_applicant, own_case, own_task
from engine.tables import Deadline, Document, Task
from engine.tasks import TaskEnded, complete_task
from engine.versions import definition_of
from forms.checking import Problem
from forms.conditions import Schema
from forms.reading import Readable, readable
from portal.blueprint import bp
from web.access import current, signed_in
from web.answered import in_words
from web.filling import (
    NONE_REFUSED,
    Filled,
    Refused,
    document_ids,
    filled,
    form_of,
    problems_of,
    sent_files,
    sheet,
)
from web.words import _


@dataclass(frozen=True, slots=True)
class Asked:
    """A task of the applicant with what its pages show: what the office wrote, the form, the answers so far."""

    task: Task
    step: Step
    schema: Schema
    told: list[Readable]
    content: dict[str, Any]
    files: dict[str, Document]
    clock: Deadline | None


@bp.get("/my/tasks/<uuid:task_id>")
@signed_in
def answer(task_id: UUID) -> str:
    """What is asked, and the form that answers it."""
    with reading() as session:
        asked = _asked(session, task_id)
    return _form_page(asked) if asked.task.is_open else render_template("portal/answered.html", asked=asked)


@bp.post("/my/tasks/<uuid:task_id>")
@signed_in
def answer_in(task_id: UUID) -> Answer | tuple[str, int]:
    """Keep what was typed; when nothing is wrong with it, on to checking it."""
    asked, form = _keep(task_id)
    if form.shown_again:
        return redirect(url_for("portal.answer", task_id=task_id), 303)
    problems = problems_of(asked.schema, form.answers)
    if problems or form.refused:
        return _form_page(asked, problems=problems, refused=form.refused), 422
    return redirect(url_for("portal.check_answer", task_id=task_id), 303)


@bp.post("/my/tasks/<uuid:task_id>/later")
@signed_in
def save_answer_for_later(task_id: UUID) -> Answer | tuple[str, int]:
    """Keep what was typed, to go on another day."""
    asked, form = _keep(task_id)
    if form.refused:
        return _form_page(asked, refused=form.refused), 422
    flash(str(_("Your draft is saved. You can go on with it whenever you like.")), "success")
    return redirect(url_for("portal.my_case", case_id=asked.task.case_id), 303)


@bp.post("/my/tasks/<uuid:task_id>/autosave")
@signed_in
def autosave_answer(task_id: UUID) -> Answer:
    """Keep what is being typed, without a word."""
    _keep(task_id)
    return Response(status=204)


@bp.get("/my/tasks/<uuid:task_id>/check")
@signed_in
def check_answer(task_id: UUID) -> Answer | str:
    """All answers on one page, before they are sent."""
    with reading() as session:
        asked = _asked(session, task_id)
    if not asked.task.is_open:
        return render_template("portal/answered.html", asked=asked)
    if problems_of(asked.schema, asked.content):
        return redirect(url_for("portal.answer", task_id=task_id), 303)
    lines = in_words(asked.schema, asked.content)
    return render_template("portal/check_answer.html", asked=asked, lines=lines)


@bp.post("/my/tasks/<uuid:task_id>/send")
@signed_in
def send_answer(task_id: UUID) -> Answer | tuple[str, int]:
    """Send the answer: the task is done and the case moves on. A second time changes nothing (409)."""
    with reading() as session:
        asked = _asked(session, task_id)
    try:
        with transaction(actor=current.actor) as tx:
            complete_task(tx, task_id=task_id, answers=asked.content)
    except AnswersRefused as refused:
        return _form_page(asked, problems=refused.problems), 422
    except ActFailed as failed:
        _open_incident(task_id, failed)
        return _form_page(asked, failed=True), 422
    flash(str(_("Your answer was sent.")), "success")
    return redirect(url_for("portal.my_case", case_id=asked.task.case_id), 303)


def _open_incident(task_id: UUID, failed: ActFailed) -> None:
    with transaction(actor=current.actor) as tx:
        note_failed_act(tx, task_id=task_id, failure=failed)


def _keep(task_id: UUID) -> tuple[Asked, Filled]:
    with reading() as session:
        asked = _asked(session, task_id)
    if not asked.task.is_open:
        raise TaskEnded("already_completed_by_you", task=str(task_id))
    files = sent_files(asked.schema)
    with transaction(actor=current.actor) as tx:
        form = filled(tx, asked.schema, files, confidential=asked.step.confidential)
        save_task_draft(tx, task_id=task_id, content=form.answers)
        tx.session.flush()
        return _asked(tx.session, task_id), form


def _asked(session: Session, task_id: UUID) -> Asked:
    task = own_task(session, task_id=task_id, person_id=current.person.id)
    known = definition_of(session, task.case)
    step = known.process.steps[task.step]
    schema = form_of(known, step)
    form, told = asked_of_applicant(session, task)
    draft = task_draft(session, task_id=task_id, person_id=current.person.id)
    content = draft.content if draft else {}
    ids = document_ids(schema, content)
    return Asked(
        task=task,
        step=step,
        schema=schema,
        told=_told(known.form(form), told),
        content=content,
        files=own_files(session, document_ids=ids, person_id=current.person.id),
        clock=own_case(session, case_id=task.case_id, person_id=current.person.id).clock_of(task),
    )


def _told(schema: dict[str, Any] | None, told: dict[str, Any]) -> list[Readable]:
    """What the office wrote, question by question; what hides a question there does not hide it here."""
    if schema is None:
        return []
    open_ = {name: {**about, "shownIf": None} for name, about in schema["properties"].items() if name in told}
    return readable({**schema, "properties": open_, "groups": []}, told, current.lang)


def _form_page(
    asked: Asked,
    *,
    problems: Sequence[Problem] = (),
    refused: Refused = NONE_REFUSED,
    failed: bool = False,
) -> str:
    stuck = _("Your case cannot go on with this answer: the office has been told. Nothing was changed.")
    besides = [("", str(stuck))] if failed else []
    shown = sheet(asked.schema, asked.content, problems=problems, refused=refused, besides=besides)
    return render_template("portal/answer.html", asked=asked, sheet=shown)
