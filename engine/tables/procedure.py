"""The ``procedures`` table."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.base import Base


class Procedure(Base):
    """A published service; its diagrams are its process versions."""

    __tablename__ = "procedures"
    __trail__ = "id"

    key: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, str]]
    created_at: Mapped[datetime]
