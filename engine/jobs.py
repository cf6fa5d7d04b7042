"""Background work: drains the outbox and sweeps what is due. A job carries ids and is safe to run twice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from engine import mail
from engine.actor import Actor
from engine.bpmn.failures import ActFailed
from engine.calendars import later
from engine.calls import answer_call
from engine.connectors import BusinessError, outside_operation
from engine.database import Transaction, now, reading, transaction
from engine.documents import forget_orphans
from engine.expiry import due_deadlines, expire, fail_expiry, fire_start, skip_start
from engine.incidents import failure_told, open_incident
from engine.messages import begin, broadcast, forget_messages, publish, receive
from engine.refusals import Refusal
from engine.starts import due_starts
from engine.tables import OutboxItem

log = logging.getLogger("masar.jobs")

OUTBOX = Actor.system("outbox")
CLOCK = Actor.system("clock")
MAX_ATTEMPTS = 6
LEASE = 120  #: seconds a runner may take over work outside a transaction before another tries
BATCH = 100
MOST_ROUNDS = 50  #: of one call, so that cases that call each other forever hold up nobody else
MOST_MAIL_ATTEMPTS = 200  #: with at most a quarter of an hour between two: about two days
LONGEST_DELAY = 900  #: seconds between two attempts


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
    """See to every deadline and start timer that is due, each in a transaction of its own; the number seen to."""
    return _until_none(lambda: _sweep(at))


def tidy(*, at: datetime | None = None) -> int:
    """Delete stored files that no document has, and messages whose time is over; how many."""
    forgotten = _until_none(lambda: _forget_messages(at))
    with transaction(actor=CLOCK, at=at) as tx:
        return forgotten + forget_orphans(tx)


def _forget_messages(at: datetime | None) -> int:
    with transaction(actor=CLOCK, at=at) as tx:
        return forget_messages(tx)


def _until_none(work: Callable[[], int]) -> int:
    """Repeat while something is done, so often at most; what others hold is left to them."""
    total = 0
    for _ in range(MOST_ROUNDS):
        done = work()
        total += done
        if not done:
            break
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
            item.payload = _without_letter(item)
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
    return item.kind in ("throw", "delivery", "start")


def _run_inside(tx: Transaction, item: OutboxItem) -> None:
    told = item.payload
    if item.kind == "throw":
        _throw(tx, item)
    elif item.kind == "start":
        case = begin(tx, told=told)
        item.case_id = case.id if case else None
    elif item.case_id is not None and item.kind == "call":
        answer_call(tx, case_id=item.case_id, call=told)
    elif item.case_id is not None:
        receive(tx, case_id=item.case_id, told=told)


def _throw(tx: Transaction, item: OutboxItem) -> None:
    told = item.payload
    if told["kind"] == "signal":
        broadcast(tx, name=told["name"], payload=told["payload"], thrower=item.case_id)
    else:
        keys = told["correlation"]
        publish(tx, name=told["name"], payload=told["payload"], correlation=keys, thrower=item.case_id)


def _run_outside(kind: str, payload: dict[str, Any]) -> dict[str, Any] | BusinessError:
    if kind == "mail":
        mail.send(**payload)
        return {}
    operation = outside_operation(payload["operation"])
    try:
        return dict(operation(payload["data"]) or {}) if operation else {}
    except BusinessError as error:
        return error


def _finish(tx: Transaction, item: OutboxItem) -> None:
    item.done_at, item.runs_at, item.dead_at, item.error = tx.at, None, None, None
    item.attempts += 1


def _fail(tx: Transaction, item_id: UUID, failure: Exception) -> None:
    item = tx.session.get_one(OutboxItem, item_id, with_for_update=True)
    if item.done_at is not None:
        return
    item.attempts += 1
    item.error = f"{type(failure).__name__}: {failure}"[:500]
    most = MOST_MAIL_ATTEMPTS if item.kind == "mail" else MAX_ATTEMPTS
    if not isinstance(failure, ActFailed | Refusal) and item.attempts < most:
        item.runs_at = later(tx.at, seconds=min(2 ** min(item.attempts, 12), LONGEST_DELAY))
        return
    item.runs_at, item.dead_at = None, tx.at
    if item.kind == "mail":
        item.payload = _without_letter(item)
    case_id = item.case_id or _thrower(item)
    if case_id is None:
        log.error("work of nobody's case failed for good: %s %s", item.kind, item.id, exc_info=failure)
    else:
        code, params = failure_told(failure)
        open_incident(
            tx,
            case_id=case_id,
            element=_element(item, failure),
            code=code,
            params=params,
            outbox_id=item.id,
        )


def _thrower(item: OutboxItem) -> UUID | None:
    """The case whose message should have opened another."""
    thrower = item.payload.get("thrower")
    return UUID(thrower) if thrower else None


def _without_letter(item: OutboxItem) -> dict[str, Any]:
    """What may stay of a letter: it, and the link in it, is nobody else's business."""
    return {"code": item.payload["code"]}


def _element(item: OutboxItem, failure: Exception) -> str:
    """Where the item's case failed."""
    if isinstance(failure, ActFailed):
        return failure.element
    return str(item.payload.get("element", ""))


def _sweep(at: datetime | None) -> int:
    fired = sum(_expire(deadline_id, at) for deadline_id in _due_deadlines(at))
    with reading() as session:
        starts = list(due_starts(session, at=at or now()))
    return fired + sum(_start(start_id, at) for start_id in starts)


def _start(start_id: UUID, at: datetime | None) -> bool:
    try:
        with transaction(actor=CLOCK, at=at) as tx:
            return fire_start(tx, start_id=start_id)
    except DBAPIError:
        log.exception("a start timer could not be seen to; the next sweep tries again")
        return False
    except Exception:
        log.exception("a start timer could not open its case; this round is left out")
        with transaction(actor=CLOCK, at=at) as tx:
            skip_start(tx, start_id=start_id)
        return True


def _due_deadlines(at: datetime | None) -> list[UUID]:
    with reading() as session:
        return list(due_deadlines(session, at=at or now()))


def _expire(deadline_id: UUID, at: datetime | None) -> bool:
    try:
        with transaction(actor=CLOCK, at=at) as tx:
            return expire(tx, deadline_id=deadline_id)
    except DBAPIError:
        log.exception("a deadline could not be seen to; the next sweep tries again")
        return False
    except Exception as failure:  # noqa: BLE001 - one bad case stops only itself
        with transaction(actor=CLOCK, at=at) as tx:
            fail_expiry(tx, deadline_id=deadline_id, failure=failure)
        return True
