"""The references of cases: agency/year/number, without gaps within a series."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from engine.calendars import local_day
from engine.database import Transaction
from engine.tables import Counter, Unit


def next_reference(tx: Transaction, *, unit: Unit | None) -> str:
    """The next reference of a unit in the year of the transaction, e.g. ``16-01/2026/00042``."""
    year = local_day(tx.at).year
    series = f"{unit.code.partition('-')[2] or unit.code}/{year}" if unit else f"{year}"
    return f"{series}/{_next(tx, series):05d}"


def _next(tx: Transaction, series: str) -> int:
    sqlite = tx.session.get_bind().dialect.name == "sqlite"
    insert = insert_sqlite(Counter) if sqlite else insert_postgresql(Counter)
    counted = (
        insert.values(id=uuid4(), series=series, last=1)
        .on_conflict_do_update(index_elements=["series"], set_={"last": Counter.last + 1})
        .returning(Counter.last)
    )
    last: int = tx.execute(counted).scalar_one()
    return last
