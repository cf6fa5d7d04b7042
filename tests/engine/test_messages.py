"""Messages reach the one case that they are for, once; signals reach all."""

import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from engine import audit, jobs, messages
from engine.actor import Actor
from engine.calendars import later
from engine.correlation import TooManyKeys, slot, slots
from engine.database import Database, reading, transaction
from engine.messages import TTL, Sent, broadcast, publish
from engine.outbox import put_throw
from engine.tables import AuditEntry, Case, Message, MessageSlot, OutboxItem, Subscription
from tests.builders import MONDAY, bpmn, case, complete, deploy, events, opened, waiting
from tests.engine.test_statements import counted
from tests.people import Cast

SENDER = Actor.system("command")
HEARS = "start > heard?payment > check@rights_officer > end"


def keyed(xml: bytes, *keys: str, name: str = "payment") -> bytes:
    """The same diagram, its message correlated by the variables of these names."""
    declared = "".join(f'<masar:correlates key="{key}" value="{key}"/>' for key in keys)
    whole = (
        f'<message id="m_{name}" name="{name}"><extensionElements>{declared}</extensionElements></message>'
    )
    return xml.replace(f'<message id="m_{name}" name="{name}"/>'.encode(), whole.encode())


def by_signal(xml: bytes, name: str = "payment") -> bytes:
    """The same diagram, with a signal in place of its message."""
    xml = xml.replace(f'<message id="m_{name}"'.encode(), f'<signal id="m_{name}"'.encode())
    return xml.replace(b"messageEventDefinition messageRef", b"signalEventDefinition signalRef")


def begun_by(xml: bytes, definition: str) -> bytes:
    """The same diagram, begun by an event."""
    return xml.replace(
        b'<startEvent id="start" name="start"></startEvent>',
        f'<startEvent id="start">{definition}</startEvent>'.encode(),
    )


def send(name: str = "payment", *, at: Any = MONDAY, drained: bool = True, **given: Any) -> Sent:
    with transaction(actor=SENDER, at=at) as tx:
        sent = publish(tx, name=name, **given)
    if drained:
        jobs.drain(at=at)
    return sent


def waits(cast: Cast, key: str, answers: Mapping[str, Any], *, minutes: int = 0) -> UUID:
    return opened(key, by=cast.samir, unit=cast.centre, answers=answers, at=later(MONDAY, minutes=minutes))


def count(table: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def received(*cases: UUID) -> list[int]:
    return [events(case_id).count("message.received") for case_id in cases]


def in_threads(*works: Callable[[], object]) -> None:
    threads = [threading.Thread(target=copy_context().run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def test_a_message_reaches_the_case_whose_keys_agree(cast: Cast) -> None:
    key = deploy(keyed(bpmn(HEARS), "file", "year"))
    cases = [waits(cast, key, {"file": n, "year": 2026}) for n in (1, 2, 3)]
    assert send(correlation={"file": 2, "year": 2026}, payload={"amount": 5}).outcome == "delivered"
    assert [waiting(case_id) for case_id in cases] == [[], ["check"], []]
    assert case(cases[1]).data == {"file": 2, "year": 2026, "amount": 5}
    assert send(correlation={"file": 2, "year": 2026}).outcome == "kept"
    assert send(correlation={"file": 3}).outcome == "kept", "a key that the receiver declares is not given"
    assert send(correlation={"file": 3, "year": 2026, "office": "x"}).outcome == "delivered"


@pytest.mark.parametrize("value", [5, 5.0, "5", Decimal("5.00"), " 5 "])
def test_numbers_and_their_text_are_the_same_key(value: Any) -> None:
    assert slot("paid", {"n": value}) == slot("paid", {"n": 5})


@pytest.mark.parametrize(
    "keys", [{"n": 6}, {"m": 5}, {"n": None}, {"n": "5a"}, {"n": 5, "m": 5}, {}, {"n": 50}, {"n": -5}]
)
def test_other_values_and_other_keys_are_another(keys: dict[str, Any]) -> None:
    assert slot("paid", keys) != slot("paid", {"n": 5})


def test_a_sender_agrees_with_whoever_declares_fewer_keys() -> None:
    assert slots("paid", {"a": 1, "b": 2}) == [
        slot("paid", {"a": 1, "b": 2}), slot("paid", {"a": 1}), slot("paid", {"b": 2}), slot("paid", {}),
    ]  # fmt: skip
    with pytest.raises(TooManyKeys):
        slots("paid", {str(n): n for n in range(9)})


def test_a_message_before_its_time_is_kept_until_somebody_waits(cast: Cast) -> None:
    key = deploy(keyed(bpmn(f"start > first@rights_officer > {HEARS[8:]}"), "file"))
    case_id = waits(cast, key, {"file": 7})
    for amount in (1, 2):
        sent = send(correlation={"file": 7}, payload={"amount": amount}, at=later(MONDAY, minutes=amount))
        assert sent.outcome == "kept"
    send(correlation={"file": 8}, payload={"amount": 3})
    complete(case_id, "first", by=cast.amina, at=later(MONDAY, hours=1))
    jobs.drain(at=later(MONDAY, hours=1))
    assert (waiting(case_id), case(case_id).data["amount"]) == (["check"], 1), "the oldest comes first"
    with reading() as session:
        taken = session.scalars(select(Message).where(Message.taken_by == case_id)).one()
        assert (taken.payload, taken.correlation) == ({}, {})
        assert audit.verify(session, case_id).holds
    assert received(case_id) == [1]


def test_kept_messages_are_given_one_each_to_the_rounds_of_a_loop(cast: Cast) -> None:
    key = deploy(bpmn("start > {heard?payment > check@rights_officer * n=again = false} > end"))
    for amount in (1, 2, 3):
        send(payload={"amount": amount}, at=later(MONDAY, minutes=amount))
    case_id = waits(cast, key, {})
    seen = []
    for again in (True, True, False):
        jobs.drain(at=later(MONDAY, hours=1))
        seen.append(case(case_id).data["amount"])
        complete(case_id, "check", {"again": again}, by=cast.amina, at=later(MONDAY, hours=1))
    assert seen == [1, 2, 3]
    assert count(MessageSlot) == 0


def test_a_message_is_kept_no_longer_than_its_time(cast: Cast) -> None:
    key = deploy(bpmn(f"start > first@rights_officer > {HEARS[8:]}"))
    case_id = waits(cast, key, {})
    send(ttl=timedelta(hours=1))
    assert send(ttl=timedelta(0)).outcome == "dropped"
    complete(case_id, "first", by=cast.amina, at=later(MONDAY, hours=1))
    jobs.drain(at=later(MONDAY, hours=1))
    assert waiting(case_id) == []
    assert jobs.tidy(at=later(MONDAY, minutes=59)) == 0
    assert jobs.tidy(at=later(MONDAY, hours=1)) == 1
    assert (count(Message), count(MessageSlot)) == (0, 0)


def test_a_message_thrown_by_a_case_that_nobody_took_is_told_there(cast: Cast) -> None:
    case_id = waits(cast, deploy(bpmn("start > tell^payment > check@rights_officer > end")), {})
    jobs.drain(at=MONDAY)
    jobs.tidy(at=MONDAY + TTL)
    assert events(case_id)[-1] == "message.expired"
    with reading() as session:
        assert audit.verify(session, case_id).holds


def test_the_same_message_sent_again_changes_nothing(cast: Cast) -> None:
    key = deploy(bpmn(HEARS))
    first, second = (waits(cast, key, {}, minutes=minute) for minute in (0, 1))
    outcomes = [send(dedupe="bank-17").outcome for _ in range(3)]
    assert outcomes == ["delivered", "repeated", "repeated"]
    assert (waiting(first), waiting(second)) == (["check"], [])
    assert send(dedupe="bank-18").outcome == "delivered"
    assert send("other", dedupe="bank-17").outcome == "kept"


def test_two_messages_at_once_go_to_two_cases_never_to_one(cast: Cast) -> None:
    key = deploy(bpmn(HEARS))
    cases = [waits(cast, key, {}, minutes=minute) for minute in range(3)]
    for amount in (1, 2):
        assert send(drained=False, payload={"amount": amount}).outcome == "delivered"
    jobs.drain(at=MONDAY)
    assert [waiting(case_id) for case_id in cases] == [["check"], ["check"], []]
    assert [case(case_id).data.get("amount") for case_id in cases] == [1, 2, None]


def test_a_message_whose_receiver_went_on_meanwhile_looks_for_another(cast: Cast) -> None:
    xml = bpmn("start > {heard?payment > check@rights_officer & stop@rights_officer} > end")
    key = deploy(xml)
    first, second = (waits(cast, key, {}, minutes=minute) for minute in (0, 1))
    send(drained=False, payload={"amount": 1})
    with transaction(actor=SENDER, at=MONDAY) as tx:
        row = tx.session.scalars(select(Subscription).where(Subscription.case_id == first)).one()
        tx.session.delete(row)
    jobs.drain(at=later(MONDAY, minutes=2))
    assert received(first, second) == [0, 1]


@pytest.mark.parametrize("kind", ["postgresql"])
def test_under_two_runners_each_message_arrives_once(database: Database, cast: Cast) -> None:
    key = deploy(bpmn(HEARS))
    cases = [waits(cast, key, {}, minutes=minute) for minute in range(12)]
    with transaction(actor=SENDER, at=MONDAY) as tx:
        for number in range(12):
            told = {"amount": number}
            put_throw(tx, case_id=None, kind="message", name="payment", payload=told, correlation={})
    at = later(MONDAY, hours=1)
    in_threads(*(lambda: jobs.drain(at=at) for _ in range(4)))
    jobs.drain(at=at)
    assert received(*cases) == [1] * 12
    assert sorted(case(case_id).data["amount"] for case_id in cases) == list(range(12))


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_message_and_who_begins_to_wait_never_miss_each_other(database: Database, cast: Cast) -> None:
    key = deploy(keyed(bpmn(f"start > first@rights_officer > {HEARS[8:]}"), "file"))
    cases = [waits(cast, key, {"file": number}) for number in range(12)]

    def wait() -> None:
        for case_id in cases:
            complete(case_id, "first", by=cast.amina, at=MONDAY)

    def tell() -> None:
        for number in range(12):
            send(correlation={"file": number}, payload={"amount": number}, drained=False)

    in_threads(wait, tell, lambda: jobs.drain(at=MONDAY))
    jobs.drain(at=MONDAY)
    assert [case(case_id).data["amount"] for case_id in cases] == list(range(12))
    assert received(*cases) == [1] * 12


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_message_sent_twice_at_once_is_one(database: Database, cast: Cast) -> None:
    key = deploy(bpmn(HEARS))
    cases = [waits(cast, key, {}, minutes=minute) for minute in range(3)]
    outcomes: list[str] = []
    in_threads(*(lambda: outcomes.append(send(dedupe="bank-17", drained=False).outcome) for _ in range(4)))
    jobs.drain(at=MONDAY)
    assert sorted(outcomes) == ["delivered", "repeated", "repeated", "repeated"]
    assert sum(received(*cases)) == 1


def test_the_right_case_among_many_costs_a_few_statements(database: Database, cast: Cast) -> None:
    key = deploy(keyed(bpmn(HEARS), "file"))
    case_id = waits(cast, key, {"file": 777})
    with transaction(actor=SENDER, at=MONDAY) as tx:
        row = tx.session.scalars(select(Subscription)).one()
        for number in range(1000):
            keys = {"file": number + 1000}
            tx.session.add(
                Subscription(
                    case_id=case_id, token=f"t{number}", element=row.element, kind="message", name="payment",
                    correlation=keys, slot=slot("payment", keys), since=MONDAY,
                )
            )  # fmt: skip
    with counted(database) as cost:
        sent = send(correlation={"file": 777, "office": "a"}, drained=False)
    assert (sent.outcome, len(cost.statements) <= 5) == ("delivered", True), cost.statements
    with reading() as session:
        delivery = session.scalars(select(OutboxItem)).one()
        assert delivery.payload["token"] == row.token


def test_a_signal_reaches_every_case_that_waits_and_is_not_kept(cast: Cast) -> None:
    key = deploy(by_signal(bpmn(HEARS)))
    cases = [waits(cast, key, {}) for _ in range(3)]
    with transaction(actor=SENDER, at=MONDAY) as tx:
        broadcast(tx, name="payment", payload={"amount": 4})
    jobs.drain(at=MONDAY)
    late = waits(cast, key, {})
    assert [waiting(case_id) for case_id in (*cases, late)] == [["check"]] * 3 + [[]]
    assert case(cases[2]).data == {"amount": 4}


FILED = '<messageEventDefinition messageRef="m_filed"/>'


def filed(path: str = "start > check@rights_officer > end", *, key: str = "filed") -> bytes:
    xml = begun_by(bpmn(path, key=key), FILED)
    return xml.replace(b"<process", b'<message id="m_filed" name="filed"/><process', 1)


def cases_of(key: str) -> list[Case]:
    with reading() as session:
        found = select(Case).join(Case.procedure).where(Case.procedure.property.mapper.class_.key == key)
        return list(session.scalars(found.order_by(Case.reference)))


def test_a_message_opens_one_case_of_each_procedure_that_it_starts(cast: Cast) -> None:
    for key in ("one", "two"):
        deploy(filed(key=key))
        deploy(filed("start > check@rights_officer > more@rights_officer > end", key=key))
    assert send("filed", payload={"amount": 5}, dedupe="f-1").outcome == "started"
    assert send("filed", payload={"amount": 5}, dedupe="f-1").outcome == "repeated"
    for key in ("one", "two"):
        [found] = cases_of(key)
        assert (case(found.id).data, waiting(found.id)) == ({"amount": 5}, ["check"])
        assert (found.applicant_id, found.unit_id == cast.units["mtess"]) == (None, True)
        with reading() as session:
            opening = session.scalars(
                select(AuditEntry.facts).where(AuditEntry.subject_id == found.id, AuditEntry.number == 1)
            ).one()
        assert (opening["begun_by"], opening["name"], opening["version"]) == ("message", "filed", 2)


def test_who_waits_comes_before_what_a_message_starts(cast: Cast) -> None:
    deploy(filed())
    key = deploy(bpmn("start > heard?filed > check@rights_officer > end", key="waits"))
    case_id = waits(cast, key, {})
    assert send("filed").outcome == "delivered"
    assert (waiting(case_id), cases_of("filed")) == (["check"], [])
    assert send("filed").outcome == "started"
    assert len(cases_of("filed")) == 1


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_start_run_by_two_runners_opens_one_case(database: Database, cast: Cast) -> None:
    deploy(filed())
    for number in range(6):
        send("filed", payload={"amount": number}, drained=False)
    at = later(MONDAY, hours=1)
    in_threads(*(lambda: jobs.drain(at=at) for _ in range(3)))
    jobs.drain(at=at)
    assert sorted(case(found.id).data["amount"] for found in cases_of("filed")) == list(range(6))


def test_a_signal_opens_a_case_of_each_procedure_that_it_starts(cast: Cast) -> None:
    xml = begun_by(bpmn("start > check@rights_officer > end"), '<signalEventDefinition signalRef="s"/>')
    xml = xml.replace(b"<process", b'<signal id="s" name="strike"/><process', 1)
    for key in ("one", "two"):
        deploy(xml.replace(b'id="p" name="p"', f'id="{key}" name="{key}"'.encode()))
    with transaction(actor=SENDER, at=MONDAY) as tx:
        broadcast(tx, name="strike")
    jobs.drain(at=MONDAY)
    assert [len(cases_of(key)) for key in ("one", "two")] == [1, 1]


def test_an_escalation_that_nothing_catches_is_told_on_the_trail(cast: Cast) -> None:
    xml = bpmn("start > tell^late > check@rights_officer > end")
    xml = xml.replace(
        b'messageEventDefinition messageRef="m_late"', b'escalationEventDefinition escalationRef="e"'
    )
    xml = xml.replace(b"<process", b'<escalation id="e" escalationCode="LATE"/><process', 1)
    case_id = waits(cast, deploy(xml), {})
    assert "escalation.uncaught" in events(case_id)
    assert (waiting(case_id), jobs.drain(at=MONDAY)) == (["check"], 0)


def test_who_declares_no_key_gets_no_message_that_its_data_contradict(cast: Cast) -> None:
    key = deploy(bpmn(HEARS))
    cases = [waits(cast, key, {"order": order}, minutes=order) for order in (1, 2, 3)]
    assert send(correlation={"order": 2}).outcome == "delivered"
    assert [waiting(case_id) for case_id in cases] == [[], ["check"], []]
    assert send(correlation={"order": "4"}).outcome == "kept"
    assert send(correlation={"order": 3.0, "office": "x"}).outcome == "delivered"
    assert [waiting(case_id) for case_id in cases] == [[], ["check"], ["check"]]
    late = [waits(cast, key, {"order": order}) for order in (5, 4)]
    jobs.drain(at=MONDAY)
    assert [waiting(case_id) for case_id in late] == [[], ["check"]]


def test_a_key_that_the_receivers_data_do_not_know_does_not_bar_it(cast: Cast) -> None:
    case_id = waits(cast, deploy(bpmn(HEARS)), {})
    assert send(correlation={"order": 2}).outcome == "delivered"
    assert waiting(case_id) == ["check"]


def test_a_delivery_cut_short_is_done_again_and_counts_once(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = waits(cast, deploy(bpmn(HEARS)), {})
    send(payload={"amount": 5}, drained=False)
    real, tries = messages.settle, list[int]()

    def cut_short(*given: Any, **named: Any) -> None:
        real(*given, **named)
        tries.append(1)
        if len(tries) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(messages, "settle", cut_short)
    with pytest.raises(KeyboardInterrupt):
        jobs.drain(at=MONDAY)
    assert (waiting(case_id), received(case_id)) == ([], [0])
    assert send().outcome == "kept", "the first is on its way still"
    jobs.drain(at=later(MONDAY, hours=1))
    assert (waiting(case_id), received(case_id), len(tries)) == (["check"], [1], 2)


def test_a_start_cut_short_opens_one_case(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(filed())
    send("filed", drained=False)
    real, tries = messages.begin_case, list[int]()

    def cut_short(*given: Any, **named: Any) -> Case:
        begun = real(*given, **named)
        tries.append(1)
        if len(tries) == 1:
            raise TimeoutError
        return begun

    monkeypatch.setattr(messages, "begin_case", cut_short)
    jobs.drain(at=MONDAY)
    assert cases_of("filed") == []
    jobs.drain(at=later(MONDAY, hours=1))
    assert (len(cases_of("filed")), len(tries)) == (1, 2)
    assert cases_of("filed")[0].reference.endswith("/00001")
