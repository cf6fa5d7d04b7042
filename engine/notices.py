"""Simple messages to people: kept for their page, and sent by e-mail where an address is known."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from engine import audit, outbox
from engine.database import Transaction
from engine.tables import Notice, Person


def send_notice(
    tx: Transaction, *, person: Person, code: str, case_id: UUID | None = None, **params: Any
) -> Notice:
    """Tell a person something: on their page at once, by e-mail from the outbox."""
    notice = Notice(person_id=person.id, case_id=case_id, code=code, params=params, at=tx.at)
    tx.session.add(notice)
    if person.email:
        outbox.put_mail(tx, to=person.email, code=code, params=params, lang=person.language)
    if case_id is not None:
        audit.record(tx, "notice.sent", on=("case", case_id), code=code, to=person.id)
    return notice
