"""An element that fails holds its token: what was done is kept, an incident tells why, and it can be tried again."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine import audit, jobs
from engine.bpmn.failures import FlowFailed
from engine.calendars import later
from engine.connectors import BusinessError, outside
from engine.corrections import Correction
from engine.database import Database, reading, transaction
from engine.incident_owners import retry_owned_incident
from engine.incidents import IncidentUnknown, note_failed_act, retry_incident
from engine.inspection import verify_trail
from engine.messages import publish
from engine.refusals import NotPermitted, Refusal
from engine.tables import Incident
from tests.builders import (
    HEAD,
    MONDAY,
    bpmn,
    case,
    claim,
    complete,
    deploy,
    entries,
    events,
    opened,
    task_id,
    waiting,
)
from tests.engine.test_statements import counted
from tests.people import TESTS, Cast

COUNTED = "start > check@rights_officer > count=n = 10 / divisor > more@rights_officer > end"


def incidents(case_id: UUID) -> list[Incident]:
    with reading() as session:
        found = select(Incident).where(Incident.case_id == case_id, Incident.resolved_at.is_(None))
        return list(session.scalars(found.order_by(Incident.opened_at, Incident.element)))


def stuck(cast: Cast, path: str = COUNTED) -> UUID:
    case_id = opened(deploy(bpmn(path)), by=cast.samir, unit=cast.centre, answers={"divisor": 0})
    complete(case_id, "check", by=cast.amina)
    return case_id


def holds(case_id: UUID) -> bool:
    with reading() as session:
        return audit.verify(session, case_id).holds


def test_what_a_clerk_did_is_kept_when_what_follows_fails(cast: Cast) -> None:
    case_id = stuck(cast)
    [incident] = incidents(case_id)
    assert incident.element == "count"
    assert (incident.owner_unit_id, case(case_id).closed_at) == (cast.centre, None)
    assert (waiting(case_id), events(case_id)[-2:]) == ([], ["task.completed", "incident.opened"])
    assert holds(case_id)


def test_a_parked_element_tried_again_in_vain_opens_another_incident(cast: Cast) -> None:
    case_id = stuck(cast)
    [first] = incidents(case_id)
    with transaction(actor=cast.omar, at=later(MONDAY, hours=1)) as tx:
        retry_incident(tx, incident_id=first.id)
    [second] = incidents(case_id)
    assert second.id != first.id
    assert (second.token, case(case_id).held_up) == (first.token, 1)
    with pytest.raises(IncidentUnknown), transaction(actor=cast.omar) as tx:
        retry_incident(tx, incident_id=first.id)
    assert events(case_id)[-3:] == ["incident.resolved", "incident.retried", "incident.opened"]


def test_a_parked_element_goes_on_once_its_data_are_right(cast: Cast) -> None:
    path = (
        "start > {fix@validator & check@rights_officer > count=n = 10 / divisor > more@rights_officer} > end"
    )
    case_id = stuck(cast, path)
    [incident] = incidents(case_id)
    assert waiting(case_id) == ["fix"]
    complete(case_id, "fix", {"divisor": 5}, by=cast.karim)
    assert incidents(case_id) != [], "it waits to be tried again"
    with transaction(actor=cast.omar, at=later(MONDAY, hours=1)) as tx:
        retry_incident(tx, incident_id=incident.id)
    assert (waiting(case_id), case(case_id).data["n"], incidents(case_id)) == (["more"], 2, [])
    assert (case(case_id).held_up, holds(case_id)) == (0, True)
    [retried] = [entry for entry in entries(case_id) if entry.event == "incident.retried"]
    assert (retried.actor, retried.facts["element"], retried.facts["path"]) == (
        "person:omar",
        "count",
        ["count"],
    )
    complete(case_id, "more", by=cast.amina)
    assert case(case_id).closed_at is not None


def test_data_are_corrected_where_the_element_failed_and_sealed_on_the_trail(cast: Cast) -> None:
    case_id = stuck(cast)
    [incident] = incidents(case_id)
    values = {"divisor": Decimal("2.5")}
    correction = Correction(values, "Two\0 and a half.", case(case_id).revision)
    with transaction(actor=cast.omar, at=later(MONDAY, hours=1)) as tx:
        retry_owned_incident(tx, incident_id=incident.id, correction=correction)
    assert (case(case_id).data["n"], waiting(case_id), incidents(case_id)) == (4, ["more"], [])
    with reading() as session:
        kept = session.get_one(Incident, incident.id).correction
    assert kept == {"reason": "Two and a half.", "before": {"divisor": 0}, "after": {"divisor": 2.5}}
    with transaction(actor=cast.ines, at=later(MONDAY, hours=2)) as tx:
        _story, verdict = verify_trail(tx, case_id=case_id, damaged=())
    assert verdict.holds
    with transaction(actor=TESTS, at=MONDAY) as tx, tx.session.no_autoflush:
        tx.session.get_one(Incident, incident.id).correction = {**kept, "reason": "Another."}
        audit.record(tx, "incident.retried", on=("case", case_id))
    with transaction(actor=cast.ines, at=later(MONDAY, hours=3)) as tx:
        _story, verdict = verify_trail(tx, case_id=case_id, damaged=())
    assert [found.kind for found in verdict.breaks] == ["correction_altered"]


@pytest.mark.parametrize(
    ("values", "reason", "moved", "code"),
    [
        ({"divisor": 5}, "  ", 0, "reason_required"),
        ({}, "Why.", 0, "nothing_corrected"),
        ({"n": 5}, "Why.", 0, "variable_not_read"),
        ({"divisor": 2**70}, "Why.", 0, "value_not_kept"),
        ({"divisor": 5}, "Why.", 1, "case_moved"),
    ],
)
def test_a_correction_that_is_refused_changes_nothing(
    cast: Cast, values: dict[str, Any], reason: str, moved: int, code: str
) -> None:
    case_id = stuck(cast)
    [incident] = incidents(case_id)
    correction = Correction(values, reason, case(case_id).revision - moved)
    with pytest.raises(Refusal) as refused, transaction(actor=cast.omar) as tx:
        retry_owned_incident(tx, incident_id=incident.id, correction=correction)
    assert refused.value.code == code
    assert (case(case_id).data["divisor"], len(incidents(case_id))) == (0, 1)


def test_who_does_not_own_the_incident_corrects_nothing(cast: Cast) -> None:
    case_id = stuck(cast)
    [incident] = incidents(case_id)
    correction = Correction({"divisor": 5}, "Why.", case(case_id).revision)
    for actor in (cast.amina, cast.ines, cast.samir):
        with pytest.raises(NotPermitted), transaction(actor=actor) as tx:
            retry_owned_incident(tx, incident_id=incident.id, correction=correction)


def test_an_incident_ends_with_the_element_that_an_event_withdraws(cast: Cast) -> None:
    drawn = (
        '<startEvent id="start"/><subProcess id="sub"><startEvent id="s"/>'
        '<scriptTask id="count"><script>n = 1 / 0</script></scriptTask><endEvent id="e"/>'
        '<sequenceFlow id="i1" sourceRef="s" targetRef="count"/><sequenceFlow id="i2" sourceRef="count" targetRef="e"/>'
        '</subProcess><boundaryEvent id="called_off" attachedToRef="sub"><messageEventDefinition messageRef="m"/>'
        '</boundaryEvent><endEvent id="end"/><endEvent id="off"/>'
        '<sequenceFlow id="f1" sourceRef="start" targetRef="sub"/>'
        '<sequenceFlow id="f2" sourceRef="sub" targetRef="end"/>'
        '<sequenceFlow id="f3" sourceRef="called_off" targetRef="off"/>'
    )
    xml = f'{HEAD}<message id="m" name="off"/><process id="p" isExecutable="true">{drawn}</process></definitions>'
    case_id = opened(deploy(xml.encode()), by=cast.samir, unit=cast.centre)
    assert [incident.element for incident in incidents(case_id)] == ["count"]
    with transaction(actor=TESTS, at=MONDAY) as tx:
        publish(tx, name="off")
    jobs.drain(at=MONDAY)
    with reading() as session:
        ended = session.scalars(select(Incident).where(Incident.case_id == case_id)).one()
    assert (ended.resolved_by, case(case_id).closed_at, case(case_id).held_up) == ("engine", MONDAY, 0)


def test_each_item_that_fails_has_an_incident_of_its_own(cast: Cast) -> None:
    drawn = (
        '<startEvent id="start"/><scriptTask id="each"><multiInstanceLoopCharacteristics><loopDataInputRef>list'
        '</loopDataInputRef><inputDataItem id="i" name="x"/></multiInstanceLoopCharacteristics>'
        '<script>y = 1 / x</script></scriptTask><endEvent id="end"/>'
        '<sequenceFlow id="f1" sourceRef="start" targetRef="each"/>'
        '<sequenceFlow id="f2" sourceRef="each" targetRef="end"/>'
    )
    xml = f'{HEAD}<process id="p" isExecutable="true">{drawn}</process></definitions>'.encode()
    case_id = opened(deploy(xml), by=cast.samir, unit=cast.centre, answers={"list": [0, 1, 0]})
    assert [incident.element for incident in incidents(case_id)] == ["each", "each"]
    assert case(case_id).held_up == 2


def test_a_case_without_failures_asks_for_no_incidents(database: Database, cast: Cast) -> None:
    case_id = opened(
        deploy(bpmn("start > a@rights_officer > b@rights_officer > end")), by=cast.samir, unit=cast.centre
    )
    with counted(database) as cost:
        complete(case_id, "a", by=cast.amina)
    assert not [statement for statement in cost.statements if "incidents" in statement]


def test_what_was_noted_of_an_act_that_failed_ends_when_the_task_is_done(cast: Cast) -> None:
    case_id = opened(
        deploy(bpmn("start > a@rights_officer > b@rights_officer > end")), by=cast.samir, unit=cast.centre
    )
    claim(case_id, "a", by=cast.amina)
    for _ in range(2):
        with transaction(actor=cast.amina, at=MONDAY) as tx:
            failure = FlowFailed("a", "no_rest", {"most": 1})
            note_failed_act(tx, task_id=task_id(case_id, "a"), failure=failure)
    [incident] = incidents(case_id)
    assert (incident.code, case(case_id).held_up) == ("no_rest", 1)
    complete(case_id, "a", by=cast.amina)
    assert (incidents(case_id), case(case_id).held_up, waiting(case_id)) == ([], 0, ["b"])
    with reading() as session:
        assert session.get_one(Incident, incident.id).resolved_by == "engine"


ASKED = (
    '<startEvent id="start"/><serviceTask id="ask" masar:call="register/person"/><endEvent id="end"/>'
    '<boundaryEvent id="unknown" attachedToRef="ask"><errorEventDefinition errorRef="e"/></boundaryEvent>'
    '<userTask id="check"/><endEvent id="end_unknown"/>'
    '<sequenceFlow id="f1" sourceRef="start" targetRef="ask"/><sequenceFlow id="f2" sourceRef="ask" targetRef="end"/>'
    '<sequenceFlow id="f3" sourceRef="unknown" targetRef="check"/>'
    '<sequenceFlow id="f4" sourceRef="check" targetRef="end_unknown"/>'
)


@pytest.mark.parametrize(("code", "caught"), [("UNKNOWN", True), ("OTHER", False)])
def test_a_business_error_of_an_operation_happens_at_its_service_task(
    cast: Cast, code: str, caught: bool
) -> None:
    drawn = f'<error id="e" errorCode="UNKNOWN"/><process id="p" isExecutable="true">{ASKED}</process>'
    xml = f"{HEAD}{drawn}</definitions>"
    asked: list[dict[str, Any]] = []

    def register(data: dict[str, Any]) -> dict[str, Any]:
        asked.append(data)
        raise BusinessError(code, "nobody of this number", {"reason": "none"})

    token = outside.set({"register/person": register})
    try:
        case_id = opened(deploy(xml.encode()), by=cast.samir, unit=cast.centre)
        assert jobs.drain(at=MONDAY) == 1
    finally:
        outside.reset(token)
    assert len(asked) == 1, "a business error is not tried again"
    if caught:
        assert (waiting(case_id), case(case_id).data["reason"], incidents(case_id)) == (["check"], "none", [])
    else:
        assert (waiting(case_id), [incident.element for incident in incidents(case_id)]) == ([], ["ask"])
    [answered] = [entry for entry in entries(case_id) if entry.event == "call.answered"]
    assert (answered.facts["error"], holds(case_id)) == (code, True)
