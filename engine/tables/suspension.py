"""The ``suspensions`` table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.deadline import Deadline
from engine.tables.task import Task


class Suspension(Base):
    """An interval during which a deadline's clock stands still; open while ``resumed_at`` is None."""

    __tablename__ = "suspensions"
    __trail__ = "case_id"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    deadline_id: Mapped[UUID] = mapped_column(ForeignKey("deadlines.id"), index=True)
    because_task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"))
    suspended_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]

    deadline: Mapped[Deadline] = relationship()
    because_task: Mapped[Task | None] = relationship()
