"""Timers that open cases, and cycles that keep to their hours however late the sweep is."""

import threading
from contextvars import copy_context
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from engine import jobs
from engine.calendars import later
from engine.database import Database, reading
from engine.deployments import DiagramRefused
from engine.tables import Case, Deadline, Start
from engine.trial import Trial
from tests.builders import HEAD, MONDAY, bpmn, case, deploy, events, opened, waiting
from tests.engine.test_messages import begun_by, cases_of
from tests.people import Cast


def at_times(timer: str, *, key: str = "p") -> bytes:
    return begun_by(
        bpmn("start > check@rights_officer > end", key=key),
        f"<timerEventDefinition>{timer}</timerEventDefinition>",
    )


def wakes() -> list[datetime | None]:
    with reading() as session:
        return list(session.scalars(select(Start.wakes_at)))


def moments(key: str = "p") -> list[datetime]:
    return [found.opened_at for found in cases_of(key)]


def test_a_duration_opens_one_case_after_deployment(cast: Cast) -> None:
    deploy(at_times("<timeDuration>PT1H</timeDuration>"))
    assert jobs.sweep(at=later(MONDAY, minutes=59)) == 0
    assert jobs.sweep(at=later(MONDAY, hours=1)) == 1
    assert jobs.sweep(at=later(MONDAY, days=9)) == 0
    [found] = cases_of("p")
    assert (waiting(found.id), found.applicant_id, found.unit_id) == (["check"], None, cast.units["mtess"])
    assert events(found.id)[0] == "case.opened"


def test_a_date_opens_one_case_on_it(cast: Cast) -> None:
    deploy(at_times("<timeDate>2026-03-05T08:00:00</timeDate>"))
    assert wakes() == [datetime(2026, 3, 5, 7, 0, tzinfo=UTC)]
    jobs.sweep(at=later(MONDAY, days=9))
    assert (len(cases_of("p")), wakes()) == (1, [None])


def test_a_cycle_opens_its_cases_at_their_own_moments_without_drift(cast: Cast) -> None:
    deploy(at_times("<timeCycle>R3/PT1H</timeCycle>"))
    due = [later(MONDAY, hours=1)]
    jobs.sweep(at=later(MONDAY, minutes=67))
    assert wakes() == [later(MONDAY, hours=2)]
    assert len(cases_of("p")) == len(due)
    jobs.sweep(at=later(MONDAY, days=2))
    assert (len(cases_of("p")), wakes()) == (3, [None])


def test_months_keep_to_the_last_day(cast: Cast) -> None:
    deploy(at_times("<timeCycle>R/2026-03-31T00:00:00Z/P1M</timeCycle>"))
    seen = []
    for month, day in ((3, 31), (4, 30), (5, 31), (6, 30)):
        assert wakes() == [datetime(2026, month, day, tzinfo=UTC)]
        jobs.sweep(at=datetime(2026, month, day, 1, tzinfo=UTC))
        seen.append(len(cases_of("p")))
    assert seen == [1, 2, 3, 4]


def test_a_newer_version_takes_the_place_of_the_timers_before(cast: Cast) -> None:
    deploy(at_times("<timeCycle>R/PT1H</timeCycle>"))
    deploy(at_times("<timeCycle>R/P1D</timeCycle>"), at=later(MONDAY, minutes=30))
    jobs.sweep(at=later(MONDAY, hours=20))
    assert cases_of("p") == []
    deploy(bpmn("start > check@rights_officer > end"), at=later(MONDAY, hours=21))
    assert (jobs.sweep(at=later(MONDAY, days=9)), wakes()) == (0, [])


@pytest.mark.parametrize("kind", ["postgresql"])
def test_two_sweeps_open_one_case(database: Database, cast: Cast) -> None:
    deploy(at_times("<timeCycle>R5/PT1H</timeCycle>"))
    at = later(MONDAY, days=1)
    threads = [
        threading.Thread(target=copy_context().run, args=(jobs.sweep,), kwargs={"at": at}) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(cases_of("p")) == 5


@pytest.mark.parametrize("timer", ["<timeDuration>${wait}</timeDuration>", "<timeDate>${day}</timeDate>"])
def test_a_start_timer_that_asks_for_data_is_refused(cast: Cast, timer: str) -> None:
    with pytest.raises(DiagramRefused) as refused:
        deploy(at_times(timer))
    assert "bad_timer" in {fault.code for fault in refused.value.faults if fault.refuses}


def test_a_start_timer_may_be_an_expression_of_its_own(cast: Cast) -> None:
    deploy(at_times('<timeDuration>${"PT2H"}</timeDuration>'))
    assert wakes() == [later(MONDAY, hours=2)]


def test_a_trial_opens_what_is_due_at_its_own_moment(tmp_path: object) -> None:
    path = tmp_path / "p.bpmn"  # type: ignore[operator]
    path.write_bytes(at_times("<timeCycle>R2/PT1H</timeCycle>"))
    with Trial([path]) as trial:
        trial.advance(3600)
        first = trial.newest("p")
        assert first is not None
        assert trial.waiting(first) == ["check"]
        trial.advance(3600 * 5)
        second = trial.newest("p")
        assert second not in (None, first)
        with reading() as session:
            assert [row.opened_at for row in session.scalars(select(Case).order_by(Case.reference))] == [
                later(MONDAY, hours=1), later(MONDAY, hours=2),
            ]  # fmt: skip


REMINDED = (
    '<startEvent id="start"/><userTask id="check"/><endEvent id="end"/>'
    '<boundaryEvent id="remind" cancelActivity="false" attachedToRef="check">'
    "<timerEventDefinition><timeCycle>R4/PT1H</timeCycle></timerEventDefinition></boundaryEvent>"
    '<scriptTask id="note"><script>noted = noted + 1</script></scriptTask><endEvent id="over"/>'
    '<sequenceFlow id="f1" sourceRef="start" targetRef="check"/>'
    '<sequenceFlow id="f2" sourceRef="check" targetRef="end"/>'
    '<sequenceFlow id="f3" sourceRef="remind" targetRef="note"/>'
    '<sequenceFlow id="f4" sourceRef="note" targetRef="over"/>'
)


def rounds(case_id: UUID) -> list[datetime | None]:
    with reading() as session:
        timers = select(Deadline.fires_at).where(Deadline.case_id == case_id, Deadline.kind == "timer")
        return sorted(at for at in session.scalars(timers) if at)


def test_the_rounds_of_a_cycle_in_a_case_do_not_drift(cast: Cast) -> None:
    xml = f'{HEAD}<process id="p" isExecutable="true">{REMINDED}</process></definitions>'.encode()
    case_id = opened(deploy(xml), by=cast.samir, unit=cast.centre, answers={"noted": 0})
    jobs.sweep(at=later(MONDAY, minutes=63))
    assert rounds(case_id) == [later(MONDAY, hours=1), later(MONDAY, hours=2)]
    jobs.sweep(at=later(MONDAY, hours=9))
    assert rounds(case_id) == [later(MONDAY, hours=hour) for hour in (1, 2, 3, 4)]
    assert case(case_id).data["noted"] == 4
