"""The pages of inspectors, analysts and administrators."""

from admin import (
    blueprints,
    breaches,
    cases,
    home,
    incidents,
    people,
    person,
    procedures,
    roles,
    units,
    uploads,
)

BLUEPRINTS = (blueprints.inspection, blueprints.procedures, blueprints.people)

__all__ = [
    "BLUEPRINTS",
    "breaches",
    "cases",
    "home",
    "incidents",
    "people",
    "person",
    "procedures",
    "roles",
    "units",
    "uploads",
]
