"""Events on the boundary of an activity (BPMN 2.0.2, 10.5.4 and 13.5.3)."""

from typing import Any

from tests.conformance.definitions import DAY, HOURLY, condition, error, escalation, message, signal
from tests.conformance.fragments import (
    Fragment,
    answer,
    boundary,
    called,
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
SERVICE = '<serviceTask id="a@" masar:call="register/look"/>'
ANY = message("pay") + timed("timeDuration", "P1D")


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
    on_a_step("timer", DAY, "a timer:b", (expire("b", "P1D"), "late"), OUT, done="s b late x"),
    on_a_step("timer, the step is done before", DAY, "a timer:b", (do("a"), ""), done="s a e"),
    on_a_step("timer, cycle: once", HOURLY, "a timer:b", (expire("b"), "late"), OUT, done="s b late x"),
    on_a_step(
        "timer, date",
        timed("timeDate", "2030-01-31"),
        "a timer:b",
        (expire("b", "2030-01-31"), "late"),
        OUT,
        done="s b late x",
    ),
    on_a_step(
        "message, with what it brings",
        message("pay"),
        "a message:pay",
        (deliver("pay", n=3), "late"),
        OUT,
        done="s b late x",
        result={"n": 3},
    ),
    on_a_step(
        "message, the step is done before", message("pay"), "a message:pay", (do("a"), ""), done="s a e"
    ),
    on_a_step(
        "signal", signal("strike"), "a signal:strike", (deliver("strike"), "late"), OUT, done="s b late x"
    ),
    on_a_step(
        "multiple: the first of its events",
        ANY,
        "a message:pay timer:b",
        (deliver("pay"), "late"),
        OUT,
        done="s b late x",
    ),
    on_a_step(
        "parallel multiple: all its events",
        ANY,
        "a message:pay timer:b",
        (expire("b"), "a message:pay"),
        (deliver("pay"), "late"),
        OUT,
        done="s b late x",
        of={"parallelMultiple": "true"},
    ),
    beside_writers(
        "conditional, when it comes to hold",
        True,
        "a w1",
        (do("w1", n=2), "a w2"),
        (do("w2", n=4), "late w3"),
        (do("w3"), "late"),
        OUT,
        done="s w1 w2 w3 b late e e",
    ),
    on_a_step(
        "conditional, holds already", condition("n@ > 3"), "late", OUT, done="s b late x", data={"n": 4}
    ),
    whole(
        "boundary interrupting: ends all that a sub-process does",
        ENDS
        + sub(
            "sub",
            start(name="is") + users("i k") + node("subProcess", "deep", users("l")),
            "is > i",
            "is > k > deep",
        )
        + boundary("b", "sub", DAY)
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i k timer:b", (do("k"), "i l timer:b"), (expire("b"), "late"), OUT],
        done="s is k b late e",
    ),
    whole(
        "boundary interrupting: ends what a called process does",
        ENDS
        + node("callActivity", "a", calledElement="other@")
        + boundary("b", "a", message("stop"))
        + users("late"),
        "s > a > e",
        "b > late > e",
        around=called("other", start(name="os") + users("o1 o2"), "os > o1", "os > o2"),
        play=["message:stop o1 o2", (do("o1"), "message:stop o2"), (deliver("stop"), "late"), OUT],
        done="s os o1 b late e",
    ),
    whole(
        "boundary interrupting: withdraws the call of a service task",
        ENDS + SERVICE + boundary("b", "a", DAY) + users("late"),
        "s > a > e",
        "b > late > e",
        play=["call:a timer:b", (expire("b"), "late"), OUT],
        done="s b late e",
    ),
    whole(
        "boundary interrupting: the call of a service task is answered before",
        ENDS + SERVICE + boundary("b", "a", DAY) + users("late"),
        "s > a > e",
        "b > late > e",
        play=["call:a timer:b", (answer("a", n=1), "")],
        done="s a e",
        result={"n": 1},
    ),
    whole(
        "boundary interrupting: on a receive task",
        ENDS + node("receiveTask", "a", messageRef="message_pay@") + boundary("b", "a", DAY) + users("late"),
        "s > a > e",
        "b > late > e",
        play=["message:pay timer:b", (expire("b"), "late"), OUT],
        done="s b late e",
    ),
    whole(
        "boundary interrupting: error by its code",
        ENDS + inner(end(error("E1"), "ie"), users("k")) + boundary("b", "sub", error("E1")) + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i k", (do("i"), "late"), OUT],
        done="s is i ie b late e",
    ),
    whole(
        "boundary interrupting: error by catching all",
        ENDS + inner(end(error("E1"), "ie")) + boundary("b", "sub", error()) + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i", (do("i"), "late"), OUT],
        done="s is i ie b late e",
    ),
    whole(
        "boundary interrupting: error from a called process",
        ENDS
        + node("callActivity", "a", calledElement="other@")
        + boundary("b", "a", error("E1"))
        + users("late"),
        "s > a > e",
        "b > late > e",
        around=called(
            "other", start(name="os") + users("o k") + end(error("E1"), "oe"), "os > o > oe", "os > k"
        ),
        play=["k o", (do("o"), "late"), OUT],
        done="s os o oe b late e",
    ),
    whole(
        "boundary interrupting: escalation ends the sub-process",
        ENDS
        + inner(throw("ie", escalation("C1")), users("k"))
        + boundary("b", "sub", escalation("C1"))
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i k", (do("i"), "late"), OUT],
        done="s is i ie b late e",
    ),
    whole(
        "boundary interrupting: escalation from a called process, catching all",
        ENDS
        + node("callActivity", "a", calledElement="other@")
        + boundary("b", "a", escalation())
        + users("late"),
        "s > a > e",
        "b > late > e",
        around=called("other", start(name="os") + users("o") + end(escalation("C1"), "oe"), "os > o > oe"),
        play=["o", (do("o"), "late"), OUT],
        done="s os o oe b late e",
    ),
)
