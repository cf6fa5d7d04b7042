"""Data in scopes: seen by every branch at once, never overwritten by who did not write them (BPMN 2.0.2, 10.4)."""

from tests.conformance.definitions import several
from tests.conformance.fragments import between, do, end, node, script, start, sub, users, way, whole

AND = node("parallelGateway", "fork") + node("parallelGateway", "join")
BRANCHES = ("fork > a > join", "fork > b > join")
LOCAL = '<dataObject id="loc@" name="loc@"/><dataObjectReference id="ref@" name="loc@" dataObjectRef="loc@"/>'

CONSTRUCTS = (
    between(
        "data: what one branch writes another sees at once",
        "fork",
        "join",
        AND + users("a b") + script("k", "y@ = x@ + 1"),
        "fork > a > join",
        "fork > b > k > join",
        data={"x": 0},
        play=["a b", (do("a", x=4), "b"), (do("b"), "")],
        done="a b k",
        result={"x": 4, "y": 5},
    ),
    between(
        "data: a join overwrites nothing that a branch did not write",
        "fork",
        "join",
        AND + users("a b"),
        *BRANCHES,
        data={"x": 0, "y": 0},
        play=["a b", (do("b", x=1), "a"), (do("a", y=2), "")],
        done="a b",
        result={"x": 1, "y": 2},
    ),
    between(
        "data: the last that writes a variable wins",
        "fork",
        "join",
        AND + users("a b"),
        *BRANCHES,
        data={"x": 0},
        play=["a b", (do("b", x=1), "a"), (do("a", x=2), "")],
        done="a b",
        result={"x": 2},
    ),
    between(
        "data: a list made shorter stays shorter",
        "fork",
        "join",
        AND + users("a b"),
        *BRANCHES,
        data={"xs": [1, 2, 3]},
        play=["a b", (do("a", xs=[3]), "b"), (do("b"), "")],
        done="a b",
        result={"xs": [3]},
    ),
    between(
        "data: a map with fewer keys stays so",
        "fork",
        "join",
        AND + users("a b"),
        *BRANCHES,
        data={"m": {"x": 1, "y": 2}},
        play=["a b", (do("b", m={"y": 3}), "a"), (do("a"), "")],
        done="a b",
        result={"m": {"y": 3}},
    ),
    between(
        "data: both branches add to a list",
        "fork",
        "join",
        AND + users("a b") + script("ka", "xs@ = xs@ + ['a']") + script("kb", "xs@ = xs@ + ['b']"),
        "fork > a > ka > join",
        "fork > b > kb > join",
        data={"xs": []},
        play=["a b", (do("b"), "a"), (do("a"), "")],
        done="a b ka kb",
        result={"xs": ["b", "a"]},
    ),
    between(
        "data: a sub-process writes the data of the scope around it",
        "sub",
        "b",
        sub("sub", start(name="is") + users("i") + end(name="ie"), "is > i > ie")
        + script("b", "x@ = x@ + 1"),
        "sub > b",
        data={"x": 1},
        play=["i", (do("i", x=5, y=2), "")],
        done="is i ie b",
        result={"x": 6, "y": 2},
    ),
    between(
        "data: a branch beside sees at once what a sub-process writes",
        "fork",
        "join",
        AND + users("a b") + sub("sub", users("i k"), "i > k") + script("c", "y@ = x@ * 2"),
        "fork > sub > join",
        "fork > a > c > join",
        data={"x": 0},
        play=["a i", (do("i", x=4), "a k"), (do("a"), "k"), (do("k"), "")],
        done="i k a c",
        result={"x": 4, "y": 8},
    ),
    between(
        "data: a data object drawn in a sub-process is its own",
        "sub",
        "b",
        sub("sub", LOCAL + users("i") + script("k", "r@ = loc@ + 1"), "i > k") + users("b"),
        "sub > b",
        play=["i", (do("i", loc=5), "b"), (do("b"), "")],
        done="i k b",
        result={"r": 6},
        absent="loc",
    ),
    between(
        "data: a data object of a sub-process hides one of the same name outside",
        "sub",
        "b",
        sub("sub", LOCAL + users("i") + script("k", "r@ = loc@ + 1"), "i > k") + script("b", "q@ = loc@"),
        "sub > b",
        data={"loc": 1},
        play=["i", (do("i", loc=5), "")],
        done="i k b",
        result={"r": 6, "q": 1, "loc": 1},
    ),
    between(
        "data: each run of a sub-process has data objects of its own",
        "fork",
        "join",
        AND
        + "".join(
            sub(
                f"sub{n}",
                LOCAL.replace('id="loc', f'id="loc{n}')
                .replace('id="ref', f'id="ref{n}')
                .replace('dataObjectRef="loc', f'dataObjectRef="loc{n}')
                + users(f"i{n}")
                + script(f"k{n}", f"r{n}@ = loc@"),
                f"i{n} > k{n}",
            )
            for n in (1, 2)
        ),
        "fork > sub1 > join",
        "fork > sub2 > join",
        play=["i1 i2", (do("i1", loc=1), "i2"), (do("i2", loc=2), "")],
        done="i1 i2 k1 k2",
        result={"r1": 1, "r2": 2},
        absent="loc",
    ),
    between(
        "data: items of a repetition keep theirs apart",
        "m",
        "b",
        node(
            "subProcess",
            "m",
            users("i k")
            + script("c", "vote@ = who@ + number@")
            + way("i > k > c")
            + several(of="people", item="who", into="out", result="vote"),
        )
        + users("b"),
        "m > b",
        data={"people": [10, 20]},
        play=[
            "i i",
            (do("i", 1, number=1), "i k"),
            (do("i", 2, number=2), "k k"),
            (do("k", 1), "k"),
            (do("k", 2), "b"),
            (do("b"), ""),
        ],
        done="i i k k c c b",
        result={"out": [11, 22]},
        absent="who vote number",
    ),
    between(
        "data: items see what is written around them",
        "fork",
        "join",
        AND
        + users("w")
        + node(
            "subProcess",
            "m",
            users("i")
            + script("c", "vote@ = x@ + who@")
            + way("i > c")
            + several(of="people", item="who", into="out", result="vote"),
        ),
        "fork > w > join",
        "fork > m > join",
        data={"people": [1, 2], "x": 0},
        play=["i i w", (do("i", 1), "i w"), (do("w", x=10), "i"), (do("i", 2), "")],
        done="w i i c c",
        result={"out": [1, 12]},
    ),
    whole(
        "data: a variable set to nothing stays so",
        start() + end() + users("a b"),
        "s > a > b > e",
        data={"x": 1},
        play=["a", (do("a", x=None), "b"), (do("b"), "")],
        done="s a b e",
        result={"x": None},
    ),
)
