"""Elements that fail, stand, and are tried again: nothing is done twice, and nothing is lost meanwhile."""

from typing import Any

from engine.bpmn import running
from tests.engine.bpmn.drawing import AND, ENDS, Case, drawn, flows, process_of, timed, users

MESSAGE = '<message id="M" name="M"/>'
THROW = '<messageEventDefinition messageRef="M"/>'


def retried(case: Case, element: str, **data: Any) -> None:
    """Tries a failed element again, on corrected data."""
    token = next(failure.token for failure in case.now.failures if failure.element == element)
    case.take(running.retry(case.process, case.now.state, token, data=data))


def several(count: int, inner: str = "") -> str:
    kind = "multiInstanceLoopCharacteristics"
    return f"<{kind}><loopCardinality>{count}</loopCardinality>{inner}</{kind}>"


def test_an_event_sub_process_whose_timer_fails_does_not_keep_its_scope_from_beginning() -> None:
    handler = (
        '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">'
        f"{timed('timeDate', 'when')}</startEvent>{users('late')}{flows('hs > late')}</subProcess>"
    )
    case = Case(process_of(drawn(ENDS + users("a") + handler, "s > a > e")))
    assert (case.waiting, case.failures) == (["a"], [("h", "unknown_name")])
    retried(case, "h", when="2030-01-01")
    assert (case.waiting, [timer.text for timer in case.now.timers]) == (["a"], ["2030-01-01"])


def test_a_task_that_has_sent_is_not_sent_again_when_what_follows_fails() -> None:
    sending = f'<sendTask id="a" messageRef="M">{several(1, "<completionCondition>x</completionCondition>")}</sendTask>'
    case = Case(process_of(drawn(ENDS + sending, "s > a > e", around=MESSAGE)))
    assert (case.thrown, case.failures) == ([("message", "M")], [("a", "unknown_name")])
    retried(case, "a", x=True)
    assert (case.thrown, case.ended) == ([("message", "M")], True)


def test_an_error_that_nothing_catches_fails_before_anything_is_thrown() -> None:
    ending = f'<endEvent id="e">{THROW}<errorEventDefinition/></endEvent>'
    case = Case(process_of(drawn('<startEvent id="s"/>' + ending, "s > e", around=MESSAGE)))
    case.retry("e")
    assert (case.thrown, case.failures) == ([], [("e", "error_not_caught")])


MAPPED = (
    '<userTask id="a"><extensionElements><masar:input name="y" value="${loopCounter}"/>'
    '<masar:output name="z" value="${y * rate}"/></extensionElements>{}</userTask>'
)


def test_outputs_go_outwards_once_and_inputs_stay_when_a_condition_fails() -> None:
    task = MAPPED.replace("{}", several(2, "<completionCondition>stop</completionCondition>"))
    case = Case(process_of(drawn(ENDS + task, "s > a > e")), {"rate": 2})
    case.complete("a", 2)
    assert case.failures == [("a", "unknown_name")]
    retried(case, "a", stop=False)
    case.complete("a", 1)
    assert (case.ended, case.data["z"]) == (True, 0)


def test_an_item_is_still_there_when_its_mapping_is_tried_again() -> None:
    task = MAPPED.replace("${loopCounter}", "${loopCounter * factor}").replace("{}", several(2))
    case = Case(process_of(drawn(ENDS + task, "s > a > e")), {"rate": 2})
    assert case.failures == [("a", "unknown_name")] * 2
    retried(case, "a", factor=3)
    retried(case, "a", factor=3)
    case.complete("a", 1)
    case.complete("a", 2)
    assert (case.ended, case.data["z"]) == (True, 6)


UNDONE = (
    '<boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
    '<association id="as" sourceRef="ca" targetRef="ua"/>'
)
UNDO = '<intermediateThrowEvent id="t"><compensateEventDefinition/></intermediateThrowEvent>'


def test_what_undoes_a_mapped_activity_sees_the_data_of_now_and_its_inputs_of_then() -> None:
    undoing = '<scriptTask id="ua" isForCompensation="true"><script>u = y + x; x = 0</script></scriptTask>'
    task = MAPPED.replace("${loopCounter}", "${x}").replace("${y * rate}", "${y}").replace("{}", "")
    elements = ENDS + task + users("b") + UNDONE + undoing + UNDO
    case = Case(process_of(drawn(elements, "s > a > b > t > e")), {"x": 1})
    case.complete("a")
    case.complete("b", x=100)
    assert (case.ended, case.data) == (True, {"x": 0, "z": 1, "u": 101})


def test_what_undoes_may_have_boundary_events_of_its_own() -> None:
    undoing = (
        '<userTask id="ua" isForCompensation="true"/>'
        f'<boundaryEvent id="late" attachedToRef="ua">{timed("timeDuration", "P1D")}</boundaryEvent>'
    )
    case = Case(process_of(drawn(ENDS + users("a", "b") + UNDONE + undoing + UNDO, "s > a > t > b > e")))
    case.complete("a")
    assert case.waiting == ["ua"]
    case.complete("ua")
    assert case.waiting == ["b"]
    other = Case(case.process)
    other.complete("a")
    other.expire("late")
    assert other.waiting == ["b"]


def test_an_event_sub_process_goes_on_awaiting_its_own_message_alone() -> None:
    start = (
        '<startEvent id="hs" isInterrupting="false"><messageEventDefinition messageRef="M"/>{}</startEvent>'
    )
    keyed = start.replace("{}", '<extensionElements><masar:correlates key="ref"/></extensionElements>')
    handler = f'<subProcess id="h" triggeredByEvent="true">{keyed}{users("k")}{flows("hs > k")}</subProcess>'
    case = Case(process_of(drawn(ENDS + users("a") + handler, "s > a > e", around=MESSAGE)), {"ref": "R1"})
    for _ in range(2):
        assert [found.correlation for found in case.now.subscriptions] == [{"ref": "R1"}]
        case.deliver("M")


def test_an_inclusive_join_waits_for_an_event_that_has_happened_beside_a_withdrawn_activity() -> None:
    gateways = '<inclusiveGateway id="f"/><inclusiveGateway id="j"/>'
    late = '<boundaryEvent id="b" attachedToRef="a"><signalEventDefinition signalRef="S"/></boundaryEvent>'
    throw = '<intermediateThrowEvent id="t"><signalEventDefinition signalRef="S"/></intermediateThrowEvent>'
    elements = ENDS + gateways + users("a", "c", "z") + late + throw
    ways = ("s > f > a > j > z > e", "f > c > t > j", "b > j")
    case = Case(process_of(drawn(elements, *ways, around='<signal id="S" name="S"/>')))
    case.complete("c")
    assert case.waiting == ["z"]


def test_tokens_that_failed_at_a_complex_gateway_count_when_it_is_tried_again() -> None:
    condition = "<activationCondition>activationCount &gt;= needed</activationCondition>"
    gateway = f'<complexGateway id="j">{condition}</complexGateway>'
    elements = ENDS + '<parallelGateway id="f"/>' + gateway + users("a", "b", "c")
    case = Case(process_of(drawn(elements, "s > f > a > j > e", "f > b > j", "f > c > j")))
    case.complete("a")
    case.complete("b")
    assert case.failures == [("j", "unknown_name")] * 2
    retried(case, "j", needed=2)
    assert (case.failures, case.trace.count("j")) == ([], 1)


def test_an_ad_hoc_sub_process_that_chooses_nothing_is_done() -> None:
    inner = '<extensionElements><zeebe:adHoc activeElementsCollection="=list"/></extensionElements>'
    adhoc = f'<adHocSubProcess id="x">{inner}{users("k", "l")}</adHocSubProcess>'
    process = process_of(drawn(ENDS + adhoc, "s > x > e"))
    assert Case(process, {"list": []}).ended
    assert Case(process, {"list": ["l"]}).waiting == ["l"]


def test_conditions_and_timers_of_one_event_happen_each_by_itself() -> None:
    event = (
        '<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">'
        "<conditionalEventDefinition><condition>x</condition></conditionalEventDefinition>"
        "<conditionalEventDefinition><condition>y</condition></conditionalEventDefinition>"
        f"{timed('timeDuration', 'PT1H')}</boundaryEvent>"
    )
    elements = ENDS + '<parallelGateway id="f"/>' + users("a", "n", "m", "h") + event
    case = Case(
        process_of(drawn(elements, "s > f > a > e", "f > n > m > e", "b > h")), {"x": False, "y": False}
    )
    case.complete("n", x=True)
    assert (case.trace.count("b"), len(case.now.timers)) == (1, 1)
    case.complete("m", y=True)
    assert (case.trace.count("b"), len(case.now.timers)) == (2, 1)
    case.expire("b")
    assert (case.trace.count("b"), len(case.now.timers)) == (3, 0)


def test_two_equal_events_are_awaited_each_and_conditions_that_hold_happen_once() -> None:
    hour = timed("timeDuration", "PT1H")
    catch = f'<intermediateCatchEvent id="k" parallelMultiple="true">{hour}{hour}</intermediateCatchEvent>'
    case = Case(process_of(drawn(ENDS + catch, "s > k > e")))
    case.expire("k")
    assert not case.ended
    case.expire("k")
    assert case.ended
    holds = "<conditionalEventDefinition><condition>{}</condition></conditionalEventDefinition>"
    beside = '<boundaryEvent id="b" attachedToRef="a" cancelActivity="false" parallelMultiple="true">{}</boundaryEvent>'
    both = beside.format(holds.format("x") + holds.format("y"))
    case = Case(
        process_of(drawn(ENDS + users("a", "h") + both, "s > a > e", "b > h")), {"x": True, "y": True}
    )
    assert case.trace.count("b") == 1


def test_a_token_withdrawn_by_what_it_throws_throws_no_more() -> None:
    signal = '<signalEventDefinition signalRef="S"/>'
    throw = f'<intermediateThrowEvent id="t">{signal}<compensateEventDefinition/></intermediateThrowEvent>'
    undoing = '<userTask id="ua" isForCompensation="true"/>'
    handler = (
        f'<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">{signal}</startEvent>'
        f"{users('k')}{flows('hs > k')}</subProcess>"
    )
    elements = ENDS + users("a") + UNDONE + undoing + throw + handler
    case = Case(process_of(drawn(elements, "s > a > t > e", around='<signal id="S" name="S"/>')))
    case.complete("a")
    assert case.waiting == ["k"]
    case.complete("k")
    assert case.ended


def test_a_loop_without_an_end_fails() -> None:
    loop = "<standardLoopCharacteristics><loopCondition>true</loopCondition></standardLoopCharacteristics>"
    case = Case(
        process_of(drawn(ENDS + f'<scriptTask id="a"><script>n = 1</script>{loop}</scriptTask>', "s > a > e"))
    )
    assert case.failures == [("a", "no_rest")]


def test_two_hundred_tokens_on_one_flow_of_a_join_wait_for_the_other_flow() -> None:
    elements = ENDS + AND + users("b") + '<scriptTask id="a"><script>n = 1</script></scriptTask>'
    more = "".join(f'<sequenceFlow id="x{n}" sourceRef="s" targetRef="a"/>' for n in range(200))
    xml = drawn(elements + more, "s > fork > b > join > e", "fork > a > join")
    case = Case(process_of(xml))
    case.complete("b")
    assert case.trace.count("join") == 1
