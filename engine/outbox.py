"""Background work, put aside in the transaction that calls for it and done once that is committed."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from engine.database import Transaction
from engine.tables import OutboxItem

#: What to do when something was put: wake the runner. The runner (engine.jobs) sets it for its context.
waker: ContextVar[Callable[[UUID], None] | None] = ContextVar("masar_outbox_waker", default=None)
_default_waker: list[Callable[[UUID], None]] = []


def wake_with(call: Callable[[UUID], None]) -> None:
    """Tell the process's own runner of each new item, once it is committed."""
    _default_waker[:] = [call]


def put_call(
    tx: Transaction, *, case_id: UUID, token: str, element: str, operation: str, data: dict[str, Any]
) -> OutboxItem:
    """Have a service task's operation run; its outcome moves the case on from ``token``."""
    payload = {"token": token, "element": element, "operation": operation, "data": data}
    return _put(tx, kind="call", case_id=case_id, payload=payload)


def put_throw(
    tx: Transaction,
    *,
    case_id: UUID | None,
    kind: str,
    name: str,
    payload: dict[str, Any],
    correlation: dict[str, Any],
) -> OutboxItem:
    """Have a message or signal, thrown by a case, reach who waits for it."""
    thrown = {"kind": kind, "name": name, "payload": payload, "correlation": correlation}
    return _put(tx, kind="throw", case_id=case_id, payload=thrown)


def put_delivery(tx: Transaction, *, case_id: UUID, told: dict[str, Any]) -> OutboxItem:
    """Have a message or signal (as JSON, with the token that waits) handed to a case, in a transaction of its own."""
    return _put(tx, kind="delivery", case_id=case_id, payload=told)


def put_start(tx: Transaction, *, told: dict[str, Any]) -> OutboxItem:
    """Have a case opened by a message or signal (as JSON, with the procedure), in a transaction of its own."""
    return _put(tx, kind="start", case_id=None, payload=told)


def put_mail(tx: Transaction, *, to: str, code: str, params: dict[str, Any], lang: str) -> OutboxItem:
    """Have an e-mail sent: the sentences of ``code`` in the reader's language."""
    return _put(
        tx, kind="mail", case_id=None, payload={"to": to, "code": code, "params": params, "lang": lang}
    )


def _put(tx: Transaction, *, kind: str, case_id: UUID | None, payload: dict[str, Any]) -> OutboxItem:
    item = OutboxItem(kind=kind, case_id=case_id, payload=payload, put_at=tx.at, runs_at=tx.at, attempts=0)
    tx.session.add(item)
    call = waker.get() or (_default_waker[0] if _default_waker else None)
    if call is not None:
        tx.afterwards(lambda: call(item.id))
    return item
