"""The ``breaches`` table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case
from engine.tables.deadline import Deadline
from engine.tables.person import Person
from engine.tables.unit import Unit


class Breach(Base):
    """A deadline that passed: when, in whose hands the file was, and when the sweep saw it; at most one."""

    __tablename__ = "breaches"
    __table_args__ = (Index("ix_breaches_unit_id_at", "unit_id", "at"), Index("ix_breaches_at", "at"))
    __trail__ = "case_id"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    deadline_id: Mapped[UUID] = mapped_column(ForeignKey("deadlines.id"), unique=True)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    role: Mapped[str | None]
    holder_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))

    case: Mapped[Case] = relationship()
    deadline: Mapped[Deadline] = relationship()
    unit: Mapped[Unit | None] = relationship()
    holder: Mapped[Person | None] = relationship()
