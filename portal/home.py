"""The first page, and each service's public card."""

from __future__ import annotations

from flask import render_template

from engine.database import reading
from engine.drafts import drafts_of
from engine.queries.applications import services
from engine.queries.own_cases import own_cases
from engine.versions import current_version, definition
from portal.blueprint import bp
from portal.cards import card_of
from web.access import current, public


@bp.get("/")
@public
def home() -> str:
    """What can be done here."""
    with reading() as session:
        offered = [(service, definition(session, service.version_id)) for service in services(session)]
        own = own_cases(session, current.person.id) if _is_citizen() else []
    return render_template("portal/home.html", offered=offered, own=own)


@bp.get("/services/<key>")
@public
def service(key: str) -> str:
    """The public card of a service: what is asked, who does what by when, how to contest."""
    with reading() as session:
        known = definition(session, current_version(session, key).id)
        begun = drafts_of(session, person_id=current.person.id) if _is_citizen() else []
    return render_template(
        "portal/service.html",
        key=key,
        card=card_of(known, current.lang),
        begun=[draft for draft, procedure in begun if procedure.key == key],
    )


def _is_citizen() -> bool:
    return current.maybe_person is not None and current.person.is_citizen
