"""What begins a process (BPMN 2.0.2, 10.5.2 and 13.5.1); begun without saying by what, a case waits at its starts."""

from typing import Any

from tests.conformance.definitions import condition, message, signal
from tests.conformance.fragments import Fragment, catch, deliver, do, end, expire, node, start, users, whole
from tests.engine.bpmn.drawing import timed

DAILY = timed("timeCycle", "R/P1D")
SEVERAL = start() + start(message("order"), "m") + start(DAILY, "t") + users("a b") + end()
SEVERAL_WAYS = ("s > a > e", "m > b > e", "t > b")
ALL_OF = message("order") + message("payment")
GATE = (
    catch("m1", message("one")) + node("receiveTask", "m2", messageRef="message_two@") + users("a b") + end()
)
GATE_WAYS = ("g > m1 > a > e", "g > m2 > b > e")


def gate(**said: str) -> str:
    return node("eventBasedGateway", "g", instantiate="true", **said) + GATE


def begun(name: str, elements: str, *ways: str, **said: Any) -> Fragment:
    return whole(f"start: {name}", elements, *ways, positions=("alone",), **said)


def by_event(name: str, inner: str, *play: Any, **said: Any) -> Fragment:
    return begun(
        name,
        start(inner, "m", **said.pop("of", {})) + users("a") + end(),
        "m > a > e",
        play=[*play],
        done="m a e",
        **said,
    )


LAST = (do("a"), "")

CONSTRUCTS = (
    begun("none", start() + users("a") + end(), "s > a > e", play=["a", LAST], done="s a e"),
    by_event("message", message("order"), "a", LAST, at="m"),
    by_event(
        "message, awaited",
        message("order"),
        "message:order",
        (deliver("order", n=1), "a"),
        LAST,
        result={"n": 1},
    ),
    by_event("signal", signal("strike"), "a", LAST, at="m"),
    by_event("signal, awaited", signal("strike"), "signal:strike", (deliver("strike"), "a"), LAST),
    by_event("timer", DAILY, "a", LAST, at="m"),
    by_event("timer, awaited", DAILY, "timer:m", (expire("m", "R/P1D"), "a"), LAST),
    by_event("conditional", condition("n@ > 3"), "a", LAST, at="m", data={"n": 4}),
    by_event("multiple: one of its events", message("order") + signal("strike"), "a", LAST, at="m"),
    by_event(
        "multiple, awaited: the first of its events",
        message("order") + signal("strike"),
        "message:order signal:strike",
        (deliver("strike"), "a"),
        LAST,
    ),
    by_event(
        "parallel multiple: all its events",
        ALL_OF,
        "message:order message:payment",
        (deliver("payment", n=1), "message:order"),
        (deliver("order"), "a"),
        LAST,
        of={"parallelMultiple": "true"},
        result={"n": 1},
    ),
    begun("several, by none", SEVERAL, *SEVERAL_WAYS, play=["a", LAST], done="s a e"),
    begun("several, by message", SEVERAL, *SEVERAL_WAYS, at="m", play=["b", (do("b"), "")], done="m b e"),
    begun("several, by timer", SEVERAL, *SEVERAL_WAYS, at="t", play=["b", (do("b"), "")], done="t b e"),
    begun(
        "receive task that instantiates",
        node("receiveTask", "r", messageRef="message_order@", instantiate="true") + users("a") + end(),
        "r > a > e",
        play=["message:order", (deliver("order", n=2), "a"), LAST],
        done="r a e",
        result={"n": 2},
    ),
    begun(
        "receive task that instantiates, its message has come",
        node("receiveTask", "r", messageRef="message_order@", instantiate="true") + users("a") + end(),
        "r > a > e",
        at="r",
        play=["a", LAST],
        done="r a e",
    ),
    begun(
        "event-based gateway: the first event",
        gate(),
        *GATE_WAYS,
        play=["message:one message:two", (deliver("two"), "b"), (do("b"), "")],
        done="m2 b e",
    ),
    begun(
        "event-based gateway, its event has come",
        gate(),
        *GATE_WAYS,
        at="m1",
        play=["a", LAST],
        done="m1 a e",
    ),
    begun(
        "parallel event-based gateway: all events",
        gate(eventGatewayType="Parallel"),
        *GATE_WAYS,
        play=[
            "message:one message:two",
            (deliver("two"), "b message:one"),
            (do("b"), "message:one"),
            (deliver("one"), "a"),
            LAST,
        ],
        done="m1 m2 a b e e",
    ),
    begun(
        "parallel event-based gateway: begun by one, the others are awaited",
        gate(eventGatewayType="Parallel"),
        *GATE_WAYS,
        at="m1",
        play=["a message:two", (do("a"), "message:two"), (deliver("two"), "b"), (do("b"), "")],
        done="m1 m2 a b e e",
    ),
)
