"""The sickness cash benefit: what its forms refuse, what the engine reads, and its scenarios act by act."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn import running
from engine.bpmn.model import Advance, Process, Step
from engine.bpmn.reading import Reading, read_process
from forms.checking import problems

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "processes" / "sickness_benefit"
SCHEMAS = ROOT / "forms" / "schemas"
DIAGRAM = FOLDER / "sickness_benefit.bpmn"
TABLE = FOLDER / "sickness_benefit_amount.dmn"
FORMS = sorted((SCHEMAS / "sickness_benefit").glob("*.json"))
FILED_ON = date(2026, 2, 16)
DECIDES = {
    "days", "hospitalised", "long_illness", "outcome", "rights_open", "daily_net", "late_filing", "opinion",
    "justified_days", "half_days", "full_days", "amount", "rule", "decision", "reason",
}  # fmt: skip
SCENARIOS = sorted((FOLDER / "scenarios").glob("*.json"))


def stem(path: Path) -> str:
    return path.stem


def loaded(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def test_the_application_asks_at_most_ten_questions_besides_documents() -> None:
    fields = loaded(SCHEMAS / "sickness_benefit" / "application.json")["properties"].values()
    assert len([f for f in fields if f.get("format") != "document" and "shownIf" not in f]) <= 10


COMPLETE = {"outcome": "complete", "late_filing": "in_time"}
MEDICAL = {"basis": "file", "justified_days": 3, "hospitalised": False, "long_illness": False}


@pytest.mark.parametrize(
    ("form", "answers", "asked_for"),
    [
        ("validate", {"decision": "refuse"}, {"reason", "reasons"}),
        ("check_rights", {"outcome": "missing"}, {"missing_pieces", "message"}),
        ("check_rights", {"outcome": "complete"}, {"rights_open", "late_filing"}),
        (
            "check_rights",
            {"outcome": "complete", "rights_open": True, "late_filing": "in_time"},
            {"daily_net"},
        ),
        ("provide_pieces", {"answer": "cannot"}, {"message"}),
        ("provide_pieces", {"answer": "sent"}, {"sick_note"}),
        ("medical_opinion", {**MEDICAL, "opinion": "not_justified"}, {"justified_days"}),
        ("medical_opinion", {**MEDICAL, "opinion": "justified", "justified_days": 0}, {"justified_days"}),
    ],
)
def test_a_form_refuses_answers_that_do_not_hold_together(
    form: str, answers: dict[str, Any], asked_for: set[str]
) -> None:
    schema = loaded(SCHEMAS / "sickness_benefit" / f"{form}.json")
    assert {problem.path for problem in problems(schema, answers, today=FILED_ON)} == asked_for


def test_a_hospital_stay_asks_for_its_certificate_and_another_account_for_its_number() -> None:
    schema = loaded(SCHEMAS / "sickness_benefit" / "application.json")
    opening = loaded(FOLDER / "scenarios" / "twenty_days.json")["open"]
    for change, asked_for in (
        ({"hospitalised": True}, "hospital_certificate"),
        ({"pay_to": "ccp"}, "ccp"),
        ({"pay_to": "bank"}, "rib"),
    ):
        found = problems(schema, opening | change, today=FILED_ON)
        assert [problem.path for problem in found] == [asked_for]


# --- what the engine reads


@pytest.fixture(scope="module")
def read() -> Reading:
    forms = {path.relative_to(SCHEMAS).with_suffix("").as_posix() for path in FORMS}
    return read_process(DIAGRAM.read_bytes(), decisions={TABLE.stem: TABLE.read_bytes()}, forms=forms)


@pytest.fixture(scope="module")
def process(read: Reading) -> Process:
    assert read.process is not None, read.faults
    return read.process


def test_the_diagram_is_read_without_any_fault(read: Reading) -> None:
    assert read.faults == ()


def test_each_form_is_used_by_one_step(process: Process) -> None:
    used = [step.form for step in (opening_of(process), *process.steps.values())]
    assert sorted(str(form) for form in used) == [f"sickness_benefit/{path.stem}" for path in FORMS]


def test_each_step_keeps_only_questions_of_its_form_and_nothing_sealed(process: Process) -> None:
    for step in (opening_of(process), *process.steps.values()):
        fields = loaded(SCHEMAS / f"{step.form}.json")["properties"]
        for keep in step.keeps:
            assert fields[keep.field]["type"] in {"integer", "boolean"} or "enum" in fields[keep.field]
            assert "confidential" not in fields[keep.field]


def test_the_duties_are_separated(process: Process) -> None:
    assert process.steps["validate"].other_than == ("check_rights",)
    assert process.steps["medical_opinion"].confidential == "medical"
    assert {step.id: step.role for step in process.steps.values()} == {
        "check_rights": "rights_officer",
        "provide_pieces": "applicant",
        "medical_opinion": "physician",
        "validate": "validator",
    }


def test_the_clock_of_the_case_rests_only_while_the_insured_person_holds_the_file(process: Process) -> None:
    assert [step.id for step in process.steps.values() if step.suspends] == ["provide_pieces"]
    assert process.deadline is not None
    assert (process.deadline.within, process.deadline.unit, process.deadline.nature) == (
        10,
        "workingDays",
        "service",
    )


def test_both_remedies_are_given_with_their_time_limit_and_basis(process: Process) -> None:
    assert [(remedy.code, remedy.within, remedy.unit) for remedy in process.remedies] == [
        ("clrpq", 15, "days"),
        ("medical_expertise", 15, "days"),
    ]
    assert all(remedy.basis and set(remedy.labels) == {"ar", "fr", "en"} for remedy in process.remedies)


def test_the_public_card_has_its_summary(process: Process) -> None:
    assert set(process.summary) == {"ar", "fr", "en"}


def opening_of(process: Process) -> Step:
    assert process.opening is not None
    return process.opening


# --- the scenarios


def check_answers(step: Step, answers: dict[str, Any]) -> None:
    assert problems(loaded(SCHEMAS / f"{step.form}.json"), answers, today=FILED_ON) == []


class Run:
    """One case driven through the pure engine; service tasks answer at once."""

    def __init__(self, process: Process, answers: dict[str, Any]) -> None:
        self.process = process
        self.calls: list[str] = []
        self.outcomes: list[str] = []
        opening = opening_of(process)
        check_answers(opening, answers)
        self.now = self.served(running.start(process, data=running.kept(opening, answers)))

    def complete(self, step_id: str, answers: dict[str, Any]) -> None:
        token = next(waiting.token for waiting in self.now.steps if waiting.step == step_id)
        check_answers(self.process.steps[step_id], answers)
        self.now = self.served(running.complete(self.process, self.now.state, token, data=answers))

    def served(self, advance: Advance) -> Advance:
        while advance.calls:
            call = advance.calls[0]
            self.calls.append(call.element)
            if call.operation == "decision/issue":
                self.outcomes.append(call.data["outcome"])
            advance = running.finish_call(self.process, advance.state, call.token, data={})
        return advance

    def waiting(self) -> list[str]:
        return sorted(waiting.step for waiting in self.now.steps)


@pytest.mark.parametrize("path", SCENARIOS, ids=stem)
def test_the_scenario_runs_as_written(process: Process, path: Path) -> None:
    scenario = loaded(path)
    case = Run(process, scenario["open"])
    assert case.waiting() == scenario["waiting"]
    for act in scenario["acts"]:
        if "complete" in act:
            case.complete(act["complete"], act["answers"])
        assert case.waiting() == act["waiting"], act
    assert {name: case.now.data.get(name) for name in scenario["data"]} == scenario["data"]
    assert set(case.now.data) == DECIDES
    assert case.calls == scenario["calls"]
    assert case.outcomes == ["granted" if "issue_grant" in case.calls else "refused"]
    assert case.now.ended is scenario["closed"]


def test_granting_an_amount_of_zero_issues_nothing_and_returns_the_case_to_both_controls(
    process: Process,
) -> None:
    scenario = loaded(FOLDER / "scenarios" / "refused_no_right.json")
    case = Run(process, scenario["open"])
    for act in scenario["acts"][:-1]:
        case.complete(act["complete"], act["answers"])
    case.complete("validate", {"decision": "grant"})
    assert (case.waiting(), case.now.failures) == (["check_rights", "medical_opinion"], ())
    assert case.outcomes == []


def test_every_node_is_passed_by_some_scenario(process: Process) -> None:
    asked = {act["complete"] for path in SCENARIOS for act in loaded(path)["acts"] if "complete" in act}
    called = {call for path in SCENARIOS for call in loaded(path)["calls"]}
    assert asked == set(process.steps)
    assert called == set(process.calls)
