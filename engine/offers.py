"""Tasks come and go with the case: offered to whom, handed over by whom, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from engine import audit
from engine.bpmn.model import Step, Waiting
from engine.database import Transaction
from engine.deadlines import arm_deadline, end_deadline
from engine.notices import send_notice
from engine.tables import APPLICANT, Case, Deadline, Handoff, Person, Task, TaskStatus


@dataclass(frozen=True)
class Giver:
    """Who handed a task over: the holder of the task just completed, or nobody (``cause`` then says what did)."""

    task: Task | None
    cause: str = "opened"

    @property
    def kind(self) -> str:
        """How the hand-off is called."""
        return "completed" if self.task else self.cause

    @property
    def person_id(self) -> UUID | None:
        """The person who handed over."""
        return self.task.holder_id if self.task else None


def offer_task(
    tx: Transaction,
    case: Case,
    step: Step,
    waiting: Waiting,
    units: dict[str, UUID | None],
    deadlines: list[Deadline],
    giver: Giver,
) -> Task:
    """Put a waiting step on its worklist, with its hand-off and its deadline (added to ``deadlines``)."""
    holder_id = case.applicant_id if step.role == APPLICANT else None
    task = Task(
        case_id=case.id,
        token=waiting.token,
        step=step.id,
        item=waiting.item,
        role=step.role or "",
        unit_id=None if holder_id else units[step.id],
        confidential=step.confidential,
        status=TaskStatus.CLAIMED if holder_id else TaskStatus.OFFERED,
        holder_id=holder_id,
        offered_at=tx.at,
        claimed_at=tx.at if holder_id else None,
        priority=step.priority,
    )
    tx.session.add(task)
    hand_over(tx, task, kind=giver.kind, giver=giver.task, giver_id=giver.person_id)
    audit.record(
        tx,
        "task.offered",
        on=("case", case.id),
        task=task.id,
        step=step.id,
        item=waiting.item,
        role=step.role,
        unit=task.unit_id,
        to=holder_id,
        given_by=giver.task.id if giver.task else None,
    )
    if step.deadline is not None:
        deadlines.append(arm_deadline(tx, case=case, rule=step.deadline, task=task))
    if step.suspends and holder_id:
        _request_completion(tx, case, task)
    return task


def hand_over(
    tx: Transaction, task: Task, *, kind: str, giver: Task | None, giver_id: UUID | None, taken: bool = False
) -> Handoff:
    """Write down that responsibility for a task passes to where the task now stands."""
    handoff = Handoff(
        case_id=task.case_id,
        kind=kind,
        from_task_id=giver.id if giver else None,
        to_task_id=task.id,
        from_person_id=giver_id,
        to_person_id=task.holder_id,
        to_unit_id=task.unit_id,
        to_role=task.role,
        at=tx.at,
        taken_at=tx.at if taken or task.holder_id else None,
    )
    tx.session.add(handoff)
    return handoff


def _request_completion(tx: Transaction, case: Case, task: Task) -> None:
    audit.record(tx, "completion.requested", on=("case", case.id), task=task.id, step=task.step)
    applicant = tx.session.get_one(Person, case.applicant_id)
    send_notice(tx, person=applicant, code="completion_requested", case_id=case.id, reference=case.reference)


def withdraw_task(tx: Transaction, task: Task, deadlines: Sequence[Deadline]) -> None:
    """The step is no longer needed."""
    task.status, task.ended_at = TaskStatus.WITHDRAWN, tx.at
    audit.record(tx, "task.withdrawn", on=("case", task.case_id), task=task.id, step=task.step)
    end_step_deadline(tx, task, deadlines, because="withdrawn")


def end_step_deadline(tx: Transaction, task: Task, deadlines: Sequence[Deadline], *, because: str) -> None:
    """Stop the clock of a task that ended."""
    for deadline in deadlines:
        if deadline.task_id == task.id and deadline.is_open:
            end_deadline(tx, deadline, because=because)
