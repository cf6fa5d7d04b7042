"""What a person can do with a task, and what a second person, or a second click, cannot."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from engine import audit
from engine.answers import AnswersRefused
from engine.bpmn.failures import ActFailed
from engine.calendars import later
from engine.database import Database, reading, transaction
from engine.refusals import NotFound, Refusal
from engine.roles import revoke_role
from engine.tables import Answers, Case, Handoff, Person, TaskStatus
from engine.task_rules import TaskNotForYou, place, who_can, why_not
from engine.tasks import (
    NotYourUnit,
    ReasonRequired,
    TaskEnded,
    TaskHeld,
    TaskUnknown,
    assign_task,
    claim_task,
    complete_task,
    release_task,
)
from engine.versions import definition
from tests.builders import (
    MONDAY,
    bpmn,
    case,
    claim,
    complete,
    deploy,
    dump,
    entries,
    events,
    opened,
    task,
    task_id,
    waiting,
)
from tests.people import TESTS, Cast

TWO_STEPS = "start > check@rights_officer > again@rights_officer;other=check > end"
CHECK = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}, "remark": {"type": "string"}},
    "required": ["ok"],
    "additionalProperties": False,
}


@pytest.fixture
def case_id(cast: Cast) -> UUID:
    return opened(deploy(bpmn(TWO_STEPS)), by=cast.samir, unit=cast.centre)


def handoffs(case_id: UUID) -> list[Handoff]:
    with reading() as session:
        found = select(Handoff).where(Handoff.case_id == case_id)
        return sorted(session.scalars(found), key=lambda row: (row.at, row.taken_at is None))


# --- claim and release


def test_claiming_takes_the_task_off_the_workqueue(cast: Cast, case_id: UUID) -> None:
    claimed = task(claim(case_id, "check", by=cast.amina))
    assert (claimed.status, claimed.holder_id, claimed.claimed_at) == (
        TaskStatus.CLAIMED, cast.id("amina"), MONDAY,
    )  # fmt: skip
    [handoff] = handoffs(case_id)
    assert (handoff.kind, handoff.to_person_id, handoff.taken_at) == ("opened", cast.id("amina"), MONDAY)
    assert events(case_id)[-1] == "task.claimed"


@pytest.mark.parametrize(
    ("name", "code"), [("badr", "task_held_by_other"), ("amina", "already_claimed_by_you")]
)
def test_a_held_task_cannot_be_claimed(
    database: Database, cast: Cast, case_id: UUID, name: str, code: str
) -> None:
    claim(case_id, "check", by=cast.amina)
    before = dump(database)
    with pytest.raises(TaskHeld) as refused:
        claim(case_id, "check", by=cast.actors[name])
    assert (refused.value.code, refused.value.status) == (code, 409)
    assert dump(database) == before


def test_a_released_task_is_there_for_all_again(cast: Cast, case_id: UUID) -> None:
    wanted = claim(case_id, "check", by=cast.amina)
    with transaction(actor=cast.amina, at=MONDAY) as tx:
        release_task(tx, task_id=wanted)
    assert (task(wanted).status, task(wanted).holder_id) == (TaskStatus.OFFERED, None)
    assert [row.kind for row in handoffs(case_id)] == ["opened", "released"]
    claim(case_id, "check", by=cast.badr)
    assert events(case_id)[-2:] == ["task.released", "task.claimed"]


def test_a_supervisor_takes_a_task_back_and_a_colleague_does_not(cast: Cast, case_id: UUID) -> None:
    wanted = claim(case_id, "check", by=cast.amina)
    for name in ("badr", "mourad"):
        with pytest.raises(NotYourUnit), transaction(actor=cast.actors[name]) as tx:
            release_task(tx, task_id=wanted)
    with transaction(actor=cast.omar) as tx:
        release_task(tx, task_id=wanted)
    assert entries(case_id)[-1].facts["held_by"] == str(cast.id("amina"))


def test_an_unclaimed_task_cannot_be_released(cast: Cast, case_id: UUID) -> None:
    with pytest.raises(TaskHeld, match="task_not_claimed"), transaction(actor=cast.omar) as tx:
        release_task(tx, task_id=task_id(case_id, "check"))


def test_a_task_that_is_not_there_is_unknown(cast: Cast) -> None:
    with pytest.raises(TaskUnknown), transaction(actor=cast.amina) as tx:
        claim_task(tx, task_id=uuid4())


# --- assign


def assign(cast: Cast, wanted: UUID, *, to: str, by: str = "omar", reason: str = "Amina is away") -> None:
    with transaction(actor=cast.actors[by], at=MONDAY) as tx:
        assign_task(tx, task_id=wanted, to=cast.id(to), reason=reason)


def test_a_supervisor_assigns_a_held_task_with_a_reason(cast: Cast, case_id: UUID) -> None:
    wanted = claim(case_id, "check", by=cast.amina)
    assign(cast, wanted, to="badr")
    assert task(wanted).holder_id == cast.id("badr")
    handoff = handoffs(case_id)[-1]
    assert (handoff.kind, handoff.from_person_id, handoff.to_person_id, handoff.reason) == (
        "assigned", cast.id("amina"), cast.id("badr"), "Amina is away",
    )  # fmt: skip
    assert handoff.taken_at == MONDAY
    assert "away" not in str([entry.facts for entry in entries(case_id)])


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"to": "badr", "reason": "  "}, ReasonRequired),
        ({"to": "badr", "by": "amina"}, NotYourUnit),
        ({"to": "badr", "by": "mourad"}, NotYourUnit),
        ({"to": "karim"}, TaskNotForYou),
        ({"to": "lynda"}, TaskNotForYou),
        ({"to": "samir"}, TaskNotForYou),
    ],
)
def test_assigning_obeys_the_rules_and_changes_nothing_else(
    database: Database, cast: Cast, case_id: UUID, given: dict[str, str], refusal: type[Refusal]
) -> None:
    before = dump(database)
    with pytest.raises(refusal):
        assign(cast, task_id(case_id, "check"), **given)
    assert dump(database) == before


def test_four_eyes_bind_the_receiver_of_an_assignment(cast: Cast, case_id: UUID) -> None:
    complete(case_id, "check", by=cast.amina)
    with pytest.raises(TaskNotForYou, match="four_eyes"):
        assign(cast, task_id(case_id, "again"), to="amina")
    assign(cast, task_id(case_id, "again"), to="badr")


def test_assigning_to_nobody_is_not_found(cast: Cast, case_id: UUID) -> None:
    with pytest.raises(NotFound), transaction(actor=cast.omar) as tx:
        assign_task(tx, task_id=task_id(case_id, "check"), to=uuid4(), reason="?")


# --- complete


def test_completing_offers_the_next_step_in_the_same_commit(cast: Cast, case_id: UUID) -> None:
    done = complete(case_id, "check", {"ok": True}, by=cast.amina, at=later(MONDAY, hours=1))
    assert (task(done).status, task(done).ended_at) == (TaskStatus.COMPLETED, later(MONDAY, hours=1))
    assert waiting(case_id) == ["again"]
    assert case(case_id).data == {"ok": True}
    assert case(case_id).revision == 2
    assert handoffs(case_id)[-1].from_person_id == cast.id("amina")
    assert events(case_id) == [
        "case.opened", "task.offered", "task.claimed", "task.completed", "task.offered",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "code"), [("amina", "already_completed_by_you"), ("badr", "already_completed")]
)
def test_a_second_submit_is_refused_and_changes_nothing(
    database: Database, cast: Cast, case_id: UUID, name: str, code: str
) -> None:
    done = complete(case_id, "check", {"ok": True}, by=cast.amina)
    before = dump(database)
    with pytest.raises(TaskEnded) as refused, transaction(actor=cast.actors[name]) as tx:
        complete_task(tx, task_id=done, answers={"ok": False})
    assert (refused.value.code, refused.value.status) == (code, 409)
    with pytest.raises(TaskEnded), transaction(actor=cast.amina) as tx:
        release_task(tx, task_id=done)
    assert dump(database) == before


def test_only_its_holder_completes_a_task(database: Database, cast: Cast, case_id: UUID) -> None:
    with pytest.raises(TaskHeld, match="task_not_claimed"), transaction(actor=cast.amina) as tx:
        complete_task(tx, task_id=task_id(case_id, "check"), answers={})
    claim(case_id, "check", by=cast.amina)
    before = dump(database)
    for name in ("badr", "omar", "samir", "salim"):
        with pytest.raises(TaskHeld), transaction(actor=cast.actors[name]) as tx:
            complete_task(tx, task_id=task_id(case_id, "check"), answers={})
    assert dump(database) == before


def test_a_role_taken_back_meanwhile_closes_the_task_to_its_holder(cast: Cast, case_id: UUID) -> None:
    wanted = claim(case_id, "check", by=cast.amina)
    with transaction(actor=TESTS) as tx:
        revoke_role(tx, person_id=cast.id("amina"), unit_id=cast.centre, role="rights_officer")
    with pytest.raises(TaskNotForYou), transaction(actor=cast.amina) as tx:
        complete_task(tx, task_id=wanted, answers={})


@pytest.mark.parametrize("answers", [{}, {"ok": "perhaps"}, {"ok": True, "more": 1}])
def test_wrong_answers_are_refused_and_change_nothing(
    database: Database, cast: Cast, answers: dict[str, Any]
) -> None:
    key = deploy(bpmn("start > check@rights_officer;form=f/check > end"), forms={"f/check": CHECK})
    case_id = opened(key, by=cast.samir, unit=cast.centre)
    claim(case_id, "check", by=cast.amina)
    before = dump(database)
    with pytest.raises(AnswersRefused) as refused:
        complete(case_id, "check", answers, by=cast.amina)
    assert refused.value.status == 422
    assert refused.value.problems
    assert dump(database) == before


@pytest.mark.parametrize("answer", [2**80, {"deep": 1}], ids=["huge", "set"])
def test_data_that_no_case_can_hold_are_refused(cast: Cast, case_id: UUID, answer: Any) -> None:
    claim(case_id, "check", by=cast.amina)
    with pytest.raises(AnswersRefused):
        complete(case_id, "check", {"n": {1, 2} if isinstance(answer, dict) else answer}, by=cast.amina)


def test_only_what_a_step_keeps_becomes_data_of_the_case(cast: Cast) -> None:
    path = "start > check@rights_officer;form=f/check;keeps=ok > end"
    case_id = opened(deploy(bpmn(path), forms={"f/check": CHECK}), by=cast.samir, unit=cast.centre)
    complete(case_id, "check", {"ok": True, "remark": "tall"}, by=cast.amina)
    assert case(case_id).data == {"ok": True}
    with reading() as session:
        kept = session.scalars(select(Answers).where(Answers.case_id == case_id)).one()
    assert kept.content == {"ok": True, "remark": "tall"}


def test_an_act_that_cannot_go_on_leaves_the_case_where_it_was(database: Database, cast: Cast) -> None:
    path = "start > check@rights_officer > {a=n = 1 * b=m = 2} > end"
    xml = bpmn(path).replace(b"again == true", b"true")
    case_id = opened(deploy(xml), by=cast.samir, unit=cast.centre)
    claim(case_id, "check", by=cast.amina)
    before = dump(database)
    with pytest.raises(ActFailed) as failed:
        complete(case_id, "check", {"amount": 1}, by=cast.amina)
    assert failed.value.code == "no_rest"
    assert dump(database) == before


def test_a_case_closes_with_its_last_task(cast: Cast, case_id: UUID) -> None:
    complete(case_id, "check", by=cast.amina)
    complete(case_id, "again", by=cast.badr)
    assert case(case_id).closed_at == MONDAY
    assert (waiting(case_id), events(case_id)[-1]) == ([], "case.closed")


def test_a_branch_cut_short_withdraws_its_task(cast: Cast) -> None:
    path = "start > {check@rights_officer & stop@rights_officer > end_all} > end"
    xml = bpmn(path).replace(
        b'<endEvent id="end_all"/>', b'<endEvent id="end_all"><terminateEventDefinition/></endEvent>'
    )
    xml = xml.replace(b'sourceRef="end_all"', b'sourceRef="check"')
    case_id = opened(deploy(xml), by=cast.samir, unit=cast.centre)
    wanted = claim(case_id, "check", by=cast.amina)
    complete(case_id, "stop", by=cast.badr)
    assert task(wanted).status == TaskStatus.WITHDRAWN
    assert case(case_id).closed_at is not None
    with pytest.raises(TaskEnded, match="task_withdrawn"), transaction(actor=cast.amina) as tx:
        complete_task(tx, task_id=wanted, answers={})


# --- who may, who can instead


def able(case_id: UUID, step: str) -> list[str]:
    with reading() as session:
        where = place_of(session, case_id, step)
        return [person.username for person in who_can(session, where)]


def place_of(session: Any, case_id: UUID, step: str) -> Any:
    found = task(task_id(case_id, step))
    process = definition(session, case(case_id).version_id).process
    return place(session, task=found, case=case(case_id), process=process)


@pytest.mark.parametrize("name", ["karim", "lynda", "fatiha", "omar", "ines", "nadia", "salim", "samir"])
def test_a_task_is_closed_to_other_roles_and_other_units(cast: Cast, case_id: UUID, name: str) -> None:
    with pytest.raises(TaskNotForYou) as refused:
        claim(case_id, "check", by=cast.actors[name])
    assert refused.value.status == 403


def test_who_can_names_the_people_of_the_unit_who_hold_the_role(cast: Cast, case_id: UUID) -> None:
    assert able(case_id, "check") == ["amina", "badr"]


def test_who_did_the_first_control_can_neither_do_the_second_nor_is_named_for_it(
    cast: Cast, case_id: UUID
) -> None:
    complete(case_id, "check", by=cast.amina)
    assert able(case_id, "again") == ["badr"]
    with pytest.raises(TaskNotForYou, match="four_eyes"):
        claim(case_id, "again", by=cast.amina)
    complete(case_id, "again", by=cast.badr)


def test_nobody_deals_with_their_own_request_nor_is_named_for_it(cast: Cast) -> None:
    case_id = opened(deploy(bpmn(TWO_STEPS, key="own")), by=cast.amina, unit=cast.centre)
    with reading() as session:
        found = session.get_one(Case, case_id)
        process = definition(session, found.version_id).process
        where = place(session, task=task(task_id(case_id, "check")), case=found, process=process)
        assert [person.username for person in who_can(session, where)] == ["badr"]
        refusal = why_not(session, where, cast.standing("amina"))
        assert refusal is not None
        assert refusal.code == "own_case"


def test_four_eyes_hold_at_completion_too(cast: Cast) -> None:
    path = "start > {check@rights_officer & again@rights_officer;other=check} > end"
    case_id = opened(deploy(bpmn(path)), by=cast.samir, unit=cast.centre)
    both = [claim(case_id, step, by=cast.amina) for step in ("check", "again")]
    complete(case_id, "check", by=cast.amina)
    with pytest.raises(TaskNotForYou, match="four_eyes"), transaction(actor=cast.amina) as tx:
        complete_task(tx, task_id=both[1], answers={})


def test_continuity_keeps_a_step_with_who_did_the_one_before(cast: Cast) -> None:
    path = "start > check@rights_officer > close@rights_officer;same=check > end"
    case_id = opened(deploy(bpmn(path)), by=cast.samir, unit=cast.centre)
    complete(case_id, "check", by=cast.amina)
    assert able(case_id, "close") == ["amina"]
    with pytest.raises(TaskNotForYou, match="same_as"):
        claim(case_id, "close", by=cast.badr)


def test_a_role_held_higher_up_serves_the_units_below(cast: Cast) -> None:
    case_id = opened(deploy(bpmn("start > see@physician > end")), by=cast.samir, unit=cast.centre)
    assert task(task_id(case_id, "see")).unit_id == cast.units["cnas-16"]
    assert able(case_id, "see") == ["yasmine"]
    complete(case_id, "see", by=cast.yasmine)


def test_a_task_without_a_lane_is_for_whoever_works_in_the_unit(cast: Cast) -> None:
    case_id = opened(deploy(bpmn("start > see > end")), by=cast.samir, unit=cast.centre)
    assert able(case_id, "see") == ["amina", "badr", "karim", "yasmine"]
    with pytest.raises(TaskNotForYou):
        claim(case_id, "see", by=cast.lynda)
    complete(case_id, "see", by=cast.karim)


def test_the_applicants_task_is_held_by_the_applicant_from_the_start(cast: Cast) -> None:
    path = "start > check@rights_officer > give@applicant > end"
    case_id = opened(deploy(bpmn(path)), by=cast.samir, unit=cast.centre)
    complete(case_id, "check", by=cast.amina)
    mine = task(task_id(case_id, "give"))
    assert (mine.holder_id, mine.unit_id, mine.status) == (cast.id("samir"), None, TaskStatus.CLAIMED)
    assert able(case_id, "give") == ["samir@example.dz"]
    with pytest.raises(TaskHeld):
        complete(case_id, "give", by=cast.amina)
    with pytest.raises(Refusal), transaction(actor=cast.omar) as tx:
        assign_task(tx, task_id=mine.id, to=cast.id("amina"), reason="she knows him")
    complete(case_id, "give", by=cast.samir)
    assert case(case_id).closed_at is not None


def test_a_deactivated_person_may_nothing(cast: Cast, case_id: UUID) -> None:
    with transaction(actor=TESTS) as tx:
        tx.session.get_one(Person, cast.id("amina")).deactivated_at = tx.at
        audit.record(tx, "person.deactivated", on=("person", cast.id("amina")))
    assert able(case_id, "check") == ["badr"]
    with reading() as session:
        assert why_not(session, place_of(session, case_id, "check"), cast.standing("amina")) is not None
