"""Who hears what is thrown: signals, messages, escalations, errors, conditions, across scopes (BPMN 2.0.2, 10.5.1)."""

from tests.conformance.definitions import (
    DAY,
    condition,
    error,
    escalation,
    message,
    signal,
)
from tests.conformance.fragments import (
    beside,
    boundary,
    called,
    catch,
    deliver,
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
OUT = (do("late"), "")

CONSTRUCTS = (
    whole(
        "one signal reaches everything that awaits it",
        ENDS
        + AND
        + users("a b c d f g h")
        + throw("t", signal("strike"))
        + boundary("bi", "b", signal("strike"))
        + boundary("bn", "d", signal("strike"), interrupting=False)
        + catch("k", signal("strike"))
        + node("eventBasedGateway", "eg")
        + catch("ek", signal("strike"))
        + catch("et", DAY)
        + beside("es", start(signal("strike"), "m", isInterrupting="false") + users("i"), "m > i"),
        "s > fork",
        "fork > a > t > e",
        "fork > b > e",
        "bi > c > e",
        "fork > d > e",
        "bn > f > e",
        "fork > k > g > e",
        "fork > eg",
        "eg > ek > h > e",
        "eg > et > e",
        play=[
            "a b d signal:strike signal:strike signal:strike signal:strike signal:strike timer:et",
            (do("a"), "c d f g h i signal:strike signal:strike"),
            (do("d"), "c f g h i signal:strike"),
            (do("c"), "f g h i signal:strike"),
            (do("f"), "g h i signal:strike"),
            (do("g"), "h i signal:strike"),
            (do("h"), "i signal:strike"),
            (do("i"), ""),
        ],
        done="s a t bi bn k ek m c d f g h i e e e e e e",
        thrown="signal:strike",
        reaches_others=True,
    ),
    whole(
        "a message thrown in a scope begins its event sub-process",
        ENDS
        + users("a b")
        + throw("t", message("hello"))
        + beside("es", start(message("hello"), "m", isInterrupting="false") + users("h"), "m > h"),
        "s > a > t > b > e",
        play=["a message:hello", (do("a"), "b h message:hello"), (do("b"), "h message:hello"), (do("h"), "")],
        done="s a t m b h e",
        reaches_others=True,
    ),
    whole(
        "a message of a called process reaches its caller",
        ENDS
        + AND
        + node("callActivity", "call", calledElement="other@")
        + catch("c", message("hello"))
        + users("b"),
        "s > fork",
        "fork > call > e",
        "fork > c > b > e",
        around=called("other", start(name="os") + users("o") + end(message("hello"), "oe"), "os > o > oe"),
        play=["message:hello o", (do("o"), "b"), (do("b"), "")],
        done="s os o oe c b e e",
        reaches_others=True,
    ),
    whole(
        "an escalation of a called process begins the caller's event sub-process",
        ENDS
        + node("callActivity", "call", calledElement="other@")
        + beside("es", start(escalation("C1"), "m", isInterrupting="false") + users("h"), "m > h"),
        "s > call > e",
        around=called(
            "other", start(name="os") + users("o q") + throw("t", escalation("C1")), "os > o > t > q"
        ),
        play=["o", (do("o"), "h q"), (do("q"), "h"), (do("h"), "")],
        done="s os o t m h q e",
    ),
    whole(
        "an error of a called process begins the caller's event sub-process",
        ENDS
        + AND
        + node("callActivity", "call", calledElement="other@")
        + users("w")
        + beside("es", start(error("E1"), "m") + users("h"), "m > h"),
        "s > fork",
        "fork > call > e",
        "fork > w > e",
        around=called("other", start(name="os") + users("o") + end(error("E1"), "oe"), "os > o > oe"),
        play=["o w", (do("o"), "h"), (do("h"), "")],
        done="s os o oe m h",
    ),
    whole(
        "a condition outside sees what is written in a sub-process",
        ENDS + sub("sub", users("i k"), "i > k") + boundary("b", "sub", condition("n@ > 3")) + users("late"),
        "s > sub > e",
        "b > late > e",
        data={"n": 0},
        play=["i", (do("i", n=4), "late"), OUT],
        done="s i b late e",
    ),
    whole(
        "a condition on what nobody has written yet does not hold",
        ENDS + AND + catch("c", condition("unwritten@ > 3")) + users("w"),
        "s > fork",
        "fork > c > e",
        "fork > w > e",
        play=["w", (do("w", unwritten=4), "")],
        done="s c w e e",
        positions=("alone", "in branches", "in a sub-process", "in a called process", "twice nested"),
    ),
    whole(
        "an escalation of an event sub-process goes outwards",
        ENDS
        + sub(
            "sub",
            start(name="is")
            + users("i")
            + beside(
                "es",
                start(message("pay"), "m", isInterrupting="false")
                + throw("t", escalation("C1"))
                + users("h"),
                "m > t > h",
            ),
            "is > i",
        )
        + boundary("b", "sub", escalation("C1"), interrupting=False)
        + users("late"),
        "s > sub > e",
        "b > late > e",
        play=[
            "i message:pay",
            (deliver("pay"), "h i late message:pay"),
            (do("i"), "h late message:pay"),
            (do("h"), "late"),
            OUT,
        ],
        done="s is m t i h b late e e",
    ),
)
