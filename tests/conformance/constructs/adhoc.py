"""Ad-hoc sub-processes (BPMN 2.0.2, 10.3.5 and 13.3.5).

The specification leaves to people which activity is done when. Here all that no flow leads to are offered once at the
beginning, in sequential ones one after another in the order of the file; the condition is asked after each; when all
are done and it does not hold, they are offered again.
"""

from typing import Any

from tests.conformance.definitions import DAY
from tests.conformance.fragments import (
    Fragment,
    between,
    boundary,
    do,
    end,
    expire,
    node,
    start,
    users,
    way,
    whole,
)


def adhoc(inner: str, until: str = "", **said: str) -> str:
    condition = f"<completionCondition>{until}</completionCondition>" if until else ""
    return node("adHocSubProcess", "ah", inner + condition, **said)


def offered(name: str, drawn: str, *play: Any, done: str, **more: Any) -> Fragment:
    return between(
        f"ad-hoc: {name}",
        "ah",
        "n",
        drawn + users("n"),
        "ah > n",
        play=[*play, (do("n"), "")],
        done=f"{done} n",
        **more,
    )


CONSTRUCTS = (
    offered(
        "all are offered at once and it ends when all are done",
        adhoc(users("a b c")),
        "a b c",
        (do("b"), "a c"),
        (do("a"), "c"),
        (do("c"), "n"),
        done="a b c",
    ),
    offered(
        "what flows lead to comes after",
        adhoc(users("a b c") + way("a > c")),
        "a b",
        (do("a"), "b c"),
        (do("b"), "c"),
        (do("c"), "n"),
        done="a b c",
    ),
    offered(
        "sequential: one after another",
        adhoc(users("b a"), ordering="Sequential"),
        "b",
        (do("b"), "a"),
        (do("a"), "n"),
        done="a b",
    ),
    offered(
        "its condition ends it, the remaining are withdrawn",
        adhoc(users("a b c"), "enough@"),
        "a b c",
        (do("b", enough=False), "a c"),
        (do("a", enough=True), "n"),
        done="a b",
        data={"enough": False},
    ),
    offered(
        "its condition holds, the remaining may be done",
        adhoc(users("a b c"), "enough@", cancelRemainingInstances="false"),
        "a b c",
        (do("b", enough=True), "a c"),
        (do("a"), "c"),
        (do("c"), "n"),
        done="a b c",
        data={"enough": False},
    ),
    offered(
        "offered again while its condition does not hold",
        adhoc(users("a b"), "enough@"),
        "a b",
        (do("b"), "a"),
        (do("a"), "a b"),
        (do("a", enough=True), "n"),
        done="a b a",
        data={"enough": False},
    ),
    offered(
        "sequential: until its condition holds",
        adhoc(users("a b"), "enough@", ordering="Sequential"),
        "a",
        (do("a"), "b"),
        (do("b"), "a"),
        (do("a", enough=True), "n"),
        done="a b a",
        data={"enough": False},
    ),
    offered(
        "with a sub-process in it",
        adhoc(users("a") + node("subProcess", "sub", users("i"))),
        "a i",
        (do("i"), "a"),
        (do("a"), "n"),
        done="a i",
    ),
    whole(
        "ad-hoc: a timer ends it",
        start() + end() + adhoc(users("a b")) + boundary("t", "ah", DAY) + users("late"),
        "s > ah > e",
        "t > late > e",
        play=["a b timer:t", (do("a"), "b timer:t"), (expire("t"), "late"), (do("late"), "")],
        done="s a t late e",
    ),
)
