"""Messages and signals reach the cases that wait for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.bpmn import running
from engine.database import Transaction
from engine.progress import lock_case, open_tasks, settle
from engine.tables import Case, Subscription
from engine.versions import definition


def receivers(
    session: Session,
    *,
    kind: str,
    name: str,
    correlation: Mapping[str, Any],
    thrower: UUID | None = None,
) -> list[tuple[UUID, str]]:
    """Cases (with the waiting token) that a message or signal of this name is for.

    A message goes to the one case whose declared keys agree with ``correlation``; a signal to all. The case
    that threw it (``thrower``) is left out: within it the diagram has delivered it already.
    """
    waiting = select(Subscription).where(Subscription.kind == kind, Subscription.name == name)
    rows = [row for row in session.scalars(waiting.order_by(Subscription.id)) if row.case_id != thrower]
    if kind == "signal":
        return [(row.case_id, row.token) for row in rows]
    agreeing = [row for row in rows if _agrees(row.correlation, correlation)]
    return [(row.case_id, row.token) for row in agreeing[:1]]


def receive(tx: Transaction, *, case_id: UUID, token: str, name: str, payload: Mapping[str, Any]) -> Case:
    """Hand a message or signal to a waiting case, which moves on; nothing changes where it waits no longer."""
    case = lock_case(tx, case_id)
    waits = select(Subscription.id).where(Subscription.case_id == case_id, Subscription.token == token)
    if tx.session.scalar(waits.limit(1)) is None:
        return case
    process = definition(tx.session, case.version_id).process
    standing = open_tasks(tx.session, case_id)
    advance = running.deliver(process, case.state, token, payload=dict(payload))
    audit.record(tx, "message.received", on=("case", case.id), name=name, path=advance.completed)
    settle(tx, case=case, process=process, advance=advance, standing=standing, cause="message")
    return case


def _agrees(declared: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    return all(name in given and given[name] == value for name, value in declared.items())
