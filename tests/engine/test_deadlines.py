"""Clocks of steps and of whole cases: armed, suspended, warned of once, breached once; and timers."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from engine import jobs
from engine.calendars import days_after, later, local_day
from engine.database import Database, reading
from engine.deadlines import explain_deadline, pauses_of
from engine.expiry import due_deadlines
from engine.tables import Breach, Deadline, DeadlineWarning, Incident, Notice, Suspension
from tests.builders import MONDAY, bpmn, case, claim, complete, deploy, dump, events, opened, task, task_id
from tests.people import Cast

STEP = 'start > check@rights_officer[2wd warnAt="50%"] > end'
ASKING = "start > {check@rights_officer * give@applicant[15d];suspends} > end"


def filed(cast: Cast, path: str, *, at: datetime = MONDAY, clock: str = "") -> UUID:
    return opened(deploy(bpmn(path, clock=clock)), by=cast.samir, unit=cast.centre, at=at)


def deadline(case_id: UUID, kind: str = "step") -> Deadline:
    with reading() as session:
        rows = session.scalars(select(Deadline).where(Deadline.case_id == case_id, Deadline.kind == kind))
        return max(rows, key=lambda row: (row.ended_at is None, row.anchor_at))


def breaches(case_id: UUID) -> list[Breach]:
    with reading() as session:
        return list(session.scalars(select(Breach).where(Breach.case_id == case_id)))


def midnight(on: date) -> datetime:
    """00:00 in Algiers after this day (UTC+1 all year)."""
    return later(datetime(on.year, on.month, on.day, tzinfo=UTC), hours=23)


# --- armed, met


def test_a_step_is_armed_when_it_is_offered(cast: Cast) -> None:
    case_id = filed(cast, STEP)
    armed = deadline(case_id)
    assert (armed.anchor_at, armed.due_on) == (MONDAY, date(2026, 3, 4))
    assert armed.fires_at == midnight(date(2026, 3, 4))
    assert armed.wakes_at == midnight(date(2026, 3, 3))
    assert task(task_id(case_id, "check")).urgent_at == armed.fires_at
    assert "deadline.armed" in events(case_id)


def test_urgency_is_the_earlier_of_the_steps_and_the_cases_end(cast: Cast) -> None:
    case_id = filed(cast, "start > a@rights_officer[9wd] > b@validator[9wd] > end", clock="10wd")
    assert task(task_id(case_id, "a")).urgent_at == deadline(case_id).fires_at
    complete(case_id, "a", by=cast.amina, at=later(MONDAY, days=7))
    assert task(task_id(case_id, "b")).urgent_at == deadline(case_id, "case").fires_at


def test_a_deadline_is_met_by_completing_and_wakes_nobody(cast: Cast) -> None:
    case_id = filed(cast, STEP, clock="10wd")
    complete(case_id, "check", by=cast.amina, at=later(MONDAY, hours=1))
    for kind in ("step", "case"):
        met = deadline(case_id, kind)
        assert (met.ended_because, met.wakes_at) == ("met", None)
    assert jobs.sweep(at=later(MONDAY, days=60)) == 0
    assert breaches(case_id) == []


# --- warned, breached


def test_nothing_happens_before_its_moment(cast: Cast) -> None:
    case_id = filed(cast, STEP)
    assert jobs.sweep(at=later(midnight(date(2026, 3, 3)), seconds=-1)) == 0
    assert jobs.sweep(at=midnight(date(2026, 3, 3))) == 1
    assert events(case_id)[-1] == "deadline.warned"
    assert jobs.sweep(at=later(midnight(date(2026, 3, 4)), seconds=-1)) == 0
    assert jobs.sweep(at=midnight(date(2026, 3, 4))) == 1
    assert events(case_id)[-1] == "deadline.breached"


def test_sweeping_twice_is_sweeping_once(database: Database, cast: Cast) -> None:
    case_id = filed(cast, STEP, clock='3wd warnAt="50% 80%"')
    late = later(MONDAY, days=20)
    assert jobs.sweep(at=late) == 2
    swept = dump(database)
    assert jobs.sweep(at=late) == 0
    assert jobs.sweep(at=later(late, days=1)) == 0
    assert dump(database) == swept
    assert events(case_id).count("deadline.warned") == 3
    assert events(case_id).count("deadline.breached") == 2


def test_a_sweep_that_comes_late_gives_the_warnings_and_the_breach_their_own_rows(cast: Cast) -> None:
    case_id = filed(cast, STEP)
    jobs.sweep(at=later(MONDAY, days=20))
    [breach] = breaches(case_id)
    assert (breach.at, breach.recorded_at) == (midnight(date(2026, 3, 4)), later(MONDAY, days=20))
    with reading() as session:
        rungs = session.scalars(select(DeadlineWarning.rung).where(DeadlineWarning.case_id == case_id)).all()
    assert rungs == [50]


def test_a_breach_names_in_whose_hands_the_file_was(cast: Cast) -> None:
    key = deploy(bpmn(STEP))
    free, held = (opened(key, by=cast.samir, unit=cast.centre) for _ in range(2))
    claim(held, "check", by=cast.amina)
    jobs.sweep(at=later(MONDAY, days=20))
    [nobody], [amina] = breaches(free), breaches(held)
    assert (nobody.holder_id, nobody.role, nobody.unit_id) == (None, "rights_officer", cast.centre)
    assert amina.holder_id == cast.id("amina")
    with reading() as session:
        told = session.scalars(select(Notice).where(Notice.code == "deadline_breached")).all()
    assert [(notice.person_id, notice.case_id) for notice in told] == [(cast.id("amina"), held)]


def test_a_breach_survives_the_completion_that_comes_late(cast: Cast) -> None:
    case_id = filed(cast, STEP)
    jobs.sweep(at=later(MONDAY, days=20))
    complete(case_id, "check", by=cast.amina, at=later(MONDAY, days=21))
    assert len(breaches(case_id)) == 1
    assert deadline(case_id).ended_at == later(MONDAY, days=21)


def test_due_deadlines_come_earliest_first_and_only_those_due(cast: Cast) -> None:
    later_one = filed(cast, "start > check@rights_officer[4wd] > end")
    sooner = filed(cast, "start > check@rights_officer[1wd] > end")
    filed(cast, "start > check@rights_officer[30wd] > end")
    with reading() as session:
        due = due_deadlines(session, at=later(MONDAY, days=8))
    assert due == [deadline(sooner).id, deadline(later_one).id]


# --- suspended


@pytest.fixture
def asked(cast: Cast) -> UUID:
    """A case whose applicant was asked to complete it on the second day."""
    case_id = filed(cast, ASKING, clock='10wd warnAt="80%"')
    complete(case_id, "check", {"again": True}, by=cast.amina, at=later(MONDAY, days=1))
    return case_id


def test_a_completion_request_stands_the_cases_clock_still(asked: UUID, cast: Cast) -> None:
    whole = deadline(asked, "case")
    assert (whole.suspended_at, whole.wakes_at) == (later(MONDAY, days=1), None)
    assert "completion.requested" in events(asked)
    assert "deadline.suspended" in events(asked)
    jobs.sweep(at=later(MONDAY, days=14))
    assert breaches(asked) == []
    with reading() as session:
        assert session.scalars(select(Notice.code).where(Notice.person_id == cast.id("samir"))).all() == [
            "completion_requested"
        ]


def test_the_answer_resumes_it_with_the_end_moved_by_the_days_it_stood(asked: UUID, cast: Cast) -> None:
    before = deadline(asked, "case")
    complete(asked, "give", by=cast.samir, at=later(MONDAY, days=8))  # Tuesday to Tuesday: five working days
    after = deadline(asked, "case")
    assert (before.due_on, after.due_on) == (date(2026, 3, 16), date(2026, 3, 24))  # 22 March: Aid el-Fitr
    assert after.suspended_at is None
    assert after.wakes_at is not None
    with reading() as session:
        [pause] = session.scalars(select(Suspension).where(Suspension.deadline_id == after.id)).all()
        explained = explain_deadline(after, pauses=pauses_of(session, after.id))
    assert (pause.suspended_at, pause.resumed_at) == (later(MONDAY, days=1), later(MONDAY, days=8))
    assert (explained.due_on, explained.fires_at) == (after.due_on, after.fires_at)
    assert task(task_id(asked, "check")).urgent_at == after.fires_at


def test_suspended_and_resumed_at_once_adds_nothing(cast: Cast) -> None:
    case_id = filed(cast, ASKING, clock="10wd")
    due_on = deadline(case_id, "case").due_on
    for _ in range(3):
        complete(case_id, "check", {"again": True}, by=cast.amina, at=later(MONDAY, days=1))
        complete(case_id, "give", by=cast.samir, at=later(MONDAY, days=1))
    assert deadline(case_id, "case").due_on == due_on
    with reading() as session:
        assert len(pauses_of(session, deadline(case_id, "case").id)) == 3


def test_a_breach_survives_suspension_and_is_not_repeated(cast: Cast) -> None:
    case_id = filed(cast, ASKING, clock="1wd")
    jobs.sweep(at=later(MONDAY, days=3))
    complete(case_id, "check", {"again": True}, by=cast.amina, at=later(MONDAY, days=3))
    complete(case_id, "give", by=cast.samir, at=later(MONDAY, days=4))
    jobs.sweep(at=later(MONDAY, days=40))
    assert len(breaches(case_id)) == 1


def test_the_applicants_own_time_runs_while_the_case_stands(asked: UUID, cast: Cast) -> None:
    own = deadline(asked)
    assert own.due_on == days_after(local_day(later(MONDAY, days=1)), 15)
    jobs.sweep(at=later(MONDAY, days=30))
    [breach] = breaches(asked)
    assert (breach.role, breach.holder_id) == ("applicant", cast.id("samir"))


# --- timers


def test_a_timer_fires_at_its_moment_and_moves_the_case(cast: Cast) -> None:
    case_id = filed(cast, "start > wait~PT36H > check@rights_officer > end")
    assert deadline(case_id, "timer").wakes_at == later(MONDAY, hours=36)
    assert jobs.sweep(at=later(MONDAY, hours=35)) == 0
    assert jobs.sweep(at=later(MONDAY, hours=36)) == 1
    assert jobs.sweep(at=later(MONDAY, hours=36)) == 0
    assert task(task_id(case_id, "check")).offered_at == later(MONDAY, hours=36)
    assert events(case_id) == ["case.opened", "timer.armed", "timer.fired", "task.offered"]


def test_a_timer_whose_case_cannot_go_on_stops_and_opens_an_incident(cast: Cast) -> None:
    broken = filed(cast, "start > wait~PT1H > n=x = 1 / 0 > end")
    sound = filed(cast, "start > wait~PT1H > check@rights_officer > end")
    jobs.sweep(at=later(MONDAY, hours=2))
    with reading() as session:
        [incident] = session.scalars(select(Incident)).all()
    assert (incident.case_id, incident.element, incident.owner_unit_id) == (broken, "n", cast.centre)
    assert jobs.sweep(at=later(MONDAY, hours=3)) == 0
    assert task(task_id(sound, "check")).is_open
    assert case(broken).closed_at is None
