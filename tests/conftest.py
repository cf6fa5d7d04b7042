"""What every test may ask for: a database of either kind with the cast in it, and the web application over it."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from flask import Flask

from engine.database import Database, bound_to
from engine.tables import Base
from tests.people import Cast, settle_in, the_cast, use_cheap_digests
from tests.servers import PostgreSQL, is_required, postgresql, postgresql_folder

KINDS = ("sqlite", "postgresql")


class Templates:
    """A database of each kind with the cast in it, made once and copied for each test that wants its own."""

    def __init__(self, folder: Path, server: PostgreSQL | None) -> None:
        self.folder = folder
        self.server = server
        self.numbers = count(1)
        self.made: set[str] = set()

    def copy(self, kind: str, data: Path) -> Database:
        """A fresh database with the cast; its files go under ``data``."""
        if kind not in self.made:
            self._make(kind)
            self.made.add(kind)
        if kind == "sqlite":
            shutil.copy(self.folder / "cast.db", data / "masar.db")
            return Database(f"sqlite:///{data / 'masar.db'}", data=data)
        return Database(self._server().new_database(self._name(), template="cast"), data=data)

    def empty(self, kind: str, data: Path) -> Database:
        """A database without any table."""
        if kind == "sqlite":
            return Database(f"sqlite:///{data / 'empty.db'}", data=data)
        return Database(self._server().new_database(self._name()), data=data)

    def drop(self, database: Database) -> None:
        """Close a database, and drop it where a server holds it."""
        database.dispose()
        if not database.is_sqlite:
            self._server().drop_database(str(database.url.database))

    def _make(self, kind: str) -> None:
        url = f"sqlite:///{self.folder / 'cast.db'}"
        database = Database(
            url if kind == "sqlite" else self._server().new_database("cast"), data=self.folder
        )
        Base.metadata.create_all(database.engine)
        with bound_to(database):
            settle_in()
        database.dispose()

    def _name(self) -> str:
        return f"test_{next(self.numbers)}"

    def _server(self) -> PostgreSQL:
        assert self.server is not None
        return self.server


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
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Templates of the embedded database."""
    use_cheap_digests()
    return Templates(tmp_path_factory.mktemp("sqlite"), None)


@pytest.fixture(scope="session")
def postgresql_templates(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgreSQL
) -> Templates:
    """Templates on the server."""
    use_cheap_digests()
    return Templates(tmp_path_factory.mktemp("postgresql"), postgresql_server)


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
def database(kind: str, templates: Templates, tmp_path: Path) -> Iterator[Database]:
    """A database with the cast and the sickness benefit in it, bound to the test; its data folder is temporary."""
    copy = templates.copy(kind, tmp_path)
    try:
        with bound_to(copy):
            yield copy
    finally:
        templates.drop(copy)


@pytest.fixture
def empty_database(kind: str, templates: Templates, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, bound to the test."""
    fresh = templates.empty(kind, tmp_path)
    try:
        with bound_to(fresh):
            yield fresh
    finally:
        templates.drop(fresh)


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
        testing=True,
    )
    try:
        yield made
    finally:
        frame.current().dispose()
        for opened in frame._default:
            opened.dispose()
        frame._default[:] = before
