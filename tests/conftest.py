"""What every test may ask for: a database of either kind with the cast in it, and the web application over it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from engine.database import Database, bound_to
from engine.tables import Base
from tests.people import Cast, settle_in, the_cast, use_cheap_digests
from tests.servers import PostgreSQL, is_required, postgresql, postgresql_folder

KINDS = ("sqlite", "postgresql")


class SqliteTemplates:
    """A file with the cast in it, made once and copied for each test."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "cast.db"

    def copy(self, data: Path) -> Database:
        """A fresh database with the cast; its files go under ``data``."""
        if not self.file.exists():
            _make(Database(f"sqlite:///{self.file}", data=self.file.parent, durable=False)).dispose()
        shutil.copy(self.file, data / "masar.db")
        return Database(f"sqlite:///{data / 'masar.db'}", data=data, durable=False)

    def empty(self, data: Path) -> Database:
        """A database without any table."""
        return Database(f"sqlite:///{data / 'empty.db'}", data=data, durable=False)

    def put_back(self, database: Database) -> None:
        """Done with a database."""
        database.dispose()


class PostgresqlTemplates:
    """One database with the cast in it, put back as it was after each test: much faster than a copy for each."""

    def __init__(self, server: PostgreSQL) -> None:
        self.server = server
        self.url: str | None = None

    def copy(self, data: Path) -> Database:
        """The database with the cast as it was first; its files go under ``data``."""
        if self.url is None:
            self.url = self.server.new_database("cast")
            database = _make(Database(self.url, data=data))
            with database.engine.begin() as connection:
                connection.execute(text("CREATE SCHEMA kept"))
                for table in Base.metadata.sorted_tables:
                    connection.execute(text(f"CREATE TABLE kept.{table.name} AS TABLE {table.name}"))
            database.dispose()
        return Database(self.url, data=data)

    def empty(self, data: Path) -> Database:
        """A database without any table."""
        return Database(self.server.new_database(data.name), data=data)

    def put_back(self, database: Database) -> None:
        """Done with a database."""
        if database.url.database != "cast":
            database.dispose()
            self.server.drop_database(str(database.url.database))
            return
        names = [table.name for table in Base.metadata.sorted_tables]
        statements = ["SET LOCAL session_replication_role = replica", "SET LOCAL lock_timeout = '10s'"]
        statements += [f"DELETE FROM {name}; INSERT INTO {name} SELECT * FROM kept.{name}" for name in names]  # noqa: S608
        with database.engine.begin() as connection:
            connection.execute(
                text("; ".join([*statements, "ALTER TABLE audit_entries ENABLE TRIGGER USER"]))
            )
        database.dispose()


Templates = SqliteTemplates | PostgresqlTemplates


def _make(database: Database) -> Database:
    use_cheap_digests()
    Base.metadata.create_all(database.engine)
    with bound_to(database):
        settle_in()
    return database


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """A private PostgreSQL server; where there is none the test is skipped, or fails if MASAR_REQUIRE names it."""
    programs = postgresql_folder()
    if programs is None:
        if is_required("postgresql"):
            pytest.fail("PostgreSQL is required, but is not here: scripts/postgresql")
        pytest.skip("PostgreSQL is not here")
    with postgresql(programs) as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplates:
    """Databases in files."""
    return SqliteTemplates(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_templates(postgresql_server: PostgreSQL) -> PostgresqlTemplates:
    """Databases on the server."""
    return PostgresqlTemplates(postgresql_server)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database: the test runs once on each. ``@pytest.mark.parametrize("kind", ["sqlite"])`` narrows it."""
    return str(request.param)


@pytest.fixture
def templates(kind: str, request: pytest.FixtureRequest) -> Templates:
    """The templates of this kind of database."""
    found: Templates = request.getfixturevalue(f"{kind}_templates")
    return found


@pytest.fixture
def database(templates: Templates, tmp_path: Path) -> Iterator[Database]:
    """A database with the cast and the sickness benefit in it, bound to the test; its data folder is temporary."""
    copy = templates.copy(tmp_path)
    try:
        with bound_to(copy):
            yield copy
    finally:
        templates.put_back(copy)


@pytest.fixture
def empty_database(templates: Templates, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, bound to the test."""
    fresh = templates.empty(tmp_path)
    try:
        with bound_to(fresh):
            yield fresh
    finally:
        templates.put_back(fresh)


@pytest.fixture
def cast(database: Database) -> Cast:
    """The people of the database: ``cast.amina`` is an actor, ``cast.centre`` her unit."""
    return the_cast()


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    """The web application over the test's database."""
    from app import create_app
    from engine import database as frame

    before = list(frame._default)
    made = create_app(
        database_url=database.url.render_as_string(hide_password=False),
        data=database.data,
        secret_key="tests",
    )
    made.testing = True
    try:
        yield made
    finally:
        frame.current().dispose()
        for opened in frame._default:
            opened.dispose()
        frame._default[:] = before
