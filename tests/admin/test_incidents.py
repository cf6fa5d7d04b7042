import json
import sqlite3
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from admin.correcting import changed, fields_of, shown
from engine.actor import Actor
from engine.corrections import DataRead
from engine.database import now, reading, transaction
from engine.incidents import open_incident
from engine.roles import grant_role
from engine.tables import Deadline, Incident, Reading
from tests import builders
from tests.admin.house import Office, hidden, words


def failed(office: Office) -> Incident:
    """An incident of a deadline that could not be seen to."""
    case_id = office.open_case()
    with reading() as session:
        deadline = session.scalars(select(Deadline.id).where(Deadline.element == "check_rights")).one()
    with transaction(actor=Actor.system("clock"), at=now() - timedelta(hours=1)) as tx:
        return open_incident(
            tx,
            case_id=case_id,
            element="check_rights",
            code="no_rule_matched",
            params={"decision": "amount"},
            deadline_id=deadline,
        )


def test_an_incident_is_told_with_its_reason_and_owner(office: Office) -> None:
    failed(office)
    page = words(office.client("ines").get("/admin/incidents"))
    assert "No rule of the decision “amount” matches." in page
    assert "Alger-Centre" in page
    assert "Its unit’s supervisor can try again." in page


def test_the_supervisor_of_the_owner_tries_again_once(office: Office) -> None:
    incident = failed(office)
    client = office.client("omar")
    assert "Try again" in words(client.get("/admin/incidents"))
    assert client.post(f"/admin/incidents/{incident.id}/retry").status_code == 303
    assert client.post(f"/admin/incidents/{incident.id}/retry").status_code == 404
    assert "No work has failed." in words(client.get("/admin/incidents"))
    with reading() as session:
        assert session.get_one(Incident, incident.id).resolved_by == "person:omar"


def test_who_only_inspects_may_not_try_again(office: Office) -> None:
    incident = failed(office)
    assert office.client("ines").post(f"/admin/incidents/{incident.id}/retry").status_code == 403
    assert office.client("far").get("/admin/incidents").status_code == 200
    assert "No work has failed." in words(office.client("far").get("/admin/incidents"))


CIRCLE = "start > {fix@rights_officer & count=n = 10 / y > {a=m = 1 * b=o = 2} > more@rights_officer} > end"


def parked(office: Office, y: int) -> Incident:
    """An incident of an element that failed; afterwards the case goes in circles where y is 1."""
    xml = builders.bpmn(CIRCLE, key="counted").replace(b"again == true", b"y == 1")
    unit, samir = office.units["cnas-16-01"].id, office.actor("samir@example.dz")
    case_id = builders.opened(builders.deploy(xml), by=samir, unit=unit, answers={"y": 0})
    builders.complete(case_id, "fix", {"y": y}, by=office.actor("amina"))
    with reading() as session:
        return session.scalars(select(Incident)).one()


def test_an_element_that_failed_goes_on_when_the_supervisor_tries_again(office: Office) -> None:
    incident = parked(office, 5)
    client = office.client("omar")
    page = words(client.get("/admin/incidents"))
    assert "count" in page
    assert "Alger-Centre" in page
    assert client.post(f"/admin/incidents/{incident.id}/retry").status_code == 303
    assert builders.waiting(incident.case_id) == ["more"]
    assert "No work has failed." in words(client.get("/admin/incidents"))


def test_what_cannot_even_be_tried_is_told_and_the_incident_stays(office: Office) -> None:
    incident = parked(office, 1)
    client = office.client("omar")
    client.post(f"/admin/incidents/{incident.id}/retry")
    page = words(client.get("/admin/incidents"))
    assert "runs in circles" in page
    assert "Try again" in page


HALVED = "start > {fix@rights_officer & count=n = 10 / y + len(rows) > more@rights_officer} > end"


def uncounted(office: Office, **data: object) -> Incident:
    """An incident of a script that divides by y, which is 0, and counts rows."""
    unit, samir = office.units["cnas-16-01"].id, office.actor("samir@example.dz")
    key = builders.deploy(builders.bpmn(HALVED, key="halved"))
    answers = {"y": 0, "rows": [1, 2], "secret": "unread", **data}
    builders.opened(key, by=samir, unit=unit, answers=answers)
    with reading() as session:
        return session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).one()


def typed(office: Office, incident: Incident, **changes: str) -> dict[str, str]:
    """What the page of an incident sends: field 0 is rows, field 1 is y."""
    page = office.client("omar").get(f"/admin/incidents/{incident.id}")
    sent = {"kind-0": "json", "value-0": "[\r\n 1,\r\n 2\r\n]", "kind-1": "number", "value-1": "5"}
    return {**sent, "reason": "The form said five.", "revision": hidden(page, "revision"), **changes}


def corrected(office: Office, incident: Incident, username: str = "omar", **changes: str) -> TestResponse:
    return office.client(username).post(
        f"/admin/incidents/{incident.id}/correct", data=typed(office, incident, **changes)
    )


def test_the_page_of_an_incident_shows_what_the_failed_element_reads_and_no_more(office: Office) -> None:
    incident = uncounted(office)
    page = office.client("omar").get(f"/admin/incidents/{incident.id}")
    told = words(page)
    assert "divided by zero" in told.lower() or "division" in told.lower()
    assert "count" in told
    assert 'name="value-1"' in page.text
    assert 'name="value-2"' not in page.text
    assert "unread" not in page.text
    with reading() as session:
        looks = session.scalars(select(Reading.what).where(Reading.case_id == incident.case_id)).all()
    assert looks == ["incident"]


def test_corrected_data_let_the_element_go_on_and_are_on_the_trail(office: Office) -> None:
    incident = uncounted(office)
    assert corrected(office, incident).status_code == 303
    assert builders.case(incident.case_id).data["n"] == 4
    assert "No work has failed." in words(office.client("omar").get("/admin/incidents"))
    [entry] = [one for one in builders.entries(incident.case_id) if one.event == "case.data_corrected"]
    assert (entry.actor, entry.facts["names"], entry.facts["element"]) == ("person:omar", ["y"], "count")
    assert "five" not in str(entry.facts)
    assert {len(entry.facts[part]) for part in ("before", "after", "reason")} == {64}
    told = words(office.client("ines").get(f"/admin/cases/{incident.case_id}"))
    assert "y: 0 → 5 . Reason given: The form said five." in told
    verified = words(office.client("ines").post(f"/admin/cases/{incident.case_id}/verify"))
    assert "the chain holds" in verified


def test_a_correction_altered_afterwards_shows(office: Office) -> None:
    incident = uncounted(office)
    corrected(office, incident)
    altered = {"reason": "Another.", "before": {"y": 0}, "after": {"y": 5}}
    with sqlite3.connect(office.file) as connection:
        connection.execute("UPDATE incidents SET correction = ?", (json.dumps(altered),))
    verified = words(office.client("ines").post(f"/admin/cases/{incident.case_id}/verify"))
    assert "The correction of data at “count” was altered" in verified


def test_what_fails_again_has_a_new_incident_that_keeps_the_corrected_data(office: Office) -> None:
    incident = uncounted(office)
    answer = corrected(office, incident, **{"value-0": "[1, 2, 3]", "value-1": "0"})
    assert answer.status_code == 303
    with reading() as session:
        again = session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).one()
    assert again.id != incident.id
    assert answer.location.endswith(f"/admin/incidents/{again.id}")
    assert builders.case(incident.case_id).data["rows"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": " "}, "Give the reason"),
        ({"value-1": "0"}, "No value was changed."),
        ({"value-1": "five"}, "Write a number"),
        ({"value-1": "99999999999999999999"}, "Write a number"),
        ({"value-0": "[1,"}, "not a list or table in JSON"),
        ({"value-0": '"text"'}, "not a list or table in JSON"),
        ({"value-0": "[NaN]"}, "not a list or table in JSON"),
        ({"value-0": "[" * 100 + "]" * 100}, "nested too deep"),
        ({"kind-1": "date", "value-1": "31/03/2026"}, "Write a date as"),
        ({"kind-1": "odd"}, "Choose what kind of value"),
        ({"kind-1": "null", "value-1": "7"}, "leave the text empty"),
        ({"value-1": "7" * 20_001}, "too long"),
    ],
)
def test_a_correction_that_is_refused_stays_as_it_was_typed(
    office: Office, changes: dict[str, str], sentence: str
) -> None:
    incident = uncounted(office)
    answer = corrected(office, incident, **changes)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert changes.get("value-1", "5") in answer.text
    if "reason" not in changes:
        assert "The form said five." in answer.text
    assert builders.case(incident.case_id).data["y"] == 0
    assert builders.events(incident.case_id)[-1] == "incident.opened"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", "2,5", Decimal("2.5")),
        ("number", "٤", 4),
        ("text", "four", "four"),
        ("yes", "", True),
        ("no", "", False),
        ("null", "", None),
        ("date", "2026-03-31", date(2026, 3, 31)),
        ("moment", "2026-03-31T08:30:00+01:00", datetime.fromisoformat("2026-03-31T08:30:00+01:00")),
        ("json", '{"a": [1.5]}', {"a": [Decimal("1.5")]}),
    ],
)
def test_a_value_may_be_of_each_kind(kind: str, text: str, value: object) -> None:
    data = DataRead({"y": 0}, ("gone",))
    fields = fields_of(data, {"kind-0": "missing", "kind-1": kind, "value-1": text})
    assert changed(data, fields) == {"y": value}
    assert shown(value)[0] == kind


def test_a_variable_that_the_case_lacks_can_be_given(office: Office) -> None:
    path = "start > count=n = 10 / lacking > more@rights_officer > end"
    unit, samir = office.units["cnas-16-01"].id, office.actor("samir@example.dz")
    case_id = builders.opened(builders.deploy(builders.bpmn(path)), by=samir, unit=unit)
    with reading() as session:
        incident = session.scalars(select(Incident)).one()
    assert "The case does not have it." in words(office.client("omar").get(f"/admin/incidents/{incident.id}"))
    sent = {"kind-0": "number", "value-0": "5"}
    assert corrected(office, incident, **sent).status_code == 303
    assert builders.case(case_id).data["n"] == 2


def test_of_two_owners_the_second_overwrites_nothing(office: Office) -> None:
    incident = uncounted(office)
    stale = typed(office, incident)
    builders.complete(incident.case_id, "fix", by=office.actor("amina"))
    client = office.client("omar")
    late = client.post(f"/admin/incidents/{incident.id}/correct", data=stale)
    assert late.status_code == 409
    assert "moved the case meanwhile" in words(late)
    assert "The form said five." in late.text
    assert corrected(office, incident).status_code == 303
    assert client.post(f"/admin/incidents/{incident.id}/correct", data=stale).status_code == 409
    assert "This incident was resolved on" in words(client.get(f"/admin/incidents/{incident.id}"))


@pytest.mark.parametrize("username", ["ines", "far", "amina", "nadia", "samir@example.dz"])
def test_who_does_not_own_an_incident_neither_sees_nor_corrects_it(office: Office, username: str) -> None:
    incident = uncounted(office)
    client = office.client(username)
    assert client.get(f"/admin/incidents/{incident.id}").status_code == 403
    assert corrected(office, incident, username).status_code == 403
    assert builders.case(incident.case_id).data["y"] == 0


def test_a_supervisor_elsewhere_is_refused(office: Office) -> None:
    incident = uncounted(office)
    with transaction(actor=Actor.system("tests")) as tx:
        grant_role(tx, person_id=office.people["far"], unit_id=office.units["cnas-31"].id, role="supervisor")
    client = office.client("far")
    assert client.get(f"/admin/incidents/{incident.id}").status_code == 403
    assert corrected(office, incident, "far").status_code == 403


def test_work_without_an_element_offers_another_try_alone(office: Office) -> None:
    incident = failed(office)
    page = office.client("omar").get(f"/admin/incidents/{incident.id}")
    assert "Try again" in words(page)
    assert "/correct" not in page.text
    sent = {"reason": "Because.", "revision": "1", "kind-0": "number", "value-0": "1"}
    answer = office.client("omar").post(f"/admin/incidents/{incident.id}/correct", data=sent)
    assert answer.status_code in (409, 422)


def test_nobody_corrects_the_data_of_their_own_case(office: Office) -> None:
    unit = office.units["cnas-16-01"].id
    key = builders.deploy(builders.bpmn(HALVED, key="halved"))
    builders.opened(key, by=office.actor("omar"), unit=unit, answers={"y": 0, "rows": []})
    with reading() as session:
        incident = session.scalars(select(Incident)).one()
    page = office.client("omar").get(f"/admin/incidents/{incident.id}")
    assert "your own request" in words(page)
    sent = {"kind-0": "json", "value-0": "[]", "kind-1": "number", "value-1": "5", "reason": "Mine."}
    revision = str(builders.case(incident.case_id).revision)
    answer = office.client("omar").post(
        f"/admin/incidents/{incident.id}/correct", data={**sent, "revision": revision}
    )
    assert answer.status_code == 403
