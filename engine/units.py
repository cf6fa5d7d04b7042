"""Units: the tree of offices, ministry → fund → agency → centre."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engine import audit
from engine.database import Transaction
from engine.labels import checked_labels
from engine.permissions import Permission
from engine.refusals import NotFound, NotPermitted, Refusal
from engine.standing import may_in
from engine.tables import UNIT_KINDS, Unit

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


class UnitRefused(Refusal):
    """The unit cannot stand like this in the tree: its code, its kind or its place."""

    status = 422


def create_unit(
    tx: Transaction,
    *,
    code: str,
    kind: str,
    parent_id: UUID | None,
    names: Mapping[str, str],
    wilaya: str | None = None,
) -> Unit:
    """Open a unit below another (None: at the root, by the machine alone).

    Raises UnitRefused (``code_invalid``, ``code_taken``, ``kind_unknown``, ``unit_misplaced``), NotPermitted.
    """
    parent = _unit(tx, parent_id) if parent_id is not None else None
    _may_manage(tx, parent.path if parent else "")
    labels = checked_labels(names)
    _check_place(tx, code, kind, parent)
    unit = Unit(
        code=code,
        kind=kind,
        parent_id=parent_id,
        path=f"{parent.path}/{code}" if parent else code,
        names=labels,
        wilaya=(wilaya or "").strip() or None,
        created_at=tx.at,
    )
    try:
        with tx.session.begin_nested():
            tx.session.add(unit)
    except IntegrityError:
        raise UnitRefused("code_taken", code=code) from None
    audit.record(tx, "unit.created", on=("unit", unit.id), code=code, kind=kind, parent=parent_id)
    return unit


def change_unit(tx: Transaction, *, unit_id: UUID, names: Mapping[str, str]) -> Unit:
    """Rename a unit; its code and its place stay. Raises NotPermitted, LabelsRefused."""
    unit = _unit(tx, unit_id)
    _may_manage(tx, unit.path)
    labels = checked_labels(names)
    if labels != unit.names:
        audit.record(tx, "unit.changed", on=("unit", unit.id), before=unit.names, after=labels)
        unit.names = labels
    return unit


def _check_place(tx: Transaction, code: str, kind: str, parent: Unit | None) -> None:
    if not _CODE.fullmatch(code):
        raise UnitRefused("code_invalid")
    if kind not in UNIT_KINDS:
        raise UnitRefused("kind_unknown")
    if parent is not None and UNIT_KINDS.index(kind) < UNIT_KINDS.index(parent.kind):
        raise UnitRefused("unit_misplaced", unit=parent.names)
    if tx.session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise UnitRefused("code_taken", code=code)


def _may_manage(tx: Transaction, path: str) -> None:
    if not may_in(tx.session, tx.actor.person_id, Permission.MANAGE_PEOPLE, path):
        raise NotPermitted(permission=Permission.MANAGE_PEOPLE)


def _unit(tx: Transaction, unit_id: UUID) -> Unit:
    unit = tx.session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("unit_unknown")
    return unit
