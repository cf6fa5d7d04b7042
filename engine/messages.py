"""Messages reach the one case that they are for, signals reach all.

A message goes to the case that waits for it: first one of the sender's own conversation, then one whose declared keys
all agree, then one that declares none, each time who has waited longest. If nobody waits it opens a case of each
procedure that it starts; if it starts none it is kept until somebody begins to wait or its time is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from engine import audit
from engine.bpmn import running
from engine.bpmn.awaited import ANY_NAME, awaited
from engine.bpmn.model import NOTHING
from engine.cases import Beginning, begin_case
from engine.correlation import slot, slots
from engine.database import Transaction
from engine.outbox import put_start
from engine.progress import lock_case, open_tasks, settle
from engine.subscriptions import Letter, deliver_to, hold_slots, promise, take
from engine.tables import Case, Message, MessageSlot, Start, Subscription
from engine.versions import definition_of

TTL = timedelta(days=30)  #: how long a message that nobody awaits is kept


@dataclass(frozen=True)
class Sent:
    """What became of a message: ``delivered`` (on its way to a case), ``started`` (on its way to open cases), ``kept``,
    ``dropped`` (nobody waits and it may not be kept) or ``repeated`` (it had come before).

    ``items``: ids of the work in the outbox.
    """

    outcome: str
    items: tuple[UUID, ...] = ()


def publish(
    tx: Transaction,
    *,
    name: str,
    payload: Mapping[str, Any] = NOTHING,
    correlation: Mapping[str, Any] = NOTHING,
    ttl: timedelta = TTL,
    dedupe: str | None = None,
    thrower: UUID | None = None,
    unit_id: UUID | None = None,
) -> Sent:
    """Send a message to whom it is for, once.

    A second one of the same name and ``dedupe`` changes nothing while the first is remembered (``ttl``). ``thrower`` is
    the case that sends it; ``unit_id`` where a case that it opens belongs. Raises TooManyKeys.
    """
    letter = Letter(
        kind="message",
        name=name,
        payload=payload,
        correlation=correlation,
        conversation=_conversation(tx.session, thrower),
        thrower=thrower,
        expires_at=tx.at + ttl,
        unit_id=unit_id,
    )
    if dedupe is None:
        return _send(tx, letter)
    message = _remember(tx, letter, dedupe)
    return Sent("repeated") if message is None else _send(tx, letter, message)


def broadcast(
    tx: Transaction,
    *,
    name: str,
    payload: Mapping[str, Any] = NOTHING,
    thrower: UUID | None = None,
    unit_id: UUID | None = None,
) -> Sent:
    """Send a signal to all cases that wait for it, and open a case of each procedure that it starts.

    The case that threw it (``thrower``) is left out: within it the diagram has delivered it already.
    """
    letter = Letter(kind="signal", name=name, payload=payload, thrower=thrower, unit_id=unit_id)
    waiting = select(Subscription).where(
        Subscription.kind == "signal", Subscription.slot == slot(name, {}), Subscription.promised_at.is_(None)
    )
    rows = tx.session.scalars(waiting.order_by(Subscription.since, Subscription.id)).all()
    items = [deliver_to(tx, row, letter) for row in rows if row.case_id != thrower]
    return Sent("delivered", (*items, *_begin(tx, letter)))


def receive(tx: Transaction, *, case_id: UUID, told: Mapping[str, Any]) -> Case:
    """Hand a message or signal (payload of the outbox) to a waiting case, which moves on.

    A message that the case waits for no longer, because something else came first, looks for another.
    """
    case, letter = lock_case(tx, case_id), _letter(tx.session, told)
    waits = select(Subscription).where(
        Subscription.case_id == case_id,
        Subscription.token == told["token"],
        Subscription.kind == letter.kind,
        Subscription.name == letter.name,
    )
    row = tx.session.scalars(waits.limit(1)).first()
    if row is None:
        if letter.kind == "message":
            _send(tx, letter)
        return case
    known = definition_of(tx.session, case)
    standing = open_tasks(tx.session, case_id)
    advance = running.deliver(
        known.process, case.state, told["token"], payload=dict(letter.payload), name=letter.name
    )
    audit.record(tx, "message.received", on=("case", case.id), name=letter.name, path=advance.completed)
    _join(tx.session, case, letter)
    if letter.kind == "message":  # what goes on waiting for it is ready for the next one
        tx.execute(delete(Subscription).where(Subscription.id == row.id))
        tx.session.expunge(row)
    settle(tx, case=case, known=known, advance=advance, standing=standing, cause="message")
    return case


def begin(tx: Transaction, *, told: Mapping[str, Any]) -> Case | None:
    """Open a case by a message or signal (payload of the outbox); None if a newer version no longer begins so."""
    letter = _letter(tx.session, told)
    wanted = _starts(letter).where(Start.procedure_id == UUID(told["procedure"]))
    start = tx.session.scalars(wanted.limit(1)).first()
    if start is None:
        if letter.kind == "message":
            _send(tx, letter)
        return None
    beginning = Beginning(
        element=start.element,
        kind=letter.kind,
        name=letter.name,
        data=letter.payload,
        thrower=letter.thrower,
        unit_id=letter.unit_id,
    )
    return begin_case(tx, version_id=start.version_id, beginning=beginning)


def forget_messages(tx: Transaction) -> int:
    """Delete the messages whose time is over; how many. What no case took is told on the case that sent it."""
    over = select(Message).where(Message.expires_at <= tx.at).order_by(Message.expires_at).limit(1000)
    rows = tx.session.scalars(over).all()
    for message in rows:
        thrower = message.thrower_id if message.taken_at is None else None
        if thrower is not None:
            lock_case(tx, thrower)
            audit.record(tx, "message.expired", on=("case", thrower), name=message.name)
    ids = [message.id for message in rows]
    tx.execute(delete(MessageSlot).where(MessageSlot.message_id.in_(ids)))
    tx.execute(delete(Message).where(Message.id.in_(ids)))
    return len(ids)


def _send(tx: Transaction, letter: Letter, message: Message | None = None) -> Sent:
    """``message`` is its row, where it has one already."""
    places = slots(letter.name, letter.correlation)
    hold_slots(tx, places, alone=False)
    found = promise(tx, letter, places, strangers=False)
    kept_for = None if found or letter.correlation else _partner(tx.session, letter)
    if found is None and kept_for is None:
        found = promise(tx, letter, places, strangers=True)
    if found is not None:
        if message is not None:
            take(tx, message, by=found.case_id)
        return Sent("delivered", (deliver_to(tx, found, letter),))
    if kept_for is None and (items := _begin(tx, letter)):
        if message is not None:
            take(tx, message, by=None)
        return Sent("started", items)
    if letter.expires_at is None or letter.expires_at <= tx.at:
        return Sent("dropped")
    _keep(tx, letter, places, kept_for, message)
    return Sent("kept")


def _keep(
    tx: Transaction, letter: Letter, places: list[str], conversation: UUID | None, message: Message | None
) -> None:
    row = message or _row(tx, letter, None)
    row.conversation = conversation
    tx.session.add(row)
    tx.session.flush()
    tx.session.add_all(MessageSlot(message_id=row.id, slot=place, arrived_at=tx.at) for place in places)


def _remember(tx: Transaction, letter: Letter, dedupe: str) -> Message | None:
    """The row of a message that bears a name of its own; None if it has come before."""
    sqlite = tx.session.get_bind().dialect.name == "sqlite"
    insert = insert_sqlite(Message) if sqlite else insert_postgresql(Message)
    row = _row(tx, letter, dedupe)
    values = {column.key: getattr(row, column.key) for column in Message.__table__.columns}
    adding = insert.values(**values).on_conflict_do_nothing(index_elements=["name", "dedupe"])
    added = tx.execute(adding.returning(Message.id)).scalar()
    return None if added is None else tx.session.get_one(Message, added)


def _row(tx: Transaction, letter: Letter, dedupe: str | None) -> Message:
    return Message(
        id=uuid4(),
        name=letter.name,
        correlation=dict(letter.correlation),
        payload=dict(letter.payload),
        dedupe=dedupe,
        thrower_id=letter.thrower,
        arrived_at=tx.at,
        expires_at=letter.expires_at or tx.at,
    )


def _begin(tx: Transaction, letter: Letter) -> tuple[UUID, ...]:
    """Have a case opened of each procedure that this starts; ids of the work."""
    procedures = dict.fromkeys(start.procedure_id for start in tx.session.scalars(_starts(letter)))
    return tuple(put_start(tx, told={**letter.told(), "procedure": str(id_)}).id for id_ in procedures)


def _starts(letter: Letter) -> Any:
    """The start events of the versions in service that this begins."""
    wanted = select(Start).where(Start.kind == letter.kind, Start.name == letter.name)
    return wanted.order_by(Start.procedure_id, Start.number)


def _letter(session: Session, told: Mapping[str, Any]) -> Letter:
    letter = Letter.of(told)
    if letter.conversation is None and letter.kind == "message":
        return replace(letter, conversation=_conversation(session, letter.thrower))
    return letter


def _conversation(session: Session, thrower: UUID | None) -> UUID | None:
    if thrower is None:
        return None
    return session.scalars(select(Case.conversation).where(Case.id == thrower)).one()


def _join(session: Session, case: Case, letter: Letter) -> None:
    """A case that knows no other joins the conversation of the one that wrote to it."""
    known = letter.conversation
    if letter.kind != "message" or known is None or known == case.conversation:
        return
    others = select(Case.id).where(Case.conversation == case.conversation, Case.id != case.id).limit(1)
    if session.scalar(others) is None:
        case.conversation = known


def _partner(session: Session, letter: Letter) -> UUID | None:
    """The sender's conversation, if another open case of it may yet wait for this message."""
    if letter.conversation is None:
        return None
    others = select(Case).where(
        Case.conversation == letter.conversation, Case.id != letter.thrower, Case.closed_at.is_(None)
    )
    known = (definition_of(session, case).process for case in session.scalars(others))
    return (
        letter.conversation
        if any({("message", letter.name), ("message", ANY_NAME)} & awaited(process) for process in known)
        else None
    )
