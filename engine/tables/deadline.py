"""The ``deadlines`` table."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case
from engine.tables.task import Task


class DeadlineKind(StrEnum):
    """What a deadline bounds: one step, the whole case, or a timer event of the diagram."""

    STEP = "step"
    CASE = "case"
    TIMER = "timer"


class Deadline(Base):
    """An anchor and a budget of time, with the moments derived from them and the suspensions.

    ``fires_at`` is the expiry (None for what waits for no clock); ``wakes_at`` the next rung or the expiry that the
    sweep must see, None while suspended (since ``suspended_at``) and when done.
    ``ended_at`` is set when met, withdrawn or fired.
    """

    __tablename__ = "deadlines"
    __table_args__ = (
        CheckConstraint("kind <> 'step' OR task_id IS NOT NULL", name="step_has_task"),
        CheckConstraint("kind <> 'timer' OR token IS NOT NULL", name="timer_has_token"),
        Index(
            "ix_deadlines_wakes_at",
            "wakes_at",
            sqlite_where=text("wakes_at IS NOT NULL"),
            postgresql_where=text("wakes_at IS NOT NULL"),
        ),
        Index("ix_deadlines_case_id", "case_id"),
    )
    __trail__ = "case_id"

    kind: Mapped[str]
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"))
    token: Mapped[str | None]
    element: Mapped[str | None]
    anchor_at: Mapped[datetime]
    within: Mapped[int]
    unit: Mapped[str]
    nature: Mapped[str]
    basis: Mapped[str | None]
    roll: Mapped[str]
    franc: Mapped[bool]
    warn_at: Mapped[list[int]]
    on_expiry: Mapped[str]
    escalate_to: Mapped[str | None]
    calendar: Mapped[str]
    due_on: Mapped[date | None]
    fires_at: Mapped[datetime | None]
    wakes_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]

    case: Mapped[Case] = relationship()
    task: Mapped[Task | None] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether the deadline still binds someone."""
        return self.ended_at is None
