"""The ``messages`` and ``message_slots`` tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.base import Base


class Message(Base):
    """A message that nobody awaited yet, or one whose sender gave it a name of its own (``dedupe``).

    It is kept until ``expires_at`` and taken once, by the case ``taken_by``; what it carried is forgotten then.
    ``conversation`` is whom it is kept for (None: anybody), ``thrower_id`` the case that sent it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("name", "dedupe"),
        Index("ix_messages_expires_at", "expires_at"),
    )

    name: Mapped[str]
    correlation: Mapped[dict[str, Any]]
    payload: Mapped[dict[str, Any]]
    dedupe: Mapped[str | None]
    conversation: Mapped[UUID | None]
    thrower_id: Mapped[UUID | None]
    arrived_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[UUID | None]


class MessageSlot(Base):
    """Where a kept message can be found (``engine.correlation.slots``); gone once it is taken."""

    __tablename__ = "message_slots"
    __table_args__ = (Index("ix_message_slots_slot_arrived_at", "slot", "arrived_at"),)

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    slot: Mapped[str]
    arrived_at: Mapped[datetime]
