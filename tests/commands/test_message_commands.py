"""``masar message``: from outside to the one case, or to all."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from app import main
from commands import connecting
from engine import jobs
from engine.database import Database, reading
from engine.tables import Message
from tests.builders import bpmn, case, deploy, opened, waiting
from tests.engine.test_messages import begun_by, cases_of, keyed
from tests.people import Cast

HEARS = "start > heard?payment > check@rights_officer > end"


@pytest.fixture(autouse=True)
def here(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands act on the test's own database."""
    monkeypatch.setattr(connecting, "connected", lambda: database)


def masar(*words: str, status: int = 0) -> Result:
    outcome = CliRunner().invoke(main, ["message", *words])
    assert outcome.exit_code == status, outcome.output
    return outcome


def test_a_message_is_sent_with_keys_and_data_once(cast: Cast, tmp_path: Path) -> None:
    key = deploy(keyed(bpmn(HEARS), "file"))
    cases = [opened(key, by=cast.samir, unit=cast.centre, answers={"file": number}) for number in (6, 7)]
    data = tmp_path / "payment.json"
    data.write_text(json.dumps({"amount": 1500}), "utf-8")
    words = ("send", "payment", "--key", "file=7", "--data", str(data), "--id", "bank-1")
    assert "on its way" in masar(*words).output
    assert "come before" in masar(*words).output
    jobs.drain()
    assert [waiting(case_id) for case_id in cases] == [[], ["check"]]
    assert case(cases[1]).data == {"file": 7, "amount": 1500}


def test_a_message_is_kept_for_its_time(cast: Cast) -> None:
    assert "it is kept" in masar("send", "payment", "--ttl", "PT1H").output
    with reading() as session:
        kept = session.scalars(select(Message)).one()
    assert (kept.expires_at - kept.arrived_at).total_seconds() == 3600
    assert "not kept" in masar("send", "payment", "--ttl", "PT0S").output


def test_a_signal_opens_a_case_in_the_unit_that_is_named(cast: Cast) -> None:
    xml = begun_by(bpmn("start > check@rights_officer > end"), '<signalEventDefinition signalRef="s"/>')
    deploy(xml.replace(b"<process", b'<signal id="s" name="strike"/><process', 1))
    assert "to 1 cases" in masar("signal", "strike", "--unit", "cnas-16-01").output
    jobs.drain()
    [found] = cases_of("p")
    assert found.unit_id == cast.centre


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--key", "file"), "NAME=VALUE"),
        (("--ttl", "soon"), "ISO 8601"),
    ],
)
def test_what_is_spelt_wrongly_is_told(database: Database, words: tuple[str, ...], said: str) -> None:
    assert said in masar("send", "payment", *words, status=2).output


def test_a_unit_that_is_not_there_is_told(database: Database) -> None:
    assert "no such thing" in masar("send", "payment", "--unit", "nowhere", status=1).output


def test_data_that_are_no_object_are_told(database: Database, tmp_path: Path) -> None:
    data = tmp_path / "list.json"
    data.write_text("[1]", "utf-8")
    assert "JSON object" in masar("send", "payment", "--data", str(data), status=2).output
