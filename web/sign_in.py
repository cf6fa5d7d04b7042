"""Signing in and out, and the choice of a language."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from engine.database import reading, transaction
from engine.sign_ins import Attempt, attempt_sign_in, tried
from web.access import AT_THE_DOOR, close_visit, current, open_visit, public
from web.addresses import is_safe, safe_next
from web.navigation import first_page, home
from web.words import _
from wording import LANGUAGES, isolate
from wording.refusals import refusal
from wording.times import clock_time

bp = Blueprint("sign_in", __name__)


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The form; who is signed in already goes on."""
    if current.is_signed_in:
        return redirect(safe_next() or home(), 303)
    return render_template("web/sign_in.html", username="", problems=[], next=safe_next())


@bp.post("/sign-in")
@public
def open_sign_in() -> ResponseReturnValue:
    """Sign in: to the page asked for, else the person's first one."""
    username, wanted = request.form.get("username", ""), safe_next()
    with reading() as rows:
        password = tried(rows, username=username, password=request.form.get("password", ""))
    with transaction(actor=AT_THE_DOOR) as tx:
        attempt = attempt_sign_in(tx, username=username, password=password, address=request.remote_addr or "")
    if attempt.sign_in is None or attempt.person is None:
        problems = [("field-username", _why_not(attempt))]
        return render_template("web/sign_in.html", username=username, problems=problems, next=wanted), 422
    if current.is_signed_in:
        close_visit(because="signed_out")
    open_visit(attempt.sign_in, attempt.person)
    return redirect(wanted or home(), 303)


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Sign out: nothing of the visit stays on this machine."""
    close_visit(because="signed_out", person=current.maybe_person)
    flash(_("You are signed out."))
    return redirect(first_page(), 303)


@bp.route("/language", methods=["GET", "POST"])
@public
def language() -> ResponseReturnValue:
    """Choose the language of this visit, and go back."""
    if request.values.get("lang") in LANGUAGES:
        session["lang"] = request.values["lang"]
    back = request.values.get("next")
    return redirect(back if back and is_safe(back) else first_page(), 303)


def _why_not(attempt: Attempt) -> str:
    if attempt.locked_until is None:
        return refusal(current.lang, f"signin_{attempt.outcome}")
    return refusal(
        current.lang, "signin_locked", until=isolate(clock_time(current.lang, attempt.locked_until))
    )
