"""The supervisor's pages: the load of the units, breaches, reassigning."""

import pytest
from sqlalchemy import select

from engine import jobs
from engine.database import now, reading
from engine.queries.unit_load import unit_load
from engine.tables import Handoff, TaskStatus
from tests import builders
from tests.worklists.house import COMPLETE, House, Statements


def test_the_load_counts_who_holds_what_and_what_nobody_does(house: House) -> None:
    house.claimed(house.filed(days_ago=20), "check_rights", "amina")
    house.claimed(house.filed(), "check_rights", "amina")
    house.claimed(house.filed(), "check_rights", "badr")
    house.filed(unit="cnas-16-02")
    house.filed(unit="cnas-31-01")
    with reading() as session:
        load = unit_load(session, house.cast.standing("omar"), at=now())
    held = {
        (row.unit.code, row.person.username if row.person else None): (row.tasks, row.breached)
        for row in load.loads
    }
    assert held == {
        ("cnas-16", None): (4, 1),
        ("cnas-16-01", "amina"): (2, 1),
        ("cnas-16-01", "badr"): (1, 0),
        ("cnas-16-02", None): (1, 0),
    }
    assert load.total["tasks"] == 8
    assert load.total["unclaimed"] == 5


def test_the_page_shows_load_and_open_breaches_of_the_units_alone(house: House) -> None:
    case, elsewhere = house.filed(days_ago=20), house.filed(days_ago=20, unit="cnas-31-01")
    house.claimed(case, "check_rights", "amina")
    jobs.sweep()
    page = house.page("omar", "/unit")
    assert "Amina Bouzid" in page
    assert builders.case(case).reference in page
    assert builders.case(elsewhere).reference not in page
    assert page.index("still open") < page.index("</section>", page.index("still open"))
    assert house.client("amina").get("/unit").status_code == 403


def test_the_load_costs_the_same_for_one_person_as_for_many(house: House) -> None:
    house.claimed(house.filed(), "check_rights", "amina")
    client = house.client("omar")
    client.get("/unit")
    with Statements(house.database) as few:
        client.get("/unit")
    for name in ("amina", "badr", "badr"):
        house.claimed(house.filed(), "check_rights", name)
    with Statements(house.database) as many:
        client.get("/unit")
    assert many.count == few.count


def test_a_supervisor_reassigns_with_a_reason(house: House) -> None:
    case = house.filed()
    task_id = house.claimed(case, "check_rights", "amina")
    client = house.client("omar")
    assert f"/tasks/{task_id}/assign" in client.get("/unit/tasks").text
    page = client.get(f"/tasks/{task_id}/assign").text
    assert "Badr Haddad" in page
    assert "Karim Mansouri" not in page
    given = {"person": str(house.cast.id("badr")), "reason": "Amina is on leave."}
    assert client.post(f"/tasks/{task_id}/assign", data=given).location == "/unit"
    task = builders.task(task_id)
    assert (task.status, task.holder_id) == (TaskStatus.CLAIMED, house.cast.id("badr"))
    assert "Amina is on leave." in house.page("badr", f"/tasks/{task_id}")
    with reading() as session:
        assert "Amina is on leave." in session.scalars(select(Handoff.reason)).all()


@pytest.mark.parametrize(
    ("given", "linked"), [({"reason": "x"}, "field-person"), ({"person": "badr"}, "field-reason")]
)
def test_reassigning_needs_a_person_and_a_reason(house: House, given: dict[str, str], linked: str) -> None:
    task_id = house.claimed(house.filed(), "check_rights", "amina")
    sent = {name: str(house.cast.id(text)) if name == "person" else text for name, text in given.items()}
    answer = house.client("omar").post(f"/tasks/{task_id}/assign", data=sent)
    assert answer.status_code == 422
    assert f'href="#{linked}"' in answer.text
    assert builders.task(task_id).holder_id == house.cast.id("amina")


def test_the_rules_that_bind_claiming_bind_whoever_is_given_a_task(house: House) -> None:
    xml = builders.bpmn("start > check@rights_officer > confirm@rights_officer;other=check > end", key="two")
    case = builders.opened(builders.deploy(xml), by=house.cast.samir, unit=house.cast.centre)
    builders.complete(case, "check", by=house.cast.amina)
    task_id = builders.task_id(case, "confirm")
    client = house.client("omar")
    assert "Amina Bouzid" not in client.get(f"/tasks/{task_id}/assign").text
    refusals = {
        "amina": "Amina Bouzid did the step “check”",
        "karim": "Karim Mansouri cannot be given this task",
    }
    for name, why in refusals.items():
        sent = {"person": str(house.cast.id(name)), "reason": "Hurry."}
        answer = client.post(f"/tasks/{task_id}/assign", data=sent)
        assert answer.status_code == 403
        assert why in answer.text
    assert builders.task(task_id).status == TaskStatus.OFFERED


def test_nobody_hands_out_the_tasks_of_another_unit(house: House) -> None:
    task_id = builders.task_id(house.filed(), "check_rights")
    for name in ("mourad", "amina"):
        client = house.client(name)
        assert client.get(f"/tasks/{task_id}/assign").status_code == 403
        sent = {"person": str(house.cast.id("badr")), "reason": "Mine."}
        assert client.post(f"/tasks/{task_id}/assign", data=sent).status_code == 403


def test_a_task_that_has_ended_is_given_to_nobody(house: House) -> None:
    case = house.filed()
    task_id = house.done(case, "check_rights", COMPLETE, "amina")
    client = house.client("omar")
    assert "This task has ended" in client.get(f"/tasks/{task_id}/assign").text
    sent = {"person": str(house.cast.id("badr")), "reason": "Too late."}
    answer = client.post(f"/tasks/{task_id}/assign", data=sent)
    assert answer.status_code == 409
    assert "already completed by Amina Bouzid" in answer.text
