from datetime import timedelta

from sqlalchemy import select

from engine.actor import Actor
from engine.database import now, reading, transaction
from engine.incidents import open_incident
from engine.tables import Deadline, Incident
from tests import builders
from tests.admin.house import Office, words


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
