"""Called processes (BPMN 2.0.2, 10.3.6 and 13.3.5); without mappings all data are handed in and out."""

from tests.conformance.definitions import TERMINATE, message, several
from tests.conformance.fragments import (
    between,
    called,
    catch,
    deliver,
    do,
    end,
    node,
    script,
    start,
    throw,
    users,
    whole,
)

ENDS = start() + end()
AND = node("parallelGateway", "fork")


def call(name: str, process: str, inner: str = "") -> str:
    return node("callActivity", name, inner, calledElement=f"{process}@")


CONSTRUCTS = (
    between(
        "callActivity: goes on when the called process has ended",
        "a",
        "b",
        call("a", "other") + users("b"),
        "a > b",
        around=called("other", start(name="os") + users("o q") + end(name="oe"), "os > o > q > oe"),
        play=["o", (do("o"), "q"), (do("q"), "b"), (do("b"), "")],
        done="os o q oe b",
    ),
    between(
        "callActivity: the called process sees the data and hands out its own",
        "a",
        "b",
        call("a", "other") + users("b"),
        "a > b",
        around=called("other", users("o") + script("k", "n@ = n@ + seen@\nm@ = n@ * 2"), "o > k"),
        data={"n": 2},
        play=["o", (do("o", seen=3), "b"), (do("b"), "")],
        done="o k b",
        result={"n": 5, "m": 10, "seen": 3},
    ),
    whole(
        "callActivity: what it did not write stays as others wrote it",
        ENDS + AND + call("a", "other") + users("w"),
        "s > fork",
        "fork > a > e",
        "fork > w > e",
        around=called("other", users("o")),
        data={"n": 0, "m": 0},
        play=["o w", (do("w", n=1), "o"), (do("o", m=2), "")],
        done="s o w e e",
        result={"n": 1, "m": 2},
    ),
    between(
        "callActivity: calls that call",
        "a",
        "b",
        call("a", "one") + users("b"),
        "a > b",
        around=called("one", users("o") + call("deep", "two"), "o > deep")
        + called("two", users("q") + script("k", "n@ = 3"), "q > k"),
        play=["o", (do("o"), "q"), (do("q"), "b"), (do("b"), "")],
        done="o q k b",
        result={"n": 3},
    ),
    whole(
        "callActivity: two calls of one process at once",
        ENDS + AND + call("a", "other") + call("b", "other") + users("c d"),
        "s > fork",
        "fork > a > c > e",
        "fork > b > d > e",
        around=called("other", users("o q"), "o > q"),
        play=[
            "o o",
            (do("o"), "o q"),
            (do("o"), "q q"),
            (do("q"), "c q"),
            (do("q"), "c d"),
            (do("d"), "c"),
            (do("c"), ""),
        ],
        done="s o o q q c d e e",
    ),
    between(
        "callActivity: terminate ends the called process alone",
        "a",
        "b",
        call("a", "other") + users("b"),
        "a > b",
        around=called(
            "other", start(name="os") + users("o q") + end(TERMINATE, "oe"), "os > o > oe", "os > q"
        ),
        play=["o q", (do("o"), "b"), (do("b"), "")],
        done="os o oe b",
    ),
    between(
        "callActivity: its own start is the none start",
        "a",
        "b",
        call("a", "other") + users("b"),
        "a > b",
        around=called(
            "other", start(message("order"), "om") + start(name="os") + users("o q"), "om > q", "os > o"
        ),
        play=["o", (do("o"), "b"), (do("b"), "")],
        done="os o b",
    ),
    between(
        "callActivity: waits for messages in the called process",
        "a",
        "b",
        call("a", "other") + users("b"),
        "a > b",
        around=called(
            "other",
            start(name="os") + catch("o", message("pay")) + throw("k", message("thanks")),
            "os > o > k",
        ),
        play=["message:pay", (deliver("pay", n=1), "b"), (do("b"), "")],
        done="os o k b",
        thrown="message:thanks",
        result={"n": 1},
    ),
    between(
        "callActivity: for each of a list at once",
        "a",
        "b",
        call("a", "other", several(of="people", item="who", into="out", result="vote")) + users("b"),
        "a > b",
        around=called("other", users("o") + script("k", "vote@ = who@ + number@"), "o > k"),
        data={"people": [10, 20]},
        play=["o o", (do("o", 2, number=2), "o"), (do("o", 1, number=1), "b"), (do("b"), "")],
        done="o o k k b",
        result={"out": [11, 22], "people": [10, 20]},
        absent="who vote number",
    ),
    between(
        "callActivity: for each of a list, one by one",
        "a",
        "b",
        call("a", "other", several(of="people", item="who", into="out", result="vote", one_by_one=True))
        + users("b"),
        "a > b",
        around=called("other", users("o") + script("k", "vote@ = who@ + number@"), "o > k"),
        data={"people": [10, 20]},
        play=["o", (do("o", number=1), "o"), (do("o", number=2), "b"), (do("b"), "")],
        done="o o k k b",
        result={"out": [11, 22]},
        absent="who vote number",
    ),
)
