"""The ``subscriptions`` table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case


class Subscription(Base):
    """A case that waits for a message or a signal by ``name``, since when.

    ``slot`` is where messages with its keys look for it; ``promised_at`` when one was put on its way to it.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        Index(
            "ix_subscriptions_free",
            "kind",
            "slot",
            "since",
            "id",
            sqlite_where=text("promised_at IS NULL"),
            postgresql_where=text("promised_at IS NULL"),
        ),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    token: Mapped[str]
    element: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    correlation: Mapped[dict[str, Any]]
    slot: Mapped[str]
    since: Mapped[datetime]
    promised_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
