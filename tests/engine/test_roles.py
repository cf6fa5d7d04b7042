"""Roles and units: who may grant and build them, and that nobody raises themselves."""

from typing import Any

import pytest
from sqlalchemy import select

from engine.database import reading, transaction
from engine.labels import LabelsRefused
from engine.people import deactivate_person
from engine.permissions import ROLES, Permission
from engine.queries.people import holders_of, roles_list, roles_with, units_tree
from engine.refusals import NotPermitted, Refusal
from engine.roles import RoleRefused, SelfGrant, change_role, create_role, grant_role, revoke_role, seed_roles
from engine.tables import AuditEntry, Role
from engine.units import UnitRefused, change_unit, create_unit
from tests.engine.test_races import at_once
from tests.people import TESTS, Cast

NAMES = {"ar": "اسم", "fr": "Nom", "en": "Name"}


def role_id(code: str) -> Any:
    with reading() as session:
        return session.scalars(select(Role.id).where(Role.code == code)).one()


def test_roles_are_seeded_once(cast: Cast) -> None:
    with transaction(actor=TESTS) as tx:
        assert seed_roles(tx) == []
    with reading() as session:
        assert [row.role.code for row in roles_list(session)] == sorted(ROLES)


def test_a_role_granted_and_taken_back_is_recorded_on_the_person(cast: Cast) -> None:
    where = {"person_id": cast.id("amina"), "unit_id": cast.units["cnas-16-02"], "role": "validator"}
    with transaction(actor=cast.salim) as tx:
        first = grant_role(tx, **where)
        assert grant_role(tx, **where) is first
    assert cast.standing("amina").has_role_in("validator", "mtess/cnas/cnas-16/cnas-16-02")
    with transaction(actor=cast.salim) as tx:
        assert revoke_role(tx, **where).revoked_by == "person:salim"
    with reading() as session:
        query = select(AuditEntry.event).where(AuditEntry.actor_id == cast.id("salim"))
        events = session.scalars(query.order_by(AuditEntry.number)).all()
    assert events == ["role.granted", "role.revoked"]


def test_nobody_grants_themselves_a_role(cast: Cast) -> None:
    with transaction(actor=cast.salim) as tx, pytest.raises(SelfGrant):
        grant_role(tx, person_id=cast.id("salim"), unit_id=cast.units["cnas"], role="physician")


def test_nobody_widens_a_role_they_hold(cast: Cast) -> None:
    wider = ["people.manage", "medical.read"]
    with transaction(actor=cast.salim) as tx, pytest.raises(SelfGrant):
        change_role(tx, role_id=role_id("administrator"), names=NAMES, permissions=wider)


def test_roles_are_granted_only_where_one_manages(cast: Cast) -> None:
    with transaction(actor=TESTS) as tx:
        grant_role(tx, person_id=cast.id("omar"), unit_id=cast.units["cnas-16"], role="administrator")
    with transaction(actor=cast.omar) as tx:
        grant_role(tx, person_id=cast.id("badr"), unit_id=cast.units["cnas-16-02"], role="validator")
        with pytest.raises(NotPermitted):
            grant_role(tx, person_id=cast.id("badr"), unit_id=cast.units["cnas-31"], role="validator")
        with pytest.raises(NotPermitted):
            create_role(tx, code="auditor", names=NAMES, permissions=[])
        with pytest.raises(NotPermitted):
            create_unit(tx, code="cnas-31-09", kind="centre", parent_id=cast.units["cnas-31"], names=NAMES)


def test_citizens_hold_no_role(cast: Cast) -> None:
    with transaction(actor=cast.salim) as tx, pytest.raises(Refusal, match="citizens_hold_no_role"):
        grant_role(tx, person_id=cast.id("samir"), unit_id=cast.centre, role="validator")


def test_the_last_administrator_stays(cast: Cast) -> None:
    last = {"person_id": cast.id("salim"), "unit_id": cast.units["mtess"], "role": "administrator"}
    with transaction(actor=TESTS) as tx, pytest.raises(Refusal, match="last_administrator"):
        revoke_role(tx, **last)
    with transaction(actor=TESTS) as tx, pytest.raises(Refusal, match="last_administrator"):
        change_role(tx, role_id=role_id("administrator"), names=NAMES, permissions=[])
    with transaction(actor=TESTS) as tx:
        grant_role(tx, person_id=cast.id("ines"), unit_id=cast.units["mtess"], role="administrator")
        revoke_role(tx, **last)


def test_the_last_administrator_at_the_root_stays_whoever_manages_below(cast: Cast) -> None:
    last = {"person_id": cast.id("salim"), "unit_id": cast.units["mtess"], "role": "administrator"}
    with transaction(actor=TESTS) as tx:
        grant_role(tx, person_id=cast.id("omar"), unit_id=cast.units["cnas-16"], role="administrator")
    with transaction(actor=TESTS) as tx, pytest.raises(Refusal, match="last_administrator"):
        revoke_role(tx, **last)
    with transaction(actor=TESTS) as tx, pytest.raises(Refusal, match="last_administrator"):
        deactivate_person(tx, person_id=cast.id("salim"))


def test_of_two_last_administrators_who_go_at_once_one_stays(cast: Cast) -> None:
    where = {"unit_id": cast.units["mtess"], "role": "administrator"}
    with transaction(actor=TESTS) as tx:
        grant_role(tx, person_id=cast.id("ines"), **where)

    def revoke(name: str) -> None:
        with transaction(actor=TESTS) as tx:
            revoke_role(tx, person_id=cast.id(name), **where)

    told = at_once(lambda: revoke("salim"), lambda: revoke("ines"))
    assert [refused.code for refused in told if isinstance(refused, Refusal)] == ["last_administrator"]


def test_a_role_granted_twice_at_once_is_held_once(cast: Cast) -> None:
    def grant() -> Any:
        with transaction(actor=TESTS) as tx:
            return grant_role(tx, person_id=cast.id("amina"), unit_id=cast.centre, role="validator").id

    assert len(set(at_once(grant, grant))) == 1


def test_a_code_taken_at_once_is_told(cast: Cast) -> None:
    def unit() -> None:
        with transaction(actor=TESTS) as tx:
            create_unit(tx, code="new", kind="centre", parent_id=cast.units["cnas"], names=NAMES)

    def role() -> None:
        with transaction(actor=TESTS) as tx:
            create_role(tx, code="new", names=NAMES, permissions=[])

    for act in (unit, role):
        told = at_once(act, act, act)
        assert [one.code for one in told if isinstance(one, Refusal)] == ["code_taken", "code_taken"]


def test_what_is_not_held_is_not_taken_back(cast: Cast) -> None:
    with transaction(actor=cast.salim) as tx, pytest.raises(Refusal, match="role_not_held"):
        revoke_role(tx, person_id=cast.id("amina"), unit_id=cast.centre, role="physician")


def test_a_role_is_added_and_changed(cast: Cast) -> None:
    with transaction(actor=cast.salim) as tx:
        role = create_role(tx, code="auditor", names=NAMES, permissions=["medical.read", "cases.inspect"])
        assert role.permissions == ["cases.inspect", "medical.read"]
        change_role(tx, role_id=role.id, names=NAMES, permissions=["cases.inspect"])
    with reading() as session:
        assert [one.code for one in roles_with(session, Permission.INSPECT_CASES)] == ["auditor", "inspector"]


@pytest.mark.parametrize(
    ("code", "permissions", "fault"),
    [
        ("Auditor", [], "code_invalid"),
        ("applicant", [], "code_invalid"),
        ("inspector", [], "code_taken"),
        ("auditor", ["everything"], "permission_unknown"),
    ],
)
def test_a_role_that_cannot_be_is_refused(cast: Cast, code: str, permissions: list[str], fault: str) -> None:
    with transaction(actor=cast.salim) as tx, pytest.raises(RoleRefused, match=fault):
        create_role(tx, code=code, names=NAMES, permissions=permissions)


def test_a_unit_hangs_below_its_parent(cast: Cast) -> None:
    with transaction(actor=cast.salim) as tx:
        unit = create_unit(tx, code="cnas-16-09", kind="centre", parent_id=cast.units["cnas-16"], names=NAMES)
        assert unit.path == "mtess/cnas/cnas-16/cnas-16-09"
        assert change_unit(tx, unit_id=unit.id, names={**NAMES, "fr": "Autre"}).names["fr"] == "Autre"
    with reading() as session:
        nodes = {node.unit.code: node for node in units_tree(session)}
    assert nodes["cnas-16-09"].depth == 3
    assert nodes["cnas-16-01"].members == 3


@pytest.mark.parametrize(
    ("code", "level", "fault"),
    [
        ("9-centres", "centre", "code_invalid"),
        ("cnas-16/09", "centre", "code_invalid"),
        ("cnas-31", "centre", "code_taken"),
        ("cnas-16-09", "kiosk", "kind_unknown"),
        ("cnas-16-09", "fund", "unit_misplaced"),
    ],
)
def test_a_unit_that_cannot_be_is_refused(cast: Cast, code: str, level: str, fault: str) -> None:
    with transaction(actor=cast.salim) as tx, pytest.raises(UnitRefused, match=fault):
        create_unit(tx, code=code, kind=level, parent_id=cast.units["cnas-16"], names=NAMES)


def test_names_are_given_in_three_languages(cast: Cast) -> None:
    with transaction(actor=cast.salim) as tx, pytest.raises(LabelsRefused):
        change_unit(tx, unit_id=cast.centre, names={"ar": "مركز"})


def test_only_the_machine_plants_a_tree(cast: Cast) -> None:
    with transaction(actor=cast.salim) as tx, pytest.raises(NotPermitted):
        create_unit(tx, code="other", kind="ministry", parent_id=None, names=NAMES)


def test_who_holds_what_is_listed(cast: Cast) -> None:
    with reading() as session:
        held = holders_of(session, unit_id=cast.centre)
        assert [(one.role.code, one.person.username) for one in held] == [
            ("rights_officer", "amina"), ("rights_officer", "badr"), ("validator", "karim"),
        ]  # fmt: skip
