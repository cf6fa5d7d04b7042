"""The ``starts`` table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.process_version import ProcessVersion


class Start(Base):
    """A start event of a version in service that opens cases by itself: by message, signal (``name``) or timer.

    Of a timer: ``timer`` (date, duration, cycle), its ``text``, the moment it counts from, the number of the next
    ``round``, how many are ``left`` (None: without end), and when (``wakes_at``, None once it is over).
    """

    __tablename__ = "starts"
    __table_args__ = (
        Index("ix_starts_kind_name", "kind", "name"),
        Index(
            "ix_starts_wakes_at",
            "wakes_at",
            sqlite_where=text("wakes_at IS NOT NULL"),
            postgresql_where=text("wakes_at IS NOT NULL"),
        ),
    )

    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedures.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("process_versions.id"))
    element: Mapped[str]
    number: Mapped[int]
    kind: Mapped[str]
    name: Mapped[str | None]
    timer: Mapped[str | None]
    text: Mapped[str | None]
    anchor_at: Mapped[datetime | None]
    round: Mapped[int]
    left: Mapped[int | None]
    wakes_at: Mapped[datetime | None]

    version: Mapped[ProcessVersion] = relationship()
