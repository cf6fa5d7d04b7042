"""What one completion of the shipped procedure costs: few statements, exactly one commit; and its whole story."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from engine import audit, jobs
from engine.calendars import later
from engine.database import Database, reading, transaction
from engine.documents import upload_document
from engine.tasks import complete_task
from tests.builders import MONDAY, case, claim, complete, events, opened, task_id, waiting
from tests.engine.test_documents import PDF
from tests.people import ROOT, Cast

MOST = 20
SCENARIO = json.loads((ROOT / "processes/sickness_benefit/scenarios/twenty_days.json").read_text("utf-8"))


@dataclass
class Cost:
    """What the database was asked."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def counted(database: Database) -> Iterator[Cost]:
    cost = Cost()

    def executed(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        cost.statements.append(" ".join(statement.split())[:100])

    def committed(_connection: Any) -> None:
        cost.commits += 1

    event.listen(database.engine, "before_cursor_execute", executed)
    event.listen(database.engine, "commit", committed)
    try:
        yield cost
    finally:
        event.remove(database.engine, "before_cursor_execute", executed)
        event.remove(database.engine, "commit", committed)


@pytest.fixture
def case_id(cast: Cast) -> UUID:
    with transaction(actor=cast.samir, at=MONDAY) as tx:
        note = upload_document(tx, content=PDF, name="note.pdf", field="sick_note").id
    answers = {**SCENARIO["open"], "sick_note": str(note)}
    found = opened("sickness_benefit", by=cast.samir, unit=cast.centre, answers=answers)
    jobs.drain(at=MONDAY)
    return found


def answers_of(step: str) -> dict[str, Any]:
    return next(dict(act["answers"]) for act in SCENARIO["acts"] if act.get("complete") == step)


@pytest.mark.parametrize("step", ["check_rights", "medical_opinion", "validate"])
def test_a_completion_is_few_statements_and_one_commit(
    database: Database, cast: Cast, case_id: UUID, step: str, capsys: pytest.CaptureFixture[str]
) -> None:
    people = {"check_rights": cast.amina, "medical_opinion": cast.yasmine, "validate": cast.karim}
    for before, person in people.items():
        claim(case_id, before, by=person)
        if before == step:
            break
        complete(case_id, before, answers_of(before), by=person)
    wanted = task_id(case_id, step)
    with counted(database) as cost, transaction(actor=people[step]) as tx:
        complete_task(tx, task_id=wanted, answers=answers_of(step))
    told = f"{step} on {database.url.get_backend_name()}: {len(cost.statements)} statements, {cost.commits} commit"
    with capsys.disabled():
        sys.stdout.write(f"\n{told}\n")
    assert len(cost.statements) <= MOST, "\n".join(cost.statements)
    assert cost.commits == 1


def test_asking_for_a_piece_and_sending_it_are_few_statements_too(
    database: Database, cast: Cast, case_id: UUID
) -> None:
    claim(case_id, "check_rights", by=cast.amina)
    asked = {"outcome": "missing", "missing_pieces": ["sick_note"], "message": "The copy cannot be read."}
    wanted = task_id(case_id, "check_rights")
    with counted(database) as asking, transaction(actor=cast.amina, at=later(MONDAY, hours=1)) as tx:
        complete_task(tx, task_id=wanted, answers=asked)
    with transaction(actor=cast.samir, at=later(MONDAY, hours=2)) as tx:
        note = upload_document(tx, content=PDF + b"\n%better", name="better.pdf", field="sick_note").id
    sent = {"answer": "sent", "sick_note": str(note)}
    wanted = task_id(case_id, "provide_pieces")
    with counted(database) as sending, transaction(actor=cast.samir, at=later(MONDAY, hours=3)) as tx:
        complete_task(tx, task_id=wanted, answers=sent)
    for cost in (asking, sending):
        assert len(cost.statements) <= MOST, "\n".join(cost.statements)
        assert cost.commits == 1


def test_the_story_of_a_grant_from_application_to_notification(cast: Cast, case_id: UUID) -> None:
    assert waiting(case_id) == ["check_rights", "medical_opinion"]
    complete(case_id, "check_rights", answers_of("check_rights"), by=cast.amina, at=later(MONDAY, hours=1))
    complete(
        case_id, "medical_opinion", answers_of("medical_opinion"), by=cast.yasmine, at=later(MONDAY, hours=2)
    )
    complete(case_id, "validate", answers_of("validate"), by=cast.karim, at=later(MONDAY, hours=3))
    jobs.drain(at=later(MONDAY, hours=3))
    found = case(case_id)
    assert (found.outcome, found.closed_at, found.data["amount"]) == (
        "granted",
        later(MONDAY, hours=3),
        1875000,
    )
    assert events(case_id) == [
        "case.opened", "document.attached", "answers.filed", "deadline.armed",
        "notice.sent", "call.answered",
        "task.offered", "deadline.armed", "task.offered", "deadline.armed",
        "task.claimed", "task.completed", "deadline.met",
        "task.claimed", "task.completed", "deadline.met", "decision.evaluated", "task.offered", "deadline.armed",
        "task.claimed", "task.completed", "deadline.met",
        "decision.issued", "call.answered",
        "notice.sent", "decision.notified", "call.answered", "deadline.met", "case.closed",
    ]  # fmt: skip
    with reading() as session:
        assert audit.verify(session, case_id).holds
