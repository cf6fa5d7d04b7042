"""The ``answers`` table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case
from engine.tables.person import Person
from engine.tables.task import Task


class Answers(Base):
    """What a person wrote in the form of a step; the confidential part of it in a row of its own.

    ``task_id`` is None for the form that opened the case. The trail holds SHA-256(salt ‖ content), so content and
    salt can be erased lawfully (both then None) while the chain stays valid.
    """

    __tablename__ = "answers"
    __trail__ = "case_id"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    step: Mapped[str]
    form: Mapped[str | None]
    confidential: Mapped[str | None]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    content: Mapped[dict[str, Any] | None]
    salt: Mapped[str | None]

    person: Mapped[Person | None] = relationship()
    case: Mapped[Case] = relationship()
    task: Mapped[Task | None] = relationship()
