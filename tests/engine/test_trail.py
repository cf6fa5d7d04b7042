"""The four fences of the trail: recorded with the change, refused without, never changed, and seen when it is."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from engine import audit
from engine.actor import Actor
from engine.database import Database, UnrecordedChange, reading, transaction
from engine.tables import Answers, AuditEntry, Base, Case, Document, Draft, Membership, Person, Task
from tests.builders import MONDAY, bpmn, complete, deploy, dump, entries, events, opened
from tests.people import TESTS, Cast


@pytest.fixture
def case_id(cast: Cast) -> UUID:
    key = deploy(bpmn("start > check@rights_officer[2wd] > end", clock="10wd"))
    return opened(key, by=cast.samir, unit=cast.centre)


# --- the commit refuses


def test_a_row_changed_without_an_entry_is_refused_and_nothing_is_stored(
    database: Database, case_id: UUID
) -> None:
    before = dump(database)
    with pytest.raises(UnrecordedChange), transaction(actor=TESTS) as tx:
        tx.session.get_one(Case, case_id).outcome = "granted"
    assert dump(database) == before


def test_a_row_added_without_an_entry_is_refused(cast: Cast, case_id: UUID) -> None:
    with pytest.raises(UnrecordedChange), transaction(actor=TESTS) as tx:
        tx.session.add(Answers(case_id=case_id, step="check", at=tx.at, content={}, salt=""))


def test_a_row_deleted_without_an_entry_is_refused(cast: Cast) -> None:
    with pytest.raises(UnrecordedChange), transaction(actor=TESTS) as tx:
        tx.session.delete(tx.session.scalars(select(Membership).limit(1)).one())


def test_a_change_flushed_early_is_refused_all_the_same(case_id: UUID) -> None:
    with pytest.raises(UnrecordedChange), transaction(actor=TESTS) as tx:
        tx.session.get_one(Case, case_id).outcome = "granted"
        tx.session.flush()


def test_an_entry_on_another_subject_does_not_cover_a_change(cast: Cast, case_id: UUID) -> None:
    with pytest.raises(UnrecordedChange), transaction(actor=TESTS) as tx:
        tx.session.get_one(Case, case_id).outcome = "granted"
        audit.record(tx, "person.noted", on=("person", cast.id("samir")))


def test_a_statement_that_names_its_subject_needs_an_entry(case_id: UUID) -> None:
    renamed = update(Case).where(Case.id == case_id).values(outcome="granted")
    with pytest.raises(UnrecordedChange), transaction(actor=TESTS) as tx:
        tx.execute(renamed, subjects=[case_id])
    with transaction(actor=TESTS) as tx:
        tx.execute(renamed, subjects=[case_id])
        audit.record(tx, "case.noted", on=("case", case_id))


def test_a_statement_on_a_trailed_table_must_name_its_subject(case_id: UUID) -> None:
    with pytest.raises(UnrecordedChange), transaction(actor=TESTS) as tx:
        tx.execute(update(Task).where(Task.case_id == case_id).values(priority=9))


@pytest.mark.parametrize(
    "round_the_door",
    [
        lambda case_id: update(Case).where(Case.id == case_id).values(outcome="granted"),
        lambda case_id: delete(Draft),
        lambda case_id: insert(Draft).values(id=case_id),
    ],
    ids=["update", "delete", "insert"],
)
def test_a_write_round_the_door_is_refused(case_id: UUID, round_the_door: Callable[[UUID], Any]) -> None:
    with pytest.raises(UnrecordedChange), transaction(actor=TESTS) as tx:
        tx.session.execute(round_the_door(case_id))


def test_tables_that_the_trail_does_not_follow_need_no_entry(cast: Cast) -> None:
    with transaction(actor=cast.samir) as tx:
        tx.session.add(
            Document(
                field="note",
                digest="0" * 64,
                name="note.pdf",
                media_type="application/pdf",
                size=1,
                uploaded_at=tx.at,
            )
        )


def test_what_is_written_in_a_reading_session_is_lost(cast: Cast) -> None:
    with reading() as session:
        session.get_one(Person, cast.id("samir")).language = "en"
        session.flush()
    with reading() as session:
        assert session.get_one(Person, cast.id("samir")).language == "ar"


# --- the database refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor = 'nobody'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_entries WHERE number > 1",
    ],
)
def test_the_database_refuses_to_change_entries(database: Database, case_id: UUID, statement: str) -> None:
    before = dump(database)
    with pytest.raises(DatabaseError, match="never changed"), database.engine.begin() as connection:
        connection.execute(text(statement))
    assert dump(database) == before


def test_the_database_refuses_to_put_an_entry_in_the_place_of_another(
    database: Database, case_id: UUID
) -> None:
    replacing = "INSERT OR REPLACE" if database.is_sqlite else "INSERT"
    columns = ", ".join(column.name for column in AuditEntry.__table__.columns)
    statement = f"{replacing} INTO audit_entries ({columns}) SELECT {columns} FROM audit_entries LIMIT 1"  # noqa: S608
    before = dump(database)
    with pytest.raises(DatabaseError), database.engine.begin() as connection:
        connection.execute(text(statement))
    assert dump(database) == before


@pytest.mark.parametrize("kind", ["postgresql"])
def test_the_database_refuses_to_empty_the_trail(database: Database, case_id: UUID) -> None:
    with pytest.raises(DatabaseError, match="never changed"), database.engine.begin() as connection:
        connection.execute(text("TRUNCATE audit_entries"))


# --- the chain shows


def behind_the_back(database: Database, *statements: Any) -> None:
    """Change the trail as an operator of the database could, its triggers taken away."""
    table: Table = Base.metadata.tables["audit_entries"]
    with database.engine.begin() as connection:
        if database.is_sqlite:
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entries'"
            for name in connection.scalars(text(triggers)).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(statement)


def verified(subject_id: UUID) -> audit.Verification:
    with reading() as session:
        return audit.verify(session, subject_id)


def test_an_untouched_chain_holds(cast: Cast, case_id: UUID) -> None:
    complete(case_id, "check", by=cast.amina)
    assert verified(case_id) == audit.Verification(len(entries(case_id)))
    assert verified(case_id).count > 4
    for unit_id in cast.units.values():
        assert verified(unit_id).holds


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "person:somebody"},
        {"event": "case.closed"},
        {"facts": {"unit": "elsewhere"}},
        {"at": MONDAY.replace(year=2020)},
        {"actor_id": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_altered_entry_is_found(database: Database, case_id: UUID, change: dict[str, Any]) -> None:
    first = update(AuditEntry).where(AuditEntry.subject_id == case_id, AuditEntry.number == 1)
    behind_the_back(database, first.values(**change))
    assert verified(case_id) == audit.Verification(1, 1, "altered")


def test_an_altered_entry_with_a_digest_of_its_own_is_found_by_the_next(
    database: Database, case_id: UUID
) -> None:
    first = entries(case_id)[0]
    first.actor = "person:somebody"
    forged = update(AuditEntry).where(AuditEntry.id == first.id)
    behind_the_back(database, forged.values(actor=first.actor, digest=audit.digest_of(first)))
    assert verified(case_id) == audit.Verification(2, 2, "unlinked")


def test_a_removed_entry_is_found(database: Database, case_id: UUID) -> None:
    behind_the_back(
        database, delete(AuditEntry).where(AuditEntry.subject_id == case_id, AuditEntry.number == 2)
    )
    assert verified(case_id) == audit.Verification(2, 2, "missing")


def test_a_removed_entry_with_the_rest_renumbered_is_found(database: Database, case_id: UUID) -> None:
    mine = AuditEntry.subject_id == case_id
    numbers = [entry.number for entry in entries(case_id)]
    closing = [
        update(AuditEntry).where(mine, AuditEntry.number == number).values(number=number - 1)
        for number in numbers[2:]
    ]
    behind_the_back(database, delete(AuditEntry).where(mine, AuditEntry.number == 2), *closing)
    assert verified(case_id) == audit.Verification(2, 2, "unlinked")


def test_an_inserted_entry_is_found(database: Database, case_id: UUID) -> None:
    copied = entries(case_id)[0]
    columns = {column.name: getattr(copied, column.name) for column in AuditEntry.__table__.columns}
    forged = {**columns, "id": UUID(int=1), "number": len(entries(case_id)) + 1}
    behind_the_back(database, insert(AuditEntry).values(**forged))
    assert verified(case_id).fault == "unlinked"


# --- what an entry says


def test_an_entry_says_who_for_whom_and_when(cast: Cast) -> None:
    actor = Actor(cast.id("amina"), "person:amina", on_behalf_of=cast.id("badr"))
    with transaction(actor=actor, at=MONDAY) as tx:
        audit.record(
            tx, "unit.noted", on=("unit", cast.centre), reason=None, by=cast.id("amina"), on_day=MONDAY
        )
    entry = entries(cast.centre)[-1]
    assert (entry.actor, entry.actor_id, entry.on_behalf_of, entry.at) == (
        "person:amina", actor.person_id, actor.on_behalf_of, MONDAY,
    )  # fmt: skip
    assert entry.facts == {"by": str(cast.id("amina")), "on_day": MONDAY.isoformat()}


def test_answers_enter_as_salted_digests_only(cast: Cast, case_id: UUID) -> None:
    complete(case_id, "check", {"remark": "he limps"}, by=cast.amina)
    completed = next(entry for entry in entries(case_id) if entry.event == "task.completed")
    assert "limps" not in str(completed.facts)
    with reading() as session:
        kept = session.scalars(select(Answers).where(Answers.case_id == case_id)).one()
    assert completed.facts["answers"] == [audit.sealed_digest(kept.salt or "", kept.content)]


@pytest.mark.parametrize("number", [0.1, 1e16, 1.5e-7, -0.0, 100.0, 12345678901234567])
def test_a_sealed_number_is_the_same_when_the_database_gives_it_back(
    cast: Cast, case_id: UUID, number: float
) -> None:
    complete(case_id, "check", {"number": number}, by=cast.amina)
    completed = next(entry for entry in entries(case_id) if entry.event == "task.completed")
    with reading() as session:
        kept = session.scalars(select(Answers).where(Answers.case_id == case_id)).one()
    assert completed.facts["answers"] == [audit.sealed_digest(kept.salt or "", kept.content)]


def test_two_digests_of_the_same_answers_differ(cast: Cast) -> None:
    assert audit.sealed({"a": 1})[1] != audit.sealed({"a": 1})[1]


def test_a_deployment_is_recorded_on_its_procedure(cast: Cast) -> None:
    key = deploy(bpmn("start > check@rights_officer > end", key="noted"))
    with reading() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.event == "procedure.deployed").order_by(AuditEntry.at.desc())
        ).all()[-1]
    assert key == "noted"
    assert events(entry.subject_id)[-1] == "procedure.deployed"
