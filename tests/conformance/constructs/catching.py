"""Intermediate events that wait (BPMN 2.0.2, 10.5.4 and 13.5.2)."""

from typing import Any

from tests.conformance.definitions import DAY, HOURLY, condition, link, message, signal
from tests.conformance.fragments import (
    Fragment,
    between,
    catch,
    deliver,
    do,
    end,
    expire,
    node,
    start,
    throw,
    users,
    whole,
)
from tests.engine.bpmn.drawing import timed

ENDS = start() + end()
AND = node("parallelGateway", "fork")
BOTH = message("pay") + DAY
ALL = message("pay") + message("sign") + timed("timeDuration", "PT1H")


def caught(name: str, inner: str, *play: Any, said: dict[str, str] | None = None, **more: Any) -> Fragment:
    """An event between two places, and the step behind it."""
    drawn = catch("c", inner, **(said or {})) + users("a")
    return between(
        f"intermediate catch: {name}",
        "c",
        "a",
        drawn,
        "c > a",
        play=[*play, (do("a"), "")],
        done="c a",
        **more,
    )


CONSTRUCTS = (
    caught("timer, duration", DAY, "timer:c", (expire("c", "P1D"), "a")),
    caught(
        "timer, date",
        timed("timeDate", "2030-01-31T08:00:00Z"),
        "timer:c",
        (expire("c", "2030-01-31T08:00:00Z"), "a"),
    ),
    caught("timer, cycle: its first round", HOURLY, "timer:c", (expire("c"), "a")),
    caught(
        "timer, computed",
        timed("timeDuration", "${'P' + string(n@) + 'D'}"),
        "timer:c",
        (expire("c", "P3D"), "a"),
        data={"n": 3},
    ),
    caught(
        "message, with what it brings",
        message("pay"),
        "message:pay",
        (deliver("pay", amount=3), "a"),
        data={"amount": 0},
        result={"amount": 3},
    ),
    caught("signal", signal("strike"), "signal:strike", (deliver("strike", n=3), "a"), result={"n": 3}),
    caught("conditional, holds already", condition("n@ > 3"), "a", data={"n": 4}),
    whole(
        "intermediate catch: conditional, when another branch makes it hold",
        ENDS + AND + catch("c", condition("n@ > 3")) + users("w v a"),
        "s > fork",
        "fork > c > a > e",
        "fork > w > v > e",
        data={"n": 0},
        play=["w", (do("w", n=2), "v"), (do("v", n=4), "a"), (do("a"), "")],
        done="s c a w v e e",
    ),
    whole(
        "intermediate catch: conditional, when a message brings it about",
        ENDS + AND + catch("c", condition("n@ > 3")) + catch("m", message("pay")) + users("a"),
        "s > fork",
        "fork > c > a > e",
        "fork > m > e",
        data={"n": 0},
        play=["message:pay", (deliver("pay", n=4), "a"), (do("a"), "")],
        done="s c a m e e",
    ),
    caught(
        "multiple: a message came first",
        BOTH,
        "message:pay timer:c",
        (deliver("pay", n=1), "a"),
        result={"n": 1},
    ),
    caught("multiple: a timer came first", BOTH, "message:pay timer:c", (expire("c", "P1D"), "a")),
    caught(
        "multiple: one of two messages",
        message("pay") + message("sign"),
        "message:pay message:sign",
        (deliver("sign"), "a"),
    ),
    caught(
        "parallel multiple: all, in any order",
        ALL,
        "message:pay message:sign timer:c",
        (deliver("sign", n=1), "message:pay timer:c"),
        (expire("c", "PT1H"), "message:pay"),
        (deliver("pay"), "a"),
        said={"parallelMultiple": "true"},
        result={"n": 1},
    ),
    between(
        "link: goes on at its pair",
        "a",
        "b",
        users("a b") + throw("l", link("L")) + catch("c", link("L")),
        "a > l",
        "c > b",
        play=["a", (do("a"), "b"), (do("b"), "")],
        done="a l c b",
    ),
    between(
        "link: several sources, one target",
        "g",
        "d",
        node("exclusiveGateway", "g")
        + users("a b d")
        + throw("l1", link("L"))
        + throw("l2", link("L"))
        + catch("c", link("L")),
        "g > a : n@ > 0",
        "g > b : n@ <= 0",
        "a > l1",
        "b > l2",
        "c > d",
        data={"n": 0},
        play=["b", (do("b"), "d"), (do("d"), "")],
        done="b l2 c d",
    ),
)
