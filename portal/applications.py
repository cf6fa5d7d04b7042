"""Applying: a draft that is filled in, checked by its author and sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from engine.answers import AnswersRefused
from engine.cases import UnitRequired, open_case
from engine.database import Transaction, reading, transaction
from engine.drafts import begin_draft, drafts_of, drop_draft, own_draft, save_draft
from engine.queries.applications import (
    Agency,
    draft_to_send,
    filing_unit,
    filing_units,
    own_files,
)
from engine.refusals import Refusal
from engine.tables import Document, Draft, Unit
from engine.versions import current_version, definition
from forms.checking import Problem
from forms.conditions import Schema
from portal.blueprint import bp
from web.access import current, signed_in
from web.answered import in_words
from web.filling import (
    NONE_REFUSED,
    Filled,
    Refused,
    document_ids,
    filled,
    form_of,
    problems_of,
    sent_files,
    sheet,
)
from web.words import _

UNIT = "unit"  #: the name of the question on the centre, which no schema holds
UNIT_ID = "field-unit"


class StaffAccount(Refusal):
    """Requests are filed from a citizen's account: nobody applies under the account they decide with."""

    status = 403
    code = "not_allowed"


@dataclass(frozen=True, slots=True)
class Application:
    """A draft with what its pages show: the form, the centres, the files already sent, by id."""

    draft: Draft
    names: dict[str, str]
    schema: Schema
    agencies: list[Agency]
    unit: Unit | None
    files: dict[str, Document]


@bp.post("/applications/new/<key>")
@signed_in
def begin(key: str) -> Answer:
    """Begin an application, with what is known of the person already; or go on with the one begun before."""
    if not current.person.is_citizen:
        raise StaffAccount
    with transaction(actor=current.actor) as tx:
        version = current_version(tx.session, key)
        begun = drafts_of(tx.session, person_id=current.person.id)
        draft = next((draft for draft, procedure in begun if procedure.id == version.procedure_id), None)
        if draft is not None:
            flash(
                str(_("You began this request before: go on with it, or discard it to start anew.")), "info"
            )
            return redirect(url_for("portal.fill", draft_id=draft.id), 303)
        schema = _opening_form(tx.session, version.id)
        draft = begin_draft(tx, procedure_id=version.procedure_id, content=_known_already(schema))
    return redirect(url_for("portal.fill", draft_id=draft.id), 303)


@bp.get("/applications/<uuid:draft_id>")
@signed_in
def fill(draft_id: UUID) -> str:
    """The form, as far as it was filled in."""
    with reading() as session:
        application = _application(session, draft_id)
    return _form_page(application)


@bp.post("/applications/<uuid:draft_id>")
@signed_in
def fill_in(draft_id: UUID) -> Answer | tuple[str, int]:
    """Keep what was typed; when nothing is wrong with it, on to checking it."""
    application, form = _keep(draft_id)
    if form.shown_again:
        return redirect(url_for("portal.fill", draft_id=draft_id), 303)
    problems = problems_of(application.schema, form.answers)
    if problems or form.refused or application.unit is None:
        return _form_page(application, problems=problems, refused=form.refused, checked=True), 422
    return redirect(url_for("portal.check", draft_id=draft_id), 303)


@bp.post("/applications/<uuid:draft_id>/later")
@signed_in
def save_for_later(draft_id: UUID) -> Answer | tuple[str, int]:
    """Keep what was typed, to go on another day."""
    application, form = _keep(draft_id)
    if form.refused:
        return _form_page(application, refused=form.refused), 422
    flash(str(_("Your draft is saved. You can go on with it whenever you like.")), "success")
    return redirect(url_for("portal.my_cases"), 303)


@bp.post("/applications/<uuid:draft_id>/autosave")
@signed_in
def autosave(draft_id: UUID) -> Answer:
    """Keep what is being typed, without a word."""
    _keep(draft_id)
    return Response(status=204)


@bp.post("/applications/<uuid:draft_id>/discard")
@signed_in
def discard(draft_id: UUID) -> Answer:
    """Throw the draft away."""
    with transaction(actor=current.actor) as tx:
        drop_draft(tx, draft_id=draft_id)
    flash(str(_("Your draft was discarded.")), "success")
    return redirect(url_for("portal.my_cases"), 303)


@bp.get("/applications/<uuid:draft_id>/check")
@signed_in
def check(draft_id: UUID) -> Answer | str:
    """All answers on one page, before they are sent."""
    with reading() as session:
        application = _application(session, draft_id)
    content = application.draft.content
    if application.unit is None or problems_of(application.schema, content):
        return redirect(url_for("portal.fill", draft_id=draft_id), 303)
    lines = in_words(application.schema, content)
    return render_template("portal/check.html", application=application, lines=lines)


@bp.post("/applications/<uuid:draft_id>/send")
@signed_in
def send(draft_id: UUID) -> Answer | tuple[str, int]:
    """Send the application: the case opens."""
    try:
        with transaction(actor=current.actor) as tx:
            case_id = _open(tx, draft_to_send(tx.session, draft_id=draft_id, person_id=current.person.id))
    except AnswersRefused as refused:
        return _refused_page(draft_id, refused.problems)
    except UnitRequired:
        return _refused_page(draft_id, [])
    return redirect(url_for("portal.sent", case_id=case_id), 303)


def _open(tx: Transaction, draft: Draft) -> UUID:
    if filing_unit(tx.session, draft.unit_id) is None:
        raise UnitRequired("unit_required")
    case = open_case(
        tx,
        key=draft.procedure.key,
        answers=draft.content,
        unit_id=draft.unit_id,
        applicant_id=draft.person_id,
        draft_id=draft.id,
    )
    return case.id


def _keep(draft_id: UUID) -> tuple[Application, Filled]:
    with reading() as session:
        schema = _application(session, draft_id).schema
    files = sent_files(schema)
    with transaction(actor=current.actor) as tx:
        form = filled(tx, schema, files)
        unit = filing_unit(tx.session, request.form.get(UNIT, type=UUID))
        save_draft(tx, draft_id=draft_id, content=form.answers, unit_id=unit.id if unit else None)
        tx.session.flush()
        return _application(tx.session, draft_id), form


def _application(session: Session, draft_id: UUID) -> Application:
    draft = own_draft(session, draft_id=draft_id, person_id=current.person.id)
    procedure = draft.procedure
    schema = _opening_form(session, current_version(session, procedure.key).id)
    sent = document_ids(schema, draft.content)
    return Application(
        draft=draft,
        names=procedure.names,
        schema=schema,
        agencies=filing_units(session),
        unit=filing_unit(session, draft.unit_id),
        files=own_files(session, document_ids=sent, person_id=current.person.id),
    )


def _opening_form(session: Session, version_id: UUID) -> Schema:
    known = definition(session, version_id)
    return form_of(known, known.process.opening)


def _known_already(schema: Schema) -> dict[str, Any]:
    """What the account says is not asked a second time, only shown to be confirmed."""
    nss = current.person.nss
    asked = [name for name, about in schema["properties"].items() if about.get("format") == "nss"]
    return {name: nss for name in asked[:1] if nss}


def _form_page(
    application: Application,
    *,
    problems: Sequence[Problem] = (),
    refused: Refused = NONE_REFUSED,
    checked: bool = False,
) -> str:
    needs_unit = checked and application.unit is None
    besides = (
        [(UNIT_ID, str(_("Choose the agency or centre that will receive your request.")))]
        if needs_unit
        else []
    )
    shown = sheet(
        application.schema,
        application.draft.content,
        problems=problems,
        refused=refused,
        besides=besides,
    )
    return render_template("portal/apply.html", application=application, sheet=shown, needs_unit=needs_unit)


def _refused_page(draft_id: UUID, problems: Sequence[Problem]) -> tuple[str, int]:
    with reading() as session:
        application = _application(session, draft_id)
    return _form_page(application, problems=problems, checked=True), 422
