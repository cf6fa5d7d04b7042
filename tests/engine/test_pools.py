"""Several pools of one file: each is a procedure of its own, and their cases talk in conversations."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from engine import jobs
from engine.calendars import later
from engine.database import reading
from engine.deployments import AlreadyDeployed
from engine.messages import TTL
from engine.tables import Case, Message, Procedure, ProcessVersion
from engine.trial import Trial
from tests.builders import HEAD, MONDAY, bpmn, case, complete, deploy, opened, waiting
from tests.engine.test_messages import cases_of, keyed, received
from tests.people import Cast


def two_pools(*, answer_first: bool = False) -> bytes:
    """A customer who asks and waits, and an office that answers each request; no keys at all."""
    wait = '<receiveTask id="hear" messageRef="m_answer"/>'
    busy = '<userTask id="other_work"/><sequenceFlow id="c2b" sourceRef="other_work" targetRef="hear"/>'
    customer = (
        '<startEvent id="c_start"/><sendTask id="ask" messageRef="m_request"/>'
        f'{wait}{busy if answer_first else ""}<userTask id="read"/><endEvent id="c_end"/>'
        '<sequenceFlow id="c1" sourceRef="c_start" targetRef="ask"/>'
        f'<sequenceFlow id="c2" sourceRef="ask" targetRef="{"other_work" if answer_first else "hear"}"/>'
        '<sequenceFlow id="c3" sourceRef="hear" targetRef="read"/>'
        '<sequenceFlow id="c4" sourceRef="read" targetRef="c_end"/>'
    )
    office = (
        '<startEvent id="o_start"><messageEventDefinition messageRef="m_request"/></startEvent><userTask id="deal"/>'
        '<sendTask id="answer" messageRef="m_answer"/><endEvent id="o_end"/>'
        '<sequenceFlow id="o1" sourceRef="o_start" targetRef="deal"/>'
        '<sequenceFlow id="o2" sourceRef="deal" targetRef="answer"/>'
        '<sequenceFlow id="o3" sourceRef="answer" targetRef="o_end"/>'
    )
    return (
        f'{HEAD}<message id="m_request" name="request"/><message id="m_answer" name="answer"/>'
        '<collaboration id="col"><participant id="pc" processRef="customer"/>'
        '<participant id="po" processRef="office"/></collaboration>'
        f'<process id="office" isExecutable="true">{office}</process>'
        f'<process id="customer" isExecutable="true">{customer}</process></definitions>'
    ).encode()


def versions() -> dict[str, int]:
    with reading() as session:
        rows = session.execute(select(Procedure.key, ProcessVersion.number).join(ProcessVersion))
        return dict(rows.all())


def test_each_pool_is_deployed_as_a_procedure_of_its_own(cast: Cast) -> None:
    deploy(two_pools())
    assert {"customer": 1, "office": 1}.items() <= versions().items()
    with pytest.raises(AlreadyDeployed):
        deploy(two_pools())
    deploy(two_pools(answer_first=True))
    assert {"customer": 2, "office": 2}.items() <= versions().items()


def asked(cast: Cast, *, minutes: int, amount: int) -> tuple[UUID, UUID]:
    """A customer's case and the office's that it opened."""
    at = later(MONDAY, minutes=minutes)
    known = {found.id for found in cases_of("office")}
    mine = opened("customer", by=cast.samir, unit=cast.centre, answers={"amount": amount}, at=at)
    jobs.drain(at=at)
    [theirs] = [found.id for found in cases_of("office") if found.id not in known]
    return mine, theirs


def test_a_case_opened_by_a_message_is_of_its_senders_conversation(cast: Cast) -> None:
    deploy(two_pools())
    mine, theirs = asked(cast, minutes=0, amount=1)
    other, _ = asked(cast, minutes=1, amount=2)
    assert case(mine).conversation == case(theirs).conversation != case(other).conversation
    assert (case(theirs).unit_id, case(theirs).applicant_id) == (cast.centre, cast.samir.person_id)
    assert case(theirs).data["amount"] == 1


def test_pairs_that_run_at_once_answer_each_other_and_nobody_else(cast: Cast) -> None:
    deploy(two_pools())
    pairs = [asked(cast, minutes=number, amount=number) for number in range(3)]
    for number in (2, 0, 1):
        mine, theirs = pairs[number]
        at = later(MONDAY, hours=1 + number)
        complete(theirs, "deal", {"answered": number}, by=cast.amina, at=at)
        jobs.drain(at=at)
        assert (waiting(mine), case(mine).data["answered"]) == (["read"], number)
    assert received(*(mine for mine, _ in pairs)) == [1, 1, 1]


def test_an_answer_before_its_time_is_kept_for_its_own_partner(cast: Cast) -> None:
    deploy(two_pools(answer_first=True))
    (first, _), (second, answering) = (asked(cast, minutes=number, amount=number) for number in range(2))
    at = later(MONDAY, hours=1)
    complete(first, "other_work", by=cast.amina, at=at)
    complete(answering, "deal", {"answered": 2}, by=cast.amina, at=at)
    jobs.drain(at=at)
    assert (waiting(first), waiting(second)) == ([], ["other_work"])
    with reading() as session:
        [kept] = session.scalars(select(Message)).all()
        assert (kept.conversation, kept.expires_at) == (case(second).conversation, at + TTL)
    complete(second, "other_work", by=cast.amina, at=at)
    jobs.drain(at=at)
    assert (waiting(first), waiting(second), case(second).data["answered"]) == ([], ["read"], 2)


def test_a_trial_runs_the_pools_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "pools.bpmn"
    path.write_bytes(two_pools())
    with Trial([path]) as trial:
        mine = trial.open()
        theirs = trial.newest("office")
        assert theirs is not None
        with reading() as session:
            assert session.get_one(Case, mine).procedure_id != session.get_one(Case, theirs).procedure_id
        trial.complete(theirs, "deal", {"granted": True})
        assert (trial.waiting(mine), trial.data(mine)["granted"]) == (["read"], True)
        trial.complete(mine, "read")
        assert trial.is_closed(mine)
        assert trial.is_closed(theirs)
        office = trial.message("request", {"amount": 3})
        assert office is not None
        assert (trial.waiting(office), trial.newest()) == (["deal"], office)


@pytest.mark.parametrize("asked_first", [True, False])
def test_cases_opened_apart_know_each_other_once_one_has_written_to_the_other(
    cast: Cast, asked_first: bool
) -> None:
    asks = keyed(
        bpmn("start > ask^request > hear?answer > read@rights_officer > end", key="asks"), "n", name="request"
    )
    deals = keyed(bpmn("start > come?request > reply^answer > end", key="deals"), "n", name="request")
    for xml in (asks, deals):
        deploy(xml)

    def open_all(key: str, numbers: tuple[int, int]) -> list[UUID]:
        answers = ({"n": number} for number in numbers)
        return [opened(key, by=cast.samir, unit=cast.centre, answers=answer) for answer in answers]

    if asked_first:
        asking = open_all("asks", (2, 1))
        jobs.drain(at=MONDAY)
        dealing = open_all("deals", (1, 2))
    else:
        dealing, asking = open_all("deals", (1, 2)), open_all("asks", (2, 1))
    jobs.drain(at=MONDAY)
    assert [case(case_id).conversation for case_id in asking] == [
        case(case_id).conversation for case_id in reversed(dealing)
    ]
    assert [waiting(case_id) for case_id in asking] == [["read"], ["read"]]
    assert received(*asking) == [1, 1]
