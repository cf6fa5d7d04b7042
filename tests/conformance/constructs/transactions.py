"""Transactions: done, cancelled or failed (BPMN 2.0.2, 10.3.5 and 13.3.4)."""

from typing import Any

from tests.conformance.constructs.compensation import LOG, by_hand, undoable
from tests.conformance.definitions import CANCEL, DAY, error
from tests.conformance.fragments import (
    Fragment,
    boundary,
    do,
    end,
    expire,
    node,
    start,
    sub,
    users,
    whole,
)

ENDS = start() + end()
TURN = node("exclusiveGateway", "turn")


def booking(
    name: str,
    elements: str,
    *play: Any,
    done: str,
    ways: tuple[str, ...] = ("is > a > b > turn",),
    **more: Any,
) -> Fragment:
    """A transaction that is cancelled when `no` and done when not."""
    inner = start(name="is") + elements + TURN + end(name="ok") + end(CANCEL, "undo")
    drawn = ENDS + sub("tx", inner, *ways, "turn > ok : not no@", "turn > undo : no@", kind="transaction")
    drawn += boundary("x", "tx", CANCEL) + users("late c")
    return whole(
        f"transaction: {name}", drawn, "s > tx > c > e", "x > late > e", play=[*play], done=done, **more
    )


CONSTRUCTS = (
    booking(
        "done",
        undoable("a", "b"),
        "a",
        (do("a"), "b"),
        (do("b", no=False), "c"),
        (do("c"), ""),
        done="s is a b ok c e",
        data=LOG,
        result={"log": []},
    ),
    booking(
        "cancelled, all of it is undone before it is left",
        undoable("a", "b"),
        "a",
        (do("a"), "b"),
        (do("b", no=True), "late"),
        (do("late"), ""),
        done="s is a b undo ub ua x late e",
        data=LOG,
        result={"log": ["b", "a"]},
    ),
    booking(
        "cancelled, with handlers that wait",
        by_hand("a") + by_hand("b"),
        "a",
        (do("a"), "b"),
        (do("b", no=True), "ub"),
        (do("ub"), "ua"),
        (do("ua"), "late"),
        (do("late"), ""),
        done="s is a b undo ub ua x late e",
    ),
    booking(
        "cancelled, what was not done ends and is not undone",
        node("parallelGateway", "fork") + by_hand("a") + by_hand("w"),
        "a w",
        (do("a", no=True), "ua"),
        (do("ua"), "late"),
        (do("late"), ""),
        done="s is a undo ua x late e",
        ways=("is > fork", "fork > a > turn", "fork > w"),
    ),
    whole(
        "transaction: an error leaves it without undoing",
        ENDS
        + sub(
            "tx",
            start(name="is") + undoable("a") + end(error("E1"), "bad"),
            "is > a > bad",
            kind="transaction",
        )
        + boundary("b", "tx", error("E1"))
        + boundary("bc", "tx", CANCEL)
        + users("late"),
        "s > tx > e",
        "b > late > e",
        "bc > e",
        data=LOG,
        result={"log": []},
        play=["a", (do("a"), "late"), (do("late"), "")],
        done="s is a bad b late e",
    ),
    whole(
        "transaction: a timer on it",
        ENDS
        + sub("tx", start(name="is") + undoable("a"), "is > a", kind="transaction")
        + boundary("b", "tx", DAY)
        + users("late"),
        "s > tx > e",
        "b > late > e",
        data=LOG,
        result={"log": []},
        play=["a timer:b", (expire("b"), "late"), (do("late"), "")],
        done="s is b late e",
    ),
)
