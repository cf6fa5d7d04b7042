"""What all tables share: the naming of constraints, aware moments, JSON, ids, and the trail's subject."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, DateTime, Dialect, MetaData, TypeDecorator, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. A naive datetime is refused at the door."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store as UTC."""
        if value is not None and value.tzinfo is None:
            raise TypeError(f"Expected an aware datetime, but is {value!r}")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Document = JSON().with_variant(JSONB(), "postgresql")


def plain(value: Any) -> Any:
    """What JSON lacks, as JSON: moments and days as ISO 8601, ids as text, decimals as numbers."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"Expected data that JSON can hold, but is {value!r}")


class Base(DeclarativeBase):
    """A row with an id of its own, known before it is stored."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant,
        dict[str, Any]: Document,
        dict[str, str]: Document,
        list[Any]: Document,
        list[str]: Document,
        list[int]: Document,
    }

    #: The column that names the trail's subject (a case, a person, a unit, a role, a procedure) that a change
    #: of this row concerns; None for tables the trail does not follow (drafts, counters, background work).
    __trail__: ClassVar[str | None] = None

    id: Mapped[UUID] = mapped_column(primary_key=True)


@event.listens_for(Base, "init", propagate=True)
def _give_id(_row: Base, _arguments: object, values: dict[str, Any]) -> None:
    values.setdefault("id", new_id())


def new_id() -> UUID:
    """An id that sorts after those made before (UUID version 7, RFC 9562): equal moments keep the order of the rows.

    It only sorts: no rule reads the time in it.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    number = (milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | secrets.randbits(62)
    return UUID(int=number)
