"""Elements of a case that failed: their tokens stay where they are, and an incident tells why until they go on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engine import audit
from engine.bpmn.model import Advance
from engine.database import Transaction
from engine.tables import Case, DeadlineKind, Incident

ENGINE = "engine"  #: who resolved an incident that an act made void


def write_incident(
    tx: Transaction, *, case: Case, element: str, code: str, params: Mapping[str, Any], **cause: Any
) -> Incident:
    """Open an incident of a case (held under its lock), owned by the case's unit; ``cause`` are its other columns."""
    incident = Incident(
        case_id=case.id,
        element=element,
        code=code,
        params=dict(params),
        owner_unit_id=case.unit_id,
        opened_at=tx.at,
        **cause,
    )
    tx.session.add(incident)
    case.held_up += 1
    audit.record(
        tx, "incident.opened", on=("case", case.id), incident=incident.id, element=element, code=code
    )
    return incident


def end_incident(tx: Transaction, case: Case, incident: Incident, *, by: str) -> None:
    """Mark an incident as resolved."""
    incident.resolved_at, incident.resolved_by = tx.at, by
    case.held_up -= 1
    audit.record(tx, "incident.resolved", on=("case", case.id), incident=incident.id)


def settle_failures(tx: Transaction, case: Case, advance: Advance, *, done: UUID | None = None) -> None:
    """Make the open incidents of a case say which elements are parked, now and no longer.

    What an act has made void is resolved: the element went on, or the call or timer that failed is waited for no
    longer. ``done`` is the task just completed: what an earlier try of it failed with is void.
    """
    if not advance.failures and not case.held_up:
        return
    parked = {failure.token: failure for failure in advance.failures}
    waited = {call.token for call in advance.calls} | {timer.token for timer in advance.timers}
    known: set[str] = set()
    for incident in _open(tx, case):
        if incident.token is not None:
            known.add(incident.token)
        if advance.ended or _is_void(incident, parked.keys(), waited, done):
            end_incident(tx, case, incident, by=ENGINE)
    for token, failure in parked.items():
        if token not in known:
            params = {name: str(value) for name, value in failure.params.items()}
            write_incident(
                tx, case=case, element=failure.element, code=failure.code, params=params, token=token
            )


def _is_void(incident: Incident, parked: Collection[str], waited: set[str], done: UUID | None) -> bool:
    if incident.token is not None:
        return incident.token not in parked
    if incident.task_id is not None:
        return incident.task_id == done
    item, deadline = incident.outbox_item, incident.deadline
    if item is not None and item.kind == "call":
        return item.payload["token"] not in waited
    return deadline is not None and deadline.kind == DeadlineKind.TIMER and deadline.token not in waited


def _open(tx: Transaction, case: Case) -> list[Incident]:
    """The open incidents of a case, with the work that failed."""
    wanted = (
        select(Incident)
        .where(Incident.case_id == case.id, Incident.resolved_at.is_(None))
        .options(joinedload(Incident.outbox_item), joinedload(Incident.deadline))
    )
    return [row for row in tx.session.scalars(wanted) if row.resolved_at is None]
