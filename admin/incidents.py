"""Incidents: what failed, why, who owns it, the data to correct, and another try."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.blueprints import inspection
from admin.breaches import step_name
from admin.correcting import KINDS, changed, fields_of, shown
from admin.home import INCIDENTS
from engine.bpmn.failures import ActFailed
from engine.case_access import record_reading
from engine.corrections import CaseMoved, Correction, CorrectionRefused, data_read
from engine.database import reading, transaction
from engine.incident_owners import OWNING, owned_incident, owned_roots, retry_owned_incident
from engine.incidents import failed_again
from engine.permissions import Permission
from engine.queries.incidents import open_incidents
from engine.tables import Incident
from engine.versions import definition_of
from web.access import current, needs
from web.problems import Sentences, summary
from web.words import _, refused
from wording import embed, refusals
from wording.faults import FAILURES, failure

LONGEST_SHOWN = 120  #: characters of a value


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


@inspection.get("/incidents/<uuid:incident_id>")
@needs(*OWNING)
def incident(incident_id: UUID) -> str:
    """One incident: what failed, why, and the data that it reads; that it was looked at is recorded."""
    with transaction(actor=current.actor) as tx:
        found = owned_incident(tx.session, incident_id=incident_id, who=current.standing)
        record_reading(tx, case_id=found.case_id, what="incident")
        return _page(tx.session, found)


@inspection.post("/incidents/<uuid:incident_id>/retry")
@needs(*OWNING)
def retry(incident_id: UUID) -> Response:
    """Let the failed work run again. What cannot even be tried leaves the incident as it was."""
    try:
        with transaction(actor=current.actor) as tx:
            tried = retry_owned_incident(tx, incident_id=incident_id)
    except ActFailed as failed:
        flash(failure(current.lang, failed.code, **failed.params), "danger")
        return redirect(url_for(".incidents"), 303)
    return _after(tried)


@inspection.post("/incidents/<uuid:incident_id>/correct")
@needs(*OWNING)
def correct(incident_id: UUID) -> ResponseReturnValue:
    """Correct the data that the failed element reads, then let it try again; what is refused stays as typed."""
    with reading() as session:
        found = owned_incident(session, incident_id=incident_id, who=current.standing)
        if found.resolved_at is not None:
            raise CaseMoved
        data = data_read(definition_of(session, found.case), found.case, found)
    fields = fields_of(data, request.form)
    if any(field.problem for field in fields):
        return _refused(incident_id, {}), 422
    correction = Correction(changed(data, fields), request.form.get("reason", ""), _revision())
    try:
        with transaction(actor=current.actor) as tx:
            tried = retry_owned_incident(tx, incident_id=incident_id, correction=correction)
    except (CorrectionRefused, CaseMoved) as problem:
        about = "reason" if problem.code == "reason_required" else ""
        return _refused(incident_id, {about: refused(problem)}), problem.status
    except ActFailed as failed:
        return _refused(incident_id, {"": failure(current.lang, failed.code, **failed.params)}), 422
    return _after(tried)


def _revision() -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _after(tried: Incident) -> Response:
    """Where to go once the work was tried, or will be: to the new incident if it failed at once."""
    if tried.token is None:
        flash(_("The work will be tried again now. If it fails again, another incident opens."))
        return redirect(url_for(".incidents"), 303)
    with reading() as session:
        again = failed_again(session, tried)
    if again is None:
        flash(_("It was tried again and succeeded: the case goes on."))
        return redirect(url_for(".incidents"), 303)
    flash(_("It was tried again and failed again. This is the new incident."), "danger")
    return redirect(url_for(".incident", incident_id=again.id), 303)


def _refused(incident_id: UUID, said: Sentences) -> str:
    """The page again, as it was typed, with what is wrong."""
    with reading() as session:
        found = owned_incident(session, incident_id=incident_id, who=current.standing)
        return _page(session, found, typed=request.form, said=said)


def _page(
    session: Session,
    found: Incident,
    typed: Mapping[str, str] | None = None,
    said: Sentences | None = None,
) -> str:
    case, said = found.case, dict(said or {})
    known = definition_of(session, case)
    data = data_read(known, case, found)
    fields = fields_of(data, typed)
    wrong = [field for field in fields if field.problem]
    named = {
        f"value-{field.number}": f"{embed(current.lang, field.name)}: {_(field.problem)}" for field in wrong
    }
    path = found.owner_unit.path if found.owner_unit else ""
    return render_template(
        "admin/incident.html",
        incident=found,
        case=case,
        step=step_name(known.process, found.element or None),
        why=_reason(found),
        fields=fields,
        now_there={name: _now(value) for name, value in data.values.items()},
        reason=(typed or {}).get("reason", ""),
        said=said,
        problems=summary({**said, **named}, ["", *named, "reason"]),
        may_read_story=current.standing.may_in(Permission.INSPECT_CASES, path),
        is_own=case.applicant_id == current.person.id,
    )


def _now(value: object) -> str:
    """A value as it is now, in a line."""
    kind, text = shown(value)
    words = str(_(KINDS[kind])) if kind in ("yes", "no", "null") else " ".join(text.split())
    return words if len(words) <= LONGEST_SHOWN else f"{words[:LONGEST_SHOWN]}…"


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
