"""Who did what, when: written with the change itself, chained by subject so that tampering shows."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.database import Transaction, head_of
from engine.tables import AuditEntry, plain

Subject = tuple[str, UUID]  #: kind (case, person, unit, role, procedure) and id
FIRST = "0" * 64


@dataclass(frozen=True)
class Verification:
    """What walking a chain found: its length, and the entry (number) where it breaks, with a code saying how.

    ``fault`` is None, ``missing`` (a number is skipped), ``unlinked`` (does not hold the digest of the one before)
    or ``altered`` (its content is not what its digest was made from).
    """

    count: int
    broken_at: int | None = None
    fault: str | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was changed."""
        return self.fault is None


def record(tx: Transaction, event: str, *, on: Subject, **facts: Any) -> AuditEntry:
    """Record an event (``noun.verb_past``) on a subject, in the transaction that brings it about.

    Facts are codes, ids, numbers and moments; personal answers enter as digests only (``sealed``).
    """
    kind, subject_id = on
    _take_turn(tx, on)
    number, previous = head_of(tx, subject_id) or (0, FIRST)
    entry = AuditEntry(
        subject_kind=kind,
        subject_id=subject_id,
        number=number + 1,
        event=event,
        actor=tx.actor.name,
        actor_id=tx.actor.person_id,
        on_behalf_of=tx.actor.on_behalf_of,
        at=tx.at,
        facts={name: _told(value) for name, value in facts.items() if value is not None},
        previous_digest=previous,
    )
    entry.digest = digest_of(entry)
    tx.session.add(entry)
    tx.heads[subject_id] = (entry.number, entry.digest)
    tx.recorded.add(subject_id)
    return entry


def sealed(content: Any) -> tuple[str, str]:
    """A fresh salt (hex) and the digest of salt and content: what the trail may hold of personal answers."""
    salt = secrets.token_hex(16)
    return salt, sealed_digest(salt, content)


def sealed_digest(salt: str, content: Any) -> str:
    """SHA-256 (hex) of the salt followed by the content as canonical JSON."""
    return hashlib.sha256((salt + _canonical(content)).encode()).hexdigest()


def verify(session: Session, subject_id: UUID) -> Verification:
    """Walk the chain of a subject from its first entry and say whether, and where, it breaks."""
    entries = select(AuditEntry).where(AuditEntry.subject_id == subject_id).order_by(AuditEntry.number)
    return walk(session.scalars(entries.execution_options(populate_existing=True)))


def walk(entries: Iterable[AuditEntry]) -> Verification:
    """Check entries of one subject, in order, starting with the first."""
    previous, count = FIRST, 0
    for count, entry in enumerate(entries, start=1):
        if entry.number != count:
            return Verification(count, count, "missing")
        if entry.previous_digest != previous:
            return Verification(count, count, "unlinked")
        if entry.digest != digest_of(entry):
            return Verification(count, count, "altered")
        previous = entry.digest
    return Verification(count)


def digest_of(entry: AuditEntry) -> str:
    """SHA-256 (hex) of the previous digest and all that the entry says."""
    told = [
        entry.previous_digest,
        entry.subject_kind,
        str(entry.subject_id),
        entry.number,
        entry.event,
        entry.actor,
        str(entry.actor_id),
        str(entry.on_behalf_of),
        entry.at.astimezone(UTC).isoformat(),
        entry.facts,
    ]
    return hashlib.sha256(_canonical(told).encode()).hexdigest()


def _take_turn(tx: Transaction, on: Subject) -> None:
    """Where no row lock orders the writers of a chain (all but cases), let PostgreSQL queue them."""
    kind, subject_id = on
    if (
        kind != "case"
        and subject_id not in tx.recorded
        and tx.session.get_bind().dialect.name == "postgresql"
    ):
        tx.session.execute(select(func.pg_advisory_xact_lock(subject_id.int & 0x7FFFFFFFFFFFFFFF)))


def _told(value: Any) -> Any:
    return plain(value) if isinstance(value, date | UUID) else value


def _canonical(content: Any) -> str:
    whole = _with_whole_numbers(content)
    return json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=plain)


def _with_whole_numbers(content: Any) -> Any:
    """The same content as PostgreSQL gives it back: JSONB returns 1e16 as an integer and -0.0 as 0."""
    if isinstance(content, dict):
        return {name: _with_whole_numbers(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_with_whole_numbers(value) for value in content]
    number = float(content) if isinstance(content, Decimal) else content
    is_whole = isinstance(number, float) and number.is_integer()
    return int(Decimal(repr(number))) if is_whole else number
