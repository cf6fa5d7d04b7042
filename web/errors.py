"""What a person reads when something cannot be done: why not, who can, and what to do next. Never a stack."""

from __future__ import annotations

from flask import Flask, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from engine.database import reading
from engine.permissions import Permission
from engine.queries.people import roles_with
from engine.refusals import Refusal
from web.access import (
    AccessRefused,
    SignInNeeded,
    current,
    needs_sign_in,
    record_access_refused,
    record_refusal,
)
from web.addresses import page_to_return_to
from web.language import chosen_language
from web.words import _, refused
from wording import N_
from wording.refusals import refusal

PAGES = {
    400: (N_("This request cannot be understood"), N_("Go back, reload the page and try again.")),
    403: (N_("You may not do this"), N_("Ask someone who holds one of these roles, or your supervisor.")),
    404: (N_("Page not found"), N_("Check the address, or begin again from the first page.")),
    405: (N_("This page cannot be used like this"), N_("Begin again from the first page.")),
    409: (N_("This can no longer be done"), N_("Reload the page to see where things stand now.")),
    410: (N_("This no longer serves"), N_("Ask for another one.")),
    413: (N_("This is too large"), N_("Go back and send smaller files.")),
    422: (N_("This cannot be accepted"), N_("Go back, correct it and send it again.")),
    429: (N_("Too many requests"), N_("Wait a few minutes and try again.")),
    500: (
        N_("Something went wrong on our side"),
        N_("Nothing was changed. Try again in a few minutes; if it lasts, tell the administrator."),
    ),
}
STALE = N_(
    "This page stayed open too long, or your browser refuses cookies. Go back, reload it and send again."
)


def give_error_pages(app: Flask) -> None:
    """Answer refusals and errors with pages."""
    app.register_error_handler(SignInNeeded, _to_sign_in)
    app.register_error_handler(AccessRefused, _no_access)
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(SecurityError, _strange_host)
    app.register_error_handler(HTTPException, _http_error)


def error_page(
    status: int, *, because: str = "", permissions: tuple[Permission, ...] = ()
) -> tuple[str, int]:
    """The page of a status: what happened (``because``), who can, what to do."""
    title, advice = PAGES.get(status) or PAGES[500 if status >= 500 else 400]
    page = render_template(
        "web/error.html", title=_(title), because=because, advice=_(advice), who_can=who_can(*permissions)
    )
    return page, status


def who_can(*permissions: Permission) -> list[dict[str, str]]:
    """Names of the roles that give one of these permissions."""
    if not permissions:
        return []
    with reading() as session:
        roles = {role.code: role.names for one in permissions for role in roles_with(session, one)}
    return list(roles.values())


def _to_sign_in(needed: SignInNeeded) -> ResponseReturnValue:
    if request.headers.get("Sec-Fetch-Dest", "document") not in ("document", "iframe"):
        return Response(refusal(current.lang, "signin_needed"), 401, mimetype="text/plain")
    timed_out = needed.because in ("idle", "too_long")
    flash(refusal(current.lang, "session_expired" if timed_out else "signin_needed"), "warning")
    return redirect(url_for("sign_in.sign_in", next=page_to_return_to()), 303)


def _no_access(refused_: AccessRefused) -> ResponseReturnValue:
    record_access_refused(permission=refused_.permissions[0])
    because = refusal(current.lang, "no_permission", permission=refused_.permissions[0])
    return error_page(403, because=because, permissions=refused_.permissions)


def _refusal(problem: Refusal) -> ResponseReturnValue:
    permission = problem.params.get("permission")
    record_refusal(problem)
    can = (Permission(str(permission)),) if permission else ()
    return error_page(problem.status, because=refused(problem), permissions=can)


def _stale(_problem: CSRFError) -> ResponseReturnValue:
    if needs_sign_in():
        return _to_sign_in(SignInNeeded(g.get("ended_because")))
    return error_page(400, because=_(STALE))


def _strange_host(_problem: SecurityError) -> ResponseReturnValue:
    """The server is called by a name that is not its own: no page can be built, for no address is known."""
    return Response(_(PAGES[400][0]), 400, mimetype="text/plain")


def _http_error(problem: HTTPException) -> ResponseReturnValue:
    status = problem.code or 500
    if status < 400:
        return problem.get_response()
    if status >= 500:
        _ask_nothing_of_the_database()
    page, _status = error_page(status)
    response = Response(page, status)
    for name, value in problem.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _ask_nothing_of_the_database() -> None:
    """It may be what failed: the page then shows nobody signed in, in the language known without it."""
    g.setdefault("visit", None)
    if "standing" not in g:
        g.visit = None
    g.setdefault("lang", chosen_language(None))
