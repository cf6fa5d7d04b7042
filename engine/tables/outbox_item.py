"""The ``outbox`` table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case


class OutboxItem(Base):
    """Background work to do once its transaction is committed: the truth from which runners drain.

    ``kind`` is ``call`` (a service task's connector), ``mail`` or ``throw`` (a message or signal leaving a
    case), ``delivery`` (its handing to one that waits) and ``start`` (the opening of a case by it).
    ``runs_at`` is when to try next; None when ``done_at`` or ``dead_at`` is set.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_runs_at",
            "runs_at",
            sqlite_where=text("runs_at IS NOT NULL"),
            postgresql_where=text("runs_at IS NOT NULL"),
        ),
    )

    kind: Mapped[str]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    payload: Mapped[dict[str, Any]]
    put_at: Mapped[datetime]
    runs_at: Mapped[datetime | None]
    attempts: Mapped[int]
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    error: Mapped[str | None]

    case: Mapped[Case | None] = relationship()
