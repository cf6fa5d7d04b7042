"""The main menu and the first page, built from what the person may do."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from werkzeug.routing import BuildError

from engine.permissions import Permission
from web.access import current
from web.words import _
from wording import N_

CITIZENS = ((N_("My cases"), "portal.my_cases"), (N_("Services"), "portal.home"))
STAFF = (
    (Permission.WORK_TASKS, N_("My worklist"), "worklists.worklist"),
    (Permission.WORK_TASKS, N_("Workqueue"), "worklists.workqueue"),
    (Permission.SUPERVISE_UNIT, N_("My unit"), "worklists.unit"),
    (Permission.INSPECT_CASES, N_("Breaches"), "inspection.breaches"),
    (Permission.INSPECT_CASES, N_("Cases"), "inspection.cases"),
    (Permission.VIEW_PROCEDURES, N_("Procedures"), "procedures.procedures"),
    (Permission.MANAGE_PEOPLE, N_("People"), "people.people"),
    (Permission.MANAGE_PEOPLE, N_("Units"), "people.units"),
    (Permission.MANAGE_PEOPLE, N_("Roles"), "people.roles"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the menu."""

    label: str
    address: str
    is_current: bool


def nav_items() -> list[Item]:
    """The entries for who is signed in, in order; none for visitors. Rooms that are not built in are left out."""
    if not current.is_signed_in:
        return []
    if current.person.is_citizen:
        wanted = list(CITIZENS)
    else:
        wanted = [(label, page) for permission, label, page in STAFF if current.standing.may(permission)]
    return [
        Item(_(label), url_for(page), _is_within(url_for(page))) for label, page in wanted if _exists(page)
    ]


def home() -> str:
    """Where a person begins: the first entry of their menu; visitors at the first page."""
    items = nav_items()
    return items[0].address if items else first_page()


def first_page() -> str:
    """The page open to all."""
    return url_for("portal.home") if _exists("portal.home") else "/"


def give_navigation(app: Flask) -> None:
    """Make the menu known to the templates."""
    app.jinja_env.globals.update(nav_items=nav_items, home=home)


def _is_within(address: str) -> bool:
    return request.path == address or (address != "/" and request.path.startswith(f"{address}/"))


def _exists(page: str) -> bool:
    if page not in current_app.view_functions:
        return False
    try:
        url_for(page)
    except BuildError:
        return False
    return True
