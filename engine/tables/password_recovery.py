"""The ``password_recoveries`` table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.person import Person


class PasswordRecovery(Base):
    """A link, sent once, with which a person sets a new password. Only its digest is kept."""

    __tablename__ = "password_recoveries"
    __trail__ = "person_id"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    requested_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
