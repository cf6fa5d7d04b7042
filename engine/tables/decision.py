"""The ``decisions`` table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case
from engine.tables.person import Person

OUTCOMES = ("granted", "refused")


class Decision(Base):
    """The decision issued on a case, signed by a person.

    ``content`` holds ``reasons`` (text), ``remedies`` (list of code, within, unit, basis, labels) and the ``figures``
    it rests on; an adverse decision always has reasons and remedies (loi 08-08, art. 80).
    """

    __tablename__ = "decisions"
    __table_args__ = (CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),)
    __trail__ = "case_id"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), unique=True)
    outcome: Mapped[str]
    content: Mapped[dict[str, Any]]
    salt: Mapped[str]
    signed_by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    issued_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    signed_by: Mapped[Person] = relationship()
