"""Two people at once: one wins, the other is told, and nothing is lost or done twice."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from uuid import UUID

import pytest

from engine import audit, jobs
from engine.calendars import later
from engine.cases import open_case
from engine.database import Database, reading, transaction
from engine.refusals import Refusal
from engine.tasks import TaskEnded, TaskHeld, claim_task, complete_task
from tests.builders import (
    MONDAY,
    bpmn,
    case,
    claim,
    complete,
    deploy,
    entries,
    events,
    opened,
    task,
    task_id,
    waiting,
)
from tests.people import Cast


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run each act in a thread of its own, all released together; what each gave or raised."""
    gate = threading.Barrier(len(acts))
    told: list[object] = [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            told[index] = act()
        except Refusal as refused:
            told[index] = refused

    threads = [
        threading.Thread(target=copy_context().run, args=(run, index, act)) for index, act in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive(), "Expected both acts to end, but one waits for ever"
    return told


def holds(subject_id: UUID) -> bool:
    with reading() as session:
        return audit.verify(session, subject_id).holds


def test_of_two_clerks_who_reach_for_one_task_one_gets_it(cast: Cast) -> None:
    case_id = opened(deploy(bpmn("start > check@rights_officer > end")), by=cast.samir, unit=cast.centre)
    told = at_once(
        lambda: claim(case_id, "check", by=cast.amina), lambda: claim(case_id, "check", by=cast.badr)
    )
    lost = [answer for answer in told if isinstance(answer, TaskHeld)]
    assert [refused.code for refused in lost] == ["task_held_by_other"]
    winner = cast.badr if told[0] is lost[0] else cast.amina
    assert task(task_id(case_id, "check")).holder_id == winner.person_id
    assert events(case_id).count("task.claimed") == 1
    assert holds(case_id)


@pytest.mark.parametrize("kind", ["postgresql"])
def test_who_waits_for_the_lock_sees_what_the_other_did(database: Database, cast: Cast) -> None:
    """The order is forced: badr's claim begins while amina's transaction, which has claimed, is still open."""
    case_id = opened(deploy(bpmn("start > check@rights_officer > end")), by=cast.samir, unit=cast.centre)
    wanted, told = task_id(case_id, "check"), list[str]()
    began = threading.Event()

    def badr() -> None:
        with pytest.raises(TaskHeld), transaction(actor=cast.badr) as tx:
            began.set()
            claim_task(tx, task_id=wanted)
        told.append("badr was refused")

    thread = threading.Thread(target=copy_context().run, args=(badr,))
    with transaction(actor=cast.amina) as tx:
        claim_task(tx, task_id=wanted)
        tx.session.flush()
        thread.start()
        assert began.wait(10)
        told.append("amina commits")
    thread.join(10)
    assert told == ["amina commits", "badr was refused"]
    assert task(wanted).holder_id == cast.id("amina")


def test_a_double_click_completes_once(cast: Cast) -> None:
    case_id = opened(
        deploy(bpmn("start > check@rights_officer > b@validator > end")), by=cast.samir, unit=cast.centre
    )
    wanted = claim(case_id, "check", by=cast.amina)

    def submit() -> None:
        with transaction(actor=cast.amina, at=MONDAY) as tx:
            complete_task(tx, task_id=wanted, answers={})

    told = at_once(submit, submit)
    [refused] = [answer for answer in told if answer is not None]
    assert isinstance(refused, TaskEnded)
    assert refused.code == "already_completed_by_you"
    assert events(case_id).count("task.completed") == 1
    assert waiting(case_id) == ["b"]


def test_branches_completed_at_once_both_count_and_the_join_fires_once(cast: Cast) -> None:
    path = "start > {check@rights_officer & see@physician} > sign@validator > end"
    case_id = opened(deploy(bpmn(path)), by=cast.samir, unit=cast.centre)
    claim(case_id, "check", by=cast.amina)
    claim(case_id, "see", by=cast.yasmine)
    told = at_once(
        lambda: complete(case_id, "check", {"ok": 1}, by=cast.amina),
        lambda: complete(case_id, "see", {"fit": 2}, by=cast.yasmine),
    )
    assert not [answer for answer in told if isinstance(answer, Refusal)]
    assert waiting(case_id) == ["sign"]
    assert case(case_id).data == {"ok": 1, "fit": 2}
    assert [entry.number for entry in entries(case_id)] == list(range(1, len(entries(case_id)) + 1))
    assert holds(case_id)


def test_cases_opened_at_once_get_references_without_gap_or_twin(cast: Cast) -> None:
    key = deploy(bpmn("start > check@rights_officer > end"))

    def file() -> str:
        with transaction(actor=cast.samir, at=MONDAY) as tx:
            return open_case(
                tx, key=key, answers={}, unit_id=cast.centre, applicant_id=cast.id("samir")
            ).reference

    assert sorted(map(str, at_once(file, file, file))) == [f"16-01/2026/0000{number}" for number in (1, 2, 3)]


def test_two_runners_do_each_item_once(cast: Cast) -> None:
    key = deploy(bpmn("start > thank!notice/acknowledgement > check@rights_officer > end"))
    cases = [opened(key, by=cast.samir, unit=cast.centre) for _ in range(4)]
    at_once(lambda: jobs.drain(at=MONDAY), lambda: jobs.drain(at=MONDAY))
    for case_id in cases:
        assert events(case_id).count("call.answered") == 1
        assert waiting(case_id) == ["check"]


def test_two_sweepers_breach_each_deadline_once(cast: Cast) -> None:
    key = deploy(bpmn('start > check@rights_officer[2wd warnAt="50%"] > end'))
    cases = [opened(key, by=cast.samir, unit=cast.centre) for _ in range(4)]
    late = later(MONDAY, days=10)
    at_once(lambda: jobs.sweep(at=late), lambda: jobs.sweep(at=late))
    for case_id in cases:
        assert (events(case_id).count("deadline.warned"), events(case_id).count("deadline.breached")) == (
            1,
            1,
        )
        assert holds(case_id)
