"""The ``handoffs`` table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case
from engine.tables.person import Person
from engine.tables.task import Task
from engine.tables.unit import Unit


class Handoff(Base):
    """Responsibility for a case passing from one person or unit to another.

    ``kind`` is ``completed``, ``released`` or ``assigned`` by a person; ``opened``, ``call``, ``timer`` or
    ``message`` where the case moved by itself; ``taken_at`` is when the receiver took it,
    ``reason`` what a supervisor gave for assigning it.
    """

    __tablename__ = "handoffs"
    __trail__ = "case_id"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str]
    from_task_id: Mapped[UUID | None] = mapped_column(ForeignKey("tasks.id"))
    to_task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id"), index=True)
    from_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    to_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    to_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    to_role: Mapped[str]
    reason: Mapped[str | None]
    reason_salt: Mapped[str | None]
    at: Mapped[datetime]
    taken_at: Mapped[datetime | None]

    from_person: Mapped[Person | None] = relationship(foreign_keys=from_person_id)
    to_person: Mapped[Person | None] = relationship(foreign_keys=to_person_id)
    to_unit: Mapped[Unit | None] = relationship()
    case: Mapped[Case] = relationship()
    from_task: Mapped[Task | None] = relationship(foreign_keys=from_task_id)
    to_task: Mapped[Task] = relationship(foreign_keys=to_task_id)
