"""The ``subscriptions`` table."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.case import Case


class Subscription(Base):
    """A case that waits for a message or a signal by ``name``."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_name", "name"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    token: Mapped[str]
    element: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    correlation: Mapped[dict[str, Any]]

    case: Mapped[Case] = relationship()
