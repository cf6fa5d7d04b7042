"""Events in rarer places: on what passes at once, in handlers, through repetitions (BPMN 2.0.2, 10.5 and 13.5)."""

from tests.conformance.definitions import (
    DAY,
    TERMINATE,
    compensation,
    error,
    escalation,
    loop,
    message,
    several,
)
from tests.conformance.fragments import (
    beside,
    boundary,
    called,
    catch,
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


def handler(inner: str, **said: str) -> str:
    return beside("es", start(inner, "m", **said) + users("late") + end(name="x"), "m > late > x")


CONSTRUCTS = (
    whole(
        "boundary: without a flow out of it the token ends",
        ENDS + users("a") + boundary("b", "a", DAY),
        "s > a > e",
        play=["a timer:b", (expire("b"), "")],
        done="s b",
    ),
    whole(
        "boundary: several flows out of it are all taken",
        ENDS + users("a c d") + boundary("b", "a", DAY),
        "s > a > e",
        "b > c > e",
        "b > d > e",
        play=["a timer:b", (expire("b"), "c d"), (do("d"), "c"), (do("c"), "")],
        done="s b c d e e",
    ),
    whole(
        "boundary: on a task that passes at once",
        ENDS + script("k", "n@ = 1") + boundary("b", "k", DAY) + users("a late"),
        "s > k > a > e",
        "b > late > e",
        play=["a", (do("a"), "")],
        done="s k a e",
        result={"n": 1},
    ),
    whole(
        "boundary: a timer runs through all items of a sequential repetition",
        ENDS
        + node("userTask", "a", several(count="3", one_by_one=True))
        + boundary("b", "a", timed("timeDuration", "P1D"), interrupting=False)
        + users("late"),
        "s > a > e",
        "b > late > e",
        play=[
            "a timer:b",
            (do("a"), "a timer:b"),
            (expire("b"), "a late"),
            (do("a"), "a late"),
            (do("a"), "late"),
            OUT,
        ],
        done="s a a a b late e e",
    ),
    whole(
        "boundary: a timer runs through all rounds of a loop",
        ENDS + node("userTask", "a", loop("more@")) + boundary("b", "a", DAY) + users("late"),
        "s > a > e",
        "b > late > e",
        play=["a timer:b", (do("a", more=True), "a timer:b"), (expire("b"), "late"), OUT],
        done="s a b late e",
    ),
    whole(
        "boundary: the code goes before catching all, whichever interrupts",
        ENDS
        + sub("sub", start(name="is") + users("i k") + throw("t", escalation("C1")), "is > i > t > k")
        + boundary("b1", "sub", escalation())
        + boundary("b2", "sub", escalation("C1"), interrupting=False)
        + users("any this"),
        "s > sub > e",
        "b1 > any > e",
        "b2 > this > e",
        play=["i", (do("i"), "k this"), (do("k"), "this"), (do("this"), "")],
        done="s is i t b2 k this e e",
    ),
    whole(
        "boundary: an escalation without code is caught by catching all alone",
        ENDS
        + sub("sub", start(name="is") + users("i k") + throw("t", escalation()), "is > i > t > k")
        + boundary("b1", "sub", escalation("C1"), interrupting=False)
        + boundary("b2", "sub", escalation(), interrupting=False)
        + users("any this"),
        "s > sub > e",
        "b1 > this > e",
        "b2 > any > e",
        play=["i", (do("i"), "any k"), (do("k"), "any"), (do("any"), "")],
        done="s is i t b2 k any e e",
    ),
    whole(
        "boundary: on a repeated called process, an error in one ends them all",
        ENDS
        + node("callActivity", "a", several(count="2"), calledElement="other@")
        + boundary("b", "a", error("E1"))
        + users("late"),
        "s > a > e",
        "b > late > e",
        around=called("other", start(name="os") + users("o") + end(error("E1"), "oe"), "os > o > oe"),
        play=["o o", (do("o", 2), "late"), OUT],
        done="s os os o oe b late e",
    ),
    whole(
        "terminate in a called process of a repetition leaves the others alone",
        ENDS + node("callActivity", "a", several(count="2"), calledElement="other@"),
        "s > a > e",
        around=called(
            "other", start(name="os") + users("o q") + end(TERMINATE, "oe"), "os > o > oe", "os > q"
        ),
        play=["o o q q", (do("o", 2), "o q"), (do("o", 1), "")],
        done="s os os o o oe oe e",
    ),
    whole(
        "implicit start: neither handlers nor event sub-processes begin",
        users("a")
        + boundary("ca", "a", compensation())
        + node("userTask", "ua", isForCompensation="true")
        + f'<association id="l@" associationDirection="One" sourceRef="ca@" targetRef="ua@"/>'  # noqa: F541
        + handler(message("pay"))
        + catch("c", '<linkEventDefinition name="L@"/>')
        + throw("l1", '<linkEventDefinition name="L@"/>')
        + users("b"),
        "a > l1",
        "c > b",
        play=["a message:pay", (do("a"), "b message:pay"), (do("b"), "")],
        done="a l1 c b",
    ),
    whole(
        "exclusive: one gateway merges and chooses",
        ENDS + AND + node("exclusiveGateway", "x") + users("a b c d"),
        "s > fork",
        "fork > a > x",
        "fork > b > x",
        "x > c : n@ > 0",
        "x > d : n@ <= 0",
        "c > e",
        "d > e",
        data={"n": 0},
        play=["a b", (do("a", n=1), "b c"), (do("b", n=0), "c d"), (do("c"), "d"), (do("d"), "")],
        done="s a b c d e e",
    ),
)
