"""Cases that diagrams rarely hold, and engines get wrong (BPMN 2.0.2, 13.4 and 13.5)."""

from tests.conformance.constructs.compensation import LOG, undoable
from tests.conformance.definitions import (
    DAY,
    associated,
    compensation,
    condition,
    error,
    escalation,
    link,
    message,
    signal,
)
from tests.conformance.fragments import (
    answer,
    beside,
    between,
    boundary,
    catch,
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
TWICE = ENDS + AND + users("w1 w2") + node("exclusiveGateway", "x")
TWO = ("s > fork", "fork > w1 > x", "fork > w2 > x")
TIMERS = timed("timeDuration", "P1D") + timed("timeDuration", "PT1H")

CONSTRUCTS = (
    whole(
        "a signal thrown in a sub-process interrupts the sub-process itself",
        ENDS
        + sub("sub", start(name="is") + users("i k") + throw("t", signal("strike")), "is > i > t > k")
        + boundary("b", "sub", signal("strike"))
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i signal:strike", (do("i"), "late"), OUT],
        done="s is i t b late e",
        thrown="signal:strike",
        reaches_others=True,
    ),
    whole(
        "a message thrown in a scope begins the handler that interrupts it",
        ENDS
        + users("a b")
        + throw("t", message("hello"))
        + beside("es", start(message("hello"), "m") + users("h"), "m > h"),
        "s > a > t > b > e",
        play=["a message:hello", (do("a"), "h"), (do("h"), "")],
        done="s a t m h",
        reaches_others=True,
    ),
    whole(
        "an escalation thrown in a scope begins the handler that interrupts it",
        ENDS
        + users("a b")
        + throw("t", escalation("C1"))
        + beside("es", start(escalation("C1"), "m") + users("h"), "m > h"),
        "s > a > t > b > e",
        play=["a", (do("a"), "h"), (do("h"), "")],
        done="s a t m h",
    ),
    whole(
        "an error passes a handler inside that catches another code",
        ENDS
        + sub(
            "sub",
            start(name="is")
            + users("i")
            + end(error("E1"), "ie")
            + beside("es", start(error("E2"), "m") + users("h"), "m > h"),
            "is > i > ie",
        )
        + boundary("b", "sub", error("E1"))
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=["i", (do("i"), "late"), OUT],
        done="s is i ie b late e",
    ),
    whole(
        "two tokens at one event-based gateway: each waits by itself",
        TWICE + node("eventBasedGateway", "g") + catch("m", message("pay")) + catch("t", DAY) + users("a b"),
        *TWO,
        "x > g",
        "g > m > a > e",
        "g > t > b > e",
        play=[
            "w1 w2",
            (do("w1"), "message:pay timer:t w2"),
            (do("w2"), "message:pay message:pay timer:t timer:t"),
            (deliver("pay"), "a message:pay timer:t"),
            (expire("t"), "a b"),
            (do("a"), "b"),
            (do("b"), ""),
        ],
        done="s w1 w2 m t a b e e",
    ),
    whole(
        "two tokens at one event: a message for each",
        TWICE + catch("m", message("pay")) + users("a"),
        *TWO,
        "x > m > a > e",
        play=[
            "w1 w2",
            (do("w2"), "message:pay w1"),
            (do("w1"), "message:pay message:pay"),
            (deliver("pay"), "a message:pay"),
            (deliver("pay"), "a a"),
            (do("a"), "a"),
            (do("a"), ""),
        ],
        done="s w1 w2 m m a a e e",
    ),
    between(
        "event-based gateway: a multiple event behind it",
        "g",
        "x",
        node("eventBasedGateway", "g")
        + catch("c", message("pay") + signal("strike"))
        + catch("t", DAY)
        + users("a b")
        + node("exclusiveGateway", "x"),
        "g > c > a > x",
        "g > t > b > x",
        play=["message:pay signal:strike timer:t", (deliver("strike"), "a"), (do("a"), "")],
        done="c a",
    ),
    whole(
        "boundary interrupting: two timers in one event",
        ENDS + users("a late") + boundary("b", "a", TIMERS),
        "s > a > e",
        "b > late > e",
        play=["a timer:b timer:b", (expire("b", "PT1H"), "late"), OUT],
        done="s b late e",
    ),
    whole(
        "boundary non-interrupting: two timers in one event, each once",
        ENDS + users("a late") + boundary("b", "a", TIMERS, interrupting=False),
        "s > a > e",
        "b > late > e",
        play=[
            "a timer:b timer:b",
            (expire("b", "PT1H"), "a late timer:b"),
            (expire("b", "P1D"), "a late late"),
            (do("a"), "late late"),
            (do("late"), "late"),
            OUT,
        ],
        done="s a b b late late e e e",
    ),
    whole(
        "boundary non-interrupting: a message and a cycle in one event",
        ENDS
        + users("a late")
        + boundary("b", "a", message("pay") + timed("timeCycle", "R2/PT1H"), interrupting=False),
        "s > a > e",
        "b > late > e",
        play=[
            "a message:pay timer:b",
            (expire("b", "R2/PT1H"), "a late message:pay timer:b"),
            (deliver("pay"), "a late late message:pay timer:b"),
            (expire("b", "R1/PT1H"), "a late late late message:pay"),
            (do("a"), "late late late"),
            (do("late"), "late late"),
            (do("late"), "late"),
            OUT,
        ],
        done="s a b b b late late late e e e e",
    ),
    whole(
        "boundary non-interrupting: a condition that holds already, once",
        ENDS + users("a late") + boundary("b", "a", condition("n@ > 3"), interrupting=False),
        "s > a > e",
        "b > late > e",
        data={"n": 4},
        play=["a late", (do("late"), "a"), (do("a"), "")],
        done="s b a late e e",
    ),
    whole(
        "conditional: a service's answer makes it hold",
        ENDS
        + AND
        + '<serviceTask id="v@" masar:call="register/look"/>'
        + catch("c", condition("n@ > 3"))
        + users("a"),
        "s > fork",
        "fork > v > e",
        "fork > c > a > e",
        data={"n": 0},
        play=["call:v", (answer("v", n=4), "a"), (do("a"), "")],
        done="s v c a e e",
    ),
    whole(
        "conditional: only for a moment, and yet it is seen",
        ENDS
        + AND
        + catch("c", condition("n@ > 3"))
        + users("w a")
        + script("up", "n@ = 5")
        + node("userTask", "mid")
        + script("down", "n@ = 0"),
        "s > fork",
        "fork > c > a > e",
        "fork > w > up > mid > down > e",
        data={"n": 0},
        play=["w", (do("w"), "a mid"), (do("mid"), "a"), (do("a"), "")],
        done="s w up c mid down a e e",
    ),
    whole(
        "link: the same name in two scopes",
        ENDS
        + throw("l1", link("L"))
        + catch("c1", link("L"))
        + users("a")
        + sub(
            "sub",
            start(name="is") + throw("l2", link("L")) + catch("c2", link("L")) + users("i"),
            "is > l2",
            "c2 > i",
        ),
        "s > sub > l1",
        "c1 > a > e",
        play=["i", (do("i"), "a"), (do("a"), "")],
        done="s is l2 c2 i l1 c1 a e",
    ),
    whole(
        "a sub-process that passes at once",
        ENDS
        + sub("sub", start(name="is") + script("k", "n@ = n@ + 1") + end(name="ie"), "is > k > ie")
        + users("a"),
        "s > sub > a > e",
        data={"n": 0},
        result={"n": 1},
        play=["a", (do("a"), "")],
        done="s is k ie a e",
    ),
    whole(
        "compensation: thrown by two branches, undone once",
        ENDS + AND + undoable("a") + throw("t1", compensation()) + throw("t2", compensation()),
        "s > a > fork",
        "fork > t1 > e",
        "fork > t2 > e",
        data=LOG,
        result={"log": ["a"]},
        play=["a", (do("a"), "")],
        done="s a ua t1 t2 e e",
    ),
    whole(
        "compensation: by a service",
        ENDS
        + users("a d")
        + boundary("ca", "a", compensation())
        + '<serviceTask id="ua@" masar:call="register/undo" isForCompensation="true"/>'
        + associated("ca", "ua")
        + throw("t", compensation()),
        "s > a > t > d > e",
        play=["a", (do("a"), "call:ua"), (answer("ua", undone=True), "d"), (do("d"), "")],
        done="s a ua t d e",
        result={"undone": True},
    ),
    whole(
        "compensation: of one activity, each time it was done",
        ENDS
        + undoable("a", "b")
        + node("exclusiveGateway", "back")
        + node("exclusiveGateway", "turn")
        + throw("t", compensation("a")),
        "s > back > a > b > turn",
        "turn > back : more@",
        "turn > t : not more@",
        "t > e",
        data=LOG,
        result={"log": ["a", "a"]},
        play=["a", (do("a"), "b"), (do("b", more=True), "a"), (do("a"), "b"), (do("b", more=False), "")],
        done="s a b a b ua ua t e",
    ),
)
