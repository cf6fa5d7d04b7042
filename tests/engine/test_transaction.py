"""One frame, one transaction: commit, roll back, what comes afterwards, and whose clock it is."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select

from engine import audit
from engine.actor import Actor
from engine.calendars import later
from engine.database import Database, NotConnected, bound_to, current, reading, transaction
from engine.tables import Person
from tests.builders import MONDAY, dump, entries
from tests.people import TESTS, Cast


def rename(person_id: UUID, language: str, *, fails: bool = False, told: list[str] | None = None) -> None:
    with transaction(actor=TESTS, at=MONDAY) as tx:
        tx.afterwards(lambda: None if told is None else told.append("afterwards"))
        tx.session.get_one(Person, person_id).language = language
        audit.record(tx, "person.changed", on=("person", person_id), field="language")
        if told is not None:
            told.append("within")
        if fails:
            raise RuntimeError("the view failed")


def language_of(person_id: UUID) -> str:
    with reading() as session:
        return session.get_one(Person, person_id).language


def test_it_commits_when_the_block_ends(cast: Cast) -> None:
    rename(cast.id("samir"), "fr")
    assert language_of(cast.id("samir")) == "fr"
    assert entries(cast.id("samir"))[-1].event == "person.changed"


def test_it_rolls_everything_back_on_any_exception(database: Database, cast: Cast) -> None:
    before = dump(database)
    with pytest.raises(RuntimeError):
        rename(cast.id("samir"), "fr", fails=True)
    assert dump(database) == before


def test_what_comes_afterwards_comes_only_after_the_commit(cast: Cast) -> None:
    told: list[str] = []
    rename(cast.id("samir"), "fr", told=told)
    assert told == ["within", "afterwards"]
    with pytest.raises(RuntimeError):
        rename(cast.id("samir"), "en", fails=True, told=told)
    assert told == ["within", "afterwards", "within"]


def test_what_comes_afterwards_finds_the_change_committed(cast: Cast) -> None:
    found: list[str] = []
    with transaction(actor=TESTS) as tx:
        tx.session.get_one(Person, cast.id("samir")).language = "fr"
        audit.record(tx, "person.changed", on=("person", cast.id("samir")))
        tx.afterwards(lambda: found.append(language_of(cast.id("samir"))))
    assert found == ["fr"]


def test_in_service_the_time_is_the_databases_own(database: Database) -> None:
    before = datetime.now(UTC)
    with transaction(actor=TESTS) as tx:
        if database.is_sqlite:
            assert before <= tx.at <= datetime.now(UTC)
        else:
            after = tx.session.scalars(select(func.clock_timestamp())).one()
            began = tx.session.scalars(select(func.transaction_timestamp())).one()
            assert began <= tx.at <= after
        assert tx.at.tzinfo is not None


def test_a_naive_moment_is_refused(cast: Cast) -> None:
    with pytest.raises(Exception, match="aware"), transaction(actor=TESTS) as tx:
        tx.session.get_one(Person, cast.id("samir")).deactivated_at = MONDAY.replace(tzinfo=None)
        audit.record(tx, "person.changed", on=("person", cast.id("samir")))
        tx.session.flush()


def test_moments_come_back_aware_and_in_utc(cast: Cast) -> None:
    rename(cast.id("samir"), "fr")
    assert entries(cast.id("samir"))[-1].at == MONDAY
    assert entries(cast.id("samir"))[-1].at.utcoffset() == later(MONDAY) - MONDAY


def test_changes_one_tells_whether_it_was_the_one(cast: Cast) -> None:
    from sqlalchemy import update

    samir = cast.id("samir")
    wish = update(Person).where(Person.id == samir, Person.language == "ar").values(language="fr")
    with transaction(actor=TESTS) as tx:
        audit.record(tx, "person.changed", on=("person", samir))
        assert tx.changes_one(wish, subjects=[samir])
        assert not tx.changes_one(wish, subjects=[samir])


def test_the_database_bound_to_the_context_comes_first(database: Database, tmp_path: object) -> None:
    other = Database("sqlite://")
    try:
        with bound_to(other):
            assert current() is other
        assert current() is database
    finally:
        other.dispose()


def test_without_a_database_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.database._default", [])
    with pytest.raises(NotConnected), transaction(actor=Actor.system("tests")):
        pass
