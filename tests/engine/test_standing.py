"""What people may do where: roles hold in their unit and below it, and nowhere else."""

from uuid import uuid4

import pytest

from engine.database import reading, transaction
from engine.people import deactivate_person
from engine.permissions import Permission
from engine.refusals import NotFound
from engine.standing import Grant, Standing, standing
from tests.people import TESTS, Cast


def test_a_role_holds_in_its_unit_and_all_below(cast: Cast) -> None:
    omar = cast.standing("omar")
    assert omar.may_in(Permission.SUPERVISE_UNIT, "mtess/cnas/cnas-16")
    assert omar.may_in(Permission.SUPERVISE_UNIT, "mtess/cnas/cnas-16/cnas-16-02")


def test_a_role_holds_neither_above_nor_beside_nor_by_a_shared_beginning(cast: Cast) -> None:
    omar = cast.standing("omar")
    for path in ("mtess/cnas", "mtess/cnas/cnas-31", "mtess/cnas/cnas-160", ""):
        assert not omar.may_in(Permission.SUPERVISE_UNIT, path)


def test_roles_are_asked_by_their_code(cast: Cast) -> None:
    amina = cast.standing("amina")
    assert amina.has_role_in("rights_officer", "mtess/cnas/cnas-16/cnas-16-01")
    assert not amina.has_role_in("validator", "mtess/cnas/cnas-16/cnas-16-01")
    assert amina.roles_with(Permission.WORK_TASKS) == ("rights_officer",)


def test_a_citizen_may_nothing(cast: Cast) -> None:
    samir = cast.standing("samir")
    assert samir.is_citizen
    assert not any(map(samir.may, Permission))


def test_roots_leave_out_what_lies_below_another() -> None:
    grants = [
        Grant(uuid4(), path, path[-1:], "clerk", frozenset({"tasks.work"}))
        for path in ("a/b", "a", "c/d", "ab")
    ]
    assert Standing(uuid4(), "staff", tuple(grants)).roots("tasks.work") == ("a", "ab", "c/d")


def test_who_is_deactivated_may_nothing(cast: Cast) -> None:
    with transaction(actor=TESTS) as tx:
        deactivate_person(tx, person_id=cast.id("omar"))
    assert cast.standing("omar").grants == ()


def test_an_unknown_person_has_no_standing(cast: Cast) -> None:
    with reading() as session, pytest.raises(NotFound):
        standing(session, uuid4())
