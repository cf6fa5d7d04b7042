"""The one place where transactions begin and end, and where the clock is read.

>>> with transaction(actor=person.actor) as tx:
...     claim_task(tx, task_id=task_id)

A transaction knows who acts and when, so no function below asks for the current user or the time. It commits when
the block ends, rolls back when it raises, and refuses to commit a change that nobody recorded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, CursorResult, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker
from sqlalchemy.sql.dml import UpdateBase

from engine.actor import Actor
from engine.tables import AuditEntry, Base, plain

WRITES = "masar_writes"
BUSY_SECONDS = 20  #: how long a writer waits for another on SQLite


class UnrecordedChange(Exception):
    """Rows of a subject were about to change with no audit entry to say so."""


class NotConnected(Exception):
    """No database was named before one was needed."""


class Database:
    """An engine with its two doors: sessions that write and sessions that only read.

    ``durable=False`` is for trials, tests and the making of a demonstration on SQLite.
    """

    def __init__(
        self, url: str | URL, *, data: Path | None = None, durable: bool = True, **options: Any
    ) -> None:
        self.url = make_url(url)
        self.data = data or Path("var")  #: the folder of attachments and of mail not sent by SMTP
        self.engine = _create_engine(self.url, durable, **options)
        self.writing = sessionmaker(self.engine.execution_options(**{WRITES: True}), expire_on_commit=False)
        self.reading = sessionmaker(self.engine, expire_on_commit=False)
        event.listen(self.writing, "before_flush", _note_rows)
        event.listen(self.writing, "do_orm_execute", _refuse_round_the_door)

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database serves."""
        return self.url.get_backend_name() == "sqlite"

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@dataclass
class Transaction:
    """A unit of work: its session, who acts, and when (aware, UTC)."""

    session: Session
    actor: Actor
    at: datetime
    heads: dict[UUID, tuple[int, str]] = field(default_factory=dict)
    recorded: set[UUID] = field(default_factory=set)
    _afterwards: list[Callable[[], object]] = field(default_factory=list)

    def execute(self, statement: UpdateBase, *, subjects: Collection[UUID] = ()) -> CursorResult[Any]:
        """Run a statement that writes, naming the trail's subjects it touches (none for untrailed tables)."""
        _refuse_nameless(statement, subjects)
        self.session.info["touched"].update(subjects)
        self.session.info["at_door"] = True
        try:
            return cast("CursorResult[Any]", self.session.execute(statement))
        finally:
            self.session.info["at_door"] = False

    def changes_one(self, statement: UpdateBase, *, subjects: Collection[UUID] = ()) -> bool:
        """Run an update that must change exactly one row; False if someone was faster."""
        return self.execute(statement, subjects=subjects).rowcount == 1

    def afterwards(self, call: Callable[[], object]) -> None:
        """Call this once the transaction is committed; never if it is rolled back."""
        self._afterwards.append(call)


_default: list[Database] = []
_bound: ContextVar[Database | None] = ContextVar("masar_database", default=None)


def connect(url: str | URL, *, data: Path | None = None, **options: Any) -> Database:
    """Make this database the process's own; SQLite or PostgreSQL."""
    database = Database(url, data=data, **options)
    _default[:] = [database]
    return database


def current() -> Database:
    """The database bound to this context, else the process's own."""
    database = _bound.get() or (_default[0] if _default else None)
    if database is None:
        raise NotConnected("Expected connect(url) before the first transaction, but no database is named")
    return database


@contextmanager
def bound_to(database: Database) -> Iterator[Database]:
    """Use this database within the block, beside the process's own."""
    token = _bound.set(database)
    try:
        yield database
    finally:
        _bound.reset(token)


@contextmanager
def transaction(*, actor: Actor, at: datetime | None = None) -> Iterator[Transaction]:
    """Begin, commit at the end of the block, roll back on any exception.

    ``at`` is for trials and the demo alone: in service the time is the database's.
    """
    with current().writing() as session, session.begin():
        session.info.update(touched=set(), at_door=False)
        tx = Transaction(session, actor, (at or _time_of(session)).astimezone(UTC))
        yield tx
        session.flush()
        _refuse_unrecorded(tx)
    for call in tx._afterwards:
        call()


@contextmanager
def reading() -> Iterator[Session]:
    """A session to look things up with. Whatever is changed in it is lost."""
    with current().reading() as session:
        yield session


def now() -> datetime:
    """The moment, for pages that tell time left; what is stored takes its transaction's time."""
    return datetime.now(UTC)


def _time_of(session: Session) -> datetime:
    if session.get_bind().dialect.name == "sqlite":
        session.connection()
        return now()
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def _note_rows(session: Session, *_: object) -> None:
    touched: set[UUID] = session.info["touched"]
    for row in (*session.new, *session.dirty, *session.deleted):
        is_changed = row in session.deleted or session.is_modified(row)
        if isinstance(row, Base) and row.__trail__ and is_changed:
            subject = getattr(row, row.__trail__)
            if subject is not None:
                touched.add(subject)


def _refuse_round_the_door(state: ORMExecuteState) -> None:
    writes = state.is_update or state.is_delete or state.is_insert
    if writes and not state.session.info["at_door"]:
        raise UnrecordedChange(f"Expected tx.execute(…), but the session was asked to run {state.statement}")


def _refuse_nameless(statement: UpdateBase, subjects: Collection[UUID]) -> None:
    entity = statement.entity_description.get("entity")
    if not subjects and getattr(entity, "__trail__", None):
        raise UnrecordedChange(
            f"Expected the subjects that this statement touches, but none is named: {statement}"
        )


def _refuse_unrecorded(tx: Transaction) -> None:
    silent = tx.session.info["touched"] - tx.recorded
    if silent:
        raise UnrecordedChange(
            f"Expected an entry for each subject that changes, but none is for {sorted(map(str, silent))}"
        )


def head_of(tx: Transaction, subject_id: UUID) -> tuple[int, str] | None:
    """Number and digest of a subject's newest entry, within this transaction too; None if it has none."""
    if subject_id not in tx.heads:
        newest = (
            select(AuditEntry.number, AuditEntry.digest)
            .where(AuditEntry.subject_id == subject_id)
            .order_by(AuditEntry.number.desc())
            .limit(1)
        )
        row = tx.session.execute(newest).first()
        if row is None:
            return None
        tx.heads[subject_id] = (row.number, row.digest)
    return tx.heads[subject_id]


def _create_engine(url: URL, durable: bool, **options: Any) -> Engine:
    options.setdefault("json_serializer", partial(json.dumps, default=plain))
    if url.get_backend_name() != "sqlite":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **options)
    arguments = {"isolation_level": None, "timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, **options)
    event.listen(engine, "connect", partial(_prepare_sqlite, durable))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(durable: bool, connection: Any, _record: object) -> None:
    synchronous = "FULL" if durable else "OFF"  # FULL: what was committed survives a loss of power
    for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
