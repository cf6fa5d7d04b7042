"""The ``tasks`` table."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case
from engine.tables.person import Person
from engine.tables.unit import Unit

APPLICANT = "applicant"  #: the lane of the person who filed the case


class TaskStatus(StrEnum):
    """Where a task stands (WS-HumanTask)."""

    OFFERED = "offered"
    CLAIMED = "claimed"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


def _open(*columns: str, name: str) -> Index:
    where = text("ended_at IS NULL")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


class Task(Base):
    """A step of a case that waits for a person.

    ``urgent_at`` is the earlier of the step's and the case's expiry: what a worklist is ordered by.
    A task of the applicant has no unit and is held by the applicant from the start.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("case_id", "token"),
        CheckConstraint(
            "(status IN ('offered', 'claimed')) = (ended_at IS NULL)", name="ended_when_not_open"
        ),
        CheckConstraint("status <> 'claimed' OR holder_id IS NOT NULL", name="claimed_has_holder"),
        _open("unit_id", "role", "urgent_at", name="ix_tasks_workqueue"),
        _open("holder_id", "urgent_at", name="ix_tasks_worklist"),
    )
    __trail__ = "case_id"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    token: Mapped[str]
    step: Mapped[str]
    item: Mapped[int | None]
    role: Mapped[str]
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    confidential: Mapped[str | None]
    status: Mapped[str]
    holder_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    offered_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    urgent_at: Mapped[datetime | None]
    priority: Mapped[int]

    case: Mapped[Case] = relationship()
    unit: Mapped[Unit | None] = relationship()
    holder: Mapped[Person | None] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether the task still waits for a person."""
        return self.ended_at is None
