"""Event sub-processes and repetitions with what is around them (BPMN 2.0.2, 10.3.5 and 10.3.7)."""

from tests.conformance.definitions import (
    DAY,
    HOURLY,
    TERMINATE,
    error,
    escalation,
    message,
    several,
    signal,
)
from tests.conformance.fragments import (
    beside,
    boundary,
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

ENDS = start() + end()
AND = node("parallelGateway", "fork")
OUT = (do("late"), "")
BOTH = message("pay") + signal("strike")


def handler(inner: str, **said: str) -> str:
    return beside("es", start(inner, "m", **said) + users("late") + end(name="x"), "m > late > x")


CONSTRUCTS = (
    whole(
        "event sub-process interrupting: multiple, the first of its events",
        ENDS + users("a") + handler(BOTH),
        "s > a > e",
        play=["a message:pay signal:strike", (deliver("strike"), "late"), OUT],
        done="s m late x",
    ),
    whole(
        "event sub-process non-interrupting: multiple, each of its events",
        ENDS + users("a") + handler(BOTH, isInterrupting="false"),
        "s > a > e",
        play=[
            "a message:pay signal:strike",
            (deliver("strike"), "a late message:pay signal:strike"),
            (deliver("pay"), "a late late message:pay signal:strike"),
            (do("late"), "a late message:pay signal:strike"),
            (do("late"), "a message:pay signal:strike"),
            (do("a"), ""),
        ],
        done="s m m late late x x a e",
    ),
    whole(
        "event sub-process interrupting: parallel multiple, all its events",
        ENDS + users("a") + handler(BOTH, parallelMultiple="true"),
        "s > a > e",
        play=[
            "a message:pay signal:strike",
            (deliver("strike"), "a message:pay"),
            (deliver("pay"), "late"),
            OUT,
        ],
        done="s m late x",
    ),
    whole(
        "event sub-process interrupting: timer, cycle, once",
        ENDS + users("a") + handler(HOURLY),
        "s > a > e",
        play=["a timer:m", (expire("m"), "late"), OUT],
        done="s m late x",
    ),
    whole(
        "event sub-process: terminate in it ends it alone",
        ENDS
        + users("a")
        + beside(
            "es",
            start(message("pay"), "m", isInterrupting="false")
            + node("parallelGateway", "part")
            + users("h k")
            + end(TERMINATE, "x"),
            "m > part",
            "part > h > x",
            "part > k",
        ),
        "s > a > e",
        play=[
            "a message:pay",
            (deliver("pay"), "a h k message:pay"),
            (do("h"), "a message:pay"),
            (do("a"), ""),
        ],
        done="s m h x a e",
    ),
    whole(
        "event sub-process: with a handler of its own",
        ENDS
        + users("a")
        + beside(
            "es",
            start(message("pay"), "m")
            + users("h")
            + beside("deep", start(message("stop"), "n") + users("k") + end(name="y"), "n > k > y")
            + end(name="x"),
            "m > h > x",
        ),
        "s > a > e",
        play=["a message:pay", (deliver("pay"), "h message:stop"), (deliver("stop"), "k"), (do("k"), "")],
        done="s m n k y",
    ),
    whole(
        "event sub-process: its steps have boundary events",
        ENDS
        + users("a")
        + beside(
            "es",
            start(message("pay"), "m", isInterrupting="false") + users("h late") + boundary("b", "h", DAY),
            "m > h",
            "b > late",
        ),
        "s > a > e",
        play=[
            "a message:pay",
            (deliver("pay"), "a h message:pay timer:b"),
            (deliver("pay"), "a h h message:pay timer:b timer:b"),
            (expire("b"), "a h late message:pay timer:b"),
            (do("late"), "a h message:pay timer:b"),
            (do("h"), "a message:pay"),
            (do("a"), ""),
        ],
        done="s m m b late h a e",
    ),
    whole(
        "event sub-process: the code goes before catching all",
        start()
        + users("a")
        + end(error("E1"), "t")
        + beside("any", start(error(), "m1") + users("h1"), "m1 > h1")
        + beside("this", start(error("E1"), "m2") + users("h2"), "m2 > h2"),
        "s > a > t",
        play=["a", (do("a"), "h2"), (do("h2"), "")],
        done="s a t m2 h2",
    ),
    whole(
        "event sub-process: an escalation, first inside, then it is not told outside",
        ENDS
        + sub(
            "sub",
            start(name="is")
            + users("i k")
            + throw("t", escalation("C1"))
            + handler(escalation("C1"), isInterrupting="false"),
            "is > i > t > k",
        )
        + boundary("b", "sub", escalation("C1"), interrupting=False)
        + users("far"),
        "s > sub > e",
        "b > far > e",
        play=["i", (do("i"), "k late"), (do("late"), "k"), (do("k"), "")],
        done="s is i t m late x k e",
    ),
    whole(
        "multi-instance: what is no list fails",
        ENDS + node("userTask", "a", several(of="people", item="who")),
        "s > a > e",
        data={"people": 5},
        play=["failed:a"],
        done="s",
        stuck=True,
    ),
    whole(
        "multi-instance: an item of the same name as a variable hides it",
        ENDS + node("userTask", "a", several(of="people", item="who", into="out", result="who")) + users("n"),
        "s > a > n > e",
        data={"people": ["x", "y"], "who": "outer"},
        result={"who": "outer", "out": ["x", "z"]},
        play=["a a", (do("a", 1), "a"), (do("a", 2, who="z"), "n"), (do("n"), "")],
        done="s a a n e",
    ),
    whole(
        "multi-instance parallel: until one of them says so",
        ENDS
        + node(
            "userTask",
            "a",
            several(of="people", item="who", into="out", result="vote", until="vote@ == 'no'"),
        )
        + users("n"),
        "s > a > n > e",
        data={"people": [1, 2, 3]},
        play=["a a a", (do("a", 3, vote="yes"), "a a"), (do("a", 2, vote="no"), "n"), (do("n"), "")],
        done="s a a n e",
    ),
    whole(
        "two tokens in one sub-process: each its own data objects",
        ENDS
        + AND
        + users("w1 w2")
        + node("exclusiveGateway", "x")
        + sub(
            "sub",
            '<dataObject id="loc@" name="loc@"/>'
            + start(name="is")
            + users("i k")
            + script("c", "log@ = log@ + [loc@]"),
            "is > i > k > c",
        ),
        "s > fork",
        "fork > w1 > x",
        "fork > w2 > x",
        "x > sub > e",
        data={"log": []},
        result={"log": [1, 2]},
        absent="loc",
        play=[
            "w1 w2",
            (do("w1"), "i w2"),
            (do("w2"), "i i"),
            (do("i", loc=1), "i k"),
            (do("i", loc=2), "k k"),
            (do("k"), "k"),
            (do("k"), ""),
        ],
        done="s w1 w2 is is i i k k c c e e",
    ),
)
