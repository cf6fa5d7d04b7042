"""Constructs together: two tokens in one place, handlers and what they interrupt, throwers and who hears them."""

from tests.conformance.definitions import (
    DAY,
    TERMINATE,
    error,
    link,
    message,
    several,
)
from tests.conformance.fragments import (
    beside,
    boundary,
    catch,
    deliver,
    do,
    end,
    expire,
    node,
    start,
    sub,
    throw,
    users,
    way,
    whole,
)

ENDS = start() + end()
AND = node("parallelGateway", "fork")
JOIN = node("parallelGateway", "join")
TWO = (
    "s > fork",
    "fork > w1 > x",
    "fork > w2 > x",
)  # two tokens come one after the other to whatever follows x
TWICE = ENDS + AND + users("w1 w2") + node("exclusiveGateway", "x")
OUT = (do("late"), "")

CONSTRUCTS = (
    whole(
        "two tokens in one step: the timer of one leaves the other alone",
        TWICE + users("a late") + boundary("b", "a", DAY),
        *TWO,
        "x > a > e",
        "b > late > e",
        play=[
            "w1 w2",
            (do("w1"), "a timer:b w2"),
            (do("w2"), "a a timer:b timer:b"),
            (expire("b"), "a late timer:b"),
            (do("a"), "late"),
            OUT,
        ],
        done="s w1 w2 b a late e e",
    ),
    whole(
        "two tokens in one sub-process: an error in one leaves the other alone",
        TWICE
        + sub(
            "sub",
            start(name="is") + users("i k") + node("exclusiveGateway", "g") + end(error("E1"), "ie"),
            "is > i > g",
            "g > ie : bad@",
            "g > k : not bad@",
        )
        + boundary("b", "sub", error("E1"))
        + users("late"),
        *TWO,
        "x > sub > e",
        "b > late > e",
        play=[
            "w1 w2",
            (do("w1"), "i w2"),
            (do("w2"), "i i"),
            (do("i", bad=True), "i late"),
            (do("i", bad=False), "k late"),
            (do("late"), "k"),
            (do("k"), ""),
        ],
        done="s w1 w2 is is i i ie b late k e e",
    ),
    whole(
        "two tokens in one sub-process: terminate in one leaves the other alone",
        TWICE
        + sub(
            "sub",
            start(name="is") + AND.replace("fork", "part") + users("i k") + end(TERMINATE, "ie"),
            "is > part",
            "part > i > ie",
            "part > k",
        ),
        *TWO,
        "x > sub > e",
        play=[
            "w1 w2",
            (do("w1"), "i k w2"),
            (do("w2"), "i i k k"),
            (do("i"), "i k"),
            (do("k"), "i"),
            (do("i"), ""),
        ],
        done="s w1 w2 is is i i ie ie k e e",
    ),
    whole(
        "two tokens in one sub-process: its joins keep them apart",
        TWICE
        + sub(
            "sub",
            start(name="is") + node("parallelGateway", "part") + JOIN + users("i k l"),
            "is > part",
            "part > i > join",
            "part > k > join",
            "join > l",
        ),
        *TWO,
        "x > sub > e",
        play=[
            "w1 w2",
            (do("w1"), "i k w2"),
            (do("i"), "k w2"),
            (do("w2"), "i k k"),
            (do("k"), "i k l"),
            (do("k"), "i l"),
            (do("i"), "l l"),
            (do("l"), "l"),
            (do("l"), ""),
        ],
        done="s w1 w2 is is i i k k l l e e",
    ),
    whole(
        "terminate in one instance leaves the other instances alone",
        ENDS
        + node(
            "subProcess",
            "a",
            start(name="is")
            + node("parallelGateway", "part")
            + users("i k")
            + end(TERMINATE, "ie")
            + way("is > part", "part > i > ie", "part > k")
            + several(count="2"),
        )
        + users("n"),
        "s > a > n > e",
        play=["i i k k", (do("i", 2), "i k"), (do("k", 1), "i"), (do("i", 1), "n"), (do("n"), "")],
        done="s is is i i k ie ie n e",
    ),
    whole(
        "a boundary event leads back to its own step",
        ENDS + users("a") + node("exclusiveGateway", "x") + boundary("b", "a", DAY),
        "s > x > a > e",
        "b > x",
        play=["a timer:b", (expire("b"), "a timer:b"), (expire("b"), "a timer:b"), (do("a"), "")],
        done="s b b a e",
    ),
    whole(
        "a boundary event besides and the step meet at a join",
        ENDS + users("a late d") + JOIN + boundary("b", "a", message("pay"), interrupting=False),
        "s > a > join",
        "b > late > join",
        "join > d > e",
        play=[
            "a message:pay",
            (deliver("pay"), "a late message:pay"),
            (do("late"), "a message:pay"),
            (do("a"), "d"),
            (do("d"), ""),
        ],
        done="s a b late d e",
    ),
    whole(
        "an inclusive join waits for the handler of a boundary event",
        ENDS
        + users("a late d")
        + node("inclusiveGateway", "join")
        + boundary("b", "a", message("pay"), interrupting=False),
        "s > a > join",
        "b > late > join",
        "join > d > e",
        play=[
            "a message:pay",
            (deliver("pay"), "a late message:pay"),
            (do("a"), "late"),
            (do("late"), "d"),
            (do("d"), ""),
        ],
        done="s a b late d e",
    ),
    whole(
        "a link leads back",
        ENDS
        + users("a")
        + node("exclusiveGateway", "x")
        + node("exclusiveGateway", "g")
        + throw("l", link("L"))
        + catch("c", link("L")),
        "s > x > a > g",
        "g > l : more@",
        "g > e : not more@",
        "c > x",
        play=["a", (do("a", more=True), "a"), (do("a", more=True), "a"), (do("a", more=False), "")],
        done="s a l c a l c a e",
    ),
    whole(
        "a handler besides goes on when its host is interrupted",
        ENDS
        + sub("sub", users("i"))
        + boundary("b", "sub", message("pay"), interrupting=False)
        + boundary("m", "sub", message("stop"))
        + users("late told"),
        "s > sub > e",
        "b > told > e",
        "m > late > e",
        play=[
            "i message:pay message:stop",
            (deliver("pay"), "i message:pay message:stop told"),
            (deliver("stop"), "late told"),
            (do("told"), "late"),
            OUT,
        ],
        done="s b m told late e e",
    ),
    whole(
        "a boundary event ends the event sub-processes of its sub-process",
        ENDS
        + sub(
            "sub",
            start(name="is")
            + users("i")
            + beside("es", start(message("pay"), "m", isInterrupting="false") + users("h"), "m > h"),
            "is > i",
        )
        + boundary("b", "sub", DAY)
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=[
            "i message:pay timer:b",
            (deliver("pay"), "h i message:pay timer:b"),
            (expire("b"), "late"),
            OUT,
        ],
        done="s is m b late e",
    ),
    whole(
        "terminate ends the handlers of its scope",
        start()
        + AND
        + users("a c late")
        + end(TERMINATE, "t")
        + boundary("b", "a", message("pay"), interrupting=False)
        + beside("es", start(message("sign"), "m", isInterrupting="false") + users("k"), "m > k"),
        "s > fork",
        "fork > a",
        "fork > c > t",
        "b > late",
        play=[
            "a c message:pay message:sign",
            (deliver("pay"), "a c late message:pay message:sign"),
            (deliver("sign"), "a c k late message:pay message:sign"),
            (do("c"), ""),
        ],
        done="s b m c t",
    ),
    whole(
        "an interrupting event sub-process withdraws calls, timers and messages",
        ENDS
        + AND
        + '<serviceTask id="a@" masar:call="register/look"/>'
        + catch("c", DAY)
        + catch("d", message("pay"))
        + users("f")
        + boundary("b", "f", DAY)
        + beside("es", start(message("stop"), "m") + users("h"), "m > h"),
        "s > fork",
        "fork > a > e",
        "fork > c > e",
        "fork > d > e",
        "fork > f > e",
        "b > e",
        play=["call:a f message:pay message:stop timer:b timer:c", (deliver("stop"), "h"), (do("h"), "")],
        done="s m h",
    ),
)
