"""A task completed twice, from two tabs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.database import Database
from engine.tables import Answers, AuditEntry, Base, Case, Deadline, Draft, Handoff, OutboxItem, Task
from tests.journeys.acts import COMPLETE, claim, complete, file_application
from tests.journeys.site import Site, Visitor

TABLES = (Case, Task, Answers, Handoff, Deadline, Draft, OutboxItem, AuditEntry)


def test_a_task_completed_in_two_tabs_is_completed_once(site: Site) -> None:
    reference = file_application(site.person("samir@example.dz"))
    amina = site.person("amina")
    claim(amina, reference)
    other = Visitor(site, amina.context, amina.context.new_page(), amina.lang)
    other.opens(amina.page.url)
    other.answers(**COMPLETE)
    complete(amina, **COMPLETE)
    amina.is_on("My worklist")
    before = rows(site.database)
    other.presses("Complete the task")
    other.reads_words("You have already completed this task: nothing was changed.")
    assert other.status == 409
    assert rows(site.database) == before


def rows(database: Database) -> dict[str, list[Any]]:
    """All that completing a task may write."""
    tables = [Base.metadata.tables[table.__tablename__] for table in TABLES]
    with database.engine.connect() as connection:
        found = {table.name: connection.execute(select(table)).all() for table in tables}
    return {name: sorted(map(tuple, some), key=lambda row: str(row[0])) for name, some in found.items()}
