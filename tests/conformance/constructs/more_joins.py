"""Joins where the path of a token decides (BPMN 2.0.2, 13.4.3 and 13.4.5)."""

from tests.conformance.definitions import DAY, link, message
from tests.conformance.fragments import (
    boundary,
    catch,
    deliver,
    do,
    end,
    expire,
    node,
    start,
    throw,
    users,
    whole,
)

ENDS = start() + end()
OR = node("inclusiveGateway", "g") + node("inclusiveGateway", "j")
AND = node("parallelGateway", "fork")
X = node("exclusiveGateway", "x")
THREE = node("complexGateway", "cx", "<activationCondition>activationCount &gt;= 2</activationCondition>")

CONSTRUCTS = (
    # 13.4.3: a token that could also come on a flow that has one already does not hold the join up
    whole(
        "inclusive: a token that could come on a flow already taken holds nobody up",
        ENDS + OR + X + node("exclusiveGateway", "m") + users("a b d"),
        "s > g",
        "g > a : true",
        "g > b : true",
        "a > m > j",
        "b > x",
        "x > m : first@",
        "x > j : not first@",
        "j > d > e",
        play=["a b", (do("a"), "b d"), (do("b", first=False), "d d"), (do("d"), "d"), (do("d"), "")],
        done="s a b d d e e",
    ),
    whole(
        "inclusive: waits for a token that comes over a link",
        ENDS + OR + users("a b d") + throw("l", link("L")) + catch("c", link("L")),
        "s > g",
        "g > a : true",
        "g > b : true",
        "a > j",
        "b > l",
        "c > j",
        "j > d > e",
        play=["a b", (do("a"), "b"), (do("b"), "d"), (do("d"), "")],
        done="s a b l c d e",
    ),
    whole(
        "inclusive: waits for a token at an event",
        ENDS + OR + catch("c", message("pay")) + users("a d"),
        "s > g",
        "g > a : true",
        "g > c : true",
        "a > j",
        "c > j",
        "j > d > e",
        play=["a message:pay", (do("a"), "message:pay"), (deliver("pay"), "d"), (do("d"), "")],
        done="s a c d e",
    ),
    whole(
        "inclusive: goes on when a timer leads the other away",
        ENDS + OR + users("a b d late") + boundary("t", "b", DAY),
        "s > g",
        "g > a : true",
        "g > b : true",
        "a > j",
        "b > j",
        "t > late > e",
        "j > d > e",
        play=[
            "a b timer:t",
            (do("a"), "b timer:t"),
            (expire("t"), "d late"),
            (do("d"), "late"),
            (do("late"), ""),
        ],
        done="s a t late d e e",
    ),
    whole(
        "inclusive: one gateway joins and splits",
        ENDS + OR + node("inclusiveGateway", "k") + users("a b c d"),
        "s > g",
        "g > a : true",
        "g > b : true",
        "a > j",
        "b > j",
        "j > c : n@ > 0",
        "j > d : n@ > 1",
        "c > k",
        "d > k",
        "k > e",
        data={"n": 2},
        play=["a b", (do("b"), "a"), (do("a"), "c d"), (do("d"), "c"), (do("c"), "")],
        done="s a b c d e",
    ),
    whole(
        "inclusive: two joins one after the other",
        ENDS + OR + node("inclusiveGateway", "k") + users("a b c d f"),
        "s > g",
        "g > a : true",
        "g > b : true",
        "g > c : true",
        "a > j",
        "b > j",
        "j > d > k",
        "c > k",
        "k > f > e",
        play=["a b c", (do("c"), "a b"), (do("b"), "a"), (do("a"), "d"), (do("d"), "f"), (do("f"), "")],
        done="s a b c d f e",
    ),
    whole(
        "inclusive: not held up by what is behind the join",
        ENDS + OR + X + users("a d"),
        "s > x > g",
        "g > a : true",
        "a > j > d > e",
        "g > e : n@ > 5",
        data={"n": 0},
        play=["a", (do("a"), "d"), (do("d"), "")],
        done="s a d e",
    ),
    whole(
        "parallel: a mixed loop keeps its tokens apart from the next round's",
        ENDS
        + AND
        + node("parallelGateway", "join")
        + node("exclusiveGateway", "back")
        + node("exclusiveGateway", "turn")
        + users("a b c"),
        "s > back > fork",
        "fork > a > join",
        "fork > b > join",
        "join > c > turn",
        "turn > back : n@ < 3",
        "turn > e : n@ >= 3",
        play=[
            "a b",
            (do("a"), "b"),
            (do("b"), "c"),
            (do("c", n=1), "a b"),
            (do("a"), "b"),
            (do("b"), "c"),
            (do("c", n=2), "a b"),
            (do("b"), "a"),
            (do("a"), "c"),
            (do("c", n=3), ""),
        ],
        done="s a b c a b c a b c e",
    ),
    # 13.4.5: it is not reset as long as a token may still come on the flow that is missing, here round the loop
    whole(
        "complex: not anew while the third may still come round",
        ENDS
        + AND
        + THREE
        + X
        + node("exclusiveGateway", "back")
        + node("exclusiveGateway", "turn")
        + users("a b c d"),
        "s > back > fork",
        "fork > a > cx",
        "fork > b > cx",
        "fork > c > x",
        "x > cx : ok@",
        "x > e : not ok@",
        "cx > d > turn",
        "turn > back : redo@",
        "turn > e : not redo@",
        play=[
            "a b c",
            (do("a"), "b c"),
            (do("b"), "c d"),
            (do("c", ok=False), "d"),
            (do("d", redo=True), "a b c"),
            (do("b"), "a c"),
            (do("a"), "c"),
            (do("c", ok=True), "d"),
            (do("d", redo=False), ""),
        ],
        done="s a b c e d b a c d e",
    ),
    whole(
        "complex: anew when the third has turned away",
        ENDS
        + AND
        + THREE
        + X
        + node("exclusiveGateway", "m1")
        + node("exclusiveGateway", "m2")
        + node("parallelGateway", "part")
        + users("a b c w a2 b2 d"),
        "s > fork",
        "fork > a > m1 > cx",
        "fork > b > m2 > cx",
        "fork > c > x",
        "x > cx : ok@",
        "x > e : not ok@",
        "fork > w > part",
        "part > a2 > m1",
        "part > b2 > m2",
        "cx > d > e",
        play=[
            "a b c w",
            (do("a"), "b c w"),
            (do("b"), "c d w"),
            (do("c", ok=False), "d w"),
            (do("w"), "a2 b2 d"),
            (do("b2"), "a2 d"),
            (do("a2"), "d d"),
            (do("d"), "d"),
            (do("d"), ""),
        ],
        done="s a b c e w b2 a2 d d e e",
    ),
    # 13.4.5: the conditions are asked again when the gateway is reset, then waitingForStart is false
    whole(
        "complex: other flows when the rest has come",
        ENDS + AND + THREE + users("a b c d f"),
        "s > fork",
        "fork > a > cx",
        "fork > b > cx",
        "fork > c > cx",
        "cx > d : waitingForStart",
        "cx > f : not waitingForStart",
        "d > e",
        "f > e",
        play=["a b c", (do("a"), "b c"), (do("b"), "c d"), (do("c"), "d f"), (do("d"), "f"), (do("f"), "")],
        done="s a b c d f e e",
    ),
)
