"""Event sub-processes: handlers within the scope that they guard (BPMN 2.0.2, 10.3.5 and 13.5.4)."""

from typing import Any

from tests.conformance.definitions import DAY, condition, error, escalation, message, signal
from tests.conformance.fragments import (
    Fragment,
    beside,
    boundary,
    deliver,
    do,
    end,
    expire,
    node,
    script,
    start,
    sub,
    throw,
    users,
    whole,
)
from tests.engine.bpmn.drawing import timed

ENDS = start() + end()
AND = node("parallelGateway", "fork")
OUT = (do("late"), "")


def handler(inner: str, interrupting: bool) -> str:
    said = {} if interrupting else {"isInterrupting": "false"}
    return beside("es", start(inner, "m", **said) + users("late") + end(name="x"), "m > late > x")


def guarded(name: str, inner: str, *play: Any, done: str, interrupting: bool = True, **more: Any) -> Fragment:
    kind = "interrupting" if interrupting else "non-interrupting"
    drawn = ENDS + users("a") + handler(inner, interrupting)
    return whole(f"event sub-process {kind}: {name}", drawn, "s > a > e", play=[*play], done=done, **more)


def thrown_inside(
    name: str, last: str, inner: str, *play: Any, done: str, interrupting: bool = True
) -> Fragment:
    """Beside the step whose end throws there is another one."""
    kind = "interrupting" if interrupting else "non-interrupting"
    drawn = start() + AND + users("a w") + last + end() + handler(inner, interrupting)
    return whole(
        f"event sub-process {kind}: {name}",
        drawn,
        "s > fork",
        "fork > a > t",
        "fork > w > e",
        play=[*play],
        done=done,
    )


def on_condition(name: str, interrupting: bool, *play: Any, done: str) -> Fragment:
    kind = "interrupting" if interrupting else "non-interrupting"
    drawn = ENDS + users("w1 w2 w3 w4") + handler(condition("n@ > 3"), interrupting)
    return whole(
        f"event sub-process {kind}: {name}",
        drawn,
        "s > w1 > w2 > w3 > w4 > e",
        data={"n": 0},
        play=[*play],
        done=done,
    )


CONSTRUCTS = (
    guarded(
        "message, with what it brings",
        message("pay"),
        "a message:pay",
        (deliver("pay", n=3), "late"),
        OUT,
        done="s m late x",
        result={"n": 3},
    ),
    guarded(
        "message, the scope is done before", message("pay"), "a message:pay", (do("a"), ""), done="s a e"
    ),
    guarded(
        "signal", signal("strike"), "a signal:strike", (deliver("strike"), "late"), OUT, done="s m late x"
    ),
    guarded("timer", DAY, "a timer:m", (expire("m", "P1D"), "late"), OUT, done="s m late x"),
    on_condition(
        "conditional, when it comes to hold",
        True,
        "w1",
        (do("w1", n=2), "w2"),
        (do("w2", n=4), "late"),
        OUT,
        done="s w1 w2 m late x",
    ),
    thrown_inside(
        "error by its code",
        end(error("E1"), "t"),
        error("E1"),
        "a w",
        (do("a"), "late"),
        OUT,
        done="s a t m late x",
    ),
    thrown_inside(
        "error by catching all",
        end(error("E1"), "t"),
        error(),
        "a w",
        (do("a"), "late"),
        OUT,
        done="s a t m late x",
    ),
    thrown_inside(
        "escalation",
        end(escalation("C1"), "t"),
        escalation("C1"),
        "a w",
        (do("a"), "late"),
        OUT,
        done="s a t m late x",
    ),
    guarded(
        "message, each time it comes",
        message("pay"),
        "a message:pay",
        (deliver("pay", n=1), "a late message:pay"),
        (deliver("pay", n=2), "a late late message:pay"),
        (do("late"), "a late message:pay"),
        (do("a"), "late message:pay"),
        OUT,
        done="s a e m m late late x x",
        interrupting=False,
        result={"n": 2},
    ),
    guarded(
        "message, while another handler of it still acts",
        message("pay"),
        "a message:pay",
        (deliver("pay"), "a late message:pay"),
        (do("a"), "late message:pay"),
        (deliver("pay"), "late late message:pay"),
        (do("late"), "late message:pay"),
        OUT,
        done="s a e m m late late x x",
        interrupting=False,
    ),
    guarded(
        "signal, each time it comes",
        signal("strike"),
        "a signal:strike",
        (deliver("strike"), "a late signal:strike"),
        (do("late"), "a signal:strike"),
        (deliver("strike"), "a late signal:strike"),
        (do("late"), "a signal:strike"),
        (do("a"), ""),
        done="s a e m m late late x x",
        interrupting=False,
    ),
    guarded(
        "timer, once",
        DAY,
        "a timer:m",
        (expire("m"), "a late"),
        (do("a"), "late"),
        OUT,
        done="s a e m late x",
        interrupting=False,
    ),
    guarded(
        "timer, cycle: as often as it says",
        timed("timeCycle", "R2/PT1H"),
        "a timer:m",
        (expire("m", "R2/PT1H"), "a late timer:m"),
        (expire("m", "R1/PT1H"), "a late late"),
        (do("a"), "late late"),
        (do("late"), "late"),
        OUT,
        done="s a e m m late late x x",
        interrupting=False,
    ),
    on_condition(
        "conditional, again when it comes to hold again",
        False,
        "w1",
        (do("w1", n=4), "late w2"),
        (do("w2", n=1), "late w3"),
        (do("w3", n=5), "late late w4"),
        (do("w4"), "late late"),
        (do("late"), "late"),
        OUT,
        done="s w1 w2 w3 w4 e m m late late x x",
    ),
    thrown_inside(
        "escalation",
        throw("t", escalation("C1")),
        escalation("C1"),
        "a w",
        (do("a"), "late w"),
        (do("late"), "w"),
        (do("w"), ""),
        done="s a t w e m late x",
        interrupting=False,
    ),
    whole(
        "event sub-process interrupting: ends what inner sub-processes do",
        ENDS
        + sub("sub", start(name="is") + users("i k"), "is > i", "is > k")
        + handler(message("pay"), True),
        "s > sub > e",
        play=["i k message:pay", (do("k"), "i message:pay"), (deliver("pay"), "late"), OUT],
        done="s is k m late x",
    ),
    whole(
        "event sub-process: an error from an inner sub-process",
        ENDS
        + sub("sub", start(name="is") + users("i") + end(error("E1"), "t"), "is > i > t")
        + handler(error("E1"), True),
        "s > sub > e",
        play=["i", (do("i"), "late"), OUT],
        done="s is i t m late x",
    ),
    whole(
        "event sub-process: inside the sub-process it is nearer than the boundary",
        ENDS
        + sub(
            "sub",
            start(name="is") + users("i") + end(error("E1"), "t") + handler(error(), True),
            "is > i > t",
        )
        + boundary("b", "sub", error("E1"))
        + users("outer c"),
        "s > sub > c > e",
        "b > outer > e",
        play=["i", (do("i"), "late"), (do("late"), "c"), (do("c"), "")],
        done="s is i t m late x c e",
    ),
    whole(
        "event sub-process: an error of its own goes outwards",
        ENDS
        + sub(
            "sub",
            start(name="is")
            + users("i")
            + end(error("E1"), "t")
            + beside("es", start(error("E1"), "m") + users("late") + end(error("E1"), "x"), "m > late > x"),
            "is > i > t",
        )
        + boundary("b", "sub", error("E1"))
        + users("outer"),
        "s > sub > e",
        "b > outer > e",
        play=["i", (do("i"), "late"), (do("late"), "outer"), (do("outer"), "")],
        done="s is i t m late x b outer e",
    ),
    whole(
        "event sub-process: sees and changes the data of its scope",
        ENDS
        + users("a")
        + beside(
            "es",
            start(message("pay"), "m", isInterrupting="false")
            + script("k", "n@ = n@ + amount@")
            + end(name="x"),
            "m > k > x",
        ),
        "s > a > e",
        data={"n": 1},
        result={"n": 6},
        play=[
            "a message:pay",
            (deliver("pay", amount=2), "a message:pay"),
            (deliver("pay", amount=3), "a message:pay"),
            (do("a"), ""),
        ],
        done="s a e m m k k x x",
    ),
    whole(
        "event sub-process: several, one interrupts the others",
        ENDS
        + users("a")
        + handler(message("pay"), False)
        + beside("stop", start(message("stop"), "m2") + users("off") + end(name="x2"), "m2 > off > x2"),
        "s > a > e",
        play=[
            "a message:pay message:stop",
            (deliver("pay"), "a late message:pay message:stop"),
            (deliver("stop"), "off"),
            (do("off"), ""),
        ],
        done="s m m2 off x2",
    ),
)
