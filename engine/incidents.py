"""Incidents: work that failed, with an owner, a reason and a retry."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.bpmn import running
from engine.bpmn.failures import ActFailed
from engine.corrections import CaseMoved, Correction, note_correction
from engine.database import Transaction
from engine.parked import end_incident, write_incident
from engine.progress import lock_case, open_tasks, settle
from engine.refusals import Refusal
from engine.tables import Case, Deadline, Incident, OutboxItem, Task
from engine.versions import definition_of


class IncidentUnknown(Refusal):
    """There is no such incident, or it is resolved already."""

    status = 404


def open_incident(
    tx: Transaction,
    *,
    case_id: UUID,
    element: str,
    code: str,
    params: dict[str, Any],
    outbox_id: UUID | None = None,
    deadline_id: UUID | None = None,
) -> Incident:
    """Write down that work for a case failed for good; the case stays where it was, its unit owns the incident."""
    case = lock_case(tx, case_id)
    causes = {"outbox_id": outbox_id, "deadline_id": deadline_id}
    return write_incident(tx, case=case, element=element, code=code, params=params, **causes)


def note_failed_act(tx: Transaction, *, task_id: UUID, failure: ActFailed) -> Incident:
    """A person's act could not go on and was rolled back: open an incident, unless the same one is open already.

    It is resolved when the task is completed after all.
    """
    case_id = tx.session.scalars(select(Task.case_id).where(Task.id == task_id)).one()
    case = lock_case(tx, case_id)
    code, params = failure_told(failure)
    same = select(Incident).where(
        Incident.task_id == task_id,
        Incident.element == failure.element,
        Incident.code == code,
        Incident.resolved_at.is_(None),
    )
    known = tx.session.scalars(same.limit(1)).first()
    return known or write_incident(
        tx, case=case, element=failure.element, code=code, params=params, task_id=task_id
    )


def failure_told(failure: Exception) -> tuple[str, dict[str, Any]]:
    """A failure as its incident keeps it: a code with parameters; no more than its name for what nobody foresaw."""
    if isinstance(failure, ActFailed | Refusal):
        return failure.code, {name: str(value) for name, value in failure.params.items()}
    return "work_failed", {"error": type(failure).__name__}


def retry_incident(tx: Transaction, *, incident_id: UUID, correction: Correction | None = None) -> Incident:
    """Let the failed work run again, now; the incident is resolved (another opens if it fails again).

    ``correction`` puts right, before that, the data that the failed element reads. Raises IncidentUnknown, CaseMoved,
    CorrectionRefused, or what the act itself fails with.
    """
    case_id = tx.session.scalar(select(Incident.case_id).where(Incident.id == incident_id))
    if case_id is None:
        raise IncidentUnknown("incident_resolved")
    case = lock_case(tx, case_id)
    incident = tx.session.get_one(Incident, incident_id, populate_existing=True)
    if incident.resolved_at is not None:
        raise CaseMoved if correction else IncidentUnknown("incident_resolved")
    if incident.token is not None or correction is not None:
        _try_element(tx, case, incident, correction)
    else:
        end_incident(tx, case, incident, by=tx.actor.name)
        _run_again(tx, incident)
    return incident


def failed_again(session: Session, incident: Incident) -> Incident | None:
    """The open incident of the same element of the same case, if trying again was in vain."""
    same = select(Incident).where(
        Incident.case_id == incident.case_id,
        Incident.token == incident.token,
        Incident.resolved_at.is_(None),
    )
    return session.scalars(same.limit(1)).first()


def _try_element(tx: Transaction, case: Case, incident: Incident, correction: Correction | None) -> None:
    """Let a parked element try again, on corrected data; the case moves on as far as it comes."""
    known = definition_of(tx.session, case)
    data = {}
    if correction is not None:
        data = note_correction(tx, case=case, known=known, incident=incident, correction=correction)
    end_incident(tx, case, incident, by=tx.actor.name)
    tx.session.flush()
    advance = running.retry(known.process, case.state, incident.token or "", data=data)
    audit.record(
        tx, "incident.retried", on=("case", case.id), element=incident.element, path=advance.completed
    )
    standing = open_tasks(tx.session, case.id)
    settle(tx, case=case, known=known, advance=advance, standing=standing, cause="retried")


def _run_again(tx: Transaction, incident: Incident) -> None:
    if incident.outbox_id is not None:
        item = tx.session.get_one(OutboxItem, incident.outbox_id, populate_existing=True)
        if item.done_at is None:
            item.dead_at, item.runs_at, item.attempts = None, tx.at, 0
    if incident.deadline_id is not None:
        deadline = tx.session.get_one(Deadline, incident.deadline_id, populate_existing=True)
        if deadline.is_open and deadline.suspended_at is None:
            deadline.wakes_at = tx.at
