"""What cases wait for from outside: rows that messages and signals look up, and messages kept until somebody waits.

A message is put on its way to one subscription, which is marked in the same transaction (``promised_at``), so that
no other message goes there; the delivery (engine.messages) then moves the case on, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from engine.bpmn.data import key_text
from engine.bpmn.model import Advance
from engine.bpmn.model import Subscription as Waited
from engine.correlation import contradicts, slot
from engine.database import Transaction
from engine.outbox import put_delivery
from engine.tables import Case, Message, MessageSlot, Subscription

LOOKED_UP = 500  #: slots in one statement
SPARE = 50  #: messages looked at besides those needed, as some may be for others
Key = tuple[str, str, str]  #: token, kind and name of what is awaited


@dataclass(frozen=True)
class Letter:
    """A message or signal on its way: what it carries, and for whom.

    ``conversation`` is that of the case that threw it (``thrower``), if one did. ``kind``: message or signal.
    """

    kind: str
    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    correlation: Mapping[str, Any] = field(default_factory=dict)
    conversation: UUID | None = None
    thrower: UUID | None = None
    expires_at: datetime | None = None
    unit_id: UUID | None = None

    def told(self) -> dict[str, Any]:
        """As JSON, for the outbox."""
        return {
            "kind": self.kind,
            "name": self.name,
            "payload": dict(self.payload),
            "correlation": dict(self.correlation),
            "conversation": str(self.conversation) if self.conversation else None,
            "thrower": str(self.thrower) if self.thrower else None,
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
            "unit": str(self.unit_id) if self.unit_id else None,
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """The letter that ``told`` wrote down."""
        ids = {
            name: UUID(told[name]) if told.get(name) else None for name in ("conversation", "thrower", "unit")
        }
        expires = told.get("expires_at")
        return cls(
            kind=told["kind"],
            name=told["name"],
            payload=told["payload"],
            correlation=told["correlation"],
            conversation=ids["conversation"],
            thrower=ids["thrower"],
            expires_at=datetime.fromisoformat(expires) if expires else None,
            unit_id=ids["unit"],
        )


def settle_subscriptions(tx: Transaction, case: Case, advance: Advance) -> None:
    """Make the case's subscriptions those of the advance; what it newly awaits may have come before."""
    rows = select(Subscription).where(Subscription.case_id == case.id)
    known: dict[Key, Subscription] = {_key(row): row for row in tx.session.scalars(rows)}
    waiting = {_key(row): row for row in advance.subscriptions}
    fresh = [
        Subscription(
            case_id=case.id,
            token=row.token,
            element=row.element,
            kind=row.kind,
            name=row.name,
            correlation=row.correlation,
            slot=slot(row.name, row.correlation if row.kind == "message" else {}),
            since=tx.at,
        )
        for key, row in waiting.items()
        if key not in known
    ]
    awaited = [row for row in fresh if row.kind == "message"]
    hold_slots(tx, {row.slot for row in awaited}, alone=True)
    gone = [known[key].id for key in known.keys() - waiting.keys()]
    if gone:
        tx.execute(delete(Subscription).where(Subscription.id.in_(gone)))
    tx.session.add_all(fresh)
    if awaited:
        _take_kept(tx, case, awaited)


def hold_slots(tx: Transaction, slots: Collection[str], *, alone: bool) -> None:
    """Until the end of the transaction, no case begins to wait at these slots while a message looks there.

    Messages may look side by side; whoever begins to wait holds its slot ``alone``. SQLite has one writer anyway.
    """
    if not slots or tx.session.get_bind().dialect.name != "postgresql":
        return
    lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    for some in _batches(sorted(slots)):
        tx.session.execute(select(*(lock(int(name[:15], 16)) for name in some)))


def promise(tx: Transaction, letter: Letter, slots: Sequence[str], *, strangers: bool) -> Subscription | None:
    """The subscription that a message is for, marked as such; None if nobody waits for it.

    First who waits in the sender's own conversation, then whose keys agree; with ``strangers`` alone, who declares no
    key at all and whose data do not say otherwise (a key is then compared with the variable of its name). Among several
    it is who has waited longest.
    """
    while (found := _candidate(tx.session, letter, slots, strangers=strangers)) is not None:
        mark = update(Subscription).where(Subscription.id == found.id, Subscription.promised_at.is_(None))
        if tx.changes_one(mark.values(promised_at=tx.at)):
            return found
    return None


def deliver_to(tx: Transaction, subscription: Subscription, letter: Letter) -> UUID:
    """Put a letter on its way to a subscription; the id of the outbox item."""
    told = {**letter.told(), "token": subscription.token}
    return put_delivery(tx, case_id=subscription.case_id, told=told).id


def take(tx: Transaction, message: Message, *, by: UUID | None) -> bool:
    """Take a kept message, for a case; False if another was faster. What it carried is forgotten."""
    mark = update(Message).where(Message.id == message.id, Message.taken_at.is_(None))
    if not tx.changes_one(mark.values(taken_at=tx.at, taken_by=by, payload={}, correlation={})):
        return False
    tx.execute(delete(MessageSlot).where(MessageSlot.message_id == message.id))
    return True


def _candidate(
    session: Session, letter: Letter, slots: Sequence[str], *, strangers: bool
) -> Subscription | None:
    free = (
        select(Subscription)
        .where(Subscription.kind == "message", Subscription.promised_at.is_(None))
        .order_by(Subscription.since, Subscription.id)
        .limit(1)
    )
    if letter.thrower is not None:
        free = free.where(Subscription.case_id != letter.thrower)
    *keyed, keyless = slots
    if strangers:
        free = free.where(Subscription.slot == keyless)
        if letter.correlation:
            free = free.join(Case, Case.id == Subscription.case_id).where(*_not_otherwise(letter.correlation))
        return session.scalars(free).first()
    if letter.conversation is not None:
        partners = select(Case.id).where(Case.conversation == letter.conversation, Case.closed_at.is_(None))
        near = free.where(Subscription.case_id.in_(partners), Subscription.slot.in_(slots))
        if (found := session.scalars(near).first()) is not None:
            return found
    return session.scalars(free.where(Subscription.slot.in_(keyed))).first() if keyed else None


def _not_otherwise(keys: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Cases whose variables of these names have these values, or that have none of the name."""
    told = {key: cast(Case.data[key].as_string(), String) for key in keys}
    return [or_(told[key].is_(None), told[key] == key_text(value)) for key, value in keys.items()]


def _take_kept(tx: Transaction, case: Case, awaited: Sequence[Subscription]) -> None:
    """Give each of these subscriptions the oldest kept message that is for it."""
    counts = Counter(row.slot for row in awaited)
    for place, message in _kept(tx, case, counts):
        row = next((row for row in awaited if row.slot == place and row.promised_at is None), None)
        if row is None or message.taken_at is not None:
            continue
        if not row.correlation and contradicts(message.correlation, case.data):
            continue
        letter = _letter(message)
        if take(tx, message, by=case.id):
            row.promised_at = tx.at
            deliver_to(tx, row, letter)


def _kept(tx: Transaction, case: Case, counts: Mapping[str, int]) -> list[tuple[str, Message]]:
    """The kept messages at these slots that the case may take, for each slot the first ones."""
    mine = Message.conversation == case.conversation
    order = (func.coalesce(mine, False).desc(), MessageSlot.arrived_at, MessageSlot.message_id)
    place = func.row_number().over(partition_by=MessageSlot.slot, order_by=order)
    found: list[tuple[str, Message]] = []
    for some in _batches(list(counts)):
        ranked = (
            select(MessageSlot.slot, MessageSlot.message_id, place.label("place"))
            .join(Message, Message.id == MessageSlot.message_id)
            .where(MessageSlot.slot.in_(some), Message.taken_at.is_(None), Message.expires_at > tx.at)
            .where(or_(Message.conversation.is_(None), mine))
            .where(or_(Message.thrower_id.is_(None), Message.thrower_id != case.id))
            .subquery()
        )
        rows = select(ranked.c.slot, Message).join(Message, Message.id == ranked.c.message_id)
        rows = rows.where(ranked.c.place <= max(counts.values()) + SPARE).order_by(ranked.c.place)
        found += [(slot_, message) for slot_, message in tx.session.execute(rows)]
    return found


def _letter(message: Message) -> Letter:
    return Letter(
        kind="message",
        name=message.name,
        payload=message.payload,
        correlation=message.correlation,
        conversation=message.conversation,
        thrower=message.thrower_id,
        expires_at=message.expires_at,
    )


def _batches(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[start : start + LOOKED_UP] for start in range(0, len(values), LOOKED_UP)]


def _key(row: Subscription | Waited) -> Key:
    return (row.token, row.kind, row.name)
