"""Incidents: what failed, why, who owns it, and another try."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from admin.blueprints import inspection
from admin.breaches import step_name
from admin.home import INCIDENTS
from engine.bpmn.failures import ActFailed
from engine.database import reading, transaction
from engine.incident_owners import OWNING, owned_roots, retry_owned_incident
from engine.permissions import Permission
from engine.queries.incidents import open_incidents
from engine.tables import Incident
from engine.versions import definition_of
from web.access import current, needs
from web.words import _
from wording import refusals
from wording.faults import FAILURES, failure


@inspection.get("/incidents")
@needs(*INCIDENTS)
def incidents() -> str:
    """The open incidents of the units I inspect, supervise or administer."""
    mine = owned_roots(current.standing)
    roots = {*mine, *current.standing.roots(Permission.INSPECT_CASES)}
    with reading() as session:
        lines = [
            (
                incident,
                step_name(definition_of(session, incident.case).process, incident.element or None),
                _reason(incident),
                _covers(mine, incident),
            )
            for incident in open_incidents(session, roots=sorted(roots))
        ]
    return render_template("admin/incidents.html", lines=lines)


@inspection.post("/incidents/<uuid:incident_id>/retry")
@needs(*OWNING)
def retry(incident_id: UUID) -> Response:
    """Let the failed work run again. What cannot even be tried leaves the incident as it was."""
    try:
        with transaction(actor=current.actor) as tx:
            retry_owned_incident(tx, incident_id=incident_id)
    except ActFailed as failed:
        flash(failure(current.lang, failed.code, **failed.params), "danger")
    else:
        flash(_("The work will be tried again now. If it fails again, another incident opens."))
    return redirect(url_for(".incidents"), 303)


def _reason(incident: Incident) -> str:
    if incident.code in FAILURES:
        return failure(current.lang, incident.code, **incident.params)
    if incident.code == "work_failed":
        return str(
            _("The work failed for a technical reason (%(error)s).", error=incident.params.get("error", "?"))
        )
    return refusals.refusal(current.lang, incident.code, **incident.params)


def _covers(roots: tuple[str, ...], incident: Incident) -> bool:
    path = incident.owner_unit.path if incident.owner_unit else ""
    return any(path == root or path.startswith(f"{root}/") for root in roots)
