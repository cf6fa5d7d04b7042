"""The ``cases`` table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.person import Person
from engine.tables.procedure import Procedure
from engine.tables.process_version import ProcessVersion
from engine.tables.unit import Unit


class Case(Base):
    """One request on its way through a procedure.

    ``state`` is where it stands in its diagram (engine.bpmn's blob), ``data`` what decides (no personal text);
    ``revision`` grows with each act. ``outcome`` is ``granted``, ``refused`` or None. Cases of one ``conversation``
    know each other by a message that opened one of them. ``called``: the versions (ids by process id) of calls of
    other procedures that are open. ``held_up``: how many of its incidents are open.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_unit_id_closed_at", "unit_id", "closed_at"),
        Index("ix_cases_procedure_id_opened_at", "procedure_id", "opened_at"),
        Index("ix_cases_conversation", "conversation"),
    )
    __trail__ = "id"

    reference: Mapped[str] = mapped_column(unique=True)
    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedures.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("process_versions.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    applicant_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    state: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    data: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    revision: Mapped[int]
    conversation: Mapped[UUID]
    called: Mapped[dict[str, str]] = mapped_column(default=dict)
    held_up: Mapped[int] = mapped_column(default=0)

    version: Mapped[ProcessVersion] = relationship()
    procedure: Mapped[Procedure] = relationship()
    unit: Mapped[Unit | None] = relationship()
    applicant: Mapped[Person | None] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether the case still waits for someone or something."""
        return self.closed_at is None
