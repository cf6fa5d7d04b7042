"""The ``incidents`` table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case
from engine.tables.deadline import Deadline
from engine.tables.outbox_item import OutboxItem
from engine.tables.unit import Unit


class Incident(Base):
    """Work of a case that failed and waits for an owner: the unit named here.

    Background work (``outbox_id``, ``deadline_id``), an element that failed and holds its ``token``, or an act of a
    person (``task_id``) that was rolled back. ``correction``: the data put right to resolve it (``before`` and
    ``after``, by name) and the ``reason``; the trail holds SHA-256(salt ‖ part) of each.
    """

    __tablename__ = "incidents"
    __trail__ = "case_id"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    outbox_id: Mapped[UUID | None] = mapped_column(ForeignKey("outbox.id"))
    deadline_id: Mapped[UUID | None] = mapped_column(ForeignKey("deadlines.id"))
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"))
    token: Mapped[str | None]
    element: Mapped[str]
    code: Mapped[str]
    params: Mapped[dict[str, Any]]
    owner_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    correction: Mapped[dict[str, Any] | None]
    correction_salt: Mapped[str | None]

    case: Mapped[Case] = relationship()
    owner_unit: Mapped[Unit | None] = relationship()
    outbox_item: Mapped[OutboxItem | None] = relationship()
    deadline: Mapped[Deadline | None] = relationship()
