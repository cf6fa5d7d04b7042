"""Worklists and workqueues: who sees which tasks, in which order, narrowed how."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from engine.database import now, reading
from engine.queries.unit_load import week_ends
from engine.queries.worklists import ROWS, WorkFilter, workqueue
from engine.tables import Task
from engine.task_rules import case_forbids, place, why_not
from engine.urgency import Urgency, horizon
from engine.versions import definition
from tests import builders
from tests.worklists.house import COMPLETE, OPINION, House, Statements

REFERENCE = re.compile(r'<bdi dir="ltr">([^<]+)</bdi>')


def references(page: str) -> list[str]:
    return REFERENCE.findall(page)


def test_a_clerk_sees_the_tasks_of_their_lane_and_unit_only(house: House) -> None:
    own, other = house.filed(), house.filed(unit="cnas-16-02")
    page = house.page("amina", "/workqueue")
    assert references(page) == [builders.case(own).reference]
    assert builders.case(other).reference not in page
    assert references(house.page("fatiha", "/workqueue")) == []


def test_a_role_granted_above_holds_in_the_units_below(house: House) -> None:
    house.filed()
    house.filed(unit="cnas-16-02")
    page = house.page("yasmine", "/workqueue")
    assert len(references(page)) == 2
    assert "Medical opinion" in page
    assert "Check rights" not in page


def test_what_breaches_first_comes_first(house: House) -> None:
    young, old, middle = house.filed(), house.filed(days_ago=20), house.filed(days_ago=1)
    expected = [builders.case(case).reference for case in (old, middle, young)]
    page = house.page("amina", "/workqueue")
    assert references(page) == expected
    assert 'class="urgency-breached"' in page
    assert "late by" in page


def test_claimed_tasks_leave_what_is_to_be_claimed_and_stand_in_their_holders_worklist(house: House) -> None:
    case = house.filed()
    house.claimed(case, "check_rights", "amina")
    reference = builders.case(case).reference
    assert references(house.page("amina", "/worklist")) == [reference]
    assert references(house.page("badr", "/worklist")) == []
    assert references(house.page("badr", "/workqueue")) == []
    everyone = house.page("badr", "/workqueue?held=any")
    assert references(everyone) == [reference]
    assert "Amina Bouzid" in everyone


def test_the_mark_in_the_list_agrees_with_the_rule_at_the_door(house: House) -> None:
    task_id = _validation(house)
    with reading() as session:
        task = session.get_one(Task, task_id)
        process = definition(session, task.case.version_id).process
        where = place(session, task=task, case=task.case, process=process)
        page = workqueue(session, house.cast.standing("karim"), WorkFilter(), at=now())
        row = next(row for row in page.rows if row.task.id == task_id)
        assert row.past["check_rights"] == {house.cast.id("amina")}
        assert why_not(session, where, house.cast.standing("karim")) is None
        assert case_forbids(where, house.cast.id("karim"), row.past) is None
        forbidden = case_forbids(where, house.cast.id("amina"), row.past)
        assert forbidden is not None
        assert forbidden.code == "four_eyes"


def test_ones_own_request_is_shown_but_not_to_be_claimed(house: House) -> None:
    case = house.filed(by="amina")
    page = house.page("amina", "/workqueue")
    assert references(page) == [builders.case(case).reference]
    assert "This is your own request" in page
    assert "/claim" not in page
    assert "/claim" in house.page("badr", "/workqueue")


def _validation(house: House) -> object:
    case = house.filed()
    house.done(case, "check_rights", COMPLETE, "amina")
    house.done(case, "medical_opinion", OPINION, "yasmine")
    return builders.task_id(case, "validate")


NARROWED = {
    "urgency=breached": 1,
    "urgency=nonsense": 2,
    "q=00002": 1,
    "q=%25": 0,
    "step=sickness_benefit:check_rights": 2,
    "step=other:check_rights": 0,
    "unit=nonsense": 2,
    "after=nonsense": 2,
    "after=~2026-01-01~x": 2,
}


@pytest.mark.parametrize(("asked", "shown"), NARROWED.items())
def test_the_address_narrows_the_list(house: House, asked: str, shown: int) -> None:
    house.filed(days_ago=20)
    house.filed()
    assert len(references(house.page("amina", f"/workqueue?{asked}"))) == shown


def test_no_task_is_shown_twice_or_lost_from_page_to_page(house: House) -> None:
    for _ in range(ROWS + 3):
        house.filed()
    _set_urgency(house)
    seen: list[str] = []
    address: str | None = "/workqueue"
    while address:
        page = house.page("amina", address)
        seen += references(page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == len(set(seen)) == ROWS + 3


def _set_urgency(house: House) -> None:
    """Equal expiries and none at all among them: the worst for paging."""
    at = now() + timedelta(days=3)
    with house.database.engine.begin() as connection:
        connection.execute(update(Task).values(urgent_at=None, offered_at=at))
        connection.execute(update(Task).where(Task.role == "physician").values(urgent_at=at))
        some = [
            row.id
            for row in connection.execute(Task.__table__.select().where(Task.role != "physician")).fetchmany(
                20
            )
        ]
        connection.execute(update(Task).where(Task.id.in_(some)).values(urgent_at=at))


def test_a_page_asks_the_database_as_often_for_one_row_as_for_ten(house: House) -> None:
    client = house.client("amina")
    house.filed()
    client.get("/workqueue")
    with Statements(house.database) as one:
        client.get("/workqueue")
    for _ in range(9):
        house.filed()
    with Statements(house.database) as ten:
        client.get("/workqueue")
    assert ten.count == one.count


def test_urgencies_part_at_the_days_of_algiers() -> None:
    monday = datetime(2026, 3, 2, 8, tzinfo=UTC)
    midnight = datetime(2026, 3, 2, 23, tzinfo=UTC)
    limits = horizon(monday)
    assert limits.urgency(monday) == Urgency.BREACHED
    assert limits.urgency(midnight) == Urgency.TODAY
    assert limits.urgency(midnight + timedelta(seconds=1)) == Urgency.SOON
    assert limits.urgency(midnight + timedelta(days=2)) == Urgency.SOON
    assert limits.urgency(midnight + timedelta(days=3)) == Urgency.CALM
    assert limits.urgency(None) == Urgency.CALM


@pytest.mark.parametrize(("day", "ends"), [(1, 5), (2, 5), (5, 5), (6, 12), (7, 12), (8, 12)])
def test_the_working_week_ends_on_thursday_night(day: int, ends: int) -> None:
    assert week_ends(datetime(2026, 3, day, 9, tzinfo=UTC)) == datetime(2026, 3, ends, 23, tzinfo=UTC)


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_the_lists_speak_three_languages(house: House, lang: str) -> None:
    house.filed(days_ago=20)
    page = house.page("amina", "/workqueue", lang)
    assert f'<html lang="{lang}"' in page
    assert {"ar": "مراقبة الحقوق", "fr": "Contrôle des droits", "en": "Check rights"}[lang] in page


def test_the_lists_are_for_those_who_work_on_tasks(house: House) -> None:
    for name in ("samir", "ines", "salim"):
        assert house.client(name).get("/worklist").status_code == 403


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00", "nonsense"]
)
def test_a_place_that_was_tampered_with_is_the_first_page(house: House, moment: str) -> None:
    case = house.filed()
    for after in (f"~{moment}~{UUID(int=0)}", f"{moment}~2026-01-01T00:00:00+00:00~{UUID(int=0)}"):
        page = house.client("amina").get("/workqueue", query_string={"after": after})
        assert page.status_code == 200
        assert references(page.text) == [builders.case(case).reference]
