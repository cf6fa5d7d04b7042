"""Repetitions that an event ends or accompanies (BPMN 2.0.2, 10.3.7 and 13.3.7)."""

from typing import Any

from tests.conformance.definitions import DAY, error, escalation, message, several, signal
from tests.conformance.fragments import (
    Fragment,
    between,
    boundary,
    deliver,
    do,
    end,
    expire,
    node,
    start,
    users,
    way,
    whole,
)

ENDS = start() + end()
OUT = (do("n"), "")


def each(
    name: str, how: str, *play: Any, done: str, kind: str = "userTask", inner: str = "", **more: Any
) -> Fragment:
    """A repeated activity `a` with a step behind it."""
    drawn = node(kind, "a", inner + how) + users("n")
    return between(name, "a", "n", drawn, "a > n", play=[*play, OUT], done=f"{done} n", **more)


def ended(name: str, inner: str, *play: Any, done: str, interrupting: bool = True) -> Fragment:
    """A step for three, with an event on it."""
    drawn = (
        ENDS
        + node("userTask", "a", several(count="3"))
        + users("late")
        + boundary("b", "a", inner, interrupting=interrupting)
    )
    return whole(f"multi-instance: {name}", drawn, "s > a > e", "b > late > e", play=[*play], done=done)


CONSTRUCTS = (
    ended(
        "an interrupting timer ends them all",
        DAY,
        "a a a timer:b",
        (do("a", 2), "a a timer:b"),
        (expire("b"), "late"),
        (do("late"), ""),
        done="s a b late e",
    ),
    ended(
        "an interrupting message ends them all",
        message("stop"),
        "a a a message:stop",
        (deliver("stop"), "late"),
        (do("late"), ""),
        done="s b late e",
    ),
    ended(
        "an event besides them happens once for all",
        signal("strike"),
        "a a a signal:strike",
        (deliver("strike"), "a a a late signal:strike"),
        (do("a"), "a a late signal:strike"),
        (do("a"), "a late signal:strike"),
        (do("a"), "late"),
        (do("late"), ""),
        done="s a a a b late e e",
        interrupting=False,
    ),
    whole(
        "multi-instance: an error in one ends them all",
        ENDS
        + node(
            "subProcess",
            "a",
            start(name="is") + users("i") + end(error("E1"), "ie") + way("is > i > ie") + several(count="3"),
        )
        + boundary("b", "a", error("E1"))
        + users("late"),
        "s > a > e",
        "b > late > e",
        play=["i i i", (do("i", 2), "late"), (do("late"), "")],
        done="s is is is i ie b late e",
    ),
    whole(
        "multi-instance: an escalation of each reaches the boundary",
        ENDS
        + node(
            "subProcess", "a", users("i") + end(escalation("C1"), "ie") + way("i > ie") + several(count="2")
        )
        + boundary("b", "a", escalation("C1"), interrupting=False)
        + users("late"),
        "s > a > e",
        "b > late > e",
        play=[
            "i i",
            (do("i", 2), "i late"),
            (do("i", 1), "late late"),
            (do("late"), "late"),
            (do("late"), ""),
        ],
        done="s i i ie ie b b late late e e e",
    ),
)
