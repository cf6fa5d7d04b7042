"""The ``readings`` table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case
from engine.tables.person import Person


class Reading(Base):
    """A person looked into a case: ``what`` is ``case``, ``task``, ``story``, ``decision`` or ``document``."""

    __tablename__ = "readings"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"))
    what: Mapped[str]
    at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    case: Mapped[Case] = relationship()
