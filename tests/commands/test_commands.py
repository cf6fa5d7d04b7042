"""The ``masar`` command line."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click import ClickException
from click.testing import CliRunner, Result
from flask import Flask

import app
from app import main
from commands.settings import Settings
from engine import database as frame
from engine.database import transaction
from engine.passwords import new_password
from engine.people import register_citizen
from tests.people import TESTS, use_cheap_digests
from web.addresses import public_address

ROOT = Path(__file__).parents[2]
NAMES = ("--ar", "وكالة", "--fr", "Agence", "--en", "Agency")


@pytest.fixture
def masar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    use_cheap_digests()
    monkeypatch.setenv("MASAR_DATA", str(tmp_path))
    for name in ("MASAR_DATABASE_URL", "MASAR_PUBLIC_URL", "MASAR_SECRET_KEY", "MASAR_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
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


def test_people_units_and_roles_are_changed(masar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    masar("roles", "seed")
    masar("units", "create", "mtess", "ministry", *NAMES)
    masar("units", "rename", "mtess", "--fr", "Ministère")
    assert "mtess\tministry\tMinistère" in masar("units", "list").output
    masar(
        "roles", "create", "auditor", "cases.inspect", "--ar", "مدقق", "--fr", "Auditeur", "--en", "Auditor"
    )
    masar("roles", "change", "auditor", "--allow", "cases.oversee", "--forbid", "cases.inspect", status=2)
    masar(
        "roles", "change", "auditor", "--allow", "medical.read", "--forbid", "cases.inspect", "--fr", "Autre"
    )
    assert "auditor\tAutre\tmedical.read\n" in masar("roles", "list").output
    masar("people", "create", "amina", "--ar", "أمينة", "--fr", "Amina", "--password", "a-long-enough-one-7")
    masar("people", "change", " AMINA ", "--fr", "Amina Bouzid", "--email", "amina@example.dz")
    assert "Amina Bouzid" in masar("people", "list").output
    assert "MASAR_PUBLIC_URL" in masar("people", "invite", "amina", status=1).output
    monkeypatch.setenv("MASAR_PUBLIC_URL", "https://masar.example.dz/")
    assert "https://masar.example.dz/recover/" in masar("people", "invite", "amina").output


def test_people_are_named_as_they_sign_in(masar) -> None:
    masar("upgrade")
    with transaction(actor=TESTS) as tx:
        register_citizen(
            tx, username="0550 12 34 56", password=new_password("a-long-enough-one-7"), names={"fr": "Samir"},
            email=None, phone="0550123456", nss="850123456789", language="fr",
        )  # fmt: skip
    masar("people", "unlock", "0550 12 34 56")


def test_serving_needs_its_address(masar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASAR_PUBLIC_URL", raising=False)
    assert "Expected MASAR_PUBLIC_URL" in masar("serve", status=1).output
    with pytest.raises(ClickException, match="MASAR_PUBLIC_URL"):
        app.serving()


def test_a_server_answers_to_its_own_name_and_connects_once(
    masar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASAR_PUBLIC_URL", "https://masar.example.dz")
    monkeypatch.setattr(app.EmbeddedRunner, "start", lambda _self: None)
    connections: list[object] = []
    monkeypatch.setattr("engine.database.Database.__init__", counted(frame.Database.__init__, connections))
    client = app.serving().test_client()
    assert len(connections) == 1
    for host, status in (("masar.example.dz", 200), ("127.0.0.1:8000", 200), ("evil.example", 400)):
        assert client.get("/sign-in", base_url=f"http://{host}").status_code == status
    for opened in frame._default:
        opened.dispose()


def counted(call, calls: list[object]):
    def counting(*arguments, **options) -> None:
        calls.append(arguments)
        call(*arguments, **options)

    return counting


def test_the_address_of_links_is_where_the_server_runs(masar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASAR_PUBLIC_URL", raising=False)
    monkeypatch.setattr(app.EmbeddedRunner, "start", lambda _self: None)
    monkeypatch.setattr(app.EmbeddedRunner, "stop", lambda _self: None)
    served: list[Flask] = []
    monkeypatch.setattr(app, "serve_embedded", lambda made, **_options: served.append(made))
    masar("run", "--no-demo", "--port", "8123")
    with served[0].test_request_context("/recover", base_url="http://evil.example"):
        assert public_address("sign_in.recover") == "http://127.0.0.1:8123/recover"


def test_the_key_is_made_once_whoever_asks_first(masar, tmp_path: Path) -> None:
    settings = Settings.from_environment()
    gate, keys = threading.Barrier(8), list[str]()

    def ask() -> None:
        gate.wait()
        keys.append(settings.secret_key())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(keys) == 8
    assert len(set(keys)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_an_empty_key_is_refused(masar, tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("\n")
    with pytest.raises(ClickException, match="empty"):
        Settings.from_environment().secret_key()


def test_the_key_is_there_before_the_workers(masar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASAR_PUBLIC_URL", "https://masar.example.dz")
    monkeypatch.setattr("os.execvp", lambda *_: None)
    masar("serve")
    assert (tmp_path / "secret_key").read_text()
