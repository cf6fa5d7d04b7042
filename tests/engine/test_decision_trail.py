"""The trail says why a decision came out as it did."""

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.database import reading
from engine.tables import AuditEntry
from engine.trial import Trial
from tests.engine.bpmn.test_decisions import table

PROCESS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t"
 xmlns:masar="https://masar.dz/bpmn/1.0"><process id="p" isExecutable="true"><startEvent id="s"/>
 <sequenceFlow id="f" sourceRef="s" targetRef="rate"/><businessRuleTask id="rate" masar:decision="decide"/>
 <sequenceFlow id="g" sourceRef="rate" targetRef="e"/><endEvent id="e"/></process></definitions>"""

LONG, SHORT = "b" * 90, "b" * 39 + "…"


@pytest.mark.parametrize(
    ("x", "why"),
    [
        (3, [{"decision": "decide", "inputs": {"x": 3}, "rules": [{"id": "r1"}], "outputs": {"y": 5}}]),
        (LONG, [{"decision": "decide", "inputs": {"x": SHORT}, "rules": [{"id": "r2"}], "outputs": {"y": 6}}]),
    ],
)  # fmt: skip
def test_an_evaluated_decision_is_recorded_with_its_inputs_rules_and_outputs(
    tmp_path: Path, x: object, why: list[object]
) -> None:
    (tmp_path / "rate.dmn").write_bytes(table(f'3 -> 5\n"{LONG}" -> 6'))
    (tmp_path / "p.bpmn").write_text(PROCESS)
    with Trial([tmp_path / "rate.dmn", tmp_path / "p.bpmn"]) as trial:
        trial.open(data={"x": x})
        with reading() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.event == "decision.evaluated")).one()
        assert entry.facts["why"] == why
