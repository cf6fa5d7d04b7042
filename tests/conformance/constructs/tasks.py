"""Tasks of every kind (BPMN 2.0.2, 10.3.3 and 13.3.3)."""

from tests.conformance.definitions import message
from tests.conformance.fragments import (
    answer,
    between,
    catch,
    deliver,
    do,
    end,
    node,
    script,
    start,
    users,
    whole,
)

INPUT = '<extensionElements><masar:input name="who" value="= n@ * 2"/></extensionElements>'
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d@" name="d@" namespace="n">
<decision id="rate@" name="rate@"><decisionTable hitPolicy="FIRST">
<input id="i1"><inputExpression><text>n@</text></inputExpression></input><output id="o1" name="rate@"/>
<rule id="r1"><inputEntry><text>&lt; 3</text></inputEntry><outputEntry><text>50</text></outputEntry></rule>
<rule id="r2"><inputEntry><text>-</text></inputEntry><outputEntry><text>100</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
SERVICE = '<serviceTask id="a@" masar:call="register/look">{}</serviceTask>'
RULE = '<businessRuleTask id="a@" masar:decision="rate@"/>'


def step(kind: str):
    drawn = node(kind, "a") + users("b")
    play = ["a", (do("a", n=5, kept={"x": [1]}), "b"), (do("b"), "")]
    return between(
        f"{kind}: the answers become data",
        "a",
        "b",
        drawn,
        "a > b",
        play=play,
        done="a b",
        data={"n": 0},
        result={"n": 5, "kept": {"x": [1]}},
    )


CONSTRUCTS = (
    step("userTask"),
    step("manualTask"),
    step("task"),
    between(
        "serviceTask: waits for its call, the result becomes data",
        "a",
        "b",
        SERVICE.format("") + users("b"),
        "a > b",
        data={"n": 0},
        play=["call:a", (answer("a", n=7), "b"), (do("b"), "")],
        done="a b",
        result={"n": 7},
    ),
    between(
        "serviceTask: with what it is given",
        "a",
        "b",
        SERVICE.format(INPUT) + users("b"),
        "a > b",
        data={"n": 4},
        play=["call:a", (answer("a", ok=True), "b"), (do("b"), "")],
        done="a b",
        result={"n": 4, "ok": True},
        absent="who",
    ),
    whole(
        "serviceTask: several calls at once, answered in any order",
        start()
        + end()
        + node("parallelGateway", "fork")
        + SERVICE.format("")
        + SERVICE.format("").replace("a@", "b@"),
        "s > fork",
        "fork > a > e",
        "fork > b > e",
        play=["call:a call:b", (answer("b", y=2), "call:a"), (answer("a", x=1), "")],
        done="s a b e e",
        result={"x": 1, "y": 2},
    ),
    between(
        "sendTask: its message leaves the case and it goes on",
        "a",
        "b",
        node("sendTask", "a", messageRef="message_hello@") + users("b"),
        "a > b",
        play=["b", (do("b"), "")],
        done="a b",
        thrown="message:hello",
    ),
    whole(
        "sendTask: its message reaches who awaits it in the case",
        start()
        + end()
        + node("parallelGateway", "fork")
        + users("w b")
        + node("sendTask", "a", messageRef="message_hello@")
        + catch("c", message("hello")),
        "s > fork",
        "fork > w > a > e",
        "fork > c > b > e",
        play=["message:hello w", (do("w"), "b"), (do("b"), "")],
        done="s w a c b e e",
        reaches_others=True,
    ),
    between(
        "receiveTask: waits for its message",
        "a",
        "b",
        node("receiveTask", "a", messageRef="message_pay@") + users("b"),
        "a > b",
        data={"n": 0},
        play=["message:pay", (deliver("pay", n=3), "b"), (do("b"), "")],
        done="a b",
        result={"n": 3},
    ),
    between(
        "scriptTask: its assignments become data",
        "a",
        "b",
        script("a", "n@ = n@ + 1\nm@ = n@ * 2") + users("b"),
        "a > b",
        data={"n": 1},
        play=["b", (do("b"), "")],
        done="a b",
        result={"n": 2, "m": 4},
    ),
    whole(
        "scriptTask: one that fails stays there, all else goes on",
        start() + end() + node("parallelGateway", "fork") + script("a", "n@ = 1 / zero@") + users("w v"),
        "s > fork",
        "fork > a > e",
        "fork > w > v > e",
        data={"zero": 0},
        play=["failed:a w", (do("w"), "failed:a v"), (do("v"), "failed:a")],
        done="s w v e",
        stuck=True,
    ),
    between(
        "businessRuleTask: its outputs become data",
        "a",
        "b",
        RULE + users("b"),
        "a > b",
        tables={"rate@.dmn": TABLE},
        data={"n": 2},
        play=["b", (do("b"), "")],
        done="a b",
        result={"rate": 50},
    ),
    between(
        "a condition on the outcome of a task",
        "a",
        "x",
        script("a", "n@ = 3") + node("exclusiveGateway", "g") + users("b c") + node("exclusiveGateway", "x"),
        "a > g",
        "g > b : n@ > 5",
        "g > c : n@ <= 5",
        "b > x",
        "c > x",
        play=["c", (do("c"), "")],
        done="a c",
    ),
)
