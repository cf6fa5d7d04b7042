"""The ``roles`` table."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.base import Base


class Role(Base):
    """What a member of a unit may be: the lanes of diagrams name it by ``code``.

    ``permissions`` are values of ``engine.permissions.Permission``.
    """

    __tablename__ = "roles"
    __trail__ = "id"

    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, str]]
    permissions: Mapped[list[str]]
    created_at: Mapped[datetime]
