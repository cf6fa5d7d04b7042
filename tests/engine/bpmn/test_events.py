import datetime
from typing import Any

import pytest

from engine.bpmn import running
from engine.bpmn.events import is_timer
from tests.engine.bpmn.drawing import AND, ENDS, Case, drawn, process_of, timed, users


def boundary(event: str, *, interrupting: bool = True) -> Any:
    cancel = "" if interrupting else ' cancelActivity="false"'
    elements = (
        ENDS
        + users("a", "b", "late")
        + f'<boundaryEvent id="t" attachedToRef="a"{cancel}>{event}</boundaryEvent><endEvent id="e2"/>'
    )
    return process_of(drawn(elements, "s > a > b > e", "t > late > e2"))


def test_an_interrupting_timer_ends_its_step() -> None:
    case = Case(boundary(timed("timeDuration", "P5D")))
    assert [(timer.element, timer.kind, timer.text) for timer in case.now.timers] == [
        ("t", "duration", "P5D")
    ]
    case.expire("t")
    assert (case.waiting, case.now.timers, case.now.completed) == (["late"], (), ("t",))


def test_a_step_that_is_done_ends_its_timer() -> None:
    case = Case(boundary(timed("timeDuration", "${'P' + string(n) + 'D'}")), {"n": 3})
    assert case.now.timers[0].text == "P3D"
    case.complete("a")
    assert (case.waiting, case.now.timers) == (["b"], ())


def test_a_cycle_beside_a_step_is_armed_again_until_its_last_round() -> None:
    case = Case(boundary(timed("timeCycle", "R2/PT1H"), interrupting=False))
    case.expire("t")
    assert (case.waiting, case.now.timers[0].text) == (["a", "late"], "R1/PT1H")
    case.expire("t")
    assert (case.waiting, case.now.timers) == (["a", "late", "late"], ())


def test_a_date_from_the_data_is_given_as_iso_text() -> None:
    case = Case(boundary(timed("timeDate", "when")), {"when": datetime.date(2030, 1, 31)})
    assert (case.now.timers[0].kind, case.now.timers[0].text) == ("date", "2030-01-31")
    assert Case(boundary(timed("timeDate", "when")), {"when": "soon"}).failures == [("t", "bad_timer")]


def test_the_first_event_after_an_event_gateway_wins() -> None:
    elements = (
        ENDS
        + '<eventBasedGateway id="g"/>'
        + users("paid", "unpaid")
        + (
            f'<intermediateCatchEvent id="t1">{timed("timeDuration", "P5D")}</intermediateCatchEvent>'
            f'<intermediateCatchEvent id="t2">{timed("timeDuration", "PT1S")}</intermediateCatchEvent>'
            '<receiveTask id="m" messageRef="pay"/>'
        )
    )
    ways = ("s > g", "g > t1 > unpaid > e", "g > t2 > unpaid", "g > m > paid > e")
    process = process_of(drawn(elements, *ways, around='<message id="pay" name="payment"/>'))
    case = Case(process)
    assert sorted(timer.text for timer in case.now.timers) == ["P5D", "PT1S"]
    case.deliver("payment", amount=3)
    assert (case.waiting, case.now.timers, case.now.subscriptions, case.data) == (
        ["paid"],
        (),
        (),
        {"amount": 3},
    )
    other = Case(process)
    other.expire("t2")
    assert (other.waiting, other.now.timers) == (["unpaid"], ())


INNER = (
    '<subProcess id="sub"><startEvent id="is"/><userTask id="i"/>{end}<sequenceFlow id="q1" '
    'sourceRef="is" targetRef="i"/><sequenceFlow id="q2" sourceRef="i" targetRef="ie"/></subProcess>'
)


def test_a_sub_process_sees_and_changes_the_data_of_the_case() -> None:
    case = Case(process_of(drawn(ENDS + INNER.format(end='<endEvent id="ie"/>'), "s > sub > e")), {"x": 1})
    case.complete("i", x=2)
    assert (case.data, case.ended, case.trace) == ({"x": 2}, True, ["s", "is", "i", "ie", "sub", "e"])


@pytest.mark.parametrize(
    ("kind", "interrupting", "waiting"),
    [("error", True, ["h"]), ("escalation", True, ["h"]), ("escalation", False, ["h", "n"])],
)
def test_errors_and_escalations_are_caught_outside(kind: str, interrupting: bool, waiting: list[str]) -> None:
    definition = f'<{kind}EventDefinition {kind}Ref="c"/>'
    cancel = "true" if interrupting else "false"
    elements = (
        ENDS
        + INNER.format(end=f'<endEvent id="ie">{definition}</endEvent>')
        + users("h", "n")
        + (
            f'<boundaryEvent id="b" attachedToRef="sub" '
            f'cancelActivity="{cancel}">{definition}</boundaryEvent>'
        )
    )
    around = f'<{kind} id="c" name="n" {kind}Code="C1"/>'
    case = Case(process_of(drawn(elements, "s > sub > n > e", "b > h > e", around=around)))
    case.complete("i")
    assert case.waiting == waiting
    assert case.thrown == []


def test_an_error_that_nothing_catches_fails_and_an_escalation_leaves_the_case() -> None:
    error = INNER.format(end='<endEvent id="ie"><errorEventDefinition/></endEvent>')
    uncaught = Case(process_of(drawn(ENDS + error, "s > sub > e")))
    uncaught.complete("i")
    assert (uncaught.failures, uncaught.ended) == ([("ie", "error_not_caught")], False)
    escalation = INNER.format(
        end='<endEvent id="ie"><escalationEventDefinition escalationRef="c"/></endEvent>'
    )
    case = Case(
        process_of(drawn(ENDS + escalation, "s > sub > e", around='<escalation id="c" escalationCode="up"/>'))
    )
    case.complete("i")
    assert (case.ended, case.thrown) == (True, [("escalation", "up")])


def test_a_terminate_end_ends_everything_in_its_scope() -> None:
    elements = ENDS + AND + users("a", "b") + '<endEvent id="stop"><terminateEventDefinition/></endEvent>'
    case = Case(
        process_of(
            drawn(
                elements.replace('<parallelGateway id="join"/>', ""),
                "s > fork",
                "fork > a > e",
                "fork > b > stop",
            )
        )
    )
    case.complete("b")
    assert (case.ended, case.waiting) == (True, [])


def test_messages_leave_the_case_or_reach_who_waits_in_it() -> None:
    message = '<messageEventDefinition messageRef="msg"/>'
    throw = f'<intermediateThrowEvent id="t">{message}</intermediateThrowEvent>'
    around = (
        '<message id="msg" name="hello"><extensionElements><masar:correlates '
        'key="ref" value="number"/></extensionElements></message>'
    )
    alone = Case(process_of(drawn(ENDS + throw, "s > t > e", around=around)), {"number": 5})
    assert [(t.kind, t.name, t.correlation) for t in alone.now.thrown] == [("message", "hello", {"ref": 5})]
    catch = f'<intermediateCatchEvent id="c">{message}</intermediateCatchEvent>'
    both = Case(
        process_of(
            drawn(
                ENDS + AND + throw + catch + users("a"),
                "s > fork",
                "fork > c > join",
                "fork > a > t > join",
                "join > e",
                around=around,
            )
        ),
        {"number": 5},
    )
    assert [(s.name, s.correlation) for s in both.now.subscriptions] == [("hello", {"ref": 5})]
    both.complete("a")
    assert (both.ended, both.thrown) == (True, [])


def test_a_message_carries_its_inputs_alone() -> None:
    throw = (
        '<sendTask id="t" messageRef="msg"><extensionElements><masar:input name="total" value="= number * 2"/>'
        "</extensionElements></sendTask>"
    )
    case = Case(
        process_of(drawn(ENDS + throw, "s > t > e", around='<message id="msg" name="m"/>')), {"number": 5}
    )
    assert [thrown.payload for thrown in case.now.thrown] == [{"total": 10}]


def test_a_signal_end_reaches_all_who_wait_and_leaves_the_case() -> None:
    signal = '<signalEventDefinition signalRef="sig"/>'
    elements = (
        ENDS
        + users("a", "b", "c")
        + f'<endEvent id="t">{signal}</endEvent>'
        + f'<intermediateCatchEvent id="c1">{signal}</intermediateCatchEvent>'
        + f'<intermediateCatchEvent id="c2">{signal}</intermediateCatchEvent>'
    )
    case = Case(
        process_of(
            drawn(
                elements,
                "s > a > t",
                "s > c1 > b > e",
                "s > c2 > c > e",
                around='<signal id="sig" name="strike"/>',
            )
        )
    )
    case.complete("a")
    assert (case.waiting, case.thrown) == (["b", "c"], [("signal", "strike")])


def test_a_condition_is_seen_when_another_branch_makes_it_hold() -> None:
    catch = (
        '<intermediateCatchEvent id="c"><conditionalEventDefinition><condition>'
        "n > 3</condition></conditionalEventDefinition></intermediateCatchEvent>"
    )
    case = Case(process_of(drawn(ENDS + catch + users("a", "b", "d"), "s > c > d > e", "s > a > b > e")))
    case.complete("a", n=2)
    assert case.waiting == ["b"]
    case.complete("b", n=4)
    assert case.waiting == ["d"]


def test_a_link_leads_to_its_pair() -> None:
    elements = (
        ENDS
        + users("a")
        + (
            '<intermediateThrowEvent id="t"><linkEventDefinition name="L"/></intermediateThrowEvent>'
            '<intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent>'
        )
    )
    case = Case(process_of(drawn(elements, "s > t", "c > a > e")))
    assert (case.waiting, case.trace) == (["a"], ["s", "t", "c"])


STARTS = (
    users("a")
    + '<startEvent id="m"><messageEventDefinition messageRef="msg"/></startEvent><startEvent id="t">'
    + timed("timeCycle", "R/P1D")
    + '</startEvent><endEvent id="e"/>'
)


def test_a_case_begins_at_the_event_that_happened() -> None:
    process = process_of(drawn(STARTS, "m > a", "t > a", "a > e", around='<message id="msg" name="open"/>'))
    case = Case(process, {"x": 1}, at="m")
    assert (case.waiting, case.trace, case.now.subscriptions, case.now.timers) == (["a"], ["m"], (), ())
    assert [name for name, _ in running.start_elements(process)] == ["m", "t"]
    waiting = Case(process)
    waiting.deliver("open", y=2)
    assert (waiting.waiting, waiting.data, waiting.now.timers) == (["a"], {"y": 2}, ())


@pytest.mark.parametrize(
    ("kind", "text", "is_one"),
    [
        ("duration", "PT0.5H", True), ("duration", "P1Y2M3DT4H", True), ("duration", "PT99999999H", False),
        ("date", "2026-03-10T10:00:00+01:00[Africa/Algiers]", True), ("date", "2026-13-45", False),
        ("cycle", "R3/PT1H", True), ("cycle", "R/2026-03-10T10:00Z/P1D", True), ("cycle", "R3/PT0S", False),
        ("cycle", "R3/PT1H/2026-03-10", False), ("cycle", "R3/2026-02-30/P1D", False),
    ],
)  # fmt: skip
def test_only_a_time_that_there_can_be_is_one(kind: str, text: str, is_one: bool) -> None:
    assert is_timer(kind, text) is is_one


def test_expressions_may_stand_within_the_words_of_a_timer_or_a_name() -> None:
    case = Case(boundary(timed("timeDuration", "PT${hours}H")), {"hours": 3})
    assert case.now.timers[0].text == "PT3H"
    catch = (
        '<intermediateCatchEvent id="m"><messageEventDefinition messageRef="paid"/></intermediateCatchEvent>'
    )
    around = '<message id="paid" name="paid-${ref}"/>'
    process = process_of(drawn(ENDS + catch, "s > m > e", around=around))
    case = Case(process, {"ref": "A1"})
    assert [found.name for found in case.now.subscriptions] == ["paid-A1"]
    case.deliver("paid-A1")
    assert case.ended


def test_a_message_of_a_name_that_depends_on_the_case_reaches_who_awaits_that_name() -> None:
    sending = (
        '<intermediateThrowEvent id="t"><messageEventDefinition messageRef="paid"/></intermediateThrowEvent>'
    )
    catch = (
        '<intermediateCatchEvent id="m"><messageEventDefinition messageRef="paid"/></intermediateCatchEvent>'
    )
    ways = ("s > fork > m > join > e", "fork > a > t > join")
    elements = ENDS + AND + users("a") + sending + catch
    process = process_of(drawn(elements, *ways, around='<message id="paid" name="paid-${ref}"/>'))
    reached, missed = Case(process, {"ref": 1}), Case(process, {"ref": 1})
    reached.complete("a")
    missed.complete("a", ref=2)
    assert (reached.ended, reached.thrown) == (True, [])
    assert (missed.ended, missed.thrown) == (False, [("message", "paid-2")])


def test_keys_agree_as_text_within_a_case_as_they_do_between_cases() -> None:
    sending = '<intermediateThrowEvent id="t">{}</intermediateThrowEvent>'
    catch = '<intermediateCatchEvent id="m">{}</intermediateCatchEvent>'
    event = '<messageEventDefinition messageRef="paid"/><extensionElements>{}</extensionElements>'
    sent, own = (event.format(f'<masar:correlates key="ref" value="{name}"/>') for name in ("sent", "own"))
    elements = ENDS + AND + users("a") + sending.format(sent) + catch.format(own)
    ways = ("s > fork > m > join > e", "fork > a > t > join")
    process = process_of(drawn(elements, *ways, around='<message id="paid" name="paid"/>'))
    case = Case(process, {"own": "5"})
    case.complete("a", sent=5)
    assert (case.ended, case.thrown) == (True, [])
