"""Start events that open cases by themselves: written down when a version is deployed, withdrawn by the next one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.bpmn.model import Process
from engine.bpmn.operations import EvaluationFailed
from engine.bpmn.running import start_elements
from engine.database import Transaction
from engine.tables import ProcessVersion, Start
from engine.timers import Round, TimerUnreadable, first_round, next_round, rounds_of

BATCH = 500


class StartUnreadable(Exception):
    """The timer of the start event ``element`` gives no moment; ``kind`` and ``value`` are what it says."""

    def __init__(self, element: str, kind: str, value: str) -> None:
        super().__init__(f"Expected an ISO 8601 {kind} at {element}, but is {value!r}")
        self.element, self.kind, self.value = element, kind, value


def arm_starts(tx: Transaction, version: ProcessVersion, process: Process) -> None:
    """Have the start events of a version just deployed open cases, instead of those of the version before.

    Timers count from now. Raises StartUnreadable for one whose text gives no moment without any data.
    """
    tx.execute(delete(Start).where(Start.procedure_id == version.procedure_id))
    for number, (element, events) in enumerate(start_elements(process)):
        for event in events:
            row = Start(
                procedure_id=version.procedure_id,
                version_id=version.id,
                element=element,
                number=number,
                kind=event.kind,
                round=0,
            )
            if event.kind in ("message", "signal"):
                row.name = event.name
            elif event.kind == "timer":
                _arm(row, event, tx.at)
            else:
                continue
            tx.session.add(row)


def due_starts(session: Session, *, at: datetime) -> Sequence[UUID]:
    """The start timers that must be seen to by ``at``, the earliest first."""
    waking = select(Start.id).where(Start.wakes_at <= at).order_by(Start.wakes_at, Start.id)
    return session.scalars(waking.limit(BATCH)).all()


def take_round(tx: Transaction, start_id: UUID) -> Start | None:
    """The start timer if it is due still, set to its next round; None if another sweep was faster."""
    held = select(Start).where(Start.id == start_id, Start.wakes_at <= tx.at).with_for_update()
    start = tx.session.scalars(held).first()
    if start is None or start.wakes_at is None or start.anchor_at is None:
        return None
    fired = Round(start.anchor_at, start.round, start.wakes_at)
    start.left = None if start.left is None else start.left - 1
    if start.left == 0:
        start.wakes_at = None
    else:
        following = next_round(start.text or "", fired)
        start.round, start.wakes_at = following.number, following.due_at
    return start


def _arm(row: Start, event: Any, now: datetime) -> None:
    row.timer, row.text = event.timer, _text(row.element, event)
    row.left = rounds_of(row.text) if row.timer == "cycle" else 1
    try:
        first = first_round(event.timer, row.text, now=now)
    except TimerUnreadable as unreadable:
        raise StartUnreadable(row.element, event.timer, row.text) from unreadable
    row.anchor_at, row.round, row.wakes_at = first.anchor_at, first.number, first.due_at


def _text(element: str, event: Any) -> str:
    if isinstance(event.text, str):
        return event.text
    try:
        value = event.text.evaluate({})
    except EvaluationFailed as failed:
        raise StartUnreadable(element, event.timer, event.text.text) from failed
    return value.isoformat() if isinstance(value, date) else str(value)
