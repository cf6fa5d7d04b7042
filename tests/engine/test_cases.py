"""Opening a case: its reference, its form, its unit, and what it may not take from others."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.answers import AnswersRefused
from engine.cases import UnitRequired, open_case
from engine.database import Database, reading, transaction
from engine.drafts import begin_draft
from engine.tables import Answers, Draft, Procedure, Unit
from engine.versions import ProcedureUnknown
from tests.builders import MONDAY, bpmn, case, deploy, dump, entries, events, opened, waiting
from tests.people import Cast

FORM = {
    "type": "object",
    "properties": {"days": {"type": "integer"}, "why": {"type": "string", "confidential": "medical"}},
    "required": ["days"],
}


@pytest.fixture
def key(cast: Cast) -> str:
    return deploy(bpmn("start;form=f/open;keeps=days > check@rights_officer > end"), forms={"f/open": FORM})


def file(
    cast: Cast, key: str, answers: dict[str, Any], *, draft_id: UUID | None = None, by: str = "samir"
) -> UUID:
    with transaction(actor=cast.actors[by], at=MONDAY) as tx:
        return open_case(
            tx, key=key, answers=answers, unit_id=cast.centre, applicant_id=cast.id(by), draft_id=draft_id
        ).id


def test_a_case_begins_with_its_first_step_offered(cast: Cast, key: str) -> None:
    case_id = file(cast, key, {"days": 3, "why": "a cold"})
    found = case(case_id)
    assert (found.opened_at, found.closed_at, found.revision) == (MONDAY, None, 1)
    assert (found.data, waiting(case_id)) == ({"days": 3}, ["check"])
    assert events(case_id) == ["case.opened", "answers.filed", "task.offered"]


def test_answers_are_kept_apart_by_who_may_read_them(cast: Cast, key: str) -> None:
    case_id = file(cast, key, {"days": 3, "why": "a cold"})
    with reading() as session:
        rows = session.scalars(select(Answers).where(Answers.case_id == case_id)).all()
    assert {row.confidential: row.content for row in rows} == {
        None: {"days": 3},
        "medical": {"why": "a cold"},
    }
    assert "cold" not in str([entry.facts for entry in entries(case_id)])


def test_references_run_by_centre_and_by_year(cast: Cast, key: str) -> None:
    def reference(unit: str, at: datetime) -> str:
        with transaction(actor=cast.samir, at=at) as tx:
            return open_case(tx, key=key, answers={"days": 1}, unit_id=cast.units[unit]).reference

    eve = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)
    new_year = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # 00:00 in Algiers
    assert [reference("cnas-16-01", eve), reference("cnas-16-02", eve), reference("cnas-16-01", eve)] == [
        "16-01/2026/00001", "16-02/2026/00001", "16-01/2026/00002",
    ]  # fmt: skip
    assert reference("cnas-16-01", new_year) == "16-01/2027/00001"


def test_a_refused_filing_leaves_nothing_and_takes_no_number(
    database: Database, cast: Cast, key: str
) -> None:
    before = dump(database)
    with pytest.raises(AnswersRefused):
        file(cast, key, {"why": "a cold"})
    assert dump(database) == before
    assert case(file(cast, key, {"days": 1})).reference == "16-01/2026/00001"


def test_filing_takes_ones_own_draft_away_and_nobody_elses(cast: Cast, key: str) -> None:
    drafts = {}
    for name in ("samir", "houda"):
        with transaction(actor=cast.actors[name]) as tx:
            procedure = tx.session.scalars(select(Procedure.id).where(Procedure.key == key)).one()
            drafts[name] = begin_draft(tx, procedure_id=procedure, content={"days": 1}).id
    file(cast, key, {"days": 1}, draft_id=drafts["houda"])
    file(cast, key, {"days": 1}, draft_id=drafts["samir"])
    with reading() as session:
        assert session.scalars(select(Draft.id)).all() == [drafts["houda"]]


def test_a_closed_or_unknown_unit_takes_no_case(cast: Cast, key: str) -> None:
    with transaction(actor=cast.samir) as tx, pytest.raises(UnitRequired):
        open_case(tx, key=key, answers={"days": 1}, unit_id=UUID(int=1))
    with database_closed(cast), pytest.raises(UnitRequired):
        file(cast, key, {"days": 1})


def database_closed(cast: Cast) -> Any:
    from engine import audit

    with transaction(actor=cast.salim) as tx:
        tx.session.get_one(Unit, cast.centre).closed_at = tx.at
        audit.record(tx, "unit.closed", on=("unit", cast.centre))
    return reading()


def test_an_unknown_procedure_opens_nothing(cast: Cast) -> None:
    with pytest.raises(ProcedureUnknown):
        opened("nothing", by=cast.samir, unit=cast.centre)


def test_a_case_that_asks_nobody_closes_at_once(cast: Cast) -> None:
    case_id = opened(deploy(bpmn("start > n=x = 1 > end")), by=cast.samir, unit=cast.centre)
    assert case(case_id).closed_at == MONDAY
    assert events(case_id) == ["case.opened", "case.closed"]


def test_plain_bpmn_opens_without_a_unit(cast: Cast) -> None:
    case_id = opened(deploy(bpmn("start > look > end")), by=cast.samir, unit=None)
    assert case(case_id).reference == "2026/00001"
    assert waiting(case_id) == ["look"]
