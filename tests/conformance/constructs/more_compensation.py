"""Compensation of repetitions, calls, and by handlers of other kinds (BPMN 2.0.2, 10.7 and 13.5.5)."""

from tests.conformance.definitions import associated, compensation, error, loop, several
from tests.conformance.fragments import (
    beside,
    boundary,
    called,
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
LOG = {"log": []}


def undoable(*names: str) -> str:
    """Steps, each with a handler that notes its name in the log."""
    return "".join(users(name) + undone(name) for name in names)


def undone(name: str) -> str:
    """The compensation of an activity: a handler that notes its name in the log."""
    handler = script(f"u{name}", f'log@ = log@ + ["{name}"]', isForCompensation="true")
    return boundary(f"c{name}", name, compensation()) + handler + associated(f"c{name}", f"u{name}")


CONSTRUCTS = (
    whole(
        "compensation: by the compensation event sub-process, instead of what it contains",
        ENDS
        + sub(
            "sub",
            start(name="is")
            + undoable("i")
            + beside("es", start(compensation(), "m") + users("h") + end(name="x"), "m > h > x"),
            "is > i",
        )
        + throw("t", compensation())
        + users("d"),
        "s > sub > t > d > e",
        data=LOG,
        result={"log": []},
        play=["i", (do("i"), "h"), (do("h"), "d"), (do("d"), "")],
        done="s is i m h x t d e",
    ),
    whole(
        "compensation: the compensation event sub-process may undo what it contains itself",
        ENDS
        + sub(
            "sub",
            start(name="is")
            + undoable("i", "k")
            + beside(
                "es",
                start(compensation(), "m") + users("h") + throw("it", compensation("i")) + end(name="x"),
                "m > h > it > x",
            ),
            "is > i > k",
        )
        + throw("t", compensation())
        + users("d"),
        "s > sub > t > d > e",
        data=LOG,
        result={"log": ["i"]},
        play=["i", (do("i"), "k"), (do("k"), "h"), (do("h"), "d"), (do("d"), "")],
        done="s is i k m h ui it x t d e",
    ),
    whole(
        "compensation: thrown in an event sub-process, for the scope around it",
        start()
        + undoable("a", "b")
        + end(error("E1"), "t")
        + beside(
            "es",
            start(error("E1"), "m") + throw("it", compensation()) + users("h") + end(name="x"),
            "m > it > h > x",
        ),
        "s > a > b > t",
        data=LOG,
        result={"log": ["b", "a"]},
        play=["a", (do("a"), "b"), (do("b"), "h"), (do("h"), "")],
        done="s a b t m ub ua it h x",
    ),
    whole(
        "compensation: each instance of a repeated activity",
        ENDS + node("userTask", "a", several(count="3")) + undone("a") + throw("t", compensation()),
        "s > a > t > e",
        data=LOG,
        result={"log": ["a", "a", "a"]},
        play=["a a a", (do("a", 2), "a a"), (do("a", 1), "a"), (do("a", 3), "")],
        done="s a a a ua ua ua t e",
    ),
    whole(
        "compensation: each instance of a repeated sub-process",
        ENDS
        + node("subProcess", "sub", undoable("i") + several(count="2", one_by_one=True))
        + throw("t", compensation()),
        "s > sub > t > e",
        data=LOG,
        result={"log": ["i", "i"]},
        play=["i", (do("i"), "i"), (do("i"), "")],
        done="s i i ui ui t e",
    ),
    whole(
        "compensation: each round of a loop",
        ENDS + node("userTask", "a", loop("more@")) + undone("a") + throw("t", compensation()),
        "s > a > t > e",
        data=LOG,
        result={"log": ["a", "a"]},
        play=["a", (do("a", more=True), "a"), (do("a", more=False), "")],
        done="s a a ua ua t e",
    ),
    whole(
        "compensation: a handler that is a sub-process",
        ENDS
        + users("a")
        + boundary("ca", "a", compensation())
        + sub("ua", users("h1 h2"), "h1 > h2", isForCompensation="true")
        + associated("ca", "ua")
        + throw("t", compensation())
        + users("d"),
        "s > a > t > d > e",
        play=["a", (do("a"), "h1"), (do("h1"), "h2"), (do("h2"), "d"), (do("d"), "")],
        done="s a h1 h2 t d e",
    ),
    whole(
        "compensation: a called process by the handler on its call",
        ENDS
        + node("callActivity", "call", calledElement="other@")
        + undone("call")
        + throw("t", compensation()),
        "s > call > t > e",
        around=called("other", users("o")),
        data=LOG,
        result={"log": ["call"]},
        play=["o", (do("o"), "")],
        done="s o ucall t e",
    ),
)
