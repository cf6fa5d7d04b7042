"""The page of a case for its staff: where it stands, what it says, what happened to it and in whose hands."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from engine.case_access import readable_case, record_reading
from engine.database import now, transaction
from engine.permissions import Permission
from engine.queries.stories import case_story
from web.access import current, needs
from worklists.blueprint import bp
from worklists.pages import case_told
from worklists.telling import told_story


@bp.get("/cases/<uuid:case_id>", endpoint="case")
@needs(Permission.WORK_TASKS, Permission.SUPERVISE_UNIT, Permission.INSPECT_CASES)
def show(case_id: UUID) -> str:
    """The case, as far as the reader may read it. The look is recorded."""
    with transaction(actor=current.actor) as tx:
        case = readable_case(tx.session, case_id=case_id, who=current.standing)
        told = case_told(tx.session, case)
        story = told_story(case_story(tx.session, case), told, now=now())
        record_reading(tx, case_id=case.id, what="case")
    return render_template("worklists/case.html", case=told, story=story)
