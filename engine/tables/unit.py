"""The ``units`` table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.base import Base

UNIT_KINDS = ("ministry", "fund", "agency", "centre")


class Unit(Base):
    """An office in the tree ministry → fund → agency → centre.

    ``path`` is the codes from the root, joined by slashes: a subtree is a prefix of it.
    """

    __tablename__ = "units"
    __table_args__ = (CheckConstraint(f"kind IN {UNIT_KINDS}", name="kind"),)
    __trail__ = "id"

    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    path: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, str]]
    wilaya: Mapped[str | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    def contains(self, path: str) -> bool:
        """Whether the unit at ``path`` is this one or lies below it."""
        return path == self.path or path.startswith(f"{self.path}/")
