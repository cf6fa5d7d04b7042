"""What fails stays where it is until it is tried again; everything else goes on."""

from tests.conformance.definitions import DAY, condition, loop, several
from tests.conformance.fragments import (
    beside,
    boundary,
    catch,
    do,
    end,
    expire,
    node,
    retry,
    script,
    start,
    sub,
    users,
    way,
    whole,
)
from tests.engine.bpmn.drawing import timed

ENDS = start() + end()
AND = node("parallelGateway", "fork")
FIX = "s > fork", "fork > fix > e"
MENDED = ENDS + AND + users("fix d")
ZERO = {"zero": 0}
WRONG = {"n": "text"}

CONSTRUCTS = (
    whole(
        "failing: a condition of a gateway",
        MENDED + node("exclusiveGateway", "g"),
        *FIX,
        "fork > g",
        "g > d : n@ > 3",
        "g > e : n@ <= 3",
        "d > e",
        data=WRONG,
        play=["failed:g fix", (do("fix", n=4), "failed:g"), (retry("g"), "d"), (do("d"), "")],
        done="s fix d e e",
    ),
    whole(
        "failing: a timer's text",
        MENDED + catch("c", timed("timeDuration", "wait@")),
        *FIX,
        "fork > c > d > e",
        data={"wait": "soon"},
        play=[
            "failed:c fix",
            (do("fix", wait="P1D"), "failed:c"),
            (retry("c"), "timer:c"),
            (expire("c", "P1D"), "d"),
            (do("d"), ""),
        ],
        done="s fix c d e e",
    ),
    whole(
        "failing: a script in one instance",
        MENDED
        + node(
            "subProcess",
            "m",
            script("k", "r@ = 6 / who@")
            + users("i")
            + way("k > i")
            + several(of="people", item="who", into="out", result="r"),
        ),
        *FIX,
        "fork > m > d > e",
        data={"people": [2, 0]},
        play=[
            "failed:k fix i",
            (do("i"), "failed:k fix"),
            (retry("k"), "failed:k fix"),
            (do("fix"), "failed:k"),
        ],
        done="s k i fix e",
        stuck=True,
    ),
    whole(
        "failing: a script in a called process",
        MENDED + node("callActivity", "call", calledElement="other@"),
        *FIX,
        "fork > call > d > e",
        around=node("process", "other", script("k", "n@ = 6 / zero@") + users("o") + way("k > o")),
        data=ZERO,
        play=[
            "failed:k fix",
            (do("fix", zero=3), "failed:k"),
            (retry("k"), "o"),
            (do("o"), "d"),
            (do("d"), ""),
        ],
        done="s fix k o d e e",
        result={"n": 2},
    ),
    whole(
        "failing: a handler",
        ENDS
        + users("a")
        + beside(
            "es",
            start(condition("n@ > 3"), "m", isInterrupting="false")
            + script("k", "r@ = 6 / zero@")
            + users("h"),
            "m > k > h",
        )
        + users("b c"),
        "s > a > b > c > e",
        data={"n": 0, "zero": 0},
        play=[
            "a",
            (do("a", n=4), "b failed:k"),
            (do("b", zero=2), "c failed:k"),
            (retry("k"), "c h"),
            (do("h"), "c"),
            (do("c"), ""),
        ],
        done="s a m k h b c e",
        result={"r": 3},
    ),
    whole(
        "failing: the collection of a repetition is tried again",
        MENDED + node("userTask", "m", several(of="people", item="who")),
        *FIX,
        "fork > m > d > e",
        data={"people": "nobody"},
        play=[
            "failed:m fix",
            (do("fix", people=[1, 2]), "failed:m"),
            (retry("m"), "m m"),
            (do("m"), "m"),
            (do("m"), "d"),
            (do("d"), ""),
        ],
        done="s fix m m d e e",
    ),
    whole(
        "failing: several at once, each tried again by itself",
        MENDED + script("k1", "x@ = 6 / zero@") + script("k2", "y@ = 9 / zero@") + users("c"),
        *FIX,
        "fork > k1 > d > e",
        "fork > k2 > c > e",
        data=ZERO,
        play=[
            "failed:k1 failed:k2 fix",
            (do("fix", zero=3), "failed:k1 failed:k2"),
            (retry("k2"), "c failed:k1"),
            (do("c"), "failed:k1"),
            (retry("k1"), "d"),
            (do("d"), ""),
        ],
        done="s fix k1 k2 c d e e e",
        result={"x": 2, "y": 3},
    ),
    whole(
        "failing: a join waits for the branch that failed",
        MENDED + node("parallelGateway", "join") + script("k", "x@ = 6 / zero@"),
        "s > fork",
        "fork > fix > join",
        "fork > k > join",
        "join > d > e",
        data=ZERO,
        play=["failed:k fix", (do("fix", zero=3), "failed:k"), (retry("k"), "d"), (do("d"), "")],
        done="s fix k d e",
    ),
    whole(
        "failing: an inclusive join waits for the branch that failed",
        MENDED + node("inclusiveGateway", "join") + script("k", "x@ = 6 / zero@"),
        "s > fork",
        "fork > fix > join",
        "fork > k > join",
        "join > d > e",
        data=ZERO,
        play=["failed:k fix", (do("fix", zero=3), "failed:k"), (retry("k"), "d"), (do("d"), "")],
        done="s fix k d e",
    ),
    whole(
        "failing: an event on its boundary leads away",
        ENDS + users("late") + sub("sub", script("k", "x@ = 6 / zero@")) + boundary("b", "sub", DAY),
        "s > sub > e",
        "b > late > e",
        data=ZERO,
        play=["failed:k timer:b", (retry("k"), "failed:k timer:b"), (expire("b"), "late"), (do("late"), "")],
        done="s b late e",
    ),
    whole(
        "failing: the condition of a loop",
        MENDED + node("userTask", "a", loop("n@ < 3")),
        *FIX,
        "fork > a > d > e",
        data=WRONG,
        play=[
            "a fix",
            (do("a"), "failed:a fix"),
            (do("fix", n=3), "failed:a"),
            (retry("a"), "d"),
            (do("d"), ""),
        ],
        done="s a fix d e e",
    ),
    whole(
        "failing: the completion condition of a repetition",
        MENDED + node("userTask", "a", several(count="3", until="n@ < 3")),
        *FIX,
        "fork > a > d > e",
        data=WRONG,
        play=[
            "a a a fix",
            (do("a"), "a a failed:a fix"),
            (do("fix", n=2), "a a failed:a"),
            (retry("a"), "d"),
            (do("d"), ""),
        ],
        done="s a fix d e e",
    ),
    whole(
        "failing: a condition on a flow out of a step",
        MENDED + users("a"),
        *FIX,
        "fork > a",
        "a > d : n@ > 3",
        "a > e : n@ <= 3",
        "d > e",
        data=WRONG,
        play=[
            "a fix",
            (do("a"), "failed:a fix"),
            (do("fix", n=4), "failed:a"),
            (retry("a"), "d"),
            (do("d"), ""),
        ],
        done="s fix a d e e",
    ),
    whole(
        "failing: no flow out of a step can be taken",
        MENDED + users("a"),
        *FIX,
        "fork > a",
        "a > d : n@ > 3",
        "d > e",
        data={"n": 0},
        play=[
            "a fix",
            (do("a"), "failed:a fix"),
            (do("fix", n=4), "failed:a"),
            (retry("a"), "d"),
            (do("d"), ""),
        ],
        done="s fix a d e e",
    ),
)
