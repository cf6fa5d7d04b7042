"""The decision on a case, as it is served on its applicant: opening it proves its receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from engine.calendars import calendar, due
from engine.database import reading, transaction
from engine.decisions import receive_decision
from engine.queries.own_cases import OwnCase, notified_decision, own_case, signature
from engine.serving import NATIONAL
from engine.tables import Decision
from engine.versions import definition_of
from portal.blueprint import bp
from portal.figures import figures_of, ground_of
from web.access import current, signed_in


@dataclass(frozen=True, slots=True)
class Recourse:
    """A remedy as the decision states it, with the last day to use it once receipt is proved."""

    code: str
    within: int
    unit: str
    basis: str | None
    labels: dict[str, str]
    until: date | None


@bp.get("/my/cases/<uuid:case_id>/decision")
@signed_in
def decision(case_id: UUID) -> str:
    """The decision; before its first opening, what opening it means."""
    with reading() as session:
        own = own_case(session, case_id=case_id, person_id=current.person.id)
        found = notified_decision(own)
        page = _page(session, own, found) if found.received_at else {}
    template = "portal/decision.html" if found.received_at else "portal/unopened.html"
    return render_template(template, own=own, decision=found, **page)


@bp.post("/my/cases/<uuid:case_id>/decision")
@signed_in
def open_decision(case_id: UUID) -> Answer:
    """Open the decision: the moment is the proof of receipt, from which the time limits of remedies run."""
    with transaction(actor=current.actor) as tx:
        notified_decision(own_case(tx.session, case_id=case_id, person_id=current.person.id))
        receive_decision(tx, case_id=case_id)
    return redirect(url_for("portal.decision", case_id=case_id), 303)


def recourses(content: dict[str, Any], received_at: datetime | None) -> list[Recourse]:
    """The remedies of a decision; the day of receipt is not counted, and no holiday lengthens the limit shown."""
    return [
        Recourse(
            code=remedy["code"],
            within=remedy["within"],
            unit=remedy["unit"],
            basis=remedy.get("basis"),
            labels=remedy["labels"],
            until=_until(remedy, received_at) if received_at else None,
        )
        for remedy in content.get("remedies", [])
    ]


def _until(remedy: dict[str, Any], received_at: datetime) -> date:
    counted = due(
        calendar(NATIONAL), anchor_at=received_at, within=remedy["within"], unit=remedy["unit"], roll="none"
    )
    return counted.due_on


def _page(session: Session, own: OwnCase, found: Decision) -> dict[str, Any]:
    known = definition_of(session, own.case)
    signed = signature(session, found)
    figures = found.content.get("figures", {})
    return {
        "figures": figures_of(known, figures),
        "ground": ground_of(known, figures),
        "recourses": recourses(found.content, found.received_at),
        "signed": signed,
        "signed_as": known.process.roles.get(signed.role, {}) if signed else {},
        "names": known.process.names,
    }
