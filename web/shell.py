"""Puts the shell around an application: languages, words, access, headers, errors, sign-in, static files."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect

from web import account, recovery, registration, sign_in
from web.access import guard
from web.errors import give_error_pages
from web.headers import give_headers
from web.language import in_other_languages
from web.navigation import give_navigation
from web.static_files import give_assets
from web.well_formed import refuse_nul
from web.words import give_words

MOST_BYTES = 32 * 1024 * 1024  #: of one request: a form with its attachments
PAGES = (sign_in, registration, recovery, account)  #: the modules whose views hang on the blueprint "sign_in"


def init_shell(app: Flask) -> None:
    """Give the application its shell; rooms register their blueprints before or after.

    Reads `SECRET_KEY`, `SECURE_COOKIES` (on where HTTPS serves), `PUBLIC_URL` (addresses in e-mails).
    """
    _configure(app)
    refuse_nul(app)
    CSRFProtect(app)
    guard(app)
    give_words(app)
    give_assets(app)
    give_navigation(app)
    give_headers(app)
    give_error_pages(app)
    app.jinja_env.globals["in_other_languages"] = in_other_languages
    app.register_blueprint(Blueprint("web", __name__, template_folder="templates"))
    app.register_blueprint(sign_in.bp)


def _configure(app: Flask) -> None:
    app.config.update(
        SESSION_COOKIE_NAME="masar",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=bool(app.config.get("SECURE_COOKIES", False)),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.config["MAX_CONTENT_LENGTH"] = app.config.get("MAX_CONTENT_LENGTH") or MOST_BYTES
