"""The language of a page: what was asked for, else what the person chose, else what the browser prefers."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import current_app, request, session

from engine.tables import Person
from web.addresses import path_of_referrer
from wording import LANGUAGES

DEFAULT = LANGUAGES[0]


def chosen_language(person: Person | None) -> str:
    """`?lang=`, then what was chosen earlier in this visit, the person's own, the browser's, Arabic."""
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        session["lang"] = asked
        return asked
    if session.get("lang") in LANGUAGES:
        return str(session["lang"])
    if person is not None:
        return person.language
    return request.accept_languages.best_match(LANGUAGES) or DEFAULT


def in_other_languages() -> dict[str, str]:
    """This page's address in each language, for the menu; a form that was refused leads back to its page."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    path = request.path if _can_be_read(request.path) else _page_of_the_form()
    return {lang: f"{path}?{urlencode([*kept, ('lang', lang)])}" for lang in LANGUAGES}


def _page_of_the_form() -> str:
    path = path_of_referrer()
    return path if path and _can_be_read(path) else "/"


def _can_be_read(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    return request.method in ("GET", "HEAD") or bool(adapter and adapter.test(path, method="GET"))
