"""What failed or is undone, with what is around it (BPMN 2.0.2, 10.7 and 13.5.5)."""

from tests.conformance.definitions import (
    DAY,
    TERMINATE,
    associated,
    compensation,
    error,
    several,
)
from tests.conformance.fragments import (
    answer,
    between,
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
AND = node("parallelGateway", "fork")
OUT = (do("late"), "")

CONSTRUCTS = (
    whole(
        "what failed in a sub-process ends with it",
        ENDS
        + sub("sub", start(name="is") + script("k", "n@ = 1 / zero@"), "is > k")
        + boundary("b", "sub", DAY)
        + users("late"),
        "s > sub > e",
        "b > late > e",
        data={"zero": 0},
        play=["failed:k timer:b", (expire("b"), "late"), OUT],
        done="s is b late e",
    ),
    whole(
        "what failed in a sub-process is tried again and it goes on",
        ENDS + AND + sub("sub", start(name="is") + script("k", "n@ = 6 / zero@"), "is > k") + users("fix d"),
        "s > fork",
        "fork > fix > e",
        "fork > sub > d > e",
        data={"zero": 0},
        result={"n": 3},
        play=[
            "failed:k fix",
            (retry("k"), "failed:k fix"),
            (do("fix", zero=2), "failed:k"),
            (retry("k"), "d"),
            (do("d"), ""),
        ],
        done="s is k fix d e e",
    ),
    whole(
        "terminate ends what failed",
        start() + AND + script("k", "n@ = 1 / zero@") + users("a") + end(TERMINATE, "t"),
        "s > fork",
        "fork > k",
        "fork > a > t",
        data={"zero": 0},
        play=["a failed:k", (do("a"), "")],
        done="s a t",
    ),
    between(
        "a repeated call withdrawn by a boundary event",
        "a",
        "x",
        f'<serviceTask id="a@" masar:call="register/look">{several(count="2")}</serviceTask>'
        + boundary("b", "a", DAY)
        + users("late")
        + node("exclusiveGateway", "x"),
        "a > x",
        "b > late > x",
        play=["call:a call:a timer:b", (answer("a"), "call:a timer:b"), (expire("b"), "late"), OUT],
        done="a b late",
    ),
    whole(
        "compensation in a sub-process does not reach outside it",
        ENDS
        + users("a")
        + boundary("ca", "a", compensation())
        + node("userTask", "ua", isForCompensation="true")
        + associated("ca", "ua")
        + sub(
            "sub",
            start(name="is")
            + users("i")
            + boundary("ci", "i", compensation())
            + node("userTask", "ui", isForCompensation="true")
            + associated("ci", "ui")
            + throw("t", compensation())
            + users("k"),
            "is > i > t > k",
        ),
        "s > a > sub > e",
        play=["a", (do("a"), "i"), (do("i"), "ui"), (do("ui"), "k"), (do("k"), "")],
        done="s a is i ui t k e",
    ),
    whole(
        "compensation two levels deep",
        ENDS
        + sub(
            "sub",
            sub(
                "deep",
                users("i")
                + boundary("ci", "i", compensation())
                + node("userTask", "ui", isForCompensation="true")
                + associated("ci", "ui"),
            ),
        )
        + throw("t", compensation())
        + users("d"),
        "s > sub > t > d > e",
        play=["i", (do("i"), "ui"), (do("ui"), "d"), (do("d"), "")],
        done="s i ui t d e",
    ),
    whole(
        "compensation sees the data of its sub-process as they were",
        ENDS
        + sub(
            "sub",
            '<dataObject id="loc@" name="loc@"/>'
            + users("i")
            + boundary("ci", "i", compensation())
            + script("ui", "told@ = loc@", isForCompensation="true")
            + associated("ci", "ui"),
        )
        + throw("t", compensation()),
        "s > sub > t > e",
        data={"told": 0},
        result={"told": 7},
        absent="loc",
        play=["i", (do("i", loc=7), "")],
        done="s i ui t e",
    ),
    whole(
        "compensation sees the item of its instance",
        ENDS
        + node(
            "subProcess",
            "sub",
            users("i")
            + boundary("ci", "i", compensation())
            + script("ui", "told@ = told@ + [who@]", isForCompensation="true")
            + associated("ci", "ui")
            + several(of="people", item="who", one_by_one=True),
        )
        + throw("t", compensation()),
        "s > sub > t > e",
        data={"told": [], "people": ["x", "y"]},
        result={"told": ["y", "x"]},
        play=["i", (do("i"), "i"), (do("i"), "")],
        done="s i i ui ui t e",
    ),
    whole(
        "an error while compensating is caught as any other",
        ENDS
        + sub(
            "sub",
            start(name="is")
            + users("i")
            + boundary("ci", "i", compensation())
            + sub("ui", users("h") + end(error("E1"), "he"), "h > he", isForCompensation="true")
            + associated("ci", "ui")
            + throw("t", compensation())
            + users("k"),
            "is > i > t > k",
        )
        + boundary("b", "sub", error("E1"))
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i", (do("i"), "h"), (do("h"), "late"), OUT],
        done="s is i h he b late e",
    ),
)
