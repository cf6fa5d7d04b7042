"""The decision issued on a case: signed by a person, with its reasons, its remedies and their time limits."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine import audit
from engine.bpmn.model import Process
from engine.database import Transaction
from engine.notices import send_notice
from engine.refusals import Refusal
from engine.tables import APPLICANT, OUTCOMES, Answers, Case, Decision, Person, Task, TaskStatus

REASONS = "reasons"  #: the field of the signing step's form that holds them


class DecisionIncomplete(Refusal):
    """A decision lacks what the law demands of it: a signatory, an outcome, or, when adverse, reasons and remedies."""

    status = 422


def issue_decision(
    tx: Transaction, *, case: Case, process: Process, outcome: str, signed_by: str | None = None
) -> Decision:
    """Issue the decision that the person who completed the step ``signed_by`` has signed (default: the last step).

    An adverse decision cannot be issued without reasons, remedies and their time limits (loi 08-08, art. 80).
    """
    if tx.session.scalar(select(Decision.id).where(Decision.case_id == case.id)) is not None:
        raise DecisionIncomplete("decision_issued_before")
    signing = _signing_task(tx, case, signed_by)
    reasons = _reasons(tx, signing)
    remedies = [asdict(remedy) for remedy in process.remedies]
    if outcome not in OUTCOMES:
        raise DecisionIncomplete("decision_without_outcome", outcome=outcome)
    if outcome == "refused" and not (reasons and remedies):
        raise DecisionIncomplete("decision_needs_reasons" if remedies else "decision_needs_remedies")
    content: dict[str, Any] = {"reasons": reasons, "remedies": remedies, "figures": dict(case.data)}
    salt, digest = audit.sealed(content)
    decision = Decision(
        case_id=case.id,
        outcome=outcome,
        content=content,
        salt=salt,
        signed_by_id=signing.holder_id,
        issued_at=tx.at,
    )
    tx.session.add(decision)
    case.outcome = outcome
    audit.record(
        tx,
        "decision.issued",
        on=("case", case.id),
        outcome=outcome,
        signed_by=signing.holder_id,
        content=digest,
    )
    return decision


def notify_decision(tx: Transaction, *, case: Case) -> Decision:
    """Serve the decision on the applicant; time limits run from the proof of receipt."""
    decision = tx.session.scalars(select(Decision).where(Decision.case_id == case.id)).first()
    if decision is None:
        raise DecisionIncomplete("decision_not_issued")
    decision.notified_at = tx.at
    if case.applicant_id is not None:
        applicant = tx.session.get_one(Person, case.applicant_id)
        send_notice(tx, person=applicant, code="decision_notified", case_id=case.id, reference=case.reference)
    audit.record(tx, "decision.notified", on=("case", case.id), decision=decision.id)
    return decision


def receive_decision(tx: Transaction, *, case_id: UUID) -> Decision | None:
    """The applicant opens the decision: the proof of receipt, from which remedies' time limits run. Once."""
    tx.session.scalars(select(Case.id).where(Case.id == case_id).with_for_update()).first()
    decision = tx.session.scalars(select(Decision).where(Decision.case_id == case_id)).first()
    if decision is None or decision.notified_at is None or decision.received_at is not None:
        return decision
    decision.received_at = tx.at
    audit.record(tx, "decision.received", on=("case", case_id), decision=decision.id)
    return decision


def _signing_task(tx: Transaction, case: Case, step: str | None) -> Task:
    done = select(Task).where(
        Task.case_id == case.id, Task.status == TaskStatus.COMPLETED, Task.role != APPLICANT
    )
    if step is not None:
        done = done.where(Task.step == step)
    task = tx.session.scalars(done.order_by(Task.ended_at.desc()).limit(1)).first()
    if task is None or task.holder_id is None:
        raise DecisionIncomplete("decision_without_signatory")
    return task


def _reasons(tx: Transaction, task: Task) -> str:
    contents = tx.session.scalars(select(Answers.content).where(Answers.task_id == task.id))
    return next(
        (str(content[REASONS]) for content in contents if content and content.get(REASONS)), ""
    ).strip()
