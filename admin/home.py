"""The first page of the room: a door for each thing that the person may do."""

from __future__ import annotations

from flask import render_template

from admin.blueprints import inspection
from engine.incident_owners import OWNING
from engine.permissions import Permission
from web.access import current, needs
from web.words import _
from wording import N_

INCIDENTS = (Permission.INSPECT_CASES, *OWNING)
INSPECT, MANAGE = (Permission.INSPECT_CASES,), (Permission.MANAGE_PEOPLE,)
VIEW = (Permission.VIEW_PROCEDURES, Permission.DEPLOY_PROCEDURES)

DOORS = (
    (
        *(INSPECT, "inspection.breaches", "clock-history", N_("Breaches")),
        N_("Deadlines that passed: where, by how much, in whose hands."),
    ),
    (
        *(INSPECT, "inspection.cases", "search", N_("Cases")),
        N_("Find a case by its reference, read its story, verify its trail."),
    ),
    (
        *(INCIDENTS, "inspection.incidents", "exclamation-triangle", N_("Incidents")),
        N_("Background work that failed and waits for its owner."),
    ),
    (
        *(VIEW, "procedures.procedures", "diagram-3", N_("Procedures")),
        N_("Diagrams, versions, steps and deadlines; new versions."),
    ),
    (
        *(MANAGE, "people.people", "people", N_("People")),
        N_("Who signs in, with which roles, in which unit."),
    ),
    (*(MANAGE, "people.units", "building", N_("Units")), N_("Funds, agencies and centres.")),
    (*(MANAGE, "people.roles", "person-badge", N_("Roles")), N_("What each role may do.")),
)  #: who may, the page, its icon, its name, what it is for


@inspection.get("/")
@needs(*INCIDENTS, *VIEW)
def home() -> str:
    """What I may do here."""
    doors = [door for permissions, *door in _doors() if any(map(current.standing.may, permissions))]
    return render_template("admin/home.html", doors=doors)


def _doors() -> list[tuple[tuple[Permission, ...], str, str, str, str]]:
    return [(who, page, icon, str(_(name)), str(_(told))) for who, page, icon, name, told in DOORS]
