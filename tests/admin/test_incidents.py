from datetime import timedelta

from sqlalchemy import select

from engine.actor import Actor
from engine.database import now, reading, transaction
from engine.incidents import open_incident
from engine.tables import Deadline, Incident
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
