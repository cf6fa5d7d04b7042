"""The trial: the real engine on a database and a clock of its own."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine import audit
from engine.bpmn.failures import ActFailed
from engine.database import Database, current, reading
from engine.deployments import DiagramRefused
from engine.task_rules import TaskNotForYou
from engine.trial import MONDAY, StepNotOpen, Trial
from tests.builders import HEAD, bpmn, dump
from tests.engine.bpmn.drawing import ENDS, drawn, timed, users

Draw = Callable[..., Path]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    """Write a diagram in one line to a file."""

    def drawn(path: str | bytes, *, key: str = "p", **given: Any) -> Path:
        file = tmp_path / f"{key}.bpmn"
        file.write_bytes(path if isinstance(path, bytes) else bpmn(path, key=key, **given))
        return file

    return drawn


def test_it_opens_completes_and_closes(draw: Draw) -> None:
    with Trial([draw("start > a > n=total = x + 1 > b > end")]) as trial:
        case = trial.open(data={"x": 1})
        assert trial.waiting(case) == ["a"]
        trial.complete(case, "a", {"x": 41})
        assert (trial.waiting(case), trial.data(case)) == (["b"], {"x": 41, "total": 42})
        trial.complete(case, "b")
        assert trial.is_closed(case)
        assert trial.trace(case) == ["start", "a", "n", "b", "end"]
        with reading() as session:
            assert audit.verify(session, case).holds


def test_a_step_that_does_not_wait_cannot_be_completed(draw: Draw) -> None:
    with Trial([draw("start > a > b > end")]) as trial:
        case = trial.open()
        with pytest.raises(StepNotOpen):
            trial.complete(case, "b")


def test_the_clock_moves_and_all_that_is_due_in_between_fires_in_its_order(draw: Draw) -> None:
    with Trial([draw("start > {one~PT1H > a & two~PT2H > b} > end")], at=MONDAY) as trial:
        case = trial.open()
        trial.advance(3599)
        assert trial.waiting(case) == []
        trial.advance(1)
        assert trial.waiting(case) == ["a"]
        trial.advance(36000)
        assert trial.waiting(case) == ["a", "b"]
        assert trial.at == datetime(2026, 3, 2, 19, 0, tzinfo=UTC)


def test_a_message_reaches_the_case_that_waits_and_otherwise_nobody(draw: Draw) -> None:
    with Trial([draw("start > paid?payment > a > end")]) as trial:
        case = trial.open()
        assert trial.message("other") is None
        assert trial.waiting(case) == []
        assert trial.message("payment", {"amount": 5}) is None
        assert (trial.waiting(case), trial.data(case)) == (["a"], {"amount": 5})
        assert trial.message("payment") is None


def test_a_message_opens_the_process_that_it_starts(draw: Draw) -> None:
    xml = bpmn("start > a > end").replace(b'<startEvent id="start" name="start"></startEvent>', (
        b'<startEvent id="start"><messageEventDefinition messageRef="m"/></startEvent>'
    )).replace(b"<process", b'<message id="m" name="filed"/><process')  # fmt: skip
    with Trial([draw(xml)]) as trial:
        case = trial.message("filed", {"x": 1})
        assert case is not None
        assert (trial.waiting(case), trial.newest()) == (["a"], case)


def test_a_signal_reaches_all_that_wait_even_twice_in_one_case(draw: Draw) -> None:
    xml = bpmn("start > {one?siren > a & two?siren > b} > end")
    xml = xml.replace(b'<message id="m_siren"', b'<signal id="m_siren"')
    xml = xml.replace(b"messageEventDefinition messageRef", b"signalEventDefinition signalRef")
    with Trial([draw(xml)]) as trial:
        cases = [trial.open(), trial.open()]
        trial.signal("siren")
        assert [trial.waiting(case) for case in cases] == [["a", "b"], ["a", "b"]]


def test_calls_are_answered_by_the_trials_own_connectors(draw: Draw) -> None:
    answers = {"register/person": lambda data: {"age": data["year"] - 1984}}
    with Trial([draw("start > ask!register/person > a > end")], connectors=answers) as trial:
        case = trial.open(data={"year": 2026})
        assert (trial.waiting(case), trial.data(case)["age"]) == (["a"], 42)


def test_a_call_that_nobody_answers_is_an_incident(draw: Draw) -> None:
    with Trial([draw("start > ask!register/person > end")]) as trial:
        case = trial.open()
        [incident] = trial.incidents(case)
        assert (incident.code, incident.element) == ("operation_unknown", "ask")


def test_what_fails_after_a_step_is_an_incident_and_can_be_tried_again(draw: Draw) -> None:
    with Trial([draw("start > {a > n=x = 1 / y & fix} > end")]) as trial:
        case = trial.open(data={"y": 0})
        trial.complete(case, "a")
        assert (trial.waiting(case), trial.trace(case)[-1]) == (["fix"], "a")
        assert [incident.element for incident in trial.incidents(case)] == ["n"]
        trial.complete(case, "fix", {"y": 2})
        trial.retry(case)
        assert (trial.is_closed(case), trial.incidents(case), trial.data(case)["x"]) == (True, [], 0.5)


CIRCLE = "start > {a=n = 1 * b=m = 2} > end"


def test_an_act_that_never_comes_to_rest_changes_nothing_and_is_an_incident(draw: Draw) -> None:
    xml = bpmn(f"start > first > {CIRCLE[8:]}").replace(b"again == true", b"n == 1")
    with Trial([draw(xml)]) as trial:
        case = trial.open()
        trace = trial.trace(case)
        trial.complete(case, "first")
        assert (trial.waiting(case), trial.trace(case)) == (["first"], trace)
        assert [incident.code for incident in trial.incidents(case)] == ["no_rest"]


def test_opening_that_never_comes_to_rest_raises(draw: Draw) -> None:
    with Trial([draw(bpmn(CIRCLE).replace(b"again == true", b"n == 1"))]) as trial:
        with pytest.raises(ActFailed):
            trial.open()


def test_four_eyes_find_another_pair_with_lanes_and_without(draw: Draw) -> None:
    for lane in ("", "@clerk"):
        with Trial([draw(f"start > a{lane} > b{lane};other=a > end")]) as trial:
            case = trial.open()
            trial.complete(case, "a", by=trial.person("hand-2"))
            with pytest.raises(TaskNotForYou):
                trial.complete(case, "b", by=trial.person("hand-2"))
            trial.complete(case, "b")
            assert trial.is_closed(case)


REPEATED = (
    '<userTask id="a"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>'
    "</multiInstanceLoopCharacteristics></userTask>"
)


def test_where_picks_among_the_instances_of_a_repeated_step(draw: Draw) -> None:
    xml = bpmn("start > a > end").replace(b'<userTask id="a" name="a"></userTask>', REPEATED.encode())
    with Trial([draw(xml)]) as trial:
        case = trial.open()
        assert trial.waiting(case) == ["a", "a", "a"]
        trial.complete(case, "a", where={"item": 2})
        with pytest.raises(StepNotOpen):
            trial.complete(case, "a", where={"item": 2})
        trial.complete(case, "a")
        trial.complete(case, "a")
        assert trial.is_closed(case)


def test_plain_bpmn_from_elsewhere_runs_without_lanes_forms_or_translations(draw: Draw) -> None:
    drawn = (
        '<startEvent id="s"/><task id="t"/><manualTask id="m"/><endEvent id="e"/>'
        '<sequenceFlow id="f1" sourceRef="s" targetRef="t"/><sequenceFlow id="f2" sourceRef="t" targetRef="m"/>'
        '<sequenceFlow id="f3" sourceRef="m" targetRef="e"/>'
    )
    with Trial([draw(f'{HEAD}<process id="p">{drawn}</process></definitions>'.encode())]) as trial:
        case = trial.open()
        for step in ("t", "m"):
            assert trial.waiting(case) == [step]
            trial.complete(case, step, {step: 1})
        assert (trial.is_closed(case), trial.data(case)) == (True, {"t": 1, "m": 1})


def test_a_form_that_is_not_at_hand_takes_any_answer(draw: Draw) -> None:
    with Trial([draw("start;form=f/o;keeps=x > a;form=f/a;keeps=y > end")]) as trial:
        case = trial.open(data={"x": 1, "z": 2})
        trial.complete(case, "a", {"y": 3})
        assert trial.data(case) == {"x": 1, "y": 3}


def test_values_that_json_lacks_stay_in_the_case(draw: Draw) -> None:
    with Trial(
        [draw('start > n=third = 1 / 3 > o=on = date("2026-03-02") > a > m=double = third * 2 > b > end')]
    ) as t:
        case = t.open()
        assert t.data(case) == {"third": 0.3333333333333333, "on": "2026-03-02"}
        t.complete(case, "a")
        assert t.data(case)["double"] == pytest.approx(2 / 3)


def test_what_is_refused_is_refused_before_anything_runs(draw: Draw) -> None:
    with pytest.raises(DiagramRefused), Trial([draw("start > n=import os > end")]):
        pytest.fail("it ran")


def test_a_trial_runs_beside_the_live_database_and_leaves_it_alone(database: Database, draw: Draw) -> None:
    before = dump(database)
    with Trial([draw("start > a > end")]) as trial:
        assert current() is not database
        trial.complete(trial.open(), "a")
    assert current() is database
    assert dump(database) == before


def test_the_shipped_procedure_runs_in_a_trial(draw: Draw) -> None:
    folder = Path(__file__).parents[2] / "processes" / "sickness_benefit"
    with Trial(sorted(folder.glob("*.bpmn")) + sorted(folder.glob("*.dmn"))) as trial:
        case = trial.open(data={"days": 20, "hospitalised": False, "long_illness": False})
        assert sorted(trial.waiting(case)) == ["check_rights", "medical_opinion"]
        trial.complete(case, "check_rights", {
            "outcome": "complete", "rights_open": True, "late_filing": "in_time", "daily_net": 150000})  # fmt: skip
        trial.complete(case, "medical_opinion", {
            "opinion": "justified", "justified_days": 20, "hospitalised": False, "long_illness": False})  # fmt: skip
        assert trial.data(case)["amount"] == 1875000
        trial.complete(case, "validate", {"decision": "grant"})
        assert trial.is_closed(case)
        assert "decision.notified" in trial.events(case)


def test_a_loop_of_many_calls_comes_to_its_end(draw: Draw) -> None:
    counted = {"register/next": lambda data: {"n": data["n"] + 1}}
    path = "start > {ask!register/next * m=x = 1} > a > end"
    xml = bpmn(path).replace(b"again == true", b"n &lt; 120")
    with Trial([draw(xml)], connectors=counted) as trial:
        case = trial.open(data={"n": 0})
        assert (trial.waiting(case), trial.data(case)["n"]) == (["a"], 120)


def test_an_incident_of_a_call_that_is_waited_for_no_longer_is_resolved(draw: Draw) -> None:
    late = f'<boundaryEvent id="t" attachedToRef="c">{timed("timeDuration", "PT1H")}</boundaryEvent>'
    elements = ENDS + '<serviceTask id="c" masar:call="nobody/answers"/>' + late + users("a")
    with Trial([draw(drawn(elements, "s > c > e", "t > a > e"))]) as trial:
        case = trial.open()
        assert [incident.code for incident in trial.incidents(case)] == ["operation_unknown"]
        trial.advance(3600)
        assert (trial.waiting(case), trial.incidents(case)) == (["a"], [])
