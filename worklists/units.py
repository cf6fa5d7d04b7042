"""The supervisor's pages: the load and the breaches of the units, and their tasks."""

from __future__ import annotations

from flask import render_template, request
from sqlalchemy.orm import Session

from engine.database import now, reading
from engine.permissions import Permission
from engine.queries.unit_load import UnitLoad, unit_load, unit_tasks
from engine.tables import Person
from engine.versions import definition_of
from web.access import current, needs
from worklists.blueprint import bp
from worklists.filters import address, mark, wanted
from worklists.lists import listing


@bp.get("/unit", endpoint="unit")
@needs(Permission.SUPERVISE_UNIT)
def load() -> str:
    """Who holds how much, what is late, what will be this week."""
    with reading() as session:
        found = unit_load(session, current.standing, at=now())
        late = _late_steps(session, found)
    return render_template("worklists/unit.html", load=found, late=late)


@bp.get("/unit/tasks", endpoint="unit_tasks")
@needs(Permission.SUPERVISE_UNIT)
def tasks() -> str:
    """The open tasks of the units, to be reassigned."""
    asked = wanted()
    with reading() as session:
        page = unit_tasks(session, current.standing, asked, at=now(), after=mark())
        shown = listing(session, page, asked)
        holder = session.get(Person, asked.holder) if asked.holder else None
    return render_template(
        "worklists/unit_tasks.html",
        listing=shown,
        address=address,
        holder=holder,
        held=request.args.get("held"),
    )


def _late_steps(session: Session, found: UnitLoad) -> dict[str, dict[str, str]]:
    """The names of the steps that were breached, by id of the breach; empty for the whole case."""
    return {
        str(breach.id): definition_of(session, breach.case).process.names_of(breach.deadline.element)
        for breach in found.breaches
    }
