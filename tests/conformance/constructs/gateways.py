"""Gateways that choose: exclusive, inclusive, event-based, complex (BPMN 2.0.2, 10.6 and 13.4)."""

from tests.conformance.definitions import DAY, condition, message, signal
from tests.conformance.fragments import (
    between,
    catch,
    default,
    deliver,
    do,
    end,
    expire,
    node,
    retry,
    start,
    users,
    whole,
)

ENDS = start() + end()
AND = node("parallelGateway", "fork")
XOR = node("exclusiveGateway", "g") + node("exclusiveGateway", "m")
XOR_DEFAULT = node("exclusiveGateway", "g", default=default("g", "a")) + node("exclusiveGateway", "m")
OR_DEFAULT = node("inclusiveGateway", "g", default=default("g", "d")) + node("inclusiveGateway", "m")
OR_WAYS = ("g > d > m", "g > a : n@ > 0", "g > b : n@ > 1", "a > m", "b > m")


def after_event(name: str, first: str, act: tuple, done: str):
    """Five events behind one gateway; `act`: the one that comes, and the step behind it."""
    events = (
        catch("m", message("pay"))
        + catch("t", DAY)
        + catch("k", signal("strike"))
        + node("receiveTask", "r", messageRef="message_other@")
        + catch("c", condition("n@ > 3"))
    )
    ways = [f"g > {event} > {step} > x" for event, step in zip("mtkrc", "abdfh", strict=True)]
    drawn = node("eventBasedGateway", "g") + events + users("a b d f h") + node("exclusiveGateway", "x")
    played = [first, act, (do(act[1]), "")] if first else [act[1], (do(act[1]), "")]
    return between(
        f"event-based gateway: {name}", "g", "x", drawn, *ways, play=played, done=done, data={"n": 0}
    )


ALL_EVENTS = "message:pay timer:t signal:strike message:other"

CONSTRUCTS = (
    between(
        "exclusive: the first that holds in the order of the file",
        "g",
        "m",
        XOR + users("b a"),
        "g > b : n@ > 0",
        "g > a : n@ > 0",
        "a > m",
        "b > m",
        data={"n": 1},
        play=["b", (do("b"), "")],
        done="b",
    ),
    between(
        "exclusive: the default when no other holds",
        "g",
        "m",
        XOR_DEFAULT + users("a b"),
        "g > a > m",
        "g > b : n@ > 0",
        "b > m",
        data={"n": 0},
        play=["a", (do("a"), "")],
        done="a",
    ),
    between(
        "exclusive: not the default when another holds, though drawn first",
        "g",
        "m",
        XOR_DEFAULT + users("a b"),
        "g > a > m",
        "g > b : n@ > 0",
        "b > m",
        data={"n": 1},
        play=["b", (do("b"), "")],
        done="b",
    ),
    whole(
        "exclusive: merging lets each token pass",
        ENDS + AND + node("exclusiveGateway", "x") + users("a b c"),
        "s > fork",
        "fork > a > x",
        "fork > b > x",
        "x > c > e",
        play=["a b", (do("b"), "a c"), (do("a"), "c c"), (do("c"), "c"), (do("c"), "")],
        done="s a b c c e e",
    ),
    whole(
        "exclusive: when nothing holds it fails and can be tried again",
        ENDS + AND + node("exclusiveGateway", "g") + users("fix a"),
        "s > fork",
        "fork > fix > e",
        "fork > g",
        "g > a : n@ > 0",
        "a > e",
        data={"n": 0},
        play=["failed:g fix", (do("fix", n=1), "failed:g"), (retry("g"), "a"), (do("a"), "")],
        done="s fix e a e",
    ),
    between(
        "parallel: waits for all",
        "fork",
        "join",
        AND + node("parallelGateway", "join") + users("a b c"),
        "fork > a > join",
        "fork > b > join",
        "fork > c > join",
        play=["a b c", (do("c"), "a b"), (do("a"), "b"), (do("b"), "")],
        done="a b c",
    ),
    between(
        "parallel: one gateway joins and splits",
        "fork",
        "last",
        AND + node("parallelGateway", "both") + node("parallelGateway", "last") + users("a b c d"),
        "fork > a > both",
        "fork > b > both",
        "both > c > last",
        "both > d > last",
        play=["a b", (do("b"), "a"), (do("a"), "c d"), (do("c"), "d"), (do("d"), "")],
        done="a b c d",
    ),
    between(
        "inclusive: a subset",
        "g",
        "m",
        OR_DEFAULT + users("a b d") + users("c"),
        *OR_WAYS,
        "g > c : n@ > 2",
        "c > m",
        data={"n": 2},
        play=["a b", (do("b"), "a"), (do("a"), "")],
        done="a b",
    ),
    between(
        "inclusive: one alone",
        "g",
        "m",
        OR_DEFAULT + users("a b d"),
        *OR_WAYS,
        data={"n": 1},
        play=["a", (do("a"), "")],
        done="a",
    ),
    between(
        "inclusive: all, but not the default",
        "g",
        "m",
        OR_DEFAULT + users("a b d"),
        *OR_WAYS,
        data={"n": 5},
        play=["a b", (do("a"), "b"), (do("b"), "")],
        done="a b",
    ),
    between(
        "inclusive: the default when no other holds",
        "g",
        "m",
        OR_DEFAULT + users("a b d"),
        *OR_WAYS,
        data={"n": 0},
        play=["d", (do("d"), "")],
        done="d",
    ),
    between(
        "inclusive: a flow without condition always",
        "g",
        "m",
        node("inclusiveGateway", "g") + node("inclusiveGateway", "m") + users("a b"),
        "g > a > m",
        "g > b : n@ > 0",
        "b > m",
        data={"n": 1},
        play=["a b", (do("a"), "b"), (do("b"), "")],
        done="a b",
    ),
    whole(
        "inclusive: when nothing holds it fails",
        ENDS + node("inclusiveGateway", "g") + users("a b"),
        "s > g",
        "g > a : n@ > 0",
        "g > b : n@ > 1",
        "a > e",
        "b > e",
        data={"n": 0},
        play=["failed:g"],
        done="s",
        stuck=True,
    ),
    after_event("a message", ALL_EVENTS, (deliver("pay", amount=3), "a"), "m a"),
    after_event("a timer", ALL_EVENTS, (expire("t", "P1D"), "b"), "t b"),
    after_event("a signal", ALL_EVENTS, (deliver("strike"), "d"), "k d"),
    after_event("a receive task", ALL_EVENTS, (deliver("other"), "f"), "r f"),
    whole(
        "event-based gateway: a condition",
        ENDS
        + AND
        + node("eventBasedGateway", "g")
        + catch("c", condition("n@ > 3"))
        + catch("t", DAY)
        + users("w v a b"),
        "s > fork",
        "fork > w > v > e",
        "fork > g",
        "g > t > b > e",
        "g > c > a > e",
        data={"n": 0},
        play=["timer:t w", (do("w", n=2), "timer:t v"), (do("v", n=4), "a"), (do("a"), "")],
        done="s w v e c a e",
    ),
    between(
        "event-based gateway: the condition holds already",
        "g",
        "x",
        node("eventBasedGateway", "g")
        + catch("c", condition("n@ > 3"))
        + catch("t", DAY)
        + users("a b")
        + node("exclusiveGateway", "x"),
        "g > t > b > x",
        "g > c > a > x",
        data={"n": 4},
        play=["a", (do("a"), "")],
        done="c a",
    ),
)
