"""The ``masar`` command line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app import main
from engine import database as frame
from tests.people import use_cheap_digests

ROOT = Path(__file__).parents[2]
NAMES = ("--ar", "وكالة", "--fr", "Agence", "--en", "Agency")


@pytest.fixture
def masar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    use_cheap_digests()
    monkeypatch.setenv("MASAR_DATA", str(tmp_path))
    monkeypatch.delenv("MASAR_DATABASE_URL", raising=False)
    before = list(frame._default)

    def run(*words: str, status: int = 0) -> Result:
        outcome = CliRunner().invoke(main, list(words))
        assert outcome.exit_code == status, outcome.output
        for opened in frame._default:
            opened.dispose()
        return outcome

    yield run
    frame._default[:] = before


def test_an_administrator_sets_up_units_people_and_roles(masar) -> None:
    masar("upgrade")
    masar("roles", "seed")
    assert "rights_officer" in masar("roles", "list").output
    masar("units", "create", "mtess", "ministry", *NAMES)
    masar("units", "create", "cnas", "fund", "--parent", "mtess", *NAMES)
    assert "  cnas\tfund" in masar("units", "list").output
    masar("people", "create", "amina", "--ar", "أمينة", "--fr", "Amina", "--password", "a-long-enough-one-7")
    masar("people", "grant", "amina", "rights_officer", "cnas")
    assert "rights_officer@cnas" in masar("people", "list").output
    masar("people", "revoke", "amina", "rights_officer", "cnas")
    assert "rights_officer@cnas" not in masar("people", "list").output
    masar("people", "unlock", "amina")
    masar("people", "deactivate", "amina")
    assert "amina\tdeactivated" in masar("people", "list").output
    masar("people", "reactivate", "amina")


def test_a_refusal_is_a_sentence_and_a_status(masar) -> None:
    masar("roles", "seed")
    outcome = masar("people", "unlock", "nobody", status=1)
    assert "Error: There is no such person." in outcome.output
    assert "Traceback" not in outcome.output


def test_a_procedure_is_deployed_from_its_folder_once(masar) -> None:
    assert "version 1" in masar("deploy", str(ROOT / "processes/sickness_benefit")).output
    again = masar("deploy", str(ROOT / "processes/sickness_benefit"), status=1)
    assert "already in service" in again.output


def test_a_broken_diagram_is_refused_with_its_element_and_line(masar, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    text = (ROOT / "processes/sickness_benefit/sickness_benefit.bpmn").read_text()
    (folder / "broken.bpmn").write_text(text.replace('targetRef="split"', 'targetRef="nowhere"'))
    outcome = masar("deploy", str(folder), status=1)
    assert "nothing was stored" in outcome.output


def test_verifying_the_trail_finds_an_entry_altered_in_the_database(masar, tmp_path: Path) -> None:
    masar("roles", "seed")
    assert json.loads(masar("audit", "verify", "--json").output.splitlines()[-1])["broken"] == []
    with sqlite3.connect(tmp_path / "masar.db") as connection:
        connection.execute("DROP TRIGGER audit_entries_no_update")
        connection.execute("UPDATE audit_entries SET actor = 'person:mallory' WHERE number = 1")
    connection.close()
    outcome = masar("audit", "verify", "--json", status=1)
    broken = json.loads(outcome.output.splitlines()[-1])["broken"]
    assert broken
    assert {one["fault"] for one in broken} == {"altered"}
