"""Attachments and drafts: what is taken, whose they are, and who may open them."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from engine.case_access import (
    CaseClosedToYou,
    CaseNotFound,
    readable_answers,
    readable_case,
    readable_document,
    readable_documents,
    record_reading,
)
from engine.cases import open_case
from engine.database import Database, reading, transaction
from engine.documents import (
    MOST_UNBOUND,
    DocumentNotYours,
    DocumentRefused,
    content_path,
    document_names,
    forget_orphans,
    is_intact,
    upload_document,
)
from engine.drafts import (
    DraftUnknown,
    begin_draft,
    drafts_of,
    drop_draft,
    own_draft,
    save_draft,
    save_task_draft,
    task_draft,
)
from engine.refusals import OfAnother
from engine.roles import revoke_role
from engine.tables import Document, Draft, Procedure, Reading
from engine.task_rules import TaskNotForYou
from engine.tasks import assign_task
from tests.builders import MONDAY, bpmn, claim, complete, deploy, dump, events, opened, task_id
from tests.people import Cast

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
)
DOCUMENT = {"type": "string", "format": "document"}
FORM = {
    "type": "object",
    "properties": {
        "note": DOCUMENT,
        "medical": {**DOCUMENT, "confidential": "medical"},
        "pieces": {"type": "array", "items": {"type": "object", "properties": {"file": DOCUMENT}}},
    },
}


def sent(actor: Any, content: bytes = PDF, *, confidential: str | None = None, **given: Any) -> UUID:
    with transaction(actor=actor, at=MONDAY) as tx:
        return upload_document(
            tx, content=content, name="note.pdf", field="note", confidential=confidential, **given
        ).id


@pytest.fixture
def key(cast: Cast) -> str:
    path = "start;form=f/open > check@rights_officer > see@physician;medical;form=f/see > end"
    return deploy(bpmn(path), forms={"f/open": FORM, "f/see": {"type": "object"}})


def filed(cast: Cast, key: str, answers: dict[str, Any], by: str = "samir") -> UUID:
    return opened(key, by=cast.actors[by], unit=cast.centre, answers=answers)


def document(document_id: UUID) -> Document:
    with reading() as session:
        return session.get_one(Document, document_id)


# --- what is taken


def test_a_file_is_kept_under_its_digest_and_told_by_its_content(cast: Cast, tmp_path: Path) -> None:
    kept = document(sent(cast.samir, PNG))
    assert (kept.media_type, kept.size, kept.uploaded_by_id) == ("image/png", len(PNG), cast.id("samir"))
    assert content_path(kept).read_bytes() == PNG
    assert content_path(kept).is_relative_to(tmp_path)
    assert is_intact(kept)


def test_the_same_bytes_are_kept_once(cast: Cast, tmp_path: Path) -> None:
    first, second = document(sent(cast.samir)), document(sent(cast.houda))
    assert content_path(first) == content_path(second)
    assert sum(path.is_file() for path in (tmp_path / "documents").rglob("*")) == 1


@pytest.mark.parametrize(
    ("content", "given", "code"),
    [
        (b"", {}, "document_empty"),
        (PDF, {"max_bytes": 10}, "document_too_large"),
        (b"MZ" + bytes(200), {}, "document_wrong_type"),
        (b"<html><script>1</script></html>", {}, "document_wrong_type"),
        (b"just words", {}, "document_wrong_type"),
        (PNG, {"accept": ["application/pdf"]}, "document_wrong_type"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_and_nothing_is_stored(
    database: Database, cast: Cast, tmp_path: Path, content: bytes, given: dict[str, Any], code: str
) -> None:
    before = dump(database)
    with pytest.raises(DocumentRefused) as refused:
        sent(cast.samir, content, **given)
    assert (refused.value.code, refused.value.status) == (code, 422)
    assert dump(database) == before
    assert not (tmp_path / "documents").exists()


def test_a_name_is_only_a_name(cast: Cast) -> None:
    with transaction(actor=cast.samir) as tx:
        kept = upload_document(tx, content=PDF, name="../../etc/" + "x" * 300 + ".pdf", field="note")
    assert (len(kept.name), "/" in kept.name) == (120, False)


def test_altered_or_lost_bytes_are_noticed(cast: Cast) -> None:
    kept = document(sent(cast.samir))
    content_path(kept).write_bytes(PDF + b"more")
    assert not is_intact(kept)
    content_path(kept).unlink()
    assert not is_intact(kept)


# --- whose they are


def test_documents_named_in_answers_join_the_case_rows_of_a_list_too(cast: Cast, key: str) -> None:
    ids = [sent(cast.samir) for _ in range(3)]
    answers = {"note": str(ids[0]), "pieces": [{"file": str(ids[1])}, {"file": str(ids[2])}]}
    case_id = filed(cast, key, answers)
    assert {document(id_).case_id for id_ in ids} == {case_id}
    assert events(case_id).count("document.attached") == 3


@pytest.mark.parametrize("whose", ["somebody else's", "nobody's", "another case's"])
def test_a_document_that_is_not_ones_own_is_refused(
    database: Database, cast: Cast, key: str, whose: str
) -> None:
    wanted = sent(cast.houda) if whose == "somebody else's" else uuid4()
    if whose == "another case's":
        wanted = sent(cast.samir)
        filed(cast, key, {"note": str(wanted)})
    before = dump(database)
    with pytest.raises(DocumentNotYours):
        filed(cast, key, {"note": str(wanted)})
    assert dump(database) == before


# --- who may look


def test_only_those_with_business_there_look_into_a_case(cast: Cast, key: str) -> None:
    case_id = filed(cast, key, {})
    for name in ("samir", "amina", "badr", "yasmine", "karim", "omar", "ines"):
        with reading() as session:
            assert readable_case(session, case_id=case_id, who=cast.standing(name)).id == case_id
    for name in ("houda", "lynda", "fatiha", "mourad", "nadia", "salim"):
        with reading() as session, pytest.raises(CaseClosedToYou):
            readable_case(session, case_id=case_id, who=cast.standing(name))
    with reading() as session, pytest.raises(CaseNotFound):
        readable_case(session, case_id=uuid4(), who=cast.standing("amina"))


def test_medical_documents_open_to_their_author_and_the_physician_alone(cast: Cast, key: str) -> None:
    plain, medical = sent(cast.samir), sent(cast.samir, PNG, confidential="medical")
    case_id = filed(cast, key, {"note": str(plain), "medical": str(medical)})
    for name, expected in {"samir": 2, "yasmine": 2, "amina": 1, "omar": 1, "ines": 1}.items():
        with reading() as session:
            who, found = cast.standing(name), readable_case(session, case_id=case_id, who=cast.standing(name))
            assert len(readable_documents(session, case=found, who=who)) == expected, name
    with reading() as session, pytest.raises(CaseClosedToYou):
        readable_document(session, document_id=medical, who=cast.standing("amina"))
    with reading() as session, pytest.raises(CaseClosedToYou):
        readable_document(session, document_id=plain, who=cast.standing("houda"))


def test_the_confidential_part_of_a_step_is_for_those_who_may_read_it(cast: Cast, key: str) -> None:
    case_id = filed(cast, key, {})
    complete(case_id, "check", {"ok": True}, by=cast.amina)
    complete(case_id, "see", {"finding": "a fracture"}, by=cast.yasmine)

    def read(name: str) -> str:
        with reading() as session:
            found = readable_case(session, case_id=case_id, who=cast.standing(name))
            return str(
                [row.content for row in readable_answers(session, case=found, who=cast.standing(name))]
            )

    assert "fracture" in read("yasmine")
    for name in ("samir", "amina", "omar", "ines", "karim"):
        assert "fracture" not in read(name)
        assert "ok" in read(name)


def test_a_document_of_a_draft_is_its_authors_alone(cast: Cast) -> None:
    wanted = sent(cast.samir)
    with reading() as session:
        assert readable_document(session, document_id=wanted, who=cast.standing("samir")).id == wanted
    for name in ("houda", "amina", "ines", "salim"):
        with reading() as session, pytest.raises(CaseClosedToYou):
            readable_document(session, document_id=wanted, who=cast.standing(name))
    with reading() as session, pytest.raises(CaseNotFound):
        readable_document(session, document_id=uuid4(), who=cast.standing("samir"))


def test_each_look_is_written_down(cast: Cast, key: str) -> None:
    case_id = filed(cast, key, {})
    with transaction(actor=cast.amina, at=MONDAY) as tx:
        record_reading(tx, case_id=case_id, what="case")
    with reading() as session:
        [look] = session.scalars(select(Reading)).all()
    assert (look.person_id, look.case_id, look.what, look.at) == (cast.id("amina"), case_id, "case", MONDAY)


# --- drafts


def begun(cast: Cast, key: str, by: str = "samir") -> UUID:
    with transaction(actor=cast.actors[by], at=MONDAY) as tx:
        procedure = tx.session.scalars(select(Procedure.id).where(Procedure.key == key)).one()
        return begin_draft(tx, procedure_id=procedure, content={"days": 1}).id


def test_a_draft_is_saved_resumed_and_thrown_away_by_its_author(cast: Cast, key: str) -> None:
    draft_id = begun(cast, key)
    with transaction(actor=cast.samir) as tx:
        save_draft(tx, draft_id=draft_id, content={"days": 2}, unit_id=cast.centre)
    with reading() as session:
        [(draft, procedure)] = drafts_of(session, person_id=cast.id("samir"))
        assert (draft.content, draft.unit_id, procedure.key) == ({"days": 2}, cast.centre, key)
    with transaction(actor=cast.samir) as tx:
        drop_draft(tx, draft_id=draft_id)
    with reading() as session:
        assert drafts_of(session, person_id=cast.id("samir")) == []


def test_a_draft_thrown_away_takes_its_own_unsent_files_with_it_and_no_others(cast: Cast, key: str) -> None:
    attached = sent(cast.samir)
    filed(cast, key, {"note": str(attached)})
    mine, in_a_row, of_another, stays = sent(cast.samir), sent(cast.samir), sent(cast.houda), sent(cast.samir)
    named = {"note": str(mine), "pieces": [{"file": str(in_a_row)}], "medical": str(attached)}
    draft_id = begun(cast, key)
    with transaction(actor=cast.samir) as tx:
        save_draft(tx, draft_id=draft_id, content={**named, "other": str(of_another), "days": 3, "why": "x"})
    with transaction(actor=cast.samir) as tx:
        drop_draft(tx, draft_id=draft_id)
    with reading() as session:
        assert set(session.scalars(select(Document.id))) == {attached, of_another, stays}


def test_a_person_keeps_so_many_unsent_files_and_no_more(cast: Cast, key: str) -> None:
    note = [sent(cast.samir) for _number in range(MOST_UNBOUND)][-1]
    with transaction(actor=cast.samir, at=MONDAY) as tx, pytest.raises(DocumentRefused) as refused:
        upload_document(tx, content=PDF, name="note.pdf", field="note")
    assert refused.value.code == "documents_too_many"
    filed(cast, key, {"note": str(note)})
    sent(cast.samir)


def test_files_left_behind_make_room_but_those_of_a_draft_stay(cast: Cast, key: str) -> None:
    note, *_left = [sent(cast.samir) for _number in range(MOST_UNBOUND)]
    draft_id = begun(cast, key)
    with transaction(actor=cast.samir) as tx:
        save_draft(tx, draft_id=draft_id, content={"pieces": [{"file": str(note)}]})
    with transaction(actor=cast.samir, at=MONDAY + timedelta(days=2)) as tx:
        new = upload_document(tx, content=PDF, name="note.pdf", field="note").id
    with reading() as session:
        assert set(session.scalars(select(Document.id))) == {note, new}


def test_bytes_that_no_document_has_are_forgotten_after_a_day(cast: Cast) -> None:
    kept = content_path(document(sent(cast.samir, PDF)))
    orphan, young = (kept.with_name(name * 64) for name in "ab")
    for path in (orphan, young):
        path.write_bytes(PDF)
    two_days_ago = time.time() - 2 * 24 * 3600
    for path in (kept, orphan):
        os.utime(path, (two_days_ago, two_days_ago))
    with transaction(actor=cast.samir) as tx:
        assert forget_orphans(tx) == 1
    assert [path.exists() for path in (kept, orphan, young)] == [True, False, True]


def test_names_are_told_of_ones_own_files_and_those_of_the_case_alone(cast: Cast, key: str) -> None:
    attached, mine, of_another = sent(cast.samir), sent(cast.amina), sent(cast.houda)
    case_id = filed(cast, key, {"note": str(attached)})
    asked = [str(attached), str(mine), str(of_another), "nonsense"]
    with reading() as session:
        told = document_names(session, asked, case_id=case_id, person_id=cast.id("amina"))
        assert set(told) == {str(attached), str(mine)}


def test_a_draft_of_somebody_else_is_unknown(cast: Cast, key: str) -> None:
    draft_id = begun(cast, key)
    with reading() as session, pytest.raises(OfAnother):
        own_draft(session, draft_id=draft_id, person_id=cast.id("houda"))
    with transaction(actor=cast.houda) as tx, pytest.raises(OfAnother):
        save_draft(tx, draft_id=draft_id, content={})
    with transaction(actor=cast.houda) as tx, pytest.raises(OfAnother):
        drop_draft(tx, draft_id=draft_id)


def test_a_draft_of_a_task_is_no_application(cast: Cast, key: str) -> None:
    wanted = claim(filed(cast, key, {}), "check", by=cast.amina)
    with transaction(actor=cast.amina) as tx:
        draft_id = save_task_draft(tx, task_id=wanted, content={}).id
    with transaction(actor=cast.amina) as tx, pytest.raises(DraftUnknown):
        drop_draft(tx, draft_id=draft_id)


def test_what_was_typed_for_a_task_is_shown_to_nobody_else_and_written_over_by_its_next_holder(
    cast: Cast, key: str
) -> None:
    wanted = claim(filed(cast, key, {}), "check", by=cast.amina)
    with transaction(actor=cast.amina) as tx:
        save_task_draft(tx, task_id=wanted, content={"note": "of Amina"})
    with transaction(actor=cast.omar) as tx:
        assign_task(tx, task_id=wanted, to=cast.id("badr"), reason="She is away.")
    with reading() as session:
        assert task_draft(session, task_id=wanted, person_id=cast.id("badr")) is None
    with transaction(actor=cast.badr) as tx:
        save_task_draft(tx, task_id=wanted, content={"note": "of Badr"})
    with reading() as session:
        kept = task_draft(session, task_id=wanted, person_id=cast.id("badr"))
        assert kept is not None
        assert kept.content == {"note": "of Badr"}
        assert task_draft(session, task_id=wanted, person_id=cast.id("amina")) is None


def test_who_lost_the_role_keeps_no_draft_of_its_task(cast: Cast, key: str) -> None:
    wanted = claim(filed(cast, key, {}), "check", by=cast.amina)
    with transaction(actor=cast.salim) as tx:
        revoke_role(tx, person_id=cast.id("amina"), unit_id=cast.centre, role="rights_officer")
    with transaction(actor=cast.amina) as tx, pytest.raises(TaskNotForYou):
        save_task_draft(tx, task_id=wanted, content={})


def test_the_holder_of_a_task_keeps_what_was_typed_until_it_is_completed(cast: Cast, key: str) -> None:
    case_id = filed(cast, key, {})
    complete(case_id, "check", by=cast.amina)
    wanted = task_id(case_id, "see")
    with transaction(actor=cast.yasmine) as tx, pytest.raises(DraftUnknown):
        save_task_draft(tx, task_id=wanted, content={})
    claim(case_id, "see", by=cast.yasmine)
    for content in ({"finding": "a"}, {"finding": "a fracture"}):
        with transaction(actor=cast.yasmine) as tx:
            save_task_draft(tx, task_id=wanted, content=content)
    with transaction(actor=cast.amina) as tx, pytest.raises(DraftUnknown):
        save_task_draft(tx, task_id=wanted, content={})
    with reading() as session:
        kept = task_draft(session, task_id=wanted, person_id=cast.id("yasmine"))
        assert kept is not None
        assert kept.content == {"finding": "a fracture"}
    complete(case_id, "see", {"finding": "a fracture"}, by=cast.yasmine)
    with reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_filing_with_no_unit_of_ones_own_choice_still_needs_an_open_one(cast: Cast, key: str) -> None:
    with transaction(actor=cast.samir, at=MONDAY) as tx:
        assert (
            open_case(tx, key=key, answers={}, unit_id=cast.units["cnas-31-01"]).reference
            == "31-01/2026/00001"
        )
