"""Roles: what they are called and what they permit."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.blueprints import people as bp
from admin.units import NAMES, missing_name, typed_names
from engine.database import reading, transaction
from engine.labels import LabelsRefused
from engine.permissions import Permission
from engine.queries.people import roles_list
from engine.refusals import NotFound, Refusal
from engine.roles import RoleRefused, change_role, create_role
from engine.tables import Role
from web.access import current, needs
from web.problems import summary
from web.words import _, refused
from wording import LANGUAGES, codes

FIELDS = ("code", *NAMES, "permissions")


@bp.get("/roles")
@needs(Permission.MANAGE_PEOPLE)
def roles() -> str:
    """Every role, with what it permits and how many hold it."""
    with reading() as session:
        rows = roles_list(session)
    return render_template("admin/roles.html", rows=rows, may_define=current.standing.manages_all)


@bp.get("/roles/new")
@needs(Permission.MANAGE_PEOPLE)
def new_role() -> str:
    """The form of a new role."""
    return _form(None, {}, [], {})


@bp.post("/roles")
@needs(Permission.MANAGE_PEOPLE)
def add_role() -> ResponseReturnValue:
    """Add a role."""
    typed, chosen = _typed()
    try:
        with transaction(actor=current.actor) as tx:
            create_role(tx, code=typed["code"], names=typed_names(typed), permissions=chosen)
    except (RoleRefused, LabelsRefused) as problem:
        return _form(None, typed, chosen, _said(problem, typed)), 422
    flash(_("The role is created."))
    return redirect(url_for(".roles"), 303)


@bp.get("/roles/<uuid:role_id>")
@needs(Permission.MANAGE_PEOPLE)
def role(role_id: UUID) -> str:
    """A role's names and permissions, to be changed."""
    found = _role(role_id)
    typed = {f"name_{lang}": found.names.get(lang, "") for lang in LANGUAGES}
    return _form(found, typed, list(found.permissions), {})


@bp.post("/roles/<uuid:role_id>")
@needs(Permission.MANAGE_PEOPLE)
def keep_role(role_id: UUID) -> ResponseReturnValue:
    """Change a role's names and permissions."""
    typed, chosen = _typed()
    try:
        with transaction(actor=current.actor) as tx:
            change_role(tx, role_id=role_id, names=typed_names(typed), permissions=chosen)
    except (RoleRefused, LabelsRefused) as problem:
        return _form(_role(role_id), typed, chosen, _said(problem, typed)), 422
    flash(_("The role is changed."))
    return redirect(url_for(".roles"), 303)


def _typed() -> tuple[dict[str, str], list[str]]:
    typed = {name: request.form.get(name, "").strip() for name in FIELDS if name != "permissions"}
    return typed, request.form.getlist("permissions")


def _said(problem: Refusal, typed: dict[str, str]) -> dict[str, str]:
    if isinstance(problem, LabelsRefused):
        return {missing_name(typed): refused(problem)}
    return {"permissions" if problem.code == "permission_unknown" else "code": refused(problem)}


def _role(role_id: UUID) -> Role:
    with reading() as session:
        found = session.get(Role, role_id)
    if found is None:
        raise NotFound("role_unknown")
    return found


def _form(found: Role | None, typed: dict[str, str], chosen: list[str], said: dict[str, str]) -> str:
    return render_template(
        "admin/role.html",
        role=found,
        typed=typed,
        chosen=chosen,
        said=said,
        problems=summary(said, FIELDS),
        permissions=[(one.value, codes.permission_name(current.lang, one.value)) for one in Permission],
    )
