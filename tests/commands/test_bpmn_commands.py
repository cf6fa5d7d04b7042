"""`masar bpmn check` and `masar bpmn mend`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app import main
from tests.engine.bpmn.drawing import ENDS, drawn, users

BROKEN = drawn(ENDS + users("a", "b") + '<exclusiveGateway id="g"/>', "s > g > a > e", "g > b > e").replace(
    b' isExecutable="true"', b""
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "asked.bpmn"
    path.write_bytes(BROKEN)
    return path


def masar(*words: str, status: int = 0) -> Result:
    outcome = CliRunner().invoke(main, ["bpmn", *words])
    assert outcome.exit_code == status, outcome.output
    return outcome


def test_check_tells_every_fault_with_its_element_and_line_and_the_mends(file: Path) -> None:
    output = masar("check", str(file), status=1).output
    assert f"{file}:1: refused: g_a: This flow out of the gateway “g” needs a condition" in output
    assert f"{file}:1: refused: g_b:" in output
    assert "→ condition:g_a: Give this flow a condition" in output
    assert "→ mark_executable:p: Mark the process as executable." in output
    assert f"{file}: 2 faults that refuse" in output


def test_check_speaks_three_languages_and_json(file: Path) -> None:
    [told] = json.loads(masar("check", str(file), "--lang", "fr", "--json", status=1).output)
    first = told["faults"][0]
    assert (first["code"], first["element"], first["refuses"]) == ("flow_without_condition", "g_a", True)
    assert "condition" in first["sentence"]
    assert first["mends"][0]["asks"] == "condition"
    assert "البوابة" in masar("check", str(file), "--lang", "ar", status=1).output


def test_check_finds_decisions_and_called_processes_beside_the_file(tmp_path: Path) -> None:
    calling = drawn(ENDS + '<callActivity id="c" calledElement="q"/>', "s > c > e")
    (tmp_path / "p.bpmn").write_bytes(calling)
    assert "unknown_called" in masar("check", str(tmp_path / "p.bpmn"), "--json", status=1).output
    (tmp_path / "q.bpmn").write_bytes(drawn(ENDS + users("a"), "s > a > e").replace(b'id="p"', b'id="q"'))
    masar("check", str(tmp_path / "p.bpmn"), str(tmp_path / "q.bpmn"))


def test_mend_lists_and_changes_nothing_until_a_mend_is_accepted(file: Path) -> None:
    assert "condition:g_a: Give this flow a condition" in masar("mend", str(file)).output
    shown = masar("mend", str(file), "--accept", "mark_executable", "--set", "g_a=x > 1").output
    assert "+<definitions" in shown
    assert "1 faults left that refuse; not written." in shown
    assert file.read_bytes() == BROKEN


def test_mend_writes_where_it_is_told_to(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "mended.bpmn"
    masar("mend", str(file), "--set", "g_a=x > 1", "--set", "g_b=x <= 1", "--write", str(out))
    assert file.read_bytes() == BROKEN
    masar("check", str(out))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--accept", "wonder"), "Expected --accept to name a mend that is offered"),
        (("--accept", "condition:g_a"), "Expected --set with what is asked for by condition:g_a"),
        (("--set", "a=x"), "Expected --set to name an element of which something is asked"),
        (("--set", "g_a"), "Expected --set ELEMENT=VALUE"),
    ],
)
def test_what_mend_is_told_wrongly_is_said(file: Path, words: tuple[str, ...], said: str) -> None:
    assert said in masar("mend", str(file), *words, status=1).output
