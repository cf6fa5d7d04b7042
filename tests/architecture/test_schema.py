"""The schema changes lead exactly to the tables that the code knows, triggers included, on both databases."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from engine.database import Database
from engine.schema import upgrade
from engine.tables import Base


def test_the_schema_changes_lead_to_the_tables(empty_database: Database) -> None:
    upgrade(empty_database)
    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [found for found in compare_metadata(context, Base.metadata) if not _is_expected(found)]
    assert differences == []


def test_upgrading_again_does_nothing(empty_database: Database) -> None:
    upgrade(empty_database)
    before = _triggers(empty_database.engine)
    upgrade(empty_database)
    assert _triggers(empty_database.engine) == before


@pytest.mark.parametrize("kind", ["postgresql"])
def test_the_checks_are_those_of_the_tables(empty_database: Database, database: Database) -> None:
    upgrade(empty_database)
    assert _checks(empty_database.engine) == _checks(database.engine)


def test_the_triggers_are_those_of_the_tables(empty_database: Database, database: Database) -> None:
    upgrade(empty_database)
    assert _triggers(empty_database.engine) == _triggers(database.engine)
    assert len(_triggers(database.engine)) >= 2


def _is_expected(found: Any) -> bool:
    """Alembic's own table, which the code does not map."""
    return isinstance(found, tuple) and found[0] == "remove_table" and found[1].name == "alembic_version"


def _triggers(engine: Engine) -> list[str]:
    lists = {
        "sqlite": "SELECT name || ' ' || sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname || ' ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    }
    with engine.connect() as connection:
        return sorted(
            " ".join(str(row).split()) for row in connection.scalars(text(lists[engine.dialect.name]))
        )


def _checks(engine: Engine) -> list[str]:
    query = "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"
    with engine.connect() as connection:
        return sorted(connection.scalars(text(query)))
