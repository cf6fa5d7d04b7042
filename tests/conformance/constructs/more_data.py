"""Data objects in scopes, and repetitions over them (BPMN 2.0.2, 10.4.1)."""

from tests.conformance.definitions import (
    error,
    message,
    several,
)
from tests.conformance.fragments import (
    beside,
    boundary,
    called,
    deliver,
    do,
    end,
    node,
    script,
    start,
    sub,
    users,
    way,
    whole,
)

ENDS = start() + end()
OUT = (do("late"), "")
LOCAL = '<dataObject id="loc@" name="loc@"/>'
OBJECTS = (
    '<dataObject id="people@" name="people@" isCollection="true"/>'
    '<dataObjectReference id="all@" name="people@" dataObjectRef="people@"/>'
)
DATA_INPUT = (
    '<ioSpecification><dataInput id="din@" name="input" isCollection="true"/>'
    "<inputSet><dataInputRefs>din@</dataInputRefs></inputSet><outputSet/></ioSpecification>"
    "<dataInputAssociation><sourceRef>all@</sourceRef><targetRef>din@</targetRef></dataInputAssociation>"
    "<multiInstanceLoopCharacteristics><loopDataInputRef>din@</loopDataInputRef>"
    '<inputDataItem id="one@" name="who@"/></multiInstanceLoopCharacteristics>'
)

CONSTRUCTS = (
    whole(
        "multi-instance sequential: called processes that pass at once",
        ENDS
        + node(
            "callActivity",
            "m",
            several(of="people", item="who", into="out", result="r", one_by_one=True),
            calledElement="other@",
        )
        + users("a"),
        "s > m > a > e",
        around=called("other", script("k", "r@ = who@ * 2")),
        data={"people": [1, 2, 3]},
        result={"out": [2, 4, 6]},
        play=["a", (do("a"), "")],
        done="s k k k a e",
    ),
    whole(
        "multi-instance: a sequential one in each instance of a parallel one",
        ENDS
        + node(
            "subProcess", "m", node("userTask", "i", several(count="2", one_by_one=True)) + several(count="2")
        )
        + users("a"),
        "s > m > a > e",
        play=[
            "i i",
            (do("i"), "i i"),
            (do("i", 1), "i i"),
            (do("i", 2), "i"),
            (do("i", 2), "a"),
            (do("a"), ""),
        ],
        done="s i i i i a e",
    ),
    whole(
        "multi-instance sequential: an error in the second",
        ENDS
        + node(
            "subProcess",
            "m",
            start(name="is")
            + users("i")
            + node("exclusiveGateway", "g")
            + end(error("E1"), "bad")
            + end(name="ok")
            + way("is > i > g", "g > bad : bad@", "g > ok : not bad@")
            + several(count="3", one_by_one=True),
        )
        + boundary("b", "m", error("E1"))
        + users("late"),
        "s > m > e",
        "b > late > e",
        play=["i", (do("i", bad=False), "i"), (do("i", bad=True), "late"), OUT],
        done="s is is i i ok bad b late e",
    ),
    whole(
        "data: an event sub-process sees the data objects of its scope",
        ENDS
        + sub(
            "sub",
            LOCAL
            + start(name="is")
            + users("i")
            + beside(
                "es",
                start(message("pay"), "m", isInterrupting="false") + script("k", "told@ = loc@\nloc@ = 9"),
                "m > k",
            )
            + script("l", "last@ = loc@"),
            "is > i > l",
        ),
        "s > sub > e",
        data={"told": 0},
        absent="loc",
        result={"told": 7, "last": 9},
        play=["i message:pay", (deliver("pay", loc=7), "i message:pay"), (do("i"), "")],
        done="s is m k i l e",
    ),
    whole(
        "data: a sub-process within sees and writes the data objects around it",
        ENDS
        + sub(
            "sub",
            LOCAL + start(name="is") + users("i") + sub("deep", users("k")) + script("l", "last@ = loc@"),
            "is > i > deep > l",
        ),
        "s > sub > e",
        absent="loc",
        result={"last": 8},
        play=["i", (do("i", loc=7), "k"), (do("k", loc=8), "")],
        done="s is i k l e",
    ),
    whole(
        "data: a called process sees the data objects around its call",
        ENDS
        + sub(
            "sub",
            LOCAL
            + start(name="is")
            + users("i")
            + node("callActivity", "call", calledElement="other@")
            + script("l", "last@ = loc@"),
            "is > i > call > l",
        ),
        "s > sub > e",
        around=called("other", script("k", "seen@ = loc@\nloc@ = 8")),
        absent="loc",
        result={"seen": 7, "last": 8},
        play=["i", (do("i", loc=7), "")],
        done="s is i k l e",
    ),
    whole(
        "multi-instance: over a data input that a data object feeds, as the schema draws it",
        ENDS + OBJECTS + node("userTask", "a", DATA_INPUT),
        "s > a > e",
        data={"people": ["x", "y"]},
        play=["a a", (do("a", 2), "a"), (do("a", 1), "")],
        done="s a a e",
        positions=("alone", "in a called process"),
    ),
)
