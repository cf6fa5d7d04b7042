"""Events that are thrown, on the way and at the end (BPMN 2.0.2, 10.5.3, 10.5.4 and 13.5.3)."""

from typing import Any

from tests.conformance.definitions import TERMINATE, escalation, message, signal
from tests.conformance.fragments import (
    Fragment,
    between,
    boundary,
    catch,
    deliver,
    do,
    end,
    node,
    start,
    sub,
    throw,
    users,
    whole,
)

ENDS = start() + end()
AND = node("parallelGateway", "fork")


def thrown_between(name: str, inner: str, thrown: str = "") -> Fragment:
    drawn = throw("t", inner) + users("a b")
    play = ["a", (do("a"), "b"), (do("b"), "")]
    return between(
        f"intermediate throw: {name}", "a", "b", drawn, "a > t > b", play=play, done="a t b", thrown=thrown
    )


def at_the_end(name: str, inner: str, thrown: str = "") -> Fragment:
    play: list[Any] = ["a b", (do("a"), "b"), (do("b"), "")]
    drawn = start() + AND + users("a b") + end(inner, "t") + end()
    ways = ("s > fork", "fork > a > t", "fork > b > e")
    return whole(f"end: {name}", drawn, *ways, play=play, done="s a t b e", thrown=thrown)


CONSTRUCTS = (
    thrown_between("none", ""),
    thrown_between("message, which leaves the case", message("hello"), "message:hello"),
    thrown_between("signal, which leaves the case", signal("strike"), "signal:strike"),
    thrown_between("escalation that nobody catches", escalation("C1"), "escalation:C1"),
    thrown_between(
        "multiple: all its events", message("hello") + signal("strike"), "message:hello signal:strike"
    ),
    whole(
        "intermediate throw: message, to who awaits it in the case",
        ENDS + AND + users("a b") + throw("t", message("hello")) + catch("c", message("hello")),
        "s > fork",
        "fork > a > t > e",
        "fork > c > b > e",
        play=["a message:hello", (do("a"), "b"), (do("b"), "")],
        done="s a t c b e e",
        reaches_others=True,
    ),
    whole(
        "intermediate throw: signal, to all who await it",
        ENDS
        + AND
        + users("a b d")
        + throw("t", signal("strike"))
        + catch("c1", signal("strike"))
        + catch("c2", signal("strike")),
        "s > fork",
        "fork > a > t > e",
        "fork > c1 > b > e",
        "fork > c2 > d > e",
        play=["a signal:strike signal:strike", (do("a"), "b d"), (do("b"), "d"), (do("d"), "")],
        done="s a t c1 c2 b d e e e",
        thrown="signal:strike",
        reaches_others=True,
    ),
    whole(
        "intermediate throw: multiple reaches each who awaits",
        ENDS
        + AND
        + users("a b d")
        + throw("t", signal("strike") + message("hello"))
        + catch("c1", signal("strike"))
        + catch("c2", message("hello")),
        "s > fork",
        "fork > a > t > e",
        "fork > c1 > b > e",
        "fork > c2 > d > e",
        play=["a message:hello signal:strike", (do("a"), "b d"), (do("b"), "d"), (do("d"), "")],
        done="s a t c1 c2 b d e e e",
        thrown="signal:strike",
        reaches_others=True,
    ),
    whole(
        "intermediate throw: escalation goes to the boundary and the thrower goes on",
        ENDS
        + sub(
            "sub",
            ENDS.replace('"s@"', '"is@"').replace('"e@"', '"ie@"')
            + users("i k")
            + throw("t", escalation("C1")),
            "is > i > t > k > ie",
        )
        + boundary("b", "sub", escalation("C1"), interrupting=False)
        + users("up"),
        "s > sub > e",
        "b > up > e",
        play=["i", (do("i"), "k up"), (do("up"), "k"), (do("k"), "")],
        done="s is i t k ie b up e e",
    ),
    at_the_end("none", ""),
    at_the_end("message", message("hello"), "message:hello"),
    at_the_end("signal", signal("strike"), "signal:strike"),
    at_the_end("escalation that nobody catches", escalation("C1"), "escalation:C1"),
    at_the_end("multiple", message("hello") + signal("strike"), "message:hello signal:strike"),
    whole(
        "end: terminate ends all of its scope",
        start() + AND + users("a b") + end(TERMINATE, "t") + end(),
        "s > fork",
        "fork > a > t",
        "fork > b > e",
        play=["a b", (do("a"), "")],
        done="s a t",
    ),
    whole(
        "end: terminate ends sub-processes within its scope",
        start() + AND + users("a") + node("subProcess", "sub", users("i k")) + end(TERMINATE, "t") + end(),
        "s > fork",
        "fork > a > t",
        "fork > sub > e",
        play=["a i k", (do("i"), "a k"), (do("a"), "")],
        done="s a i t",
    ),
    whole(
        "end: terminate in a sub-process ends only that",
        ENDS
        + AND
        + users("a c")
        + sub("sub", start(name="is") + users("i k") + end(TERMINATE, "t"), "is > i > t", "is > k"),
        "s > fork",
        "fork > a > e",
        "fork > sub > c > e",
        play=["a i k", (do("i"), "a c"), (do("c"), "a"), (do("a"), "")],
        done="s is i t c a e e",
    ),
    whole(
        "end: a message end reaches who awaits it in the case",
        start() + AND + users("a b") + end(message("hello"), "t") + catch("c", message("hello")) + end(),
        "s > fork",
        "fork > a > t",
        "fork > c > b > e",
        play=["a message:hello", (do("a"), "b"), (do("b"), "")],
        done="s a t c b e",
        reaches_others=True,
    ),
    whole(
        "a message from outside does not reach what no longer waits",
        ENDS + AND + users("a") + catch("c1", message("hello")) + catch("c2", message("hello")),
        "s > fork",
        "fork > c1 > c2 > e",
        "fork > a > e",
        play=[
            "a message:hello",
            (deliver("hello"), "a message:hello"),
            (deliver("hello"), "a"),
            (do("a"), ""),
        ],
        done="s c1 c2 a e e",
    ),
)
