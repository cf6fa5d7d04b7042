"""Background work: drains the outbox and sweeps what is due. A job carries ids and is safe to run twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine import mail
from engine.actor import Actor
from engine.bpmn.failures import ActFailed
from engine.calendars import later
from engine.calls import answer_call
from engine.connectors import outside_operation
from engine.database import Transaction, now, reading, transaction
from engine.expiry import due_deadlines, expire, fail_expiry
from engine.incidents import failure_told, open_incident
from engine.messages import receive, receivers
from engine.refusals import Refusal
from engine.tables import OutboxItem

OUTBOX = Actor.system("outbox")
CLOCK = Actor.system("clock")
MAX_ATTEMPTS = 6
LEASE = 120  #: seconds a runner may take over work outside a transaction before another tries
BATCH = 100


def drain(*, at: datetime | None = None) -> int:
    """Do all background work that is due, and what that puts; the number of items run."""
    return _until_none(lambda: sum(run_item(item_id, at=at) for item_id in _due_items(at)))


def run_item(item_id: UUID, *, at: datetime | None = None) -> bool:
    """Run one item of the outbox; False if it is done, dead, not due yet or in another runner's hands."""
    try:
        return _run(item_id, at)
    except Exception as failure:  # noqa: BLE001 - the outermost frame of background work
        with transaction(actor=OUTBOX, at=at) as tx:
            _fail(tx, item_id, failure)
        return True


def sweep(*, at: datetime | None = None) -> int:
    """See to every deadline that is due, each in a transaction of its own; the number seen to."""
    return _until_none(lambda: sum(_expire(deadline_id, at) for deadline_id in _due_deadlines(at)))


def _until_none(work: Callable[[], int]) -> int:
    """Repeat while something is done; what others hold is left to them."""
    total = 0
    while done := work():
        total += done
    return total


def _due_items(at: datetime | None) -> list[UUID]:
    waiting = select(OutboxItem.id).where(OutboxItem.runs_at <= (at or now()))
    with reading() as session:
        return list(session.scalars(waiting.order_by(OutboxItem.runs_at, OutboxItem.put_at).limit(BATCH)))


def _run(item_id: UUID, at: datetime | None) -> bool:
    with transaction(actor=OUTBOX, at=at) as tx:
        item = _take(tx, item_id)
        if item is None:
            return False
        if _is_inside(item):
            _run_inside(tx, item)
            _finish(tx, item)
            return True
        item.runs_at = later(tx.at, seconds=LEASE)
        kind, case_id, payload = item.kind, item.case_id, item.payload
    result = _run_outside(kind, payload)
    with transaction(actor=OUTBOX, at=at) as tx:
        item = tx.session.get_one(OutboxItem, item_id, with_for_update=True)
        if kind == "call" and case_id is not None and item.done_at is None:
            answer_call(tx, case_id=case_id, call=payload, result=result)
        if kind == "mail":
            item.payload = {
                "code": payload["code"]
            }  # a sent letter, and the link in it, is nobody's business
        _finish(tx, item)
    return True


def _take(tx: Transaction, item_id: UUID) -> OutboxItem | None:
    due = (
        select(OutboxItem)
        .where(OutboxItem.id == item_id, OutboxItem.runs_at <= tx.at)
        .with_for_update(skip_locked=True)
    )
    return tx.session.scalars(due).first()


def _is_inside(item: OutboxItem) -> bool:
    """Whether the work is of the house alone: then it runs and is marked done in one transaction."""
    if item.kind == "call":
        return outside_operation(item.payload["operation"]) is None
    return item.kind == "throw"


def _run_inside(tx: Transaction, item: OutboxItem) -> None:
    if item.kind == "call" and item.case_id is not None:
        answer_call(tx, case_id=item.case_id, call=item.payload)
        return
    thrown = item.payload
    found = receivers(tx.session, kind=thrown["kind"], name=thrown["name"], correlation=thrown["correlation"])
    for case_id, token in sorted(found):
        if case_id == item.case_id:
            continue  # within its own case the diagram has delivered it already
        receive(tx, case_id=case_id, token=token, name=thrown["name"], payload=thrown["payload"])


def _run_outside(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    if kind == "mail":
        mail.send(**payload)
        return {}
    operation = outside_operation(payload["operation"])
    return dict(operation(payload["data"]) or {}) if operation else {}


def _finish(tx: Transaction, item: OutboxItem) -> None:
    item.done_at, item.runs_at, item.error = tx.at, None, None
    item.attempts += 1


def _fail(tx: Transaction, item_id: UUID, failure: Exception) -> None:
    item = tx.session.get_one(OutboxItem, item_id, with_for_update=True)
    if item.done_at is not None:
        return
    item.attempts += 1
    item.error = f"{type(failure).__name__}: {failure}"[:500]
    if not isinstance(failure, ActFailed | Refusal) and item.attempts < MAX_ATTEMPTS:
        item.runs_at = later(tx.at, seconds=2**item.attempts)
        return
    item.runs_at, item.dead_at = None, tx.at
    if item.case_id is not None:
        code, params = failure_told(failure)
        open_incident(
            tx,
            case_id=item.case_id,
            element=_element(item, failure),
            code=code,
            params=params,
            outbox_id=item.id,
        )


def _element(item: OutboxItem, failure: Exception) -> str:
    """Where the item's own case failed: what it threw may have failed in another."""
    if item.kind == "call" and isinstance(failure, ActFailed):
        return failure.element
    return str(item.payload.get("element", ""))


def _due_deadlines(at: datetime | None) -> list[UUID]:
    with reading() as session:
        return list(due_deadlines(session, at=at or now()))


def _expire(deadline_id: UUID, at: datetime | None) -> bool:
    try:
        with transaction(actor=CLOCK, at=at) as tx:
            return expire(tx, deadline_id=deadline_id)
    except Exception as failure:  # noqa: BLE001 - one bad case stops only itself
        with transaction(actor=CLOCK, at=at) as tx:
            fail_expiry(tx, deadline_id=deadline_id, failure=failure)
        return True
