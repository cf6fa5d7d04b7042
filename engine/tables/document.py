"""The ``documents`` table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case
from engine.tables.person import Person
from engine.tables.task import Task


class Document(Base):
    """An attachment: its bytes lie in the store under ``digest`` (SHA-256, hex).

    ``case_id`` is None while it belongs to a draft only; ``confidential`` says who may open it (e.g. ``medical``).
    """

    __tablename__ = "documents"
    __trail__ = "case_id"

    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"))
    field: Mapped[str]
    confidential: Mapped[str | None]
    digest: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    uploaded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    uploaded_at: Mapped[datetime]

    uploaded_by: Mapped[Person | None] = relationship()
    case: Mapped[Case | None] = relationship()
    task: Mapped[Task | None] = relationship()
