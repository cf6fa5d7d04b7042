"""A citizen opens an account."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from engine.database import Transaction, transaction
from engine.details import DetailsRefused, Problems
from engine.passwords import NewPassword, new_password
from engine.people import UsernameTaken, register_citizen
from engine.sign_ins import open_sign_in
from engine.tables import Person
from forms.formats import is_email
from web.access import AT_THE_DOOR, current, open_visit, public
from web.addresses import safe_next
from web.navigation import home
from web.problems import Sentences, sentences, summary
from web.sign_in import bp
from web.words import _

FIELDS = ("name_ar", "name_fr", "contact", "nss", "password", "password_again", "language")
_FIELD_OF = {"names": "name_ar", "username": "contact", "email": "contact", "phone": "contact"}


@bp.get("/register")
@public
def register() -> ResponseReturnValue:
    """The form."""
    if current.is_signed_in:
        return redirect(home(), 303)
    return _form({"language": current.lang}, {})


@bp.post("/register")
@public
def open_account() -> ResponseReturnValue:
    """Open the account and sign in."""
    typed = {name: request.form.get(name, "").strip() for name in FIELDS if not name.startswith("password")}
    password = request.form.get("password", "")
    if password != request.form.get("password_again", ""):
        return _form(typed, {"password_again": ("password_not_repeated", {})}), 422
    chosen = new_password(password)
    try:
        with transaction(actor=AT_THE_DOOR) as tx:
            person = _register(tx, typed, chosen)
            attempt = open_sign_in(tx, person=person, address=request.remote_addr or "")
    except DetailsRefused as refused:
        return _form(typed, refused.problems), 422
    except UsernameTaken as taken:
        return _form(typed, {"username": (taken.code, taken.params)}), 422
    if attempt.sign_in is not None:
        open_visit(attempt.sign_in, person)
    flash(_("Your account is open."))
    return redirect(safe_next() or home(), 303)


def _register(tx: Transaction, typed: dict[str, str], password: NewPassword) -> Person:
    contact = typed["contact"]
    return register_citizen(
        tx,
        username=contact,
        password=password,
        names={"ar": typed["name_ar"], "fr": typed["name_fr"]},
        email=contact if is_email(contact) else None,
        phone=None if is_email(contact) else contact,
        nss=typed["nss"],
        language=typed["language"] or current.lang,
    )


def _form(typed: dict[str, str], problems: Problems) -> str:
    said: Sentences = sentences({_FIELD_OF.get(field, field): why for field, why in problems.items()})
    return render_template(
        "web/register.html", typed=typed, said=said, problems=summary(said, FIELDS), next=safe_next()
    )
