"""Decisions: signed by a person, adverse ones only with reasons and remedies, served once, received once."""

from uuid import UUID

import pytest
from sqlalchemy import select

from engine import audit, jobs
from engine.calendars import later
from engine.database import reading, transaction
from engine.decisions import receive_decision
from engine.tables import Decision, Incident, Notice
from tests.builders import MONDAY, bpmn, case, complete, deploy, entries, events, opened
from tests.people import Cast

PATH = "start > sign@validator > issue!decision/issue > tell!notice/decision > end"
REASONS = {"reasons": "The leave was not prescribed by a doctor."}


def signed(cast: Cast, outcome: str, answers: dict[str, str], *, remedy: bool = True) -> UUID:
    issued = bpmn(PATH, remedy=remedy).replace(
        b'masar:call="decision/issue"/>',
        f'masar:call="decision/issue"><extensionElements><masar:input name="outcome" value="{outcome}"/>'
        "</extensionElements></serviceTask>".encode(),
    )
    case_id = opened(deploy(issued), by=cast.samir, unit=cast.centre)
    complete(case_id, "sign", answers, by=cast.karim)
    jobs.drain(at=MONDAY)
    return case_id


def decision_of(case_id: UUID) -> Decision | None:
    with reading() as session:
        return session.scalars(select(Decision).where(Decision.case_id == case_id)).first()


def test_a_decision_is_signed_by_who_completed_the_step(cast: Cast) -> None:
    case_id = signed(cast, "granted", {"amount": "5"})
    decision = decision_of(case_id)
    assert decision is not None
    assert (decision.outcome, decision.signed_by_id, decision.notified_at) == (
        "granted", cast.id("karim"), MONDAY,
    )  # fmt: skip
    assert decision.content["figures"] == {"amount": "5"}
    assert case(case_id).outcome == "granted"
    with reading() as session:
        codes = session.scalars(select(Notice.code).where(Notice.person_id == cast.id("samir"))).all()
    assert codes == ["decision_notified"]


def test_the_trail_seals_what_the_decision_says(cast: Cast) -> None:
    case_id = signed(cast, "refused", REASONS)
    decision = decision_of(case_id)
    issued = next(entry for entry in entries(case_id) if entry.event == "decision.issued")
    assert decision is not None
    assert issued.facts["content"] == audit.sealed_digest(decision.salt, decision.content)
    assert "doctor" not in str(issued.facts)
    assert decision.content["reasons"] == REASONS["reasons"]
    assert [remedy["code"] for remedy in decision.content["remedies"]] == ["appeal"]


@pytest.mark.parametrize(
    ("outcome", "answers", "remedy", "code"),
    [
        ("refused", {}, True, "decision_needs_reasons"),
        ("refused", {"reasons": "   "}, True, "decision_needs_reasons"),
        ("refused", REASONS, False, "decision_needs_remedies"),
        ("perhaps", REASONS, True, "decision_without_outcome"),
    ],
)
def test_a_decision_that_lacks_what_the_law_demands_is_an_incident(
    cast: Cast, outcome: str, answers: dict[str, str], remedy: bool, code: str
) -> None:
    case_id = signed(cast, outcome, answers, remedy=remedy)
    assert decision_of(case_id) is None
    assert (case(case_id).outcome, case(case_id).closed_at) == (None, None)
    with reading() as session:
        incident = session.scalars(select(Incident).where(Incident.case_id == case_id)).one()
    assert (incident.element, incident.code) == ("issue", code)


def test_the_proof_of_receipt_is_taken_once(cast: Cast) -> None:
    case_id = signed(cast, "granted", {})
    for days in (1, 2):
        with transaction(actor=cast.samir, at=later(MONDAY, days=days)) as tx:
            receive_decision(tx, case_id=case_id)
    decision = decision_of(case_id)
    assert decision is not None
    assert decision.received_at == later(MONDAY, days=1)
    assert events(case_id).count("decision.received") == 1


def test_there_is_nothing_to_receive_before_it_is_notified(cast: Cast) -> None:
    case_id = opened(deploy(bpmn("start > sign@validator > end")), by=cast.samir, unit=cast.centre)
    with transaction(actor=cast.samir) as tx:
        assert receive_decision(tx, case_id=case_id) is None
