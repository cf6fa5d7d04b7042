"""The people who sign in: found, added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.blueprints import people as bp
from engine.database import reading, transaction
from engine.details import DetailsRefused, Problems
from engine.people import DetailsChanged, UsernameTaken, create_person
from engine.permissions import Permission
from engine.queries.breaches import inspected_units
from engine.queries.people import PeopleFilter, people_page, roles_list
from engine.tables import Unit
from web.access import current, needs
from web.addresses import public_address
from web.problems import sentences, summary
from web.words import _
from wording import pick

FIELDS = ("username", "name_ar", "name_fr", "email", "phone", "language")
STATES = {"active": False, "deactivated": True}


@bp.get("/people")
@needs(Permission.MANAGE_PEOPLE)
def people() -> str:
    """The people of my units, searched and filtered."""
    number = request.args.get("page", 1, type=int)
    asked = {name: value for name, value in request.args.items() if name not in ("page", "lang") and value}
    with reading() as session:
        units = my_units(session)
        page = people_page(session, _wanted(asked, units), page=number)
        roles = [(row.role.code, pick(row.role.names, current.lang)) for row in roles_list(session)]
    return render_template(
        "admin/people.html",
        page=page,
        asked=asked,
        units=unit_choices(units),
        roles=roles,
        previous=_address(asked, page.page - 1) if page.page > 1 else None,
        next=_address(asked, page.page + 1) if page.has_next else None,
    )


@bp.get("/people/new")
@needs(Permission.MANAGE_PEOPLE)
def new_person() -> str:
    """The form of a new member of staff."""
    return _form({"language": "ar"}, {})


@bp.post("/people")
@needs(Permission.MANAGE_PEOPLE)
def add_person() -> ResponseReturnValue:
    """Add a member of staff; a link to choose a password is mailed where there is an address."""
    typed = typed_person()
    try:
        with transaction(actor=current.actor) as tx:
            person = create_person(
                tx, username=typed["username"], page=public_address("sign_in.recover"), **asked_person(typed)
            )
    except DetailsRefused as problem:
        return _form(typed, problem.problems), 422
    except UsernameTaken as problem:
        return _form(typed, {"username": (problem.code, problem.params)}), 422
    flash(_("The person is added. Now give a role in a unit."))
    if person.email:
        flash(_("A link to choose a password was sent to %(email)s.", email=person.email))
    return redirect(url_for(".person", person_id=person.id), 303)


def typed_person() -> dict[str, str]:
    """What was typed in the form of a person."""
    return {name: request.form.get(name, "").strip() for name in (*FIELDS, "nss")}


def sent_person(typed: dict[str, str]) -> DetailsChanged:
    """Those details whose fields the form held; the others are not to change."""
    asked, sent = asked_person(typed), request.form
    changed = DetailsChanged()
    if "name_ar" in sent or "name_fr" in sent:
        changed["names"] = asked["names"]
    if "email" in sent:
        changed["email"] = asked["email"]
    if "phone" in sent:
        changed["phone"] = asked["phone"]
    if "language" in sent:
        changed["language"] = asked["language"]
    if "nss" in sent:
        changed["nss"] = typed["nss"] or None
    return changed


def asked_person(typed: dict[str, str]) -> dict[str, Any]:
    """The same as the engine wants it."""
    return {
        "names": {"ar": typed["name_ar"], "fr": typed["name_fr"]},
        "email": typed["email"] or None,
        "phone": typed["phone"] or None,
        "language": typed["language"] or "ar",
    }


def person_problems(problems: Problems) -> dict[str, str]:
    """Sentences by field of the form: the problem of the names goes to the first of them."""
    return sentences({"name_ar" if field == "names" else field: why for field, why in problems.items()})


def my_units(session: Session) -> Sequence[Unit]:
    """The open units where I manage people, in the order of the tree."""
    units = inspected_units(session, current.standing.roots(Permission.MANAGE_PEOPLE))
    return [unit for unit in units if unit.closed_at is None]


def unit_choices(units: Sequence[Unit]) -> list[tuple[str, str]]:
    """Codes and names of units, each set in by its depth below the topmost."""
    top = min((unit.path.count("/") for unit in units), default=0)
    indent = "\u2003"
    return [
        (unit.code, indent * (unit.path.count("/") - top) + pick(unit.names, current.lang)) for unit in units
    ]


def _wanted(asked: dict[str, str], units: Sequence[Unit]) -> PeopleFilter:
    """What was asked for, never beyond the units where I manage people."""
    paths = {unit.code: unit.path for unit in units}
    widest = () if current.standing.manages_all else current.standing.roots(Permission.MANAGE_PEOPLE)
    asked_unit = paths.get(asked.get("unit", ""))
    return PeopleFilter(
        text=asked.get("text", ""),
        kind=asked.get("kind", ""),
        role=asked.get("role", ""),
        unit_paths=(asked_unit,) if asked_unit else widest,
        deactivated=STATES.get(asked.get("state", "")),
    )


def _address(asked: dict[str, str], number: int) -> str:
    return f"{url_for('.people')}?{urlencode({**asked, 'page': number})}"


def _form(typed: dict[str, str], problems: Problems) -> str:
    said = person_problems(problems)
    return render_template(
        "admin/person_form.html", person=None, typed=typed, said=said, problems=summary(said, FIELDS)
    )
