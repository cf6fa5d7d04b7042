import re
import sqlite3
from typing import Any

import pytest
from sqlalchemy import select

from admin import cases
from engine import inspection
from engine.database import current, reading
from engine.tables import AuditEntry, Document, Reading
from tests.admin.house import Office, words


def alter(office: Office, statement: str, *values: str) -> None:
    """Change the database behind the application's back, as its administrator could."""
    with sqlite3.connect(office.file) as raw:
        raw.execute("DROP TRIGGER IF EXISTS audit_entries_no_update")
        raw.execute("DROP TRIGGER IF EXISTS audit_entries_no_delete")
        raw.execute(statement, values)


def test_an_inspector_sees_the_breaches_of_the_units_below(office: Office) -> None:
    case_id = office.late_case()
    response = office.client("ines").get("/admin/breaches")
    assert response.status_code == 200
    page = words(response)
    assert office.reference(case_id) in page
    assert "late by" in page
    assert "Check rights" in page
    assert "nobody had claimed it" in page


def test_another_agencys_inspector_sees_nothing_of_it(office: Office) -> None:
    case_id = office.late_case()
    client = office.client("far")
    assert "No deadline was breached" in words(client.get("/admin/breaches"))
    assert client.get(f"/admin/cases/{case_id}").status_code == 403
    assert client.post(f"/admin/cases/{case_id}/verify").status_code == 403
    assert client.get(f"/admin/cases/{case_id}/diagram.bpmn").status_code == 403
    assert office.reference(case_id) not in client.get("/admin/cases").text


def test_filters_narrow_the_list(office: Office) -> None:
    office.late_case()
    client = office.client("ines")
    for query, fits in (
        ("state=ended", True),
        ("state=open", True),
        ("step=sickness_benefit/check_rights", True),
        ("step=sickness_benefit/provide_pieces", False),
        ("step=sickness_benefit/case", True),
        ("unit=cnas-16", True),
        ("unit=cnas-31", False),
        ("holder_unit=cnas-16-01", True),
        ("until=2020-01-01", False),
        ("since=2020-01-01", True),
        ("since=nonsense", True),
    ):
        assert ("No breach fits" not in words(client.get(f"/admin/breaches?{query}"))) is fits, query


@pytest.mark.parametrize(
    "query", [f"page={10**30}", "page=-1", "since=0001-01-01", "until=9999-12-31", "until=0001-01-01"]
)
def test_odd_filters_break_nothing(office: Office, query: str) -> None:
    client = office.client("ines")
    assert client.get(f"/admin/breaches?{query}").status_code == 200
    assert client.get(f"/admin/breaches.csv?{query}").status_code == 200


def test_the_list_taken_away_is_recorded_on_the_reader(office: Office) -> None:
    case_id = office.late_case()
    response = office.client("ines").get("/admin/breaches.csv?state=ended")
    rows = response.text.splitlines()
    assert response.mimetype == "text/csv"
    assert rows[0].startswith("\ufeffCase,Unit")
    assert len(rows) == 2
    assert rows[1].startswith(office.reference(case_id))
    with reading() as session:
        taken = session.scalars(select(AuditEntry).where(AuditEntry.event == "breaches.exported")).one()
    assert taken.subject_id == office.people["ines"]
    assert (taken.facts["rows"], taken.facts["is_open"]) == (1, False)


def test_the_story_tells_each_hand_off_and_that_it_was_read(office: Office) -> None:
    case_id = office.late_case()
    response = office.client("ines").get(f"/admin/cases/{case_id}")
    page = words(response)
    assert response.status_code == 200
    assert "Samir Benamar" in page
    assert "Amina Bouzid" in page
    assert "Time in hands 2 hours" in page
    assert "not taken yet; waiting for 40 days" in page
    assert "Done after the deadline" in page
    assert "late by" in page
    assert 'id="step-check_rights"' in response.text
    assert '"check_rights": ["breached"' in response.text
    with reading() as session:
        seen = session.scalars(
            select(Reading).where(Reading.case_id == case_id, Reading.what == "story")
        ).one()
    assert seen.person_id == office.people["ines"]


def test_every_entry_is_told_in_each_language(office: Office) -> None:
    case_id = office.late_case()
    for lang in ("ar", "fr", "en"):
        response = office.client("ines", lang).get(f"/admin/cases/{case_id}")
        assert response.status_code == 200
        assert "%(" not in response.text


def test_verifying_says_that_the_chain_holds_and_changes_no_case(office: Office) -> None:
    case_id = office.late_case()
    with reading() as session:
        before = len(session.scalars(select(AuditEntry).where(AuditEntry.subject_id == case_id)).all())
    response = office.client("ines").post(f"/admin/cases/{case_id}/verify")
    assert f"{before} entries: the chain holds" in words(response)
    with reading() as session:
        after = len(session.scalars(select(AuditEntry).where(AuditEntry.subject_id == case_id)).all())
        verified = session.scalars(select(AuditEntry).where(AuditEntry.event == "trail.verified")).one()
    assert before == after
    assert verified.subject_id == office.people["ines"]
    assert verified.facts["breaks"] == []


def test_an_altered_entry_is_shown_at_its_number(office: Office) -> None:
    case_id = office.late_case()
    alter(
        office,
        "UPDATE audit_entries SET actor = 'person:salim' WHERE event = 'task.completed' AND subject_id = ?",
        case_id.hex,
    )
    with reading() as session:
        entries = select(AuditEntry.number).where(
            AuditEntry.subject_id == case_id, AuditEntry.event == "task.completed"
        )
        number = session.scalars(entries).one()
    page = words(office.client("ines").post(f"/admin/cases/{case_id}/verify"))
    assert "The trail does not hold: it breaks in 1 place." in page
    assert f"Entry {number} was altered" in page


def test_a_removed_entry_is_shown_as_missing(office: Office) -> None:
    case_id = office.late_case()
    alter(office, "DELETE FROM audit_entries WHERE number = 3 AND subject_id = ?", case_id.hex)
    response = office.client("ines").post(f"/admin/cases/{case_id}/verify")
    assert "Entry 3 is missing" in words(response)
    assert 'id="entry-3"' in response.text
    assert "This entry is missing." in words(response)


def test_altered_answers_and_documents_are_found(office: Office) -> None:
    case_id = office.late_case()
    alter(office, "UPDATE answers SET content = '{\"days\": 200}' WHERE step = 'file'")
    for stored in (current().data / "documents").rglob("*"):
        if stored.is_file():
            stored.write_bytes(b"%PDF-1.4 forged")
    page = words(office.client("ines").post(f"/admin/cases/{case_id}/verify"))
    assert "were altered after entry" in page
    assert re.search("The document “[^”]*sick note[^”]*” is not the one of entry", page, re.IGNORECASE)
    assert "No: its content was changed or is gone" in page


def test_the_name_of_a_medical_document_is_told_to_nobody_who_may_not_open_it(office: Office) -> None:
    case_id = office.late_case()
    assert "note.pdf" in office.client("ines").get(f"/admin/cases/{case_id}").text
    alter(office, "UPDATE documents SET confidential = 'medical', name = 'cancer.pdf'")
    with reading() as session:
        digest = session.scalars(select(Document.digest)).one()
    for stored in (current().data / "documents").rglob("*"):
        if stored.is_file():
            stored.write_bytes(b"%PDF-1.4 forged")
    client = office.client("ines")
    for page in (client.get(f"/admin/cases/{case_id}"), client.post(f"/admin/cases/{case_id}/verify")):
        assert "cancer" not in page.text
        assert f"({digest[:16]})" in page.text


def test_files_are_read_outside_the_transaction_that_records_the_verification(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = office.late_case()
    open_ones: list[int] = []
    monkeypatch.setattr(inspection, "is_intact", lambda _document: open_ones.append(writing[0]) or True)
    writing, real = [0], inspection.verify_trail

    def counted(*args: Any, **given: Any) -> Any:
        writing[0] += 1
        return real(*args, **given)

    monkeypatch.setattr(cases, "verify_trail", counted)
    assert office.client("ines").post(f"/admin/cases/{case_id}/verify").status_code == 200
    assert open_ones == [0]


def test_a_clerk_has_no_business_here(office: Office) -> None:
    case_id = office.late_case()
    client = office.client("amina")
    for address in (
        "/admin/",
        "/admin/breaches",
        f"/admin/cases/{case_id}",
        "/admin/procedures",
        "/admin/people",
    ):
        assert client.get(address).status_code == 403, address


def test_an_unknown_case_is_not_found(office: Office) -> None:
    address = "/admin/cases/00000000-0000-4000-8000-000000000000"
    assert office.client("ines").get(address).status_code == 404


def test_a_case_is_found_by_a_part_of_its_reference(office: Office) -> None:
    case_id = office.open_case()
    client = office.client("ines")
    assert (
        office.reference(case_id)
        in client.get(f"/admin/cases?reference={office.reference(case_id)[-5:]}").text
    )
    assert "No case of your units" in words(client.get("/admin/cases?reference=99999"))
