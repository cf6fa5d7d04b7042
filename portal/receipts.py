"""The receipt of a request: what the applicant keeps, and the page where anyone they show it to can check it."""

from __future__ import annotations

from uuid import UUID

import segno
from flask import render_template, url_for

from engine.audit import verify
from engine.database import reading
from engine.queries.own_cases import case_of_receipt, own_case
from engine.versions import definition_of
from portal.blueprint import bp
from portal.cases import files_of
from portal.following import turns
from web.access import current, public, signed_in
from web.addresses import public_address
from web.questions import question


@bp.get("/my/cases/<uuid:case_id>/sent")
@signed_in
def sent(case_id: UUID) -> str:
    """The request has arrived: its reference, and what happens next."""
    with reading() as session:
        own = own_case(session, case_id=case_id, person_id=current.person.id)
        process = definition_of(session, own.case).process
    return render_template("portal/sent.html", own=own, turns=turns(own, process))


@bp.get("/my/cases/<uuid:case_id>/receipt")
@signed_in
def receipt(case_id: UUID) -> str:
    """The receipt, to print or to keep."""
    with reading() as session:
        own = own_case(session, case_id=case_id, person_id=current.person.id)
        known = definition_of(session, own.case)
        files = [file for file in files_of(session, case_id).values() if file.task_id is None]
    address = public_address("portal.home").rstrip("/") + url_for("portal.check_receipt", case_id=case_id)
    return render_template(
        "portal/receipt.html",
        own=own,
        files=[(question(known, file.field), file) for file in files],
        turns=turns(own, known.process),
        address=address,
        code=segno.make(address, error="m").svg_data_uri(scale=4, border=2),
    )


@bp.get("/check/<uuid:case_id>")
@public
def check_receipt(case_id: UUID) -> str:
    """Whether a receipt is genuine: says no more than the receipt itself, and nothing of the person."""
    with reading() as session:
        case = case_of_receipt(session, case_id=case_id)
        trail = verify(session, case.id)
    return render_template("portal/checked.html", case=case, trail=trail)
