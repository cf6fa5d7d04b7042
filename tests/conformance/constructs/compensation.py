"""Compensation: what was done is undone, last first (BPMN 2.0.2, 10.7 and 13.5.5)."""

from tests.conformance.definitions import associated, compensation
from tests.conformance.fragments import (
    between,
    boundary,
    do,
    end,
    node,
    script,
    start,
    sub,
    throw,
    users,
    whole,
)

ENDS = start() + end()
AND = node("parallelGateway", "fork")
LOG = {"log": []}


def undoable(*names: str) -> str:
    """Steps, each with a handler that notes its name in the log."""
    return "".join(users(name) + undone(name) for name in names)


def undone(name: str) -> str:
    """The compensation of an activity: a handler that notes its name in the log."""
    handler = script(f"u{name}", f'log@ = log@ + ["{name}"]', isForCompensation="true")
    return boundary(f"c{name}", name, compensation()) + handler + associated(f"c{name}", f"u{name}")


def by_hand(name: str) -> str:
    handler = node("userTask", f"u{name}", isForCompensation="true")
    return (
        users(name)
        + boundary(f"c{name}", name, compensation())
        + handler
        + associated(f"c{name}", f"u{name}")
    )


BOOKED = sub("sub", start(name="is") + undoable("i", "k"), "is > i > k")

CONSTRUCTS = (
    whole(
        "compensation: last done, first undone",
        ENDS + undoable("a", "b", "c") + throw("t", compensation()) + users("d"),
        "s > a > b > c > t > d > e",
        data=LOG,
        result={"log": ["c", "b", "a"]},
        play=["a", (do("a"), "b"), (do("b"), "c"), (do("c"), "d"), (do("d"), "")],
        done="s a b c uc ub ua t d e",
    ),
    whole(
        "compensation: in the order of being done, not of being drawn",
        ENDS + AND + node("parallelGateway", "join") + undoable("a", "b") + throw("t", compensation()),
        "s > fork",
        "fork > a > join",
        "fork > b > join",
        "join > t > e",
        data=LOG,
        result={"log": ["a", "b"]},
        play=["a b", (do("b"), "a"), (do("a"), "")],
        done="s a b ub ua t e",
    ),
    whole(
        "compensation: handlers that wait, one after the other, and the thrower after them",
        ENDS + by_hand("a") + by_hand("b") + throw("t", compensation()) + users("d"),
        "s > a > b > t > d > e",
        play=["a", (do("a"), "b"), (do("b"), "ub"), (do("ub"), "ua"), (do("ua"), "d"), (do("d"), "")],
        done="s a b ub ua t d e",
    ),
    whole(
        "compensation: only what was completed",
        ENDS + AND + by_hand("a") + by_hand("b") + throw("t", compensation()) + users("d"),
        "s > fork",
        "fork > a > t > d > e",
        "fork > b > e",
        play=["a b", (do("a"), "b ua"), (do("ua"), "b d"), (do("d"), "b"), (do("b"), "")],
        done="s a ua t d b e e",
    ),
    whole(
        "compensation: nothing to undo, the thrower goes on",
        ENDS + by_hand("a") + throw("t", compensation()) + users("d"),
        "s > t > d > a > e",
        play=["d", (do("d"), "a"), (do("a"), "")],
        done="s t d a e",
    ),
    whole(
        "compensation: of one activity alone",
        ENDS + undoable("a", "b") + throw("t", compensation("a")) + users("d"),
        "s > a > b > t > d > e",
        data=LOG,
        result={"log": ["a"]},
        play=["a", (do("a"), "b"), (do("b"), "d"), (do("d"), "")],
        done="s a b ua t d e",
    ),
    whole(
        "compensation: of one activity that was not done",
        ENDS + undoable("a", "b") + throw("t", compensation("b")),
        "s > a > t > b > e",
        data=LOG,
        result={"log": []},
        play=["a", (do("a"), "b"), (do("b"), "")],
        done="s a b t e",
    ),
    whole(
        "compensation: what was undone is not undone again",
        ENDS + undoable("a", "b") + throw("t1", compensation()) + throw("t2", compensation()),
        "s > a > t1 > b > t2 > e",
        data=LOG,
        result={"log": ["a", "b"]},
        play=["a", (do("a"), "b"), (do("b"), "")],
        done="s a ua t1 b ub t2 e",
    ),
    whole(
        "compensation: done twice in a loop, undone twice",
        ENDS
        + undoable("a")
        + node("exclusiveGateway", "back")
        + node("exclusiveGateway", "turn")
        + throw("t", compensation()),
        "s > back > a > turn",
        "turn > back : more@",
        "turn > t : not more@",
        "t > e",
        data=LOG,
        result={"log": ["a", "a"]},
        play=["a", (do("a", more=True), "a"), (do("a", more=False), "")],
        done="s a a ua ua t e",
    ),
    whole(
        "compensation: a thrower that does not wait",
        ENDS
        + by_hand("a")
        + throw("t", compensation().replace("/>", ' waitForCompletion="false"/>'))
        + users("d"),
        "s > a > t > d > e",
        play=["a", (do("a"), "d ua"), (do("d"), "ua"), (do("ua"), "")],
        done="s a t ua d e",
    ),
    whole(
        "compensation: at an end event",
        start() + AND + users("b") + by_hand("a") + end(compensation(), "t") + end(),
        "s > fork",
        "fork > a > t",
        "fork > b > e",
        play=["a b", (do("b"), "a"), (do("a"), "ua"), (do("ua"), "")],
        done="s a b ua t e",
    ),
    whole(
        "compensation: a completed sub-process, by what it contains",
        ENDS + BOOKED + undoable("a") + throw("t", compensation()),
        "s > a > sub > t > e",
        data=LOG,
        result={"log": ["k", "i", "a"]},
        play=["a", (do("a"), "i"), (do("i"), "k"), (do("k"), "")],
        done="s is a i k uk ui ua t e",
    ),
    whole(
        "compensation: a completed sub-process by its name",
        ENDS + BOOKED + undoable("a") + throw("t", compensation("sub")),
        "s > a > sub > t > e",
        data=LOG,
        result={"log": ["k", "i"]},
        play=["a", (do("a"), "i"), (do("i"), "k"), (do("k"), "")],
        done="s is a i k uk ui t e",
    ),
    whole(
        "compensation: a sub-process that is not completed is not undone",
        ENDS + AND + BOOKED + users("a") + throw("t", compensation()),
        "s > fork",
        "fork > a > t > e",
        "fork > sub > e",
        data=LOG,
        result={"log": []},
        play=["a i", (do("i"), "a k"), (do("a"), "k"), (do("k"), "")],
        done="s is a i t k e e",
    ),
    whole(
        "compensation: a completed sub-process with a handler of its own on the boundary",
        ENDS + BOOKED + undone("sub") + throw("t", compensation()),
        "s > sub > t > e",
        data=LOG,
        result={"log": ["sub"]},
        play=["i", (do("i"), "k"), (do("k"), "")],
        done="s is i k usub t e",
    ),
    between(
        "compensation: a step with a handler goes on as any other",
        "a",
        "b",
        by_hand("a") + users("b"),
        "a > b",
        play=["a", (do("a"), "b"), (do("b"), "")],
        done="a b",
    ),
)
