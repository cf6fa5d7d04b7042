"""One person: details, roles, account; and what happened to it, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from admin.blueprints import people as bp
from admin.people import (
    FIELDS,
    my_units,
    person_problems,
    sent_person,
    typed_person,
    unit_choices,
)
from engine.database import now, reading, transaction
from engine.details import DetailsRefused, Problems
from engine.people import (
    change_person,
    deactivate_person,
    invite_person,
    reactivate_person,
    unlock_person,
)
from engine.permissions import Permission
from engine.queries.people import lock_of, roles_list, unit_coded
from engine.queries.people_access import administered_person, person_trail
from engine.refusals import NotFound, Refusal
from engine.roles import grant_role, revoke_role
from engine.tables import AuditEntry, Person
from web.access import current, needs, record_refusal
from web.addresses import public_address
from web.problems import summary
from web.words import _, name_of, ref, refused
from wording import N_, pick, times

BECAUSE = {
    "wrong": N_("wrong password"),
    "locked": N_("locked after failures"),
    "deactivated": N_("account deactivated"),
    "signed_out": N_("signed out"),
    "idle": N_("a time without activity"),
    "too_long": N_("signed in for too long"),
    "password_changed": N_("password changed"),
}  #: by the fact `because` of an entry


@bp.get("/people/<uuid:person_id>")
@needs(Permission.MANAGE_PEOPLE)
def person(person_id: UUID) -> str:
    """What is on record of a person, and what may be done."""
    return _page(person_id)


@bp.get("/people/<uuid:person_id>/details")
@needs(Permission.MANAGE_PEOPLE)
def person_details(person_id: UUID) -> str:
    """The form of a person's details."""
    found = _administered(person_id)
    typed = {
        "name_ar": found.names.get("ar", ""),
        "name_fr": found.names.get("fr", ""),
        "email": found.email or "",
        "phone": found.phone or "",
        "language": found.language,
        "nss": found.nss or "",
    }
    return _form(found, typed, {})


@bp.post("/people/<uuid:person_id>/details")
@needs(Permission.MANAGE_PEOPLE)
def change_details(person_id: UUID) -> ResponseReturnValue:
    """Correct a person's details."""
    typed = typed_person()
    try:
        with transaction(actor=current.actor) as tx:
            change_person(tx, person_id=person_id, **sent_person(typed))
    except DetailsRefused as problem:
        return _form(_administered(person_id), typed, problem.problems), 422
    return _back(person_id, _("The details are changed."))


@bp.post("/people/<uuid:person_id>/roles")
@needs(Permission.MANAGE_PEOPLE)
def grant(person_id: UUID) -> ResponseReturnValue:
    """Give the person a role in a unit."""
    typed = {"unit": request.form.get("unit", ""), "role": request.form.get("role", "")}
    try:
        with transaction(actor=current.actor) as tx:
            unit = unit_coded(tx.session, typed["unit"])
            if unit is None or not typed["role"]:
                raise NotFound("unit_unknown" if unit is None else "role_unknown")
            grant_role(tx, person_id=person_id, unit_id=unit.id, role=typed["role"])
    except Refusal as problem:
        record_refusal(problem)
        status = 422 if isinstance(problem, NotFound) else problem.status
        return _page(person_id, typed=typed, problem=refused(problem)), status
    return _back(person_id, _("The role is granted."))


@bp.get("/people/<uuid:person_id>/roles/<unit>/<role>/revoke")
@needs(Permission.MANAGE_PEOPLE)
def confirm_revoke(person_id: UUID, unit: str, role: str) -> str:
    """Ask whether the role shall really be taken back."""
    with reading() as session:
        found, memberships = administered_person(session, person_id=person_id, who=current.standing)
    held = next((one for one in memberships if (one.unit.code, one.role.code) == (unit, role)), None)
    if held is None:
        raise Refusal("role_not_held", person=found.names, unit=unit)
    return render_template("admin/confirm_revoke.html", person=found, held=held)


@bp.post("/people/<uuid:person_id>/roles/<unit>/<role>/revoke")
@needs(Permission.MANAGE_PEOPLE)
def revoke(person_id: UUID, unit: str, role: str) -> ResponseReturnValue:
    """Take the role back."""
    with transaction(actor=current.actor) as tx:
        found = unit_coded(tx.session, unit)
        if found is None:
            raise NotFound("unit_unknown")
        revoke_role(tx, person_id=person_id, unit_id=found.id, role=role)
    return _back(person_id, _("The role is revoked."))


@bp.get("/people/<uuid:person_id>/deactivate")
@needs(Permission.MANAGE_PEOPLE)
def confirm_deactivate(person_id: UUID) -> str:
    """Ask whether the account shall really be closed."""
    return render_template("admin/confirm_deactivate.html", person=_administered(person_id))


@bp.post("/people/<uuid:person_id>/deactivate")
@needs(Permission.MANAGE_PEOPLE)
def deactivate(person_id: UUID) -> ResponseReturnValue:
    """Close the account."""
    with transaction(actor=current.actor) as tx:
        deactivate_person(tx, person_id=person_id)
    return _back(person_id, _("The account is deactivated, and its sign-ins are ended."))


@bp.post("/people/<uuid:person_id>/reactivate")
@needs(Permission.MANAGE_PEOPLE)
def reactivate(person_id: UUID) -> ResponseReturnValue:
    """Open the account again."""
    with transaction(actor=current.actor) as tx:
        reactivate_person(tx, person_id=person_id)
    return _back(person_id, _("The account is active again."))


@bp.post("/people/<uuid:person_id>/unlock")
@needs(Permission.MANAGE_PEOPLE)
def unlock(person_id: UUID) -> ResponseReturnValue:
    """Let the person try to sign in again at once."""
    with transaction(actor=current.actor) as tx:
        unlock_person(tx, person_id=person_id)
    return _back(person_id, _("The person can try to sign in again."))


@bp.post("/people/<uuid:person_id>/link")
@needs(Permission.MANAGE_PEOPLE)
def send_link(person_id: UUID) -> ResponseReturnValue:
    """Send a link to choose a password; without an address it is shown here, once."""
    with transaction(actor=current.actor) as tx:
        link = invite_person(tx, person_id=person_id, page=public_address("sign_in.recover"))
    found = _administered(person_id)
    if found.email:
        return _back(person_id, _("A link to choose a password was sent to %(email)s.", email=found.email))
    return _page(person_id, link=link)


def _back(person_id: UUID, message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for(".person", person_id=person_id), 303)


def _administered(person_id: UUID) -> Person:
    with reading() as session:
        return administered_person(session, person_id=person_id, who=current.standing)[0]


def _page(person_id: UUID, *, typed: dict[str, str] | None = None, problem: str = "", link: str = "") -> str:
    with reading() as session:
        found, memberships = administered_person(session, person_id=person_id, who=current.standing)
        entries = person_trail(session, person_id)
        until = lock_of(session, found, at=now())
        roles = {row.role.code: pick(row.role.names, current.lang) for row in roles_list(session)}
        units = my_units(session)
    places = {unit.code: pick(unit.names, current.lang) for unit in units}
    return render_template(
        "admin/person.html",
        person=found,
        memberships=memberships,
        entries=[(entry, entry_words(entry, roles, places)) for entry in entries],
        locked_until=until,
        roles=list(roles.items()),
        units=unit_choices(units),
        typed=typed or {},
        problem=problem,
        link=link,
    )


def entry_words(entry: AuditEntry, roles: dict[str, str], places: dict[str, str]) -> Markup | str:
    """What an entry about a person says beyond its event, with the names of roles and units by their codes."""
    facts: dict[str, Any] = entry.facts
    if "because" in facts:
        reason = BECAUSE.get(facts["because"])
        return _(reason) if reason else str(facts["because"])
    if "role" in facts:
        role = roles.get(facts["role"], facts["role"])
        unit = facts.get("unit", "")
        return _("%(role)s in %(unit)s", role=role, unit=places.get(unit, unit))
    if "until" in facts:
        until = times.moment(current.lang, datetime.fromisoformat(facts["until"]))
        return _("until %(moment)s", moment=ref(until))
    if "reference" in facts:
        return ref(facts["reference"])
    if "permission" in facts:
        return str(facts["permission"])
    return ", ".join(str(field) for field in facts.get("fields", ()))


def _form(found: Person, typed: dict[str, str], problems: Problems) -> str:
    said = person_problems(problems)
    return render_template(
        "admin/person_form.html",
        person=found,
        name=name_of(found),
        typed=typed,
        said=said,
        problems=summary(said, (*FIELDS, "nss")),
    )
