"""Laws that hold for every sound process, whoever acts in whatever order."""

import threading
from random import Random

import pytest

from tests.engine.bpmn.drawing import ENDS, Case, drawn, process_of, refusals, timed, users
from tests.engine.bpmn.random_processes import FLAGS, PLAIN, RandomProcess
from tests.engine.bpmn.test_decisions import table

ATTACK = "__import__('os').system('id')"
LOOPS = "standardLoopCharacteristics", "multiInstanceLoopCharacteristics"
EVENTS = "timerEventDefinition", "conditionalEventDefinition"


def wrapped(tags: str, text: str = ATTACK) -> str:
    """Text inside elements: the outermost first; the first one has the id z."""
    for tag in reversed(tags.split()):
        text = f"<{tag}>{text}</{tag}>"
    return text.replace(">", ' id="z">', 1)


PLACES = [
    wrapped("scriptTask script"),
    wrapped("scriptTask script", f"x = {ATTACK}"),
    wrapped(f"userTask {LOOPS[0]} loopCondition"),
    wrapped(f"userTask {LOOPS[1]} loopCardinality"),
    wrapped("userTask", f'<{LOOPS[1]} camunda:collection="{ATTACK}"/>'),
    wrapped(f"intermediateCatchEvent {EVENTS[0]} timeDuration"),
    wrapped(f"intermediateCatchEvent {EVENTS[1]} condition"),
    f'<serviceTask id="z" masar:call="a/b"><masar:input name="n" value="${{{ATTACK}}}"/></serviceTask>',
]


@pytest.mark.parametrize("place", PLACES)
def test_no_text_of_a_diagram_reaches_python(place: str) -> None:
    found = refusals(drawn(ENDS + place, "s > z > e"))
    assert found
    assert {code for code, _ in found} <= {"bad_expression", "bad_script"}


def test_no_cell_of_a_decision_reaches_python() -> None:
    task = '<businessRuleTask id="z" masar:decision="decide"/>'
    for rules in (f"{ATTACK} -> 1", f"1 -> {ATTACK}"):
        found = refusals(drawn(ENDS + task, "s > z > e"), decisions={"decide": table(rules)})
        assert "bad_decision" in [code for code, _ in found]


def test_one_process_serves_many_threads() -> None:
    process = process_of(RandomProcess(Random(7), PLAIN).xml(20))  # noqa: S311
    data = {f"flag{number}": True for number in range(FLAGS)}
    results: list[list[str]] = []

    def drive() -> None:
        for _ in range(10):
            case = Case(process, data)
            while not case.ended:
                case.complete(case.now.steps[0].step)
            results.append(case.trace)

    threads = [threading.Thread(target=drive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 40
    assert all(trace == results[0] for trace in results)


def test_the_engine_reads_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    xml = drawn(
        ENDS
        + users("a")
        + '<boundaryEvent id="t" attachedToRef="a">'
        + timed("timeDuration", "PT1S")
        + "</boundaryEvent>",
        "s > a > e",
        "t > e",
    )
    process = process_of(xml)

    def read() -> float:
        raise AssertionError("a clock was read")

    with monkeypatch.context() as without:
        without.setattr("time.time", read)
        case = Case(process)
        case.expire("t")
    assert case.ended
