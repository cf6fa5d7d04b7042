"""Compensation across scopes, with handlers that fail or are interrupted (BPMN 2.0.2, 10.7 and 13.5.5)."""

from tests.conformance.constructs.compensation import LOG, by_hand, undoable
from tests.conformance.definitions import CANCEL, DAY, associated, compensation, error
from tests.conformance.fragments import (
    boundary,
    do,
    end,
    expire,
    node,
    retry,
    script,
    start,
    sub,
    throw,
    users,
    whole,
)

ENDS = start() + end()
BOOKED = sub("sub", start(name="is") + undoable("i", "k"), "is > i > k")

CONSTRUCTS = (
    whole(
        "compensation: a sub-process done twice, each run by itself",
        ENDS
        + BOOKED
        + node("exclusiveGateway", "back")
        + node("exclusiveGateway", "turn")
        + throw("t", compensation()),
        "s > back > sub > turn",
        "turn > back : more@",
        "turn > t : not more@",
        "t > e",
        data=LOG,
        result={"log": ["k", "i", "k", "i"]},
        play=["i", (do("i"), "k"), (do("k", more=True), "i"), (do("i"), "k"), (do("k", more=False), "")],
        done="s is is i i k k uk uk ui ui t e",
    ),
    whole(
        "compensation: in a sub-process that is not completed, of one that is",
        ENDS
        + sub(
            "outer", start(name="os") + BOOKED + throw("t", compensation()) + users("d"), "os > sub > t > d"
        ),
        "s > outer > e",
        data=LOG,
        result={"log": ["k", "i"]},
        play=["i", (do("i"), "k"), (do("k"), "d"), (do("d"), "")],
        done="s os is i k uk ui t d e",
    ),
    whole(
        "compensation: not of what an interrupted sub-process had done",
        ENDS + BOOKED + boundary("b", "sub", DAY) + throw("t", compensation()) + users("d"),
        "s > sub > e",
        "b > t > d > e",
        data=LOG,
        result={"log": []},
        play=["i timer:b", (do("i"), "k timer:b"), (expire("b"), "d"), (do("d"), "")],
        done="s is i b t d e",
    ),
    whole(
        "compensation: of a transaction that was done",
        ENDS
        + sub("tx", start(name="is") + undoable("i", "k"), "is > i > k", kind="transaction")
        + throw("t", compensation()),
        "s > tx > t > e",
        data=LOG,
        result={"log": ["k", "i"]},
        play=["i", (do("i"), "k"), (do("k"), "")],
        done="s is i k uk ui t e",
    ),
    whole(
        "transaction: cancelled, with sub-processes and transactions within it that were done",
        ENDS
        + sub(
            "tx",
            start(name="ts") + BOOKED + sub("inner", undoable("j"), kind="transaction") + end(CANCEL, "no"),
            "ts > sub > inner > no",
            kind="transaction",
        )
        + boundary("x", "tx", CANCEL)
        + users("late"),
        "s > tx > e",
        "x > late > e",
        data=LOG,
        result={"log": ["j", "k", "i"]},
        play=["i", (do("i"), "k"), (do("k"), "j"), (do("j"), "late"), (do("late"), "")],
        done="s ts is i k j no uj uk ui x late e",
    ),
    whole(
        "transaction: within a transaction, the inner alone is cancelled",
        ENDS
        + sub(
            "tx",
            start(name="ts")
            + undoable("i")
            + sub(
                "inner",
                start(name="ns") + undoable("j") + end(CANCEL, "no"),
                "ns > j > no",
                kind="transaction",
            )
            + boundary("x", "inner", CANCEL)
            + users("late"),
            "ts > i > inner",
            "x > late",
            kind="transaction",
        )
        + boundary("y", "tx", CANCEL),
        "s > tx > e",
        "y > e",
        data=LOG,
        result={"log": ["j"]},
        play=["i", (do("i"), "j"), (do("j"), "late"), (do("late"), "")],
        done="s ts i ns j no uj x late e",
    ),
    whole(
        "compensation: a handler that fails is tried again, then the rest goes on",
        ENDS
        + undoable("a")
        + users("b")
        + boundary("cb", "b", compensation())
        + script("ub", "n@ = 6 / zero@", isForCompensation="true")
        + associated("cb", "ub")
        + throw("t", compensation())
        + node("parallelGateway", "fork")
        + users("fix d"),
        "s > fork",
        "fork > fix > e",
        "fork > a > b > t > d > e",
        data={**LOG, "zero": 0},
        result={"log": ["a"], "n": 3},
        play=[
            "a fix",
            (do("a"), "b fix"),
            (do("b"), "failed:ub fix"),
            (do("fix", zero=2), "failed:ub"),
            (retry("ub"), "d"),
            (do("d"), ""),
        ],
        done="s a b ub ua t fix d e e",
    ),
    whole(
        "compensation: a timer interrupts it with the scope",
        ENDS
        + sub("sub", start(name="is") + by_hand("i") + throw("t", compensation()), "is > i > t")
        + boundary("b", "sub", DAY)
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i timer:b", (do("i"), "timer:b ui"), (expire("b"), "late"), (do("late"), "")],
        done="s is i b late e",
    ),
    whole(
        "compensation: the scope does not end before its handlers",
        start() + by_hand("a") + end(compensation(), "t"),
        "s > a > t",
        play=["a", (do("a"), "ua"), (do("ua"), "")],
        done="s a ua t",
    ),
    whole(
        "compensation: by an error handler outside, of what was done before",
        ENDS
        + undoable("a", "b")
        + sub("sub", start(name="is") + users("i") + end(error("E1"), "ie"), "is > i > ie")
        + boundary("x", "sub", error())
        + throw("t", compensation()),
        "s > a > b > sub > e",
        "x > t > e",
        data=LOG,
        result={"log": ["b", "a"]},
        play=["a", (do("a"), "b"), (do("b"), "i"), (do("i"), "")],
        done="s a b is i ie x ub ua t e",
    ),
)
