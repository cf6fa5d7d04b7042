"""Units: the tree of offices."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.blueprints import people as bp
from admin.people import my_units, unit_choices
from engine.database import reading, transaction
from engine.labels import LabelsRefused
from engine.permissions import Permission
from engine.queries.people import unit_coded, units_tree
from engine.refusals import NotFound, Refusal
from engine.tables import UNIT_KINDS, Unit
from engine.units import UnitRefused, change_unit, create_unit
from web.access import current, needs
from web.problems import summary
from web.words import _, refused
from wording import LANGUAGES, codes

NAMES = tuple(f"name_{lang}" for lang in LANGUAGES)
FIELDS = ("parent", "kind", "code", *NAMES, "wilaya")
FIELD_OF = {"code_invalid": "code", "code_taken": "code", "kind_unknown": "kind", "unit_misplaced": "kind"}


@bp.get("/units")
@needs(Permission.MANAGE_PEOPLE)
def units() -> str:
    """The tree; those where I manage people can be changed."""
    roots = current.standing.roots(Permission.MANAGE_PEOPLE)
    with reading() as session:
        tree = units_tree(session)
    lines = [(node, _covered(roots, node.unit)) for node in tree]
    return render_template("admin/units.html", lines=lines)


@bp.get("/units/new")
@needs(Permission.MANAGE_PEOPLE)
def new_unit() -> str:
    """The form of a new unit."""
    return _form(None, {"parent": request.args.get("parent", "")}, {})


@bp.post("/units")
@needs(Permission.MANAGE_PEOPLE)
def add_unit() -> ResponseReturnValue:
    """Open a unit below another."""
    typed = {name: request.form.get(name, "").strip() for name in FIELDS}
    try:
        with transaction(actor=current.actor) as tx:
            parent = unit_coded(tx.session, typed["parent"])
            if parent is None:
                raise NotFound("unit_unknown")
            create_unit(
                tx,
                code=typed["code"],
                kind=typed["kind"],
                parent_id=parent.id,
                names=typed_names(typed),
                wilaya=typed["wilaya"] or None,
            )
    except (UnitRefused, LabelsRefused, NotFound) as problem:
        return _form(None, typed, _said(problem)), 422
    flash(_("The unit is open."))
    return redirect(url_for(".units"), 303)


@bp.get("/units/<uuid:unit_id>")
@needs(Permission.MANAGE_PEOPLE)
def unit(unit_id: UUID) -> str:
    """The names of a unit, to be changed."""
    found = _unit(unit_id)
    return _form(found, {f"name_{lang}": found.names.get(lang, "") for lang in LANGUAGES}, {})


@bp.post("/units/<uuid:unit_id>")
@needs(Permission.MANAGE_PEOPLE)
def rename_unit(unit_id: UUID) -> ResponseReturnValue:
    """Change the names of a unit."""
    typed = {name: request.form.get(name, "").strip() for name in NAMES}
    try:
        with transaction(actor=current.actor) as tx:
            change_unit(tx, unit_id=unit_id, names=typed_names(typed))
    except LabelsRefused as problem:
        return _form(_unit(unit_id), typed, _said(problem)), 422
    flash(_("The unit is renamed."))
    return redirect(url_for(".units"), 303)


def typed_names(typed: dict[str, str]) -> dict[str, str]:
    """The names typed, by language."""
    return {lang: typed.get(f"name_{lang}", "") for lang in LANGUAGES}


def missing_name(typed: dict[str, str]) -> str:
    """The first field of the names that is empty."""
    return next((name for name in NAMES if not typed.get(name)), NAMES[0])


def _covered(roots: tuple[str, ...], unit: Unit) -> bool:
    return any(unit.path == root or unit.path.startswith(f"{root}/") for root in roots)


def _unit(unit_id: UUID) -> Unit:
    with reading() as session:
        found = session.get(Unit, unit_id)
    if found is None:
        raise NotFound("unit_unknown")
    return found


def _said(problem: Refusal) -> dict[str, str]:
    if isinstance(problem, LabelsRefused):
        return {missing_name(dict(request.form)): refused(problem)}
    return {FIELD_OF.get(problem.code, "parent"): refused(problem)}


def _form(found: Unit | None, typed: dict[str, str], said: dict[str, str]) -> str:
    with reading() as session:
        parents = unit_choices(my_units(session))
    return render_template(
        "admin/unit.html",
        unit=found,
        typed=typed,
        said=said,
        problems=summary(said, FIELDS),
        parents=parents,
        kinds=[(kind, codes.unit_kind(current.lang, kind)) for kind in UNIT_KINDS[1:]],
    )
