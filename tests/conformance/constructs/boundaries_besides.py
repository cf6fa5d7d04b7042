"""Events on the boundary of an activity that do not interrupt it (BPMN 2.0.2, 10.5.4)."""

from typing import Any

from tests.conformance.definitions import DAY, condition, escalation, message, signal
from tests.conformance.fragments import (
    Fragment,
    boundary,
    deliver,
    do,
    end,
    expire,
    node,
    start,
    sub,
    throw,
    users,
    whole,
)
from tests.engine.bpmn.drawing import timed

ENDS = start() + end()
AND = node("parallelGateway", "fork")


def on_a_step(
    name: str, inner: str, *play: Any, done: str, interrupting: bool = True, of: Any = None, **more: Any
) -> Fragment:
    """A step with an event on it that leads to a step of its own."""
    kind = "interrupting" if interrupting else "non-interrupting"
    drawn = (
        ENDS
        + users("a late")
        + boundary("b", "a", inner, interrupting=interrupting, **(of or {}))
        + end(name="x")
    )
    return whole(
        f"boundary {kind}: {name}", drawn, "s > a > e", "b > late > x", play=[*play], done=done, **more
    )


def beside_writers(name: str, interrupting: bool, *play: Any, done: str) -> Fragment:
    """A condition on a step, while another branch writes the data."""
    kind = "interrupting" if interrupting else "non-interrupting"
    drawn = (
        ENDS
        + AND
        + users("a late w1 w2 w3")
        + boundary("b", "a", condition("n@ > 3"), interrupting=interrupting)
    )
    return whole(
        f"boundary {kind}: {name}",
        drawn,
        "s > fork",
        "fork > a > e",
        "fork > w1 > w2 > w3 > e",
        "b > late > e",
        data={"n": 0},
        play=[*play],
        done=done,
    )


def inner(last: str, extra: str = "") -> str:
    """A sub-process with a step before its last event; `extra` begins beside it."""
    ways = ("is > i > ie", *(["is > k"] if extra else []))
    return sub("sub", start(name="is") + users("i") + last + extra, *ways)


OUT = (do("late"), "")

CONSTRUCTS = (
    on_a_step(
        "timer, once",
        DAY,
        "a timer:b",
        (expire("b"), "a late"),
        (do("a"), "late"),
        OUT,
        done="s a e b late x",
        interrupting=False,
    ),
    on_a_step(
        "timer, cycle: as often as it says",
        timed("timeCycle", "R2/PT1H"),
        "a timer:b",
        (expire("b", "R2/PT1H"), "a late timer:b"),
        (expire("b", "R1/PT1H"), "a late late"),
        (do("late"), "a late"),
        (do("a"), "late"),
        OUT,
        done="s a e b b late late x x",
        interrupting=False,
    ),
    on_a_step(
        "timer, cycle without end: until the step is done",
        timed("timeCycle", "R/PT1H"),
        "a timer:b",
        (expire("b"), "a late timer:b"),
        (expire("b"), "a late late timer:b"),
        (do("a"), "late late"),
        (do("late"), "late"),
        OUT,
        done="s a e b b late late x x",
        interrupting=False,
    ),
    on_a_step(
        "message, each time it comes",
        message("pay"),
        "a message:pay",
        (deliver("pay", n=1), "a late message:pay"),
        (deliver("pay", n=2), "a late late message:pay"),
        (do("late"), "a late message:pay"),
        (do("a"), "late"),
        OUT,
        done="s a e b b late late x x",
        interrupting=False,
        result={"n": 2},
    ),
    on_a_step(
        "signal, each time it comes",
        signal("strike"),
        "a signal:strike",
        (deliver("strike"), "a late signal:strike"),
        (deliver("strike"), "a late late signal:strike"),
        (do("a"), "late late"),
        (do("late"), "late"),
        OUT,
        done="s a e b b late late x x",
        interrupting=False,
    ),
    on_a_step(
        "multiple: each of its events, each time",
        message("pay") + signal("strike"),
        "a message:pay signal:strike",
        (deliver("pay"), "a late message:pay signal:strike"),
        (deliver("strike"), "a late late message:pay signal:strike"),
        (do("a"), "late late"),
        (do("late"), "late"),
        OUT,
        done="s a e b b late late x x",
        interrupting=False,
    ),
    on_a_step(
        "parallel multiple: when all its events have come",
        message("pay") + signal("strike"),
        "a message:pay signal:strike",
        (deliver("pay"), "a signal:strike"),
        (deliver("strike"), "a late message:pay signal:strike"),
        (do("a"), "late"),
        OUT,
        done="s a e b late x",
        interrupting=False,
        of={"parallelMultiple": "true"},
    ),
    beside_writers(
        "conditional, again when it comes to hold again",
        False,
        "a w1",
        (do("w1", n=4), "a late w2"),
        (do("w2", n=1), "a late w3"),
        (do("w3", n=5), "a late late"),
        (do("a"), "late late"),
        (do("late"), "late"),
        OUT,
        done="s w1 w2 w3 a b b late late e e e e",
    ),
    beside_writers(
        "conditional, not again while it goes on holding",
        False,
        "a w1",
        (do("w1", n=4), "a late w2"),
        (do("w2", n=5), "a late w3"),
        (do("w3", n=6), "a late"),
        (do("a"), "late"),
        OUT,
        done="s w1 w2 w3 a b late e e e",
    ),
    whole(
        "boundary non-interrupting: escalation, each time",
        ENDS
        + sub(
            "sub",
            start(name="is") + users("i k") + throw("t1", escalation("C1")) + end(escalation("C1"), "t2"),
            "is > i > t1 > k > t2",
        )
        + boundary("b", "sub", escalation("C1"), interrupting=False)
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i", (do("i"), "k late"), (do("k"), "late late"), (do("late"), "late"), OUT],
        done="s is i t1 k t2 b b late late e e e",
    ),
    whole(
        "boundary non-interrupting: the sub-process goes on",
        ENDS
        + inner(end(name="ie"))
        + boundary("b", "sub", message("pay"), interrupting=False)
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i message:pay", (deliver("pay"), "i late message:pay"), (do("i"), "late"), OUT],
        done="s is i ie b late e e",
    ),
    whole(
        "boundary: several on one step, the one that interrupts withdraws the others",
        ENDS
        + users("a late told")
        + boundary("b", "a", DAY, interrupting=False)
        + boundary("m", "a", message("stop")),
        "s > a > e",
        "b > told > e",
        "m > late > e",
        play=[
            "a message:stop timer:b",
            (expire("b"), "a message:stop told"),
            (deliver("stop"), "late told"),
            (do("told"), "late"),
            OUT,
        ],
        done="s b m told late e e",
    ),
)
