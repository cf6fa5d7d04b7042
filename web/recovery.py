"""Who forgot their password asks for a link, and chooses another with it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.credentials import RecoveryExpired, recover_password, request_recovery
from engine.database import transaction
from engine.details import Problems
from engine.passwords import PasswordTooWeak, new_password
from web.access import AT_THE_DOOR, public
from web.addresses import public_address
from web.errors import error_page
from web.problems import sentences, summary
from web.sign_in import bp
from web.words import _, refused


@bp.get("/recover")
@public
def recover() -> ResponseReturnValue:
    """Ask under which name."""
    return render_template("web/recover.html", asked=False)


@bp.post("/recover")
@public
def ask_recovery() -> ResponseReturnValue:
    """Mail a link, if there is such a person; the page tells nobody whether there is."""
    with transaction(actor=AT_THE_DOOR) as tx:
        request_recovery(
            tx, username=request.form.get("username", ""), page=public_address("sign_in.recover")
        )
    return render_template("web/recover.html", asked=True)


@bp.get("/recover/<token>")
@public
def choose_password(token: str) -> ResponseReturnValue:
    """The form for a new password. Looking at it does not use the link up."""
    return _form(token, {})


@bp.post("/recover/<token>")
@public
def take_password(token: str) -> ResponseReturnValue:
    """Set the new password; the link serves no more."""
    password = request.form.get("password", "")
    if password != request.form.get("password_again", ""):
        return _form(token, {"password_again": ("password_not_repeated", {})}), 422
    chosen = new_password(password)
    try:
        with transaction(actor=AT_THE_DOOR) as tx:
            recover_password(tx, token=token, password=chosen)
    except PasswordTooWeak as weak:
        return _form(token, {"password": (weak.code, weak.params)}), 422
    except RecoveryExpired as expired:
        return error_page(expired.status, because=refused(expired))
    flash(_("Your password is changed: sign in with it."))
    return redirect(url_for("sign_in.sign_in"), 303)


def _form(token: str, problems: Problems) -> str:
    said = sentences(problems)
    return render_template("web/new_password.html", token=token, said=said, problems=summary(said))
