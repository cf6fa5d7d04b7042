"""A breach is written by whoever sees it first, and a deadline that was kept is never charged."""

from datetime import timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy import select

from engine import audit, jobs
from engine.actor import Actor
from engine.calendars import later
from engine.database import reading, transaction
from engine.deployments import DiagramRefused
from engine.expiry import fail_expiry
from engine.tables import Breach, Deadline, Handoff, Incident, Suspension
from engine.tasks import assign_task, claim_task, release_task
from engine.timers import TimerUnreadable, first_round
from tests.builders import MONDAY, bpmn, complete, deploy, events, opened, task_id
from tests.people import Cast

STEP = 'start > check@rights_officer[2wd warnAt="50%"] > end'
LOOP = "start > {check@rights_officer * give@applicant;suspends} > end"
CLOCK = Actor.system("clock")


def filed(cast: Cast, path: str, *, clock: str = "") -> UUID:
    return opened(deploy(bpmn(path, clock=clock)), by=cast.samir, unit=cast.centre)


def breaches(case_id: UUID) -> list[Breach]:
    with reading() as session:
        return list(session.scalars(select(Breach).where(Breach.case_id == case_id)))


def own_deadline(case_id: UUID) -> Deadline:
    with reading() as session:
        return session.scalars(select(Deadline).where(Deadline.case_id == case_id)).one()


def test_a_step_completed_late_before_any_sweep_leaves_its_breach(cast: Cast) -> None:
    case_id = filed(cast, STEP)
    fires_at = own_deadline(case_id).fires_at
    complete(case_id, "check", by=cast.amina, at=later(MONDAY, days=9))
    [breach] = breaches(case_id)
    assert (breach.at, breach.recorded_at, breach.holder_id) == (
        fires_at, later(MONDAY, days=9), cast.id("amina"),
    )  # fmt: skip
    assert "deadline.met_late" in events(case_id)
    jobs.sweep(at=later(MONDAY, days=20))
    assert len(breaches(case_id)) == 1


def test_a_step_completed_in_time_leaves_none_however_late_the_sweep(cast: Cast) -> None:
    case_id = filed(cast, STEP)
    complete(case_id, "check", by=cast.amina, at=later(MONDAY, hours=2))
    jobs.sweep(at=later(MONDAY, days=20))
    assert breaches(case_id) == []
    assert "deadline.met" in events(case_id)


def test_an_incident_of_a_deadline_that_was_met_charges_nobody_and_ends_with_the_case(cast: Cast) -> None:
    case_id = filed(cast, STEP)
    with transaction(actor=CLOCK, at=later(MONDAY, hours=1)) as tx:
        fail_expiry(tx, deadline_id=own_deadline(case_id).id, failure=RuntimeError("lost"))
    complete(case_id, "check", by=cast.amina, at=later(MONDAY, hours=2))
    with reading() as session:
        incident = session.scalars(select(Incident).where(Incident.case_id == case_id)).one()
    assert incident.resolved_by == "engine"
    jobs.sweep(at=later(MONDAY, days=10))
    assert breaches(case_id) == []


@pytest.mark.parametrize("answered_after", [4, 60])
def test_a_case_suspended_after_its_end_has_passed_stays_breached_and_late(
    cast: Cast, answered_after: int
) -> None:
    case_id = filed(cast, LOOP, clock="1wd")
    complete(case_id, "check", {"again": True}, by=cast.amina, at=later(MONDAY, days=3))
    assert len(breaches(case_id)) == 1
    complete(case_id, "give", by=cast.samir, at=later(MONDAY, days=answered_after))
    complete(case_id, "check", {"again": False}, by=cast.amina, at=later(MONDAY, days=answered_after))
    assert len(breaches(case_id)) == 1
    assert "deadline.met_late" in events(case_id)
    with reading() as session:
        assert session.scalars(select(Suspension).where(Suspension.resumed_at.is_(None))).all() == []


def test_who_gives_back_and_who_takes_is_told_apart(cast: Cast) -> None:
    case_id = filed(cast, "start > check@rights_officer > end")
    task = task_id(case_id, "check")
    with transaction(actor=cast.omar, at=MONDAY) as tx:
        assign_task(tx, task_id=task, to=cast.id("amina"), reason="Balance")
    with transaction(actor=cast.amina, at=later(MONDAY, hours=1)) as tx:
        release_task(tx, task_id=task)
    with transaction(actor=cast.badr, at=later(MONDAY, days=2)) as tx:
        claim_task(tx, task_id=task)
    with reading() as session:
        rows = session.scalars(select(Handoff).where(Handoff.to_task_id == task).order_by(Handoff.at)).all()
    told = {row.kind: (row.to_person_id, row.taken_at) for row in rows}
    assert told["assigned"] == (cast.id("amina"), MONDAY)
    assert told["released"] == (cast.id("badr"), later(MONDAY, days=2))
    assert [row.reason_salt is not None for row in rows if row.kind == "assigned"] == [True]


def test_a_task_that_follows_no_persons_act_has_no_giver(cast: Cast) -> None:
    case_id = filed(cast, "start > check@rights_officer > end")
    with reading() as session:
        first = session.scalars(select(Handoff).where(Handoff.case_id == case_id)).one()
    assert (first.kind, first.from_person_id) == ("opened", None)


@pytest.mark.parametrize("text", ["2026-02-30", "2026-03-01T25:00", "nonsense"])
def test_a_date_that_is_none_is_unreadable(text: str) -> None:
    with pytest.raises(TimerUnreadable):
        first_round("date", text, now=MONDAY)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("duration", "P99999Y"),
        ("duration", "P999999999D"),
        ("cycle", "R/PT0S"),
        ("cycle", "R3/PT1H/2026-12-01"),
    ],
)
def test_a_term_without_an_end_or_an_interval_is_unreadable(kind: str, text: str) -> None:
    with pytest.raises(TimerUnreadable):
        first_round(kind, text, now=MONDAY)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ('2wd onExpiry="accept"', "expiry_not_served"),
        ('2wd calendar="mars"', "unknown_calendar"),
        ('2wh franc="true"', "bad_term"),
    ],
)
def test_what_no_clock_here_can_do_is_refused_at_deployment(cast: Cast, words: str, code: str) -> None:
    with pytest.raises(DiagramRefused) as refused:
        deploy(bpmn(f"start > check@rights_officer[{words}] > end"))
    assert code in {fault.code for fault in refused.value.faults if fault.refuses}


def test_the_whole_chain_holds_whatever_the_offset_of_the_moment(cast: Cast) -> None:
    algiers = MONDAY.astimezone(timezone(timedelta(hours=1)))
    key = deploy(bpmn("start > check@rights_officer > end"))
    case_id = opened(key, by=cast.samir, unit=cast.centre, at=algiers)
    with reading() as session:
        assert audit.verify(session, case_id).holds
