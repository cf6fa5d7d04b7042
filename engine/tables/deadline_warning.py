"""The ``deadline_warnings`` table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.deadline import Deadline


class DeadlineWarning(Base):
    """A rung of a deadline's ladder that was given: the row itself is the claim, so none is given twice."""

    __tablename__ = "deadline_warnings"
    __table_args__ = (UniqueConstraint("deadline_id", "rung"),)
    __trail__ = "case_id"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    deadline_id: Mapped[UUID] = mapped_column(ForeignKey("deadlines.id"))
    rung: Mapped[int]
    at: Mapped[datetime]

    deadline: Mapped[Deadline] = relationship()
