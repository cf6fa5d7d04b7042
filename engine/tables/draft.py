"""The ``drafts`` table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.procedure import Procedure
from engine.tables.task import Task


class Draft(Base):
    """What a person typed and has not sent yet: for a new case (``task_id`` None) or for one task."""

    __tablename__ = "drafts"
    __table_args__ = (Index("ix_drafts_person_id", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedures.id"))
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"), unique=True)
    content: Mapped[dict[str, Any]]
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    saved_at: Mapped[datetime]

    procedure: Mapped[Procedure] = relationship()
    task: Mapped[Task | None] = relationship()
