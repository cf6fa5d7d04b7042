"""The database's schema: Alembic revisions, and what brings a database up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.database import Database

HERE = Path(__file__).parent


def upgrade(database: Database) -> None:
    """Bring the database to the newest revision; does nothing when it is there."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    with database.engine.connect() as connection:
        if _is_newest(connection, config):
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _is_newest(connection: object, config: Config) -> bool:
    context = MigrationContext.configure(connection)  # type: ignore[arg-type]
    return context.get_current_revision() == ScriptDirectory.from_config(config).get_current_head()
