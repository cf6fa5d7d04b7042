"""The oracle says what BPMN says, on small drawings whose course is known; and what differs is shown."""

import pytest

from tests.engine.bpmn import against_oracle
from tests.engine.bpmn.against_oracle import Differ, agree, played, size_of
from tests.engine.bpmn.drawing import AND, ENDS, drawn, timed, users
from tests.engine.bpmn.oracle import Drawing, Play

LATE = f'<boundaryEvent id="late" attachedToRef="a">{timed("timeDuration", "P1D")}</boundaryEvent>'
MESSAGE = '<messageEventDefinition messageRef="m"/>'


def course(xml: bytes, *acts: str, **flags: bool) -> list[str]:
    """What waits after each act: steps, timers and messages by name, "end" when nothing does."""
    play, found = Play(Drawing(xml), "p", flags), []
    for act in (*acts, ""):
        steps, timers, messages, ended = play.view()
        waiting = sorted((steps + timers + messages).elements())
        found.append("end" if ended else " ".join(waiting))
        if act:
            (play,) = play.after(act)
    return found


def test_a_parallel_join_waits_for_both() -> None:
    xml = drawn(ENDS + AND + users("a", "b"), "s > fork > a > join > e", "fork > b > join")
    assert course(xml, "a", "b") == ["a b", "b", "end"]


def test_an_inclusive_join_waits_for_what_can_still_come() -> None:
    gateways = '<inclusiveGateway id="i" default="i_a"/><inclusiveGateway id="j"/>'
    ways = ("s > i", "i > a", "i > b : f", "i > c : g", "a > j", "b > j", "c > j", "j > z > e")
    xml = drawn(ENDS + gateways + users("a", "b", "c", "z"), *ways)
    assert course(xml, "c", "b", "z", f=True, g=True) == ["b c", "b", "z", "end"]
    assert course(xml, "a", f=False, g=False) == ["a", "z"]


def test_events_beside_an_activity_end_it_or_not() -> None:
    ways = ("s > a > e", "late > b > e")
    assert course(drawn(ENDS + users("a", "b") + LATE, *ways), "late", "b") == ["a late", "b", "end"]
    beside = LATE.replace("<boundaryEvent", '<boundaryEvent cancelActivity="false"')
    assert course(drawn(ENDS + users("a", "b") + beside, *ways), "late", "a") == ["a late", "a b", "b"]


def test_the_first_event_behind_an_event_based_gateway_decides() -> None:
    events = (
        '<eventBasedGateway id="g"/>'
        f'<intermediateCatchEvent id="t">{timed("timeDuration", "P1D")}</intermediateCatchEvent>'
        f'<intermediateCatchEvent id="w">{MESSAGE}</intermediateCatchEvent>'
    )
    xml = drawn(ENDS + events + users("a", "b"), "s > g > t > a > e", "g > w > b > e")
    assert course(xml, "w", "b") == ["t w", "b", "end"]


def test_a_terminate_end_ends_its_own_scope() -> None:
    inner = (
        '<startEvent id="i"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/><endEvent id="o"/>'
        '<endEvent id="all"><terminateEventDefinition/></endEvent>'
    )
    flow = '<sequenceFlow id="{0}{1}" sourceRef="{0}" targetRef="{1}"/>'
    ways = "".join(flow.format(*way) for way in ("if", "fa", "fb", "ao"))
    ways += '<sequenceFlow id="ball" sourceRef="b" targetRef="all"/>'
    xml = drawn(ENDS + f'<subProcess id="k">{inner}{ways}</subProcess>' + users("c"), "s > k > c > e")
    assert course(xml, "b", "c") == ["a b", "c", "end"]


def test_a_difference_shows_the_seed_the_smallest_size_and_the_drawing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seed = 7

    def wrong(drawing_seed: int, size: int) -> int:
        if size < min(3, size_of(seed)):
            return played(drawing_seed, size)
        raise Differ(f"the engine has a, the oracle b\n<definitions>{size}")

    monkeypatch.setattr(against_oracle, "played", wrong)
    with pytest.raises(Differ, match=rf"seed 7, size 3 \(also {size_of(seed)}\).*\n<definitions>3"):
        agree(seed)


def test_playing_tells_the_acts_that_led_to_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Play, "after", lambda play, element: [])
    with pytest.raises(Differ, match=r"(?s)the engine has.*flags.*acts \['.*<definitions"):
        played(1, 10)
