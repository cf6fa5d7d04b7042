"""One's own account: the details on record, the language, the password."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from engine.credentials import change_password
from engine.database import reading, transaction
from engine.details import DetailsRefused, Problems
from engine.passwords import PasswordTooWeak, new_password
from engine.people import change_language
from engine.queries.people import holders_of
from engine.sign_ins import Attempt, tried
from web.access import current, signed_in
from web.problems import sentences, summary
from web.sign_in import bp
from web.words import _
from wording import isolate
from wording.times import clock_time

FIELDS = ("language", "present", "password", "password_again")


@bp.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """What is on record, and the two forms."""
    return _page({})


@bp.post("/account/language")
@signed_in
def keep_language() -> ResponseReturnValue:
    """Choose the language of pages and messages, for this visit and those to come."""
    language = request.form.get("language", "")
    try:
        with transaction(actor=current.actor) as tx:
            change_language(tx, person_id=current.person.id, language=language)
    except DetailsRefused as refused:
        return _page(refused.problems), 422
    session["lang"] = language
    flash(_("Your language is kept."))
    return redirect(url_for("sign_in.account"), 303)


@bp.post("/account/password")
@signed_in
def keep_password() -> ResponseReturnValue:
    """Change the password; other machines where one is signed in are signed out."""
    password = request.form.get("password", "")
    if password != request.form.get("password_again", ""):
        return _page({"password_again": ("password_not_repeated", {})}), 422
    with reading() as rows:
        present = tried(rows, username=current.person.username, password=request.form.get("present", ""))
    chosen = new_password(password)
    try:
        with transaction(actor=current.actor) as tx:
            attempt = change_password(
                tx,
                person_id=current.person.id,
                present=present,
                password=chosen,
                keep=current.sign_in_id,
                address=request.remote_addr or "",
            )
    except PasswordTooWeak as weak:
        return _page({"password": (weak.code, weak.params)}), 422
    if attempt.outcome != "succeeded":
        return _page({"present": _wrong(attempt)}), 422
    flash(_("Your password is changed. You are signed out everywhere else."))
    return redirect(url_for("sign_in.account"), 303)


def _wrong(attempt: Attempt) -> tuple[str, dict[str, object]]:
    if attempt.locked_until is None:
        return "password_wrong", {}
    return "signin_locked", {"until": isolate(clock_time(current.lang, attempt.locked_until))}


def _page(problems: Problems) -> str:
    said = sentences(problems)
    with reading() as rows:
        memberships = holders_of(rows, person_id=current.person.id)
    return render_template(
        "web/account.html", said=said, problems=summary(said, FIELDS), memberships=memberships
    )
