"""Activities done several times: multi-instance and standard loops (BPMN 2.0.2, 10.3.7 and 13.3.6, 13.3.7)."""

from typing import Any

from tests.conformance.definitions import loop, several
from tests.conformance.fragments import (
    Fragment,
    answer,
    between,
    deliver,
    do,
    end,
    node,
    script,
    start,
    users,
    way,
)

LISTED = {"of": "people", "item": "who", "into": "out", "result": "vote"}
THREE = {"people": ["x", None, "z"]}
OUT = (do("n"), "")


def each(
    name: str, how: str, *play: Any, done: str, kind: str = "userTask", inner: str = "", **more: Any
) -> Fragment:
    """A repeated activity `a` with a step behind it."""
    drawn = node(kind, "a", inner + how) + users("n")
    return between(name, "a", "n", drawn, "a > n", play=[*play, OUT], done=f"{done} n", **more)


def loops(name: str, how: str, *play: Any, done: str, **more: Any) -> Fragment:
    return each(f"standard loop: {name}", how, *play, done=done, **more)


INNER = start(name="is") + users("i") + script("k", "vote@ = number@ * 2") + end(name="ie")
WAYS = ("is > i > k > ie",)
PAIR = {"people": [1, 2]}


CONSTRUCTS = (
    each(
        "multi-instance parallel: a number of times",
        several(count="n@"),
        "a a a",
        (do("a", 2), "a a"),
        (do("a", 1), "a"),
        (do("a", 3), "n"),
        done="a a a",
        data={"n": 3},
    ),
    each(
        "multi-instance sequential: a number of times",
        several(count="n@", one_by_one=True),
        "a",
        (do("a"), "a"),
        (do("a"), "n"),
        done="a a",
        data={"n": 2},
    ),
    each(
        "multi-instance parallel: of a list, results in its order",
        several(**LISTED),
        "a a a",
        (do("a", 3, vote="c"), "a a"),
        (do("a", 1, vote="a"), "a"),
        (do("a", 2, vote="b"), "n"),
        done="a a a",
        data=THREE,
        result={"out": ["a", "b", "c"], **THREE},
        absent="who vote",
    ),
    each(
        "multi-instance sequential: of a list, results in its order",
        several(**LISTED, one_by_one=True),
        "a",
        (do("a", vote="a"), "a"),
        (do("a", vote="b"), "a"),
        (do("a", vote="c"), "n"),
        done="a a a",
        data=THREE,
        result={"out": ["a", "b", "c"], **THREE},
        absent="who vote",
    ),
    each(
        "multi-instance parallel: of an empty list goes on",
        several(**LISTED),
        "n",
        done="",
        data={"people": []},
        result={"out": []},
    ),
    each("multi-instance sequential: zero times goes on", several(count="0", one_by_one=True), "n", done=""),
    each(
        "multi-instance parallel: until its condition holds",
        several(count="3", until="numberOfCompletedInstances == 2"),
        "a a a",
        (do("a", 3), "a a"),
        (do("a", 1), "n"),
        done="a a",
    ),
    each(
        "multi-instance sequential: until its condition holds",
        several(**LISTED, until="vote@ == 'no'", one_by_one=True),
        "a",
        (do("a", vote="yes"), "a"),
        (do("a", vote="no"), "n"),
        done="a a",
        data=THREE,
    ),
    each(
        "multi-instance: counts those that are active",
        several(count="3", until="numberOfActiveInstances <= 1"),
        "a a a",
        (do("a", 1), "a a"),
        (do("a", 2), "n"),
        done="a a",
    ),
    each(
        "multi-instance: a share of all",
        several(count="4", until="numberOfCompletedInstances / numberOfInstances >= 0.5"),
        "a a a a",
        (do("a", 1), "a a a"),
        (do("a", 4), "n"),
        done="a a",
    ),
    each(
        "multi-instance: loopCounter counts from 0",
        several(of="people", into="out", result="place"),
        "n",
        kind="scriptTask",
        inner="<script>place@ = loopCounter</script>",
        done="a a a",
        data=THREE,
        result={"out": [0, 1, 2]},
        absent="place",
    ),
    between(
        "multi-instance parallel: calls of a service",
        "a",
        "n",
        f'<serviceTask id="a@" masar:call="register/look">{several(**LISTED)}</serviceTask>' + users("n"),
        "a > n",
        play=[
            "call:a call:a call:a",
            (answer("a", vote=1), "call:a call:a"),
            (answer("a", vote=2), "call:a"),
            (answer("a", vote=3), "n"),
            OUT,
        ],
        done="a a a n",
        data=THREE,
        result={"out": [1, 2, 3]},
    ),
    between(
        "multi-instance parallel: messages, each for one",
        "a",
        "n",
        node("receiveTask", "a", several(count="2"), messageRef="message_pay@") + users("n"),
        "a > n",
        play=["message:pay message:pay", (deliver("pay"), "message:pay"), (deliver("pay"), "n"), OUT],
        done="a a n",
    ),
    each(
        "multi-instance parallel: a sub-process, the items apart",
        several(**LISTED),
        "i i",
        (do("i", 2, number=5), "i"),
        (do("i", 1, number=4), "n"),
        done="is is i i k k ie ie",
        kind="subProcess",
        inner=INNER + way(*WAYS),
        data=PAIR,
        result={"out": [8, 10]},
        absent="who vote number",
    ),
    each(
        "multi-instance sequential: a sub-process, the items apart",
        several(**LISTED, one_by_one=True),
        "i",
        (do("i", number=5), "i"),
        (do("i", number=4), "n"),
        done="is is i i k k ie ie",
        kind="subProcess",
        inner=INNER + way(*WAYS),
        data=PAIR,
        result={"out": [10, 8]},
        absent="who vote number",
    ),
    each(
        "multi-instance parallel: its condition ends sub-processes that act",
        several(count="3", until="numberOfCompletedInstances >= 1"),
        "i i i",
        (do("i", 2, number=5), "n"),
        done="is is is i k ie",
        kind="subProcess",
        inner=INNER + way(*WAYS),
    ),
    each(
        "multi-instance: within multi-instance",
        several(count="2"),
        "i i i i",
        (do("i"), "i i i"),
        (do("i"), "i i"),
        (do("i"), "i"),
        (do("i"), "n"),
        done="i i i i",
        kind="subProcess",
        inner=node("userTask", "i", several(count="2")),
    ),
    loops(
        "goes on while its condition holds",
        loop("more@"),
        "a",
        (do("a", more=True), "a"),
        (do("a", more=False), "n"),
        done="a a",
        data={"more": False},
    ),
    loops("asked before: not even once", loop("n@ < 3", before=True), "n", done="", data={"n": 3}),
    loops(
        "asked before: until it does not hold",
        loop("n@ < 3", before=True),
        "a",
        (do("a", n=2), "a"),
        (do("a", n=3), "n"),
        done="a a",
        data={"n": 1},
    ),
    loops("asked after: once at least", loop("n@ < 3"), "a", (do("a"), "n"), done="a", data={"n": 3}),
    loops("no more than its maximum", loop("true", most=2), "a", (do("a"), "a"), (do("a"), "n"), done="a a"),
    loops("its maximum without a condition", loop(most=2), "a", (do("a"), "a"), (do("a"), "n"), done="a a"),
    loops(
        "a sub-process",
        loop("number@ < 3"),
        "i",
        (do("i", number=1), "i"),
        (do("i", number=3), "n"),
        done="is is i i k k ie ie",
        kind="subProcess",
        inner=INNER + way(*WAYS),
        result={"vote": 6},
    ),
)
