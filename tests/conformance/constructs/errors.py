"""Errors and escalations on their way outwards, innermost first, the code before all others (BPMN 2.0.2, 10.5.1)."""

from tests.conformance.definitions import error, escalation
from tests.conformance.fragments import (
    beside,
    between,
    boundary,
    called,
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
FAILS = end(error("E1"), "ie")


def deep(last: str = FAILS, extra: str = "") -> str:
    """A step and its failing end, in a sub-process in a sub-process; `extra` beside the inner one."""
    return sub(
        "outer",
        start(name="os") + sub("inner", start(name="is") + users("i") + last, "is > i > ie") + extra,
        "os > inner",
        *(["bi > near"] if extra else []),
    )


CONSTRUCTS = (
    whole(
        "error: the innermost that catches it",
        ENDS
        + deep(extra=boundary("bi", "inner", error("E1")) + users("near"))
        + boundary("bo", "outer", error("E1"))
        + users("far"),
        "s > outer > e",
        "bo > far > e",
        play=["i", (do("i"), "near"), (do("near"), "")],
        done="s os is i ie bi near e",
    ),
    whole(
        "error: past a scope that catches another code",
        ENDS
        + deep(extra=boundary("bi", "inner", error("E2")) + users("near"))
        + boundary("bo", "outer", error("E1"))
        + users("far"),
        "s > outer > e",
        "bo > far > e",
        play=["i", (do("i"), "far"), (do("far"), "")],
        done="s os is i ie bo far e",
    ),
    whole(
        "error: catching all nearer goes before the code farther out",
        ENDS
        + deep(extra=boundary("bi", "inner", error()) + users("near"))
        + boundary("bo", "outer", error("E1"))
        + users("far"),
        "s > outer > e",
        "bo > far > e",
        play=["i", (do("i"), "near"), (do("near"), "")],
        done="s os is i ie bi near e",
    ),
    whole(
        "error: on one activity the code goes before catching all",
        ENDS
        + sub("sub", start(name="is") + users("i") + FAILS, "is > i > ie")
        + boundary("b1", "sub", error())
        + boundary("b2", "sub", error("E1"))
        + users("any this"),
        "s > sub > e",
        "b1 > any > e",
        "b2 > this > e",
        play=["i", (do("i"), "this"), (do("this"), "")],
        done="s is i ie b2 this e",
    ),
    whole(
        "error: without a code only catching all catches it",
        ENDS
        + sub("sub", start(name="is") + users("i") + end(error(), "ie"), "is > i > ie")
        + boundary("b1", "sub", error("E1"))
        + boundary("b2", "sub", error())
        + users("this any"),
        "s > sub > e",
        "b1 > this > e",
        "b2 > any > e",
        play=["i", (do("i"), "any"), (do("any"), "")],
        done="s is i ie b2 any e",
    ),
    whole(
        "error: ends everything else in the scope where it is caught",
        ENDS
        + sub(
            "sub",
            start(name="is") + AND + users("i k") + node("subProcess", "deep", users("l")) + FAILS,
            "is > fork",
            "fork > i > ie",
            "fork > k",
            "fork > deep",
        )
        + boundary("b", "sub", error("E1"))
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i k l", (do("i"), "late"), (do("late"), "")],
        done="s is i ie b late e",
    ),
    whole(
        "error: through two called processes",
        ENDS
        + node("callActivity", "call", calledElement="one@")
        + boundary("b", "call", error("E1"))
        + users("late"),
        "s > call > e",
        "b > late > e",
        around=called("one", node("callActivity", "again", calledElement="two@"))
        + called("two", start(name="is") + users("i") + FAILS, "is > i > ie"),
        play=["i", (do("i"), "late"), (do("late"), "")],
        done="s is i ie b late e",
    ),
    whole(
        "error that nobody catches: it stays there as failed, all else goes on",
        start() + end() + AND + users("i w v") + FAILS,
        "s > fork",
        "fork > i > ie",
        "fork > w > v > e",
        play=["i w", (do("i"), "failed:ie w"), (do("w"), "failed:ie v"), (do("v"), "failed:ie")],
        done="s i w v e",
        stuck=True,
    ),
    whole(
        "error that nobody catches: from a sub-process whose boundary catches another code",
        ENDS
        + sub("sub", start(name="is") + users("i") + FAILS, "is > i > ie")
        + boundary("b", "sub", error("E2"))
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i", (do("i"), "failed:ie")],
        done="s is i",
        stuck=True,
    ),
    whole(
        "escalation: the innermost that catches it",
        ENDS
        + deep(
            end(escalation("C1"), "ie"),
            boundary("bi", "inner", escalation("C1"), interrupting=False) + users("near"),
        )
        + boundary("bo", "outer", escalation("C1"), interrupting=False)
        + users("far"),
        "s > outer > e",
        "bo > far > e",
        play=["i", (do("i"), "near"), (do("near"), "")],
        done="s os is i ie bi near e",
    ),
    whole(
        "escalation: past a scope that catches another code",
        ENDS
        + deep(
            end(escalation("C1"), "ie"),
            boundary("bi", "inner", escalation("C2"), interrupting=False) + users("near"),
        )
        + boundary("bo", "outer", escalation(), interrupting=False)
        + users("far c"),
        "s > outer > c > e",
        "bo > far > e",
        play=["i", (do("i"), "c far"), (do("far"), "c"), (do("c"), "")],
        done="s os is i ie bo far c e e",
    ),
    between(
        "escalation that nobody catches goes on and leaves the case",
        "sub",
        "c",
        sub("sub", start(name="is") + users("i k") + throw("ie", escalation("C1")), "is > i > ie > k")
        + users("c"),
        "sub > c",
        play=["i", (do("i"), "k"), (do("k"), "c"), (do("c"), "")],
        done="is i ie k c",
        thrown="escalation:C1",
    ),
    whole(
        "error of an event sub-process that does not interrupt ends the scope",
        ENDS
        + sub(
            "sub",
            start(name="is")
            + users("i")
            + throw("t", escalation("C1"))
            + users("k")
            + beside(
                "es",
                start(escalation("C1"), "m", isInterrupting="false") + users("h") + end(error("E1"), "x"),
                "m > h > x",
            ),
            "is > i > t > k",
        )
        + boundary("b", "sub", error("E1"))
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i", (do("i"), "h k"), (do("h"), "late"), (do("late"), "")],
        done="s is i t m h x b late e",
    ),
)
