"""What a person can do with a task: claim, release, assign, complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from engine import audit
from engine.answers import check_answers, file_answers, forget_draft
from engine.bpmn import running
from engine.database import Transaction
from engine.deadlines import open_deadlines
from engine.offers import end_step_deadline, hand_over
from engine.permissions import Permission
from engine.progress import CaseUnknown, lock_case, open_tasks, settle
from engine.refusals import Refusal
from engine.standing import Standing, standing
from engine.tables import APPLICANT, Case, Handoff, Person, Task, TaskStatus, Unit
from engine.task_rules import place, refuse_unless_allowed
from engine.versions import definition_of


class TaskUnknown(Refusal):
    """There is no such task."""

    status = 404


class TaskHeld(Refusal):
    """Someone else holds the task, or nobody does where somebody must."""


class TaskEnded(Refusal):
    """The task is done or withdrawn: nothing is left to do."""


class NotYourUnit(Refusal):
    """Only who supervises the task's unit may hand its tasks out."""

    status = 403


class ReasonRequired(Refusal):
    """An act that hurts somebody's work needs a reason."""

    status = 422


def claim_task(tx: Transaction, *, task_id: UUID) -> Task:
    """Take a task off the workqueue. Of two people who reach for it one gets it, the other TaskHeld."""
    case, task, _ = _held_case(tx, task_id)
    _refuse_if_ended(tx, task)
    if task.status == TaskStatus.CLAIMED:
        raise _held(tx, task)
    who = _standing_of(tx)
    if who is not None:
        process = definition_of(tx.session, case).process
        refuse_unless_allowed(tx.session, place(tx.session, task=task, case=case, process=process), who)
    task.status, task.holder_id, task.claimed_at = TaskStatus.CLAIMED, tx.actor.person_id, tx.at
    newest = select(Handoff.id).where(Handoff.to_task_id == task.id).order_by(Handoff.at.desc()).limit(1)
    taken = update(Handoff).where(Handoff.id == newest.scalar_subquery(), Handoff.taken_at.is_(None))
    tx.execute(taken.values(taken_at=tx.at, to_person_id=tx.actor.person_id), subjects=[case.id])
    audit.record(tx, "task.claimed", on=("case", case.id), task=task.id, step=task.step)
    return task


def release_task(tx: Transaction, *, task_id: UUID) -> Task:
    """Put a task back on the workqueue: its holder may, and who supervises the unit."""
    case, task, _ = _held_case(tx, task_id)
    _refuse_if_ended(tx, task)
    if task.status != TaskStatus.CLAIMED or task.unit_id is None:
        raise TaskHeld("task_not_claimed")
    holder_id = task.holder_id
    if holder_id != tx.actor.person_id:
        _refuse_unless_supervising(tx, task)
    task.status, task.holder_id, task.claimed_at = TaskStatus.OFFERED, None, None
    hand_over(tx, task, kind="released", giver=task, giver_id=holder_id)
    audit.record(tx, "task.released", on=("case", case.id), task=task.id, step=task.step, held_by=holder_id)
    return task


def assign_task(tx: Transaction, *, task_id: UUID, to: UUID, reason: str) -> Task:
    """Give a task to a person of the unit; the rules that bind claiming bind the receiver too.

    Who supervises the task's unit may. ``reason`` is required; its digest enters the trail.
    """
    case, task, _ = _held_case(tx, task_id)
    _refuse_if_ended(tx, task)
    if not reason.strip():
        raise ReasonRequired("reason_required")
    _refuse_unless_supervising(tx, task)
    process = definition_of(tx.session, case).process
    where = place(tx.session, task=task, case=case, process=process)
    refuse_unless_allowed(tx.session, where, standing(tx.session, to))
    giver_id = task.holder_id
    task.status, task.holder_id, task.claimed_at = TaskStatus.CLAIMED, to, tx.at
    handoff = hand_over(tx, task, kind="assigned", giver=task, giver_id=giver_id, taken=True)
    handoff.reason = reason.strip()
    handoff.reason_salt, digest = audit.sealed(handoff.reason)
    audit.record(
        tx,
        "task.assigned",
        on=("case", case.id),
        task=task.id,
        step=task.step,
        to=to,
        held_by=giver_id,
        reason=digest,
    )
    return task


def complete_task(tx: Transaction, *, task_id: UUID, answers: Mapping[str, Any]) -> Task:
    """Finish a task with the answers of its form, and move its case on.

    Raises TaskEnded (a second submit changes nothing), TaskHeld, TaskNotForYou or AnswersRefused.
    """
    case, task, siblings = _held_case(tx, task_id)
    _refuse_if_ended(tx, task)
    if task.holder_id != tx.actor.person_id or task.status != TaskStatus.CLAIMED:
        raise _held(tx, task) if task.holder_id else TaskHeld("task_not_claimed")
    known = definition_of(tx.session, case)
    step = known.process.steps[task.step]
    who = None if task.role == APPLICANT else _standing_of(tx)  # an applicant's task is their own: it is held
    if who is not None:
        refuse_unless_allowed(tx.session, place(tx.session, task=task, case=case, process=known.process), who)
    schema = known.form(step.form)
    check_answers(tx, schema, answers)
    advance = running.complete(known.process, case.state, task.token, data=dict(answers))
    with tx.session.no_autoflush:
        task.status, task.ended_at = TaskStatus.COMPLETED, tx.at
        digests = file_answers(tx, case=case, step=step, task=task, schema=schema, answers=answers)
        audit.record(
            tx,
            "task.completed",
            on=("case", case.id),
            task=task.id,
            step=task.step,
            answers=digests,
            path=advance.completed,
        )
        deadlines = list(open_deadlines(tx.session, case.id))
        end_step_deadline(tx, task, deadlines, because="met")
        if step.form is not None:
            forget_draft(tx, task_id=task.id)
        settle(
            tx,
            case=case,
            known=known,
            advance=advance,
            standing=siblings,
            after=task,
            deadlines=deadlines,
        )
    return task


def _held_case(tx: Transaction, task_id: UUID) -> tuple[Case, Task, Sequence[Task]]:
    """The task, its case under lock, and the other open tasks of the case."""
    try:
        case = lock_case(tx, select(Task.case_id).where(Task.id == task_id).scalar_subquery())
    except CaseUnknown:
        raise TaskUnknown("task_unknown") from None
    tasks = open_tasks(tx.session, case.id)
    task = next((task for task in tasks if task.id == task_id), None)
    if task is None:
        task = tx.session.get_one(Task, task_id, populate_existing=True)
    return case, task, [other for other in tasks if other.id != task_id]


def _refuse_if_ended(tx: Transaction, task: Task) -> None:
    if task.is_open:
        return
    if task.status == TaskStatus.WITHDRAWN:
        raise TaskEnded("task_withdrawn")
    if task.holder_id is not None and task.holder_id == tx.actor.person_id:
        raise TaskEnded("already_completed_by_you")
    raise TaskEnded("already_completed", holder=_holder_names(tx, task))


def _held(tx: Transaction, task: Task) -> TaskHeld:
    if task.holder_id == tx.actor.person_id:
        return TaskHeld("already_claimed_by_you")
    return TaskHeld("task_held_by_other", holder=_holder_names(tx, task))


def _holder_names(tx: Transaction, task: Task) -> dict[str, str]:
    holder = tx.session.get(Person, task.holder_id) if task.holder_id else None
    return holder.names if holder else {}


def _standing_of(tx: Transaction) -> Standing | None:
    return standing(tx.session, tx.actor.person_id) if tx.actor.person_id else None


def _refuse_unless_supervising(tx: Transaction, task: Task) -> None:
    who = _standing_of(tx)
    unit = tx.session.get(Unit, task.unit_id) if task.unit_id else None
    if who is None:
        return
    if unit is None or not who.may_in(Permission.SUPERVISE_UNIT, unit.path):
        raise NotYourUnit("not_supervising", unit=unit.names if unit else {})
