"""Background work: done once in effect, tried again when it fails, and in the end given to an owner."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine import jobs
from engine.actor import Actor
from engine.calendars import later, seconds_between
from engine.connectors import outside
from engine.database import Database, reading, transaction
from engine.incidents import IncidentUnknown, retry_incident
from engine.jobs import MAX_ATTEMPTS
from engine.outbox import put_mail, put_throw, waker
from engine.tables import Incident, OutboxItem
from engine.trial import Trial
from tests.builders import HEAD, MONDAY, bpmn, case, complete, deploy, dump, events, opened, waiting
from tests.people import TESTS, Cast

ASK = "start > ask!register/person > check@rights_officer > end"


class Register:
    """Another administration's register: fails so many times, then answers."""

    def __init__(self) -> None:
        self.failures = 0
        self.asked: list[dict[str, Any]] = []

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(data)
        if len(self.asked) <= self.failures:
            raise TimeoutError("the register does not answer")
        return {"alive": True}


@pytest.fixture
def register() -> Iterator[Register]:
    provided = Register()
    token = outside.set({"register/person": provided})
    yield provided
    outside.reset(token)


def item_of(case_id: UUID) -> OutboxItem:
    with reading() as session:
        return session.scalars(select(OutboxItem).where(OutboxItem.case_id == case_id)).one()


def incidents() -> list[Incident]:
    with reading() as session:
        return list(session.scalars(select(Incident).where(Incident.resolved_at.is_(None))))


def test_the_answer_of_another_system_moves_the_case_on(cast: Cast, register: Register) -> None:
    case_id = opened(deploy(bpmn(ASK)), by=cast.samir, unit=cast.centre, answers={"nin": 7})
    assert (waiting(case_id), register.asked) == ([], [])
    assert jobs.drain(at=MONDAY) == 1
    assert (waiting(case_id), register.asked) == (["check"], [{"nin": 7}])
    assert case(case_id).data == {"nin": 7, "alive": True}
    item = item_of(case_id)
    assert (item.done_at, item.runs_at, item.attempts) == (MONDAY, None, 1)


def test_draining_twice_is_draining_once(database: Database, cast: Cast, register: Register) -> None:
    case_id = opened(deploy(bpmn(ASK)), by=cast.samir, unit=cast.centre)
    jobs.drain(at=MONDAY)
    before = dump(database)
    assert jobs.drain(at=later(MONDAY, days=9)) == 0
    assert not jobs.run_item(item_of(case_id).id, at=later(MONDAY, days=9))
    assert (dump(database), len(register.asked)) == (before, 1)


def test_a_failure_is_tried_again_after_a_growing_pause(cast: Cast, register: Register) -> None:
    register.failures = 3
    case_id = opened(deploy(bpmn(ASK)), by=cast.samir, unit=cast.centre)
    at, pauses = MONDAY, []
    while (runs_at := item_of(case_id).runs_at) is not None:
        pauses.append(seconds_between(at, runs_at))
        at = max(at, runs_at)
        assert jobs.drain(at=at) == 1
    assert pauses == [0, 2, 4, 8]
    assert (waiting(case_id), incidents()) == (["check"], [])
    assert item_of(case_id).error is None


def exhaust(case_id: UUID) -> None:
    at = MONDAY
    while (runs_at := item_of(case_id).runs_at) is not None:
        at = max(at, runs_at)
        jobs.drain(at=at)


def test_work_that_fails_for_good_becomes_an_incident_of_the_cases_unit(
    cast: Cast, register: Register
) -> None:
    register.failures = MAX_ATTEMPTS
    case_id = opened(deploy(bpmn(ASK)), by=cast.samir, unit=cast.centre)
    exhaust(case_id)
    [incident] = incidents()
    assert (incident.case_id, incident.element, incident.owner_unit_id) == (case_id, "ask", cast.centre)
    assert (incident.code, incident.params) == ("work_failed", {"error": "TimeoutError"})
    assert (item_of(case_id).attempts, item_of(case_id).dead_at is not None) == (MAX_ATTEMPTS, True)
    assert (waiting(case_id), case(case_id).closed_at) == ([], None)
    assert events(case_id)[-1] == "incident.opened"


def test_an_incident_is_retried_once_and_resolved(cast: Cast, register: Register) -> None:
    register.failures = MAX_ATTEMPTS
    case_id = opened(deploy(bpmn(ASK)), by=cast.samir, unit=cast.centre)
    exhaust(case_id)
    [incident] = incidents()
    with transaction(actor=cast.omar, at=later(MONDAY, days=1)) as tx:
        retry_incident(tx, incident_id=incident.id)
    with pytest.raises(IncidentUnknown), transaction(actor=cast.omar) as tx:
        retry_incident(tx, incident_id=incident.id)
    jobs.drain(at=later(MONDAY, days=1))
    assert (waiting(case_id), incidents()) == (["check"], [])
    with reading() as session:
        resolved = session.get_one(Incident, incident.id)
    assert (resolved.resolved_at, resolved.resolved_by) == (later(MONDAY, days=1), "person:omar")


def test_one_bad_case_stops_only_itself(cast: Cast, register: Register) -> None:
    key = deploy(bpmn("start > ask!register/person > n=x = 1 / divisor > check@rights_officer > end"))
    bad, good = (
        opened(key, by=cast.samir, unit=cast.centre, answers={"divisor": divisor}) for divisor in (0, 1)
    )
    jobs.drain(at=MONDAY)
    assert (waiting(bad), waiting(good)) == ([], ["check"])
    [incident] = incidents()
    assert (incident.case_id, incident.element) == (bad, "n")


def test_an_operation_that_nobody_provides_is_an_incident(cast: Cast) -> None:
    case_id = opened(deploy(bpmn("start > ask!register/none > end")), by=cast.samir, unit=cast.centre)
    jobs.drain(at=MONDAY)
    [incident] = incidents()
    assert (incident.case_id, incident.code) == (case_id, "operation_unknown")


def test_an_operation_in_a_loop_runs_each_round(cast: Cast, register: Register) -> None:
    path = "start > {ask!register/person > check@rights_officer * n=again = false} > end"
    case_id = opened(deploy(bpmn(path)), by=cast.samir, unit=cast.centre)
    for again in (True, False):
        jobs.drain(at=MONDAY)
        complete(case_id, "check", {"again": again}, by=cast.amina)
    assert len(register.asked) == 2
    assert case(case_id).closed_at is not None


def test_an_answer_to_a_call_withdrawn_meanwhile_changes_nothing(cast: Cast, register: Register) -> None:
    drawn = (
        '<startEvent id="start"/><serviceTask id="ask" masar:call="register/person"/><endEvent id="end"/>'
        '<boundaryEvent id="late" attachedToRef="ask"><timerEventDefinition><timeDuration>PT1S</timeDuration>'
        '</timerEventDefinition></boundaryEvent><userTask id="check"/><endEvent id="end_late"/>'
        '<sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>'
        '<sequenceFlow id="f2" sourceRef="ask" targetRef="end"/>'
        '<sequenceFlow id="f3" sourceRef="late" targetRef="check"/>'
        '<sequenceFlow id="f4" sourceRef="check" targetRef="end_late"/>'
    )
    xml = f'{HEAD}<process id="p" isExecutable="true">{drawn}</process></definitions>'.encode()
    case_id = opened(deploy(xml), by=cast.samir, unit=cast.centre)
    assert jobs.sweep(at=later(MONDAY, seconds=1)) == 1
    assert waiting(case_id) == ["check"]
    before = events(case_id)
    jobs.drain(at=later(MONDAY, seconds=2))
    assert (events(case_id), waiting(case_id), incidents()) == (before, ["check"], [])
    assert item_of(case_id).done_at is not None


def test_a_message_thrown_reaches_the_one_case_that_waits_for_it(cast: Cast) -> None:
    hears = deploy(bpmn("start > heard?payment > check@rights_officer > end", key="hears"))
    tells = deploy(bpmn("start > tell^payment > end", key="tells"))
    waits = opened(hears, by=cast.samir, unit=cast.centre)
    bystander = opened(hears, by=cast.samir, unit=cast.centre, at=later(MONDAY, seconds=1))
    opened(tells, by=cast.houda, unit=cast.centre, answers={"amount": 5})
    assert (waiting(waits), waiting(bystander)) == ([], [])
    jobs.drain(at=MONDAY)
    assert sorted([waiting(waits), waiting(bystander)]) == [[], ["check"]]
    assert [*events(waits), *events(bystander)].count("message.received") == 1


def test_work_put_in_a_transaction_that_fails_is_never_done(cast: Cast) -> None:
    woken: list[UUID] = []
    token = waker.set(woken.append)
    try:
        with pytest.raises(RuntimeError), transaction(actor=TESTS) as tx:
            put_mail(tx, to="a@example.dz", code="case_received", params={}, lang="ar")
            raise RuntimeError
        assert woken == []
        with transaction(actor=TESTS) as tx:
            item = put_mail(tx, to="a@example.dz", code="case_received", params={}, lang="ar")
            assert woken == []
        assert woken == [item.id]
    finally:
        waker.reset(token)


def test_a_trial_waits_for_the_next_try(tmp_path: Any) -> None:
    register = Register()
    register.failures = 2
    (tmp_path / "ask.bpmn").write_bytes(bpmn(ASK))
    with Trial([tmp_path / "ask.bpmn"], connectors={"register/person": register}) as trial:
        case_id = trial.open()
        assert trial.waiting(case_id) == []
        trial.advance(1)
        assert trial.waiting(case_id) == []
        trial.advance(60)
        assert trial.waiting(case_id) == ["check"]
        assert trial.person("hand-1") == Actor(trial.person("hand-1").person_id, "person:hand-1")


def test_a_letter_is_tried_for_days_and_leaves_nothing_of_itself_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASAR_SMTP_URL", "smtp://127.0.0.1:1")
    with transaction(actor=Actor.system("command"), at=MONDAY) as tx:
        params = {"reference": "16-01/2026/00001"}
        item_id = put_mail(tx, to="a@example.dz", code="case_received", params=params, lang="ar").id
    at, tries = MONDAY, 0
    while at is not None:
        jobs.drain(at=at)
        tries += 1
        with reading() as session:
            item = session.get_one(OutboxItem, item_id)
        at, last = item.runs_at, at
    assert tries == jobs.MOST_MAIL_ATTEMPTS
    assert last > later(MONDAY, days=1)
    assert item.payload == {"code": "case_received"}


def test_a_letter_once_sent_leaves_its_code_alone(database: Database) -> None:
    with transaction(actor=Actor.system("command"), at=MONDAY) as tx:
        params = {"reference": "16-01/2026/00001"}
        item_id = put_mail(tx, to="a@example.dz", code="case_received", params=params, lang="fr").id
    jobs.drain(at=MONDAY)
    with reading() as session:
        assert session.get_one(OutboxItem, item_id).payload == {"code": "case_received"}
    [letter] = (database.data / "mail").glob("*.eml")
    assert b"a@example.dz" in letter.read_bytes()


def test_one_receiver_of_a_signal_that_fails_stops_only_itself(cast: Cast) -> None:
    good = bpmn("start > wait?siren > check@rights_officer > end", key="good")
    bad = bpmn("start > wait?siren > sum=n = missing + 1 > check@rights_officer > end", key="bad")
    listening = [opened(deploy(_by_signal(xml)), by=cast.samir, unit=cast.centre) for xml in (good, bad)]
    with transaction(actor=Actor.system("command"), at=MONDAY) as tx:
        put_throw(tx, case_id=None, kind="signal", name="siren", payload={}, correlation={})
    jobs.drain(at=MONDAY)
    assert [waiting(case_id) for case_id in listening] == [["check"], []]
    with reading() as session:
        [incident] = session.scalars(select(Incident)).all()
    assert (incident.case_id, incident.element) == (listening[1], "sum")


def _by_signal(xml: bytes) -> bytes:
    xml = xml.replace(b'<message id="m_siren"', b'<signal id="m_siren"')
    return xml.replace(b"messageEventDefinition messageRef", b"signalEventDefinition signalRef")
