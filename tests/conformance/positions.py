"""Where a fragment can stand in a whole diagram, and how its play is played there."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from engine.bpmn.model import Process
from tests.conformance.fragments import Fragment
from tests.conformance.playing import Copy, Run, played
from tests.engine.bpmn.drawing import HEAD, escaped, flows

ElementTree.register_namespace("", "http://www.omg.org/spec/BPMN/20100524/MODEL")
ElementTree.register_namespace("masar", "https://masar.dz/bpmn/1.0")
OUTER = '<startEvent id="S"/><userTask id="after"/><endEvent id="E"/>'


@dataclass(frozen=True)
class Position:
    """A place for fragments: `draw` gives the process and what stands beside it, `play` plays it there."""

    name: str
    draw: Callable[[Fragment], str]
    play: Callable[[Run, Fragment], int]
    suffixes: tuple[str, ...] = ("_1",)
    stuck_too: bool = True

    def takes(self, fragment: Fragment) -> bool:
        if fragment.positions is not None and self.name not in fragment.positions:
            return False
        return self.stuck_too or not fragment.stuck

    def file(self, fragment: Fragment) -> bytes:
        beside = "".join(
            (fragment.definitions() + fragment.around).replace("@", suffix) for suffix in self.suffixes
        )
        return _in_schema_order(f"{HEAD}{beside}{self.draw(fragment)}</definitions>")

    def tables(self, fragment: Fragment) -> dict[str, bytes]:
        return {
            name.replace("@", suffix): text.replace("@", suffix).encode()
            for name, text in fragment.tables.items()
            for suffix in self.suffixes
        }

    def check(self, process: Process, fragment: Fragment) -> None:
        """Plays the fragment here and compares all that it must have done."""
        data = {f"{name}{suffix}": value for suffix in self.suffixes for name, value in fragment.data.items()}
        run = Run(process, data, at=fragment.at and fragment.at + "_1")
        times = self.play(run, fragment)
        if not fragment.stuck and run.now.steps:
            run.go_on("after")
        assert run.ended is not fragment.stuck, (
            "ended too early" if run.ended else "not ended though nothing waits"
        )
        _compare_outcome(run, fragment, self.suffixes, times)


def _compare_outcome(run: Run, fragment: Fragment, suffixes: tuple[str, ...], times: int) -> None:
    counted = fragment.counted()
    for suffix in suffixes:
        names = [name.removesuffix(suffix) for name in run.trace if name.endswith(suffix)]
        done = Counter(name for name in names if name in counted)
        expected = Counter(fragment.done.split() * (times // len(suffixes)))
        assert done == expected, f"completed: too much {done - expected}, missing {expected - done}"
        result = {name: run.data.get(f"{name}{suffix}", "(absent)") for name in fragment.result}
        assert result == dict(fragment.result), f"data: expected {dict(fragment.result)}, but found {result}"
        remain = [name for name in fragment.absent.split() if f"{name}{suffix}" in run.data]
        assert not remain, f"data of the case that should not be: {remain}"
    thrown = Counter(f"{kind}:{_bare(name, suffixes)}" for kind, name in run.thrown)
    expected = Counter(fragment.thrown.split() * times)
    assert thrown == expected, f"left the case: too much {thrown - expected}, missing {expected - thrown}"


def _bare(name: str, suffixes: tuple[str, ...]) -> str:
    for suffix in suffixes:
        name = name.removesuffix(suffix)
    return name


def _in_schema_order(xml: str) -> bytes:
    """The file with repetitions before what they repeat, and associations last, as BPMN's schema wants it."""
    root = ElementTree.fromstring(xml)  # noqa: S314
    for element in root.iter():
        element[:] = sorted(element, key=_rank)
    return ElementTree.tostring(root, encoding="utf-8")


def _rank(element: ElementTree.Element) -> int:
    kind = element.tag.rpartition("}")[2]
    if kind in ("extensionElements", "ioSpecification") or kind.endswith(
        ("Association", "LoopCharacteristics")
    ):
        return 0
    return 3 if kind == "completionCondition" else 2 if kind == "association" else 1


def _inside(fragment: Fragment) -> str:
    """The fragment as the content of a scope."""
    if fragment.entry is None:
        return fragment.drawing
    ends = '<startEvent id="enter@"/><endEvent id="leave@"/>'
    return ends + fragment.drawing + flows(f"enter@ > {fragment.entry}@", f"{fragment.exit}@ > leave@")


def _node(fragment: Fragment, suffix: str) -> tuple[str, str, str]:
    """The fragment as it stands in a flow: its drawing, and the ids of its first and last node."""
    if fragment.entry is not None:
        drawing, ends = fragment.drawing, (f"{fragment.entry}@", f"{fragment.exit}@")
    else:
        drawing, ends = _box(_inside(fragment)), ("box@", "box@")
    return drawing.replace("@", suffix), ends[0].replace("@", suffix), ends[1].replace("@", suffix)


def _box(inner: str, name: str = "box@", kind: str = "subProcess") -> str:
    return f'<{kind} id="{name}">{inner}</{kind}>'


def _process(inner: str, *ways: str) -> str:
    return f'<process id="p" isExecutable="true">{inner}{flows(*ways)}</process>'


def _alone(fragment: Fragment) -> str:
    if fragment.entry is None:
        return _process(_inside(fragment).replace("@", "_1"))
    drawing, entry, leave = _node(fragment, "_1")
    return _process(OUTER + drawing, f"S > {entry}", f"{leave} > after > E")


def _in_a_loop(fragment: Fragment) -> str:
    drawing, entry, leave = _node(fragment, "_1")
    around = '<exclusiveGateway id="back"/><exclusiveGateway id="turn" default="turn_after"/><userTask id="again"/>'
    ways = (f"S > back > {entry}", f"{leave} > again > turn", "turn > back : more", "turn > after > E")
    return _process(OUTER + around + drawing, *ways)


def _in_branches(fragment: Fragment) -> str:
    one, two = _node(fragment, "_1"), _node(fragment, "_2")
    around = '<parallelGateway id="part"/><parallelGateway id="meet"/>'
    ways = (
        *(f"part > {entry}" for _, entry, _ in (one, two)),
        *(f"{leave} > meet" for _, _, leave in (one, two)),
    )
    return _process(OUTER + around + one[0] + two[0], "S > part", *ways, "meet > after > E")


def _in_a_sub_process(fragment: Fragment) -> str:
    return _process(OUTER + _box(_inside(fragment)).replace("@", "_1"), "S > box_1 > after > E")


def _in_a_called_process(fragment: Fragment) -> str:
    process = f'<process id="c">{_inside(fragment)}</process>'.replace("@", "_1")
    return process + _process(OUTER + '<callActivity id="call" calledElement="c"/>', "S > call > after > E")


def _twice_nested(fragment: Fragment) -> str:
    ends = '<startEvent id="si@"/><endEvent id="ei@"/>'
    outer = _box(ends + _box(_inside(fragment)) + flows("si@ > box@ > ei@"), "wrap@")
    return _process(OUTER + outer.replace("@", "_1"), "S > wrap_1 > after > E")


def _in_a_handler(fragment: Fragment) -> str:
    drawing, entry, leave = _node(fragment, "_1")
    begin = (
        '<startEvent id="begin" isInterrupting="false"><messageEventDefinition messageRef="go"/></startEvent>'
    )
    inner = begin + drawing + '<endEvent id="over"/>' + flows(f"begin > {entry}", f"{leave} > over")
    handler = f'<subProcess id="handler" triggeredByEvent="true">{inner}</subProcess>'
    host = _box('<startEvent id="hs"/><userTask id="main"/>' + flows("hs > main") + handler, "host")
    return '<message id="go" name="go"/>' + _process(OUTER + host, "S > host > after > E")


def _per_item(fragment: Fragment) -> str:
    drawing, entry, leave = _node(fragment, "@")
    one_by_one = str(fragment.reaches_others).lower()
    several = (
        f'<multiInstanceLoopCharacteristics isSequential="{one_by_one}">'
        f"<loopCardinality>{escaped('2')}</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    ends = '<startEvent id="si@"/><userTask id="gate"/><endEvent id="ei@"/>'
    inner = several + ends + drawing + flows(f"si@ > gate > {entry}", f"{leave} > ei@")
    return _process(OUTER + _box(inner, "items@").replace("@", "_1"), "S > items_1 > after > E")


def _play_once(run: Run, fragment: Fragment) -> int:
    played(run, Copy(run, fragment, "_1"))
    return 1


def _play_handler(run: Run, fragment: Fragment) -> int:
    run.deliver("go")
    played(run, Copy(run, fragment, "_1"))
    if not fragment.stuck:
        run.complete("main")
    return 1


def _play_two_rounds(run: Run, fragment: Fragment) -> int:
    copy = Copy(run, fragment, "_1")
    played(run, copy)
    run.go_on("again", more=True, **{f"{name}_1": value for name, value in fragment.data.items()})
    played(run, copy)
    run.go_on("again", more=False)
    return 2


def _play_side_by_side(run: Run, fragment: Fragment) -> int:
    played(run, Copy(run, fragment, "_1"), Copy(run, fragment, "_2"))
    return 2


def _play_items(run: Run, fragment: Fragment) -> int:
    own: dict[str, Any] = {f"{name}_1": value for name, value in fragment.data.items()}
    if fragment.reaches_others:
        for _ in range(1 if fragment.stuck else 2):
            run.complete("gate", **own)
            played(run, Copy(run, fragment, "_1"))
        return 1 if fragment.stuck else 2
    copies = [Copy(run, fragment, "_1", set()) for _ in range(2)]
    for number, copy in enumerate(copies, start=1):
        copy.following(lambda number=number: run.complete("gate", number, **own))
    played(run, *copies)
    return 2


POSITIONS = (
    Position("alone", _alone, _play_once),
    Position("in a loop", _in_a_loop, _play_two_rounds, stuck_too=False),
    Position("in branches", _in_branches, _play_side_by_side, suffixes=("_1", "_2")),
    Position("in a sub-process", _in_a_sub_process, _play_once),
    Position("in a called process", _in_a_called_process, _play_once),
    Position("twice nested", _twice_nested, _play_once),
    Position("in a handler", _in_a_handler, _play_handler),
    Position("per item", _per_item, _play_items),
)
