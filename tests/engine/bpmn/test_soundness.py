"""What the check for soundness finds in a diagram before any case runs."""

import re
from pathlib import Path
from random import Random
from time import perf_counter

import pytest

from engine.bpmn.diagram import taken_apart
from engine.bpmn.faults import FaultList
from engine.bpmn.soundness.checking import check_soundness
from engine.bpmn.soundness.exclusion import exclude_each_other
from engine.bpmn.xml import parsed
from tests.engine.bpmn.drawing import AND, ENDS, drawn, flows, timed, users
from tests.engine.bpmn.random_processes import RandomProcess
from wording.faults import fault

XOR = '<exclusiveGateway id="part" default="part_a"/><exclusiveGateway id="meet"/>'
LATE = '<boundaryEvent id="late" attachedToRef="a">' + timed("timeDuration", "P1D") + "</boundaryEvent>"
BESIDE = LATE.replace("<boundaryEvent", '<boundaryEvent cancelActivity="false"')
COUNT = '<scriptTask id="c"><script>n = n + 1</script></scriptTask>'
TERMINATE = '<endEvent id="all"><terminateEventDefinition/></endEvent>'


def found(xml: bytes, scope: str = "p") -> list[tuple[str, str | None]]:
    """Code and element of what is unsound."""
    faults = FaultList()
    diagram = taken_apart(parsed(xml), faults)
    assert not faults.all()
    check_soundness(diagram, scope, faults)
    return [(fault.code, fault.element) for fault in faults.all()]


def params(xml: bytes) -> dict[str, object]:
    faults = FaultList()
    check_soundness(taken_apart(parsed(xml), faults), "p", faults)
    return faults.all()[0].params


def sub(name: str, *ways: str, elements: str = "", attributes: str = "") -> str:
    inner = f'<startEvent id="{name}s"/>{elements}{flows(*ways)}'
    return f'<subProcess id="{name}"{attributes}>{inner}</subProcess>'


SOUND = {
    "a fork that is joined": (AND + users("a", "b"), ("s > fork > a > join > e", "fork > b > join")),
    "a choice that meets": (XOR + users("a", "b"), ("s > part > a > meet > e", "part > b : x", "b > meet")),
    "branches that end by themselves": (AND + users("a", "b"), ("s > fork > a > e", "fork > b > e")),
    "a loop around a fork": (
        AND + users("a", "b") + '<exclusiveGateway id="m"/><exclusiveGateway id="x" default="x_e"/>',
        ("s > m > fork > a > join > x > e", "fork > b > join", "x > m : again"),
    ),
    "an inclusive join of a choice and a fork": (
        users("a", "b", "c") + '<inclusiveGateway id="i"/><inclusiveGateway id="j"/><exclusiveGateway id="x"/>',
        ("s > i", "i > a : f1", "i > b : f2", "a > x", "x > j : y", "x > e : z", "b > j > c > e"),
    ),
    "a terminate end beside another branch": (
        AND + users("a", "b", "c") + TERMINATE,
        ("s > fork > a > all", "fork > b > e"),
    ),
    "a reminder that ends by itself": (users("a", "r") + BESIDE, ("s > a > e", "late > r > e")),
    "a reminder inside a loop": (
        users("a", "r") + BESIDE + '<exclusiveGateway id="m"/><exclusiveGateway id="x" default="x_e"/>',
        ("s > m > a > x > e", "x > m : again", "late > r > e"),
    ),
    "an interrupting timer that meets the way again": (
        users("a", "r") + LATE + '<exclusiveGateway id="m"/>',
        ("s > a > m > e", "late > r > m"),
    ),
    "a timer that leads back to its step": (
        users("a") + LATE + '<exclusiveGateway id="x"/>',
        ("s > x > a > e", "late > x"),
    ),
    "an error that an event sub-process catches": (
        sub(
            "k",
            "ks > ka > ke",
            elements=users("ka")
            + '<endEvent id="ke"><errorEventDefinition/></endEvent>'
            + '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs"><errorEventDefinition/></startEvent>'
            + '<endEvent id="he"/>'
            + flows("hs > he")
            + "</subProcess>",
        )
        + '<boundaryEvent id="err" attachedToRef="k"><errorEventDefinition/></boundaryEvent>'
        + users("c"),
        ("s > k > c > e", "err > e"),
    ),
    "a counting loop": (
        '<exclusiveGateway id="m"/><exclusiveGateway id="x" default="x_e"/>' + COUNT,
        ("s > m > c > x > e", "x > m : n &lt; 3"),
    ),
    "conditional flows out of a task that exclude each other": (
        users("a", "b", "c", "d") + '<exclusiveGateway id="m"/>',
        ("s > a", "a > b : ok", "a > c : !ok", "b > m > d > e", "c > m"),
    ),
}  # fmt: skip

UNSOUND = {
    "every case waits at a join after a choice": (
        [("deadlock", "join")],
        '<exclusiveGateway id="x"/><parallelGateway id="join"/>' + users("a", "b"),
        ("s > x", "x > a : y", "x > b : z", "a > join > e", "b > join"),
    ),
    "some cases wait at a join after a choice": (
        [("possible_deadlock", "join")],
        '<exclusiveGateway id="x"/><parallelGateway id="join"/>' + users("a", "b"),
        ("s > x", "x > a : y", "x > b : z", "x > e : w", "a > join > e", "b > join"),
    ),
    "a timer leads past the join": (
        [("possible_deadlock", "join")],
        AND + users("a", "b") + LATE,
        ("s > fork > a > join > e", "fork > b > join", "late > e"),
    ),
    "an inclusive split before a parallel join": (
        [("possible_deadlock", "join")],
        '<inclusiveGateway id="i"/><parallelGateway id="join"/>' + users("a", "b"),
        ("s > i", "i > a : y", "i > b : z", "a > join > e", "b > join"),
    ),
    "a join where a loop comes back": (
        [("deadlock_in_loop", "join")],
        '<parallelGateway id="join"/><exclusiveGateway id="x" default="x_e"/>' + users("a"),
        ("s > join > a > x > e", "x > join : again"),
    ),
    "a fork that meets in a choice": (
        [("lack_of_synchronisation", "meet")],
        '<parallelGateway id="fork"/><exclusiveGateway id="meet"/>' + users("a", "b", "c"),
        ("s > fork > a > meet > c > e", "fork > b > meet"),
    ),
    "a fork that meets at a step": (
        [("lack_of_synchronisation", "c")],
        '<parallelGateway id="fork"/>' + users("a", "b", "c"),
        ("s > fork > a > c > e", "fork > b > c"),
    ),
    "a reminder that comes back into the way": (
        [("lack_of_synchronisation", "m")],
        users("a", "r", "c") + BESIDE + '<exclusiveGateway id="m"/>',
        ("s > a > m > c > e", "late > r > m"),
    ),
    "a loop of gateways alone": (
        [("possible_livelock", "m")],
        '<exclusiveGateway id="m"/><exclusiveGateway id="x" default="x_e"/>',
        ("s > m > x > e", "x > m : again"),
    ),
    "an automatic loop without a way out": (
        [("livelock", "m")],
        '<exclusiveGateway id="m"/>' + COUNT,
        ("s > m > c > m",),
    ),
    "an automatic loop that some cases get into": (
        [("possible_livelock", "m")],
        '<exclusiveGateway id="x" default="x_e"/><exclusiveGateway id="m"/>' + COUNT,
        ("s > x > e", "x > m : y", "m > c > m"),
    ),
    "a loop of steps without a way out": (
        [("no_way_to_an_end", "m")],
        '<exclusiveGateway id="m"/>' + users("a", "b"),
        ("s > m > a > b > m",),
    ),
    "a loop whose decision is drawn as a fork": (
        [("no_way_to_an_end", "m")],
        '<exclusiveGateway id="m"/><parallelGateway id="x"/>' + users("a"),
        ("s > m > a > x > e", "x > m"),
    ),
    "a way behind a sub-process that always fails": (
        [("never_reached", "c")],
        sub("k", "ks > ka > ke", elements=users("ka") + '<endEvent id="ke"><errorEventDefinition/></endEvent>')
        + '<boundaryEvent id="err" attachedToRef="k"><errorEventDefinition/></boundaryEvent>'
        + users("c"),
        ("s > k > c > e", "err > e"),
    ),
    "a deadlock inside a sub-process": (
        [("deadlock", "kj")],
        sub(
            "k",
            "ks > kx",
            "kx > ka : y",
            "kx > kb : z",
            "ka > kj > ke",
            "kb > kj",
            elements='<exclusiveGateway id="kx"/><parallelGateway id="kj"/><endEvent id="ke"/>' + users("ka", "kb"),
        ),
        ("s > k > e",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_said_of_a_sound_diagram(name: str) -> None:
    elements, ways = SOUND[name]
    assert [code for code in found(drawn(ENDS + elements, *ways)) if "gateway" not in code] == []


@pytest.mark.parametrize("name", UNSOUND)
def test_what_is_unsound_is_told_at_its_element(name: str) -> None:
    expected, elements, ways = UNSOUND[name]
    assert found(drawn(ENDS + elements, *ways)) == expected


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
@pytest.mark.parametrize("name", UNSOUND)
def test_what_is_unsound_is_said_in_every_language(name: str, lang: str) -> None:
    elements, ways = UNSOUND[name][1:]
    faults = FaultList()
    check_soundness(taken_apart(parsed(drawn(ENDS + elements, *ways)), faults), "p", faults)
    for told in faults.all():
        sentence = fault(lang, told.code, **told.params)
        assert "%(" not in sentence
        assert bool(re.search("[\u0600-\u06ff]", sentence)) == (lang == "ar")


def test_a_diagram_with_too_many_courses_is_told_of() -> None:
    elements, ways = (
        ENDS + '<parallelGateway id="f"/><inclusiveGateway id="j"/>' + users("z"),
        ["s > f", "j > z > e"],
    )
    for number in range(16):
        name = f"a{number}"
        late = LATE.replace('"a"', f'"{name}"').replace("late", f"l{name}")
        elements += f'<exclusiveGateway id="x{name}"/>' + users(name) + late
        ways += [f"f > {name} > x{name}", f"x{name} > j : yes", f"x{name} > e : no", f"l{name} > e"]
    xml = drawn(elements, *ways)
    assert found(xml) == [("soundness_not_explored", "p")]


def test_a_deadlock_names_the_missing_branch_and_where_the_ways_part() -> None:
    elements, ways = UNSOUND["a timer leads past the join"][1:]
    assert params(drawn(ENDS + elements, *ways)) == {"missing": ["a"], "parting": "a"}
    elements, ways = UNSOUND["every case waits at a join after a choice"][1:]
    told = params(drawn(ENDS + elements, *ways))
    assert (sorted(told["missing"]), told["parting"]) == (["a", "b"], "x")  # type: ignore[call-overload]


def test_a_branch_that_only_an_event_begins_is_named_with_its_activity() -> None:
    beside = users("a", "r", "c") + BESIDE + '<parallelGateway id="join"/>'
    xml = drawn(ENDS + beside, "s > a > join > c > e", "late > r > join")
    assert found(xml) == [("possible_deadlock", "join")]
    assert params(xml) == {"missing": ["r"], "parting": "a"}


def test_a_double_token_names_its_fork() -> None:
    elements, ways = UNSOUND["a fork that meets in a choice"][1:]
    assert params(drawn(ENDS + elements, *ways)) == {"fork": "fork", "ways": ["a", "b"]}


def test_an_event_that_may_end_a_deadlock_makes_it_a_warning() -> None:
    inner = '<exclusiveGateway id="kx"/><parallelGateway id="kj"/>' + users("ka", "kb")
    ways = ("ks > kx", "kx > ka : y", "kx > kb : z", "ka > kj", "kb > kj")
    late = LATE.replace('"a"', '"k"')
    xml = drawn(ENDS + sub("k", *ways, elements=inner) + late, "s > k > e", "late > e")
    assert found(xml) == [("possible_deadlock", "kj")]


def test_random_sound_processes_have_no_fault() -> None:
    for seed in range(50):
        random = Random(seed)  # noqa: S311
        xml = RandomProcess(random).xml(random.randint(3, 40))
        assert [fault for fault in found(xml) if fault[0] != "possible_livelock"] == [], seed


def test_the_procedures_here_are_sound() -> None:
    for path in Path("processes").glob("*/*.bpmn"):
        assert found(path.read_bytes(), path.stem) == []


def test_600_steps_are_checked_in_a_moment() -> None:
    elements, ways, last = ENDS, [], "s"
    for number in range(600):
        elements += f'<userTask id="u{number}"/>'
        ways.append(f"{last} > u{number}")
        last = f"u{number}"
        if number % 10 == 0:
            elements += f'<exclusiveGateway id="x{number}" default="x{number}_y{number}"/>'
            elements += f'<exclusiveGateway id="y{number}"/>'
            ways += [
                f"{last} > x{number} > y{number}",
                f"x{number} > v{number} : z",
                f"v{number} > y{number}",
            ]
            elements += f'<userTask id="v{number}"/>'
            last = f"y{number}"
    diagram = taken_apart(parsed(drawn(elements, *ways, f"{last} > e")), FaultList())
    begun = perf_counter()
    faults = FaultList()
    check_soundness(diagram, "p", faults)
    assert faults.all() == ()
    assert perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("one", "other", "exclusive"),
    [
        ("x", "not x", True),
        ("${ok}", "${!ok}", True),
        ("=ok", "=not(ok)", True),
        ("n > 3", "n <= 3", True),
        ("kind == 'a'", 'kind == "b"', True),
        ("kind == 'a'", "kind == 'a'", False),
        ("kind == 'a'", "other == 'b'", False),
        ("kind == a", "kind == b", False),
        ("n > 3", "n > 5", False),
        ("a and b", "a", False),
    ],
)
def test_conditions_that_exclude_each_other(one: str, other: str, exclusive: bool) -> None:
    assert exclude_each_other(one, other) is exclusive
