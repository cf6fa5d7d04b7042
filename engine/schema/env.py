"""Runs Alembic's revisions over the connection that ``engine.schema.upgrade`` hands in."""

from __future__ import annotations

from alembic import context

from engine.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
