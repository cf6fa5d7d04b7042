"""The ``sign_ins`` table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.person import Person


class SignIn(Base):
    """A person at a machine, from signing in until ``ended_at``. Its id travels in the signed cookie."""

    __tablename__ = "sign_ins"
    __trail__ = "person_id"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    opened_at: Mapped[datetime]
    address: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_because: Mapped[str | None]

    person: Mapped[Person] = relationship()
