"""The ``counters`` table."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.base import Base


class Counter(Base):
    """The last number given in a series, such as the references of one agency in one year."""

    __tablename__ = "counters"

    series: Mapped[str] = mapped_column(unique=True)
    last: Mapped[int]
