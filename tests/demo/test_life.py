"""The demonstration is made by the engine's own acts, and stays in use when it is started later."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from demo import life
from demo.cast import SHOWN
from engine import audit
from engine.database import Database, bound_to, reading
from engine.schema import upgrade
from engine.tables import AuditEntry, Base, Breach, Case, Incident, OutboxItem, Person, Task, TaskStatus
from tests.people import use_cheap_digests

ROOT = Path(__file__).parents[2]
THURSDAY = datetime(2026, 3, 12, 15, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a database in which one week was lived."""
    use_cheap_digests()
    folder = tmp_path_factory.mktemp("week")
    database = Database(f"sqlite:///{folder / 'masar.db'}", data=folder)
    upgrade(database)
    heard: list[float] = []
    with bound_to(database), pytest.MonkeyPatch.context() as patch:
        patch.setattr(life, "WEEKS", 1)
        assert life.is_empty()
        life.make(
            until=THURSDAY, processes=ROOT / "processes", forms=ROOT / "forms" / "schemas", told=heard.append
        )
    database.dispose()
    assert heard == sorted(heard)
    assert heard[-1] <= 1
    return folder


@pytest.fixture
def lived(week: Path, tmp_path: Path) -> Iterator[Database]:
    """A copy of it for one test."""
    shutil.copytree(week, tmp_path, dirs_exist_ok=True)
    database = Database(f"sqlite:///{tmp_path / 'masar.db'}", data=tmp_path)
    with bound_to(database):
        yield database
    database.dispose()


def _count(table: type[Base], *where: object) -> int:
    with reading() as session:
        return session.scalars(select(func.count()).select_from(table).where(*where)).one()  # type: ignore[arg-type]


def _last() -> datetime:
    with reading() as session:
        return session.scalars(select(func.max(AuditEntry.at))).one()


def test_a_week_leaves_cases_at_every_stage_and_nothing_ahead_of_now(lived: Database) -> None:
    with reading() as session:
        steps = set(session.scalars(select(Task.step).where(Task.ended_at.is_(None))))
    assert {"check_rights", "medical_opinion"} <= steps
    assert _count(Case, Case.closed_at.is_not(None)) > 5
    assert _count(Task, Task.status == TaskStatus.COMPLETED) > 40
    assert _count(Incident) == 0
    assert _count(OutboxItem, OutboxItem.done_at.is_(None)) == 0
    assert _last() <= THURSDAY


def test_everyone_of_the_cast_is_there_and_every_chain_holds(lived: Database) -> None:
    with reading() as session:
        assert set(SHOWN) <= set(session.scalars(select(Person.username)))
        for subject in session.scalars(select(AuditEntry.subject_id).distinct()):
            assert audit.verify(session, subject).holds


def test_started_days_later_it_lives_on_and_started_at_once_it_does_not_change(lived: Database) -> None:
    cases, entries = _count(Case), _count(AuditEntry)
    life.age(until=_last() + timedelta(minutes=30), told=lambda share: None)
    assert (_count(Case), _count(AuditEntry)) == (cases, entries)
    later = THURSDAY + timedelta(days=4)
    life.age(until=later, told=lambda share: None)
    assert _count(Case) > cases
    assert THURSDAY + timedelta(days=3) < _last() <= later


def test_after_a_long_rest_deadlines_that_passed_are_breaches(lived: Database) -> None:
    before = _count(Breach)
    life.age(until=THURSDAY + timedelta(days=60), told=lambda share: None)
    assert _count(Breach) > before
