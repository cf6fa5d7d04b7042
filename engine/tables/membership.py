"""The ``memberships`` table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.person import Person
from engine.tables.role import Role
from engine.tables.unit import Unit


class Membership(Base):
    """A role granted to a person in a unit, from a day until it is revoked."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index(
            "uq_memberships_in_force",
            "person_id",
            "unit_id",
            "role_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_memberships_unit_id_role_id", "unit_id", "role_id"),
    )
    __trail__ = "person_id"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    role_id: Mapped[UUID] = mapped_column(ForeignKey("roles.id"))
    granted_at: Mapped[datetime]
    granted_by: Mapped[str]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]

    person: Mapped[Person] = relationship()
    unit: Mapped[Unit] = relationship()
    role: Mapped[Role] = relationship()
