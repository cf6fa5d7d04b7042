"""The ``notices`` table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case


class Notice(Base):
    """A simple message to a person: a code and its parameters, said in the reader's language."""

    __tablename__ = "notices"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    code: Mapped[str]
    params: Mapped[dict[str, Any]]
    at: Mapped[datetime]

    case: Mapped[Case | None] = relationship()
