from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import event, func, select

from engine.actor import Actor
from engine.database import current, reading
from engine.tables import AuditEntry, Decision, Document, Incident, Reading, Task
from tests import builders
from tests.portal.house import (
    COMPLETE,
    JUSTIFIED,
    MISSING,
    REFUSED,
    House,
    answers,
    begin,
    file_case,
    only_case,
    text_of,
    upload,
)


def asked_task() -> str:
    with reading() as session:
        task = session.scalars(
            select(Task).where(Task.step == "provide_pieces", Task.ended_at.is_(None))
        ).one()
        return f"/my/tasks/{task.id}"


def decided(house: House, refused: bool = False) -> str:
    """A case that came to its decision; its address."""
    case = file_case(house, house.client("samir@example.dz"))
    house.work("amina", "check_rights", COMPLETE)
    house.work("yasmine", "medical_opinion", JUSTIFIED)
    house.work("karim", "validate", REFUSED if refused else {"decision": "grant"})
    return case


def test_a_case_says_whose_turn_it_is_until_when_and_never_names_a_clerk(house: House) -> None:
    samir = house.client("samir@example.dz")
    case = file_case(house, samir)
    page = text_of(samir.get(case))
    assert "Rights control" in page
    assert "Medical adviser" in page
    assert "until" in page
    assert "What comes next" in page
    assert "Validate" in page
    house.work("amina", "check_rights", COMPLETE)
    page = text_of(samir.get(case))
    assert "Done: Check rights" in page
    assert "Bouzid" not in page
    assert "Sarl Atlas" in page
    assert "note.pdf" in page


def test_the_list_of_cases_costs_the_same_queries_however_many_there_are(house: House) -> None:
    samir = house.client("samir@example.dz")
    file_case(house, samir)
    few = queries_of(lambda: samir.get("/my/cases"))
    file_case(house, samir)
    file_case(house, samir)
    assert queries_of(lambda: samir.get("/my/cases")) == few


def queries_of(call: object) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = current().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        call()  # type: ignore[operator]
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_a_person_without_cases_is_shown_the_way_to_the_services(house: House) -> None:
    assert "You have not sent any request yet" in text_of(house.client("lila@example.dz").get("/my/cases"))


def test_the_receipt_states_hour_office_and_pieces_and_can_be_checked_by_anyone(house: House) -> None:
    samir = house.client("samir@example.dz")
    case = file_case(house, samir)
    receipt = samir.get(f"{case}/receipt")
    with reading() as session:
        reference = only_case(session).reference
        digest = session.scalars(select(Document.digest)).one()
    assert reference in receipt.text
    assert digest[:16] in receipt.text
    assert "note.pdf" not in receipt.text
    assert 'src="data:image/svg+xml' in receipt.text
    checked = house.client().get(case.replace("/my/cases/", "/check/"))
    assert checked.status_code == 200
    assert reference in checked.text
    assert "Samir" not in checked.text


def test_nothing_of_a_case_is_told_to_another_citizen(house: House) -> None:
    case = file_case(house, house.client("samir@example.dz"))
    lila = house.client("lila@example.dz")
    for path in ("", "/sent", "/receipt", "/decision"):
        assert lila.get(f"{case}{path}").status_code == 404
    assert lila.post(f"{case}/decision").status_code == 404
    with reading() as session:
        document = session.scalars(select(Document.id)).one()
        task = session.scalars(select(Task.id)).first()
    assert refusals_of(house, "lila@example.dz") == 5
    assert lila.get(f"/documents/{document}").status_code == 404
    assert lila.get(f"/my/tasks/{task}").status_code == 404
    assert refusals_of(house, "lila@example.dz") == 7
    assert lila.get(f"/my/tasks/{uuid4()}").status_code == 404
    assert lila.get(f"/my/cases/{uuid4()}").status_code == 404
    assert refusals_of(house, "lila@example.dz") == 7


def refusals_of(house: House, username: str) -> int:
    with reading() as session:
        refused = select(func.count()).select_from(AuditEntry).where(AuditEntry.event == "access.refused")
        return session.scalar(refused.where(AuditEntry.subject_id == house.people[username])) or 0


def test_a_document_is_handed_out_as_what_it_is_and_a_clerks_look_is_recorded(house: House) -> None:
    samir = house.client("samir@example.dz")
    file_case(house, samir, medical_part=upload("medical.pdf"))
    with reading() as session:
        documents = {row.field: row.id for row in session.scalars(select(Document))}
    response = samir.get(f"/documents/{documents['sick_note']}")
    assert response.status_code == 200
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    amina = house.client("amina")
    assert amina.get(f"/documents/{documents['sick_note']}").status_code == 200
    assert amina.get(f"/documents/{documents['medical_part']}").status_code == 403
    with reading() as session:
        assert session.scalars(select(Reading)).one().document_id == documents["sick_note"]


def test_a_completion_request_is_read_answered_once_and_starts_the_clock_again(house: House) -> None:
    samir = house.client("samir@example.dz")
    case = file_case(house, samir)
    house.work("amina", "check_rights", MISSING)
    page = text_of(samir.get(case))
    assert "It is your turn" in page
    assert "stands still" in page
    task = asked_task()
    asked = text_of(samir.get(task))
    assert "The copy of the certificate cannot be read." in asked
    assert "Secret between colleagues" not in asked
    assert samir.post(task, data={"answer": "sent"}).status_code == 422
    sent = samir.post(task, data={"answer": "sent", "hospital_certificate": upload("hospital.pdf")})
    assert sent.location == f"{task}/check"
    assert "hospital.pdf" in samir.get(f"{task}/check").text
    assert samir.post(f"{task}/send").status_code == 303
    again = samir.post(f"{task}/send")
    assert again.status_code == 409
    assert "already completed" in text_of(again)
    assert "already sent your answer" in text_of(samir.get(task))
    page = text_of(samir.get(case))
    assert "You answered: Complete the file" in page
    assert "stands still" not in page


def test_an_answer_with_which_the_case_cannot_go_on_opens_one_incident(house: House) -> None:
    xml = builders.bpmn("start > give@applicant > {count=n = 1 * more=m = 2} > end", key="stuck")
    xml = xml.replace(b"again == true", b"n == 1")
    samir = Actor(house.people["samir@example.dz"], "person:samir")
    case = builders.opened(builders.deploy(xml), by=samir, unit=house.units["cnas-16-01"].id)
    task_id = builders.task_id(case, "give")
    client = house.client("samir@example.dz")
    for _try in range(2):
        stuck = client.post(f"/my/tasks/{task_id}/send")
        assert stuck.status_code == 422
        assert "the office has been told" in text_of(stuck)
    with reading() as session:
        incident = session.scalars(select(Incident)).one()
    assert (incident.case_id, incident.code) == (case, "no_rest")
    assert builders.task(task_id).is_open


def test_an_answer_is_kept_as_a_draft(house: House) -> None:
    samir = house.client("samir@example.dz")
    file_case(house, samir)
    house.work("amina", "check_rights", MISSING)
    task = asked_task()
    assert (
        samir.post(f"{task}/autosave", data={"answer": "cannot", "message": "I lost it"}).status_code == 204
    )
    assert "I lost it" in samir.get(task).text
    assert house.client("lila@example.dz").post(f"{task}/autosave", data={}).status_code == 404


def test_a_decision_is_opened_by_a_press_that_proves_receipt(house: House) -> None:
    case = decided(house)
    samir = house.client("samir@example.dz")
    page = text_of(samir.get(f"{case}/decision"))
    assert "Open the decision" in page
    assert "18 750,00" not in page.replace("\u00a0", " ")
    assert samir.post(f"{case}/decision").status_code == 303
    with reading() as session:
        first = session.scalars(select(Decision)).one().received_at
    assert first is not None
    samir.post(f"{case}/decision")
    with reading() as session:
        assert session.scalars(select(Decision)).one().received_at == first
    page = text_of(samir.get(f"{case}/decision")).replace("\u00a0", " ")
    assert "your request is granted" in page
    assert "18 750,00 DA" in page
    assert "Days paid at 50 % 15" in page.replace("  ", " ")
    assert "You have until" in page
    assert "Karim Mansouri" in page
    assert "art. 8" in page


def test_a_refusal_states_its_ground_its_reasons_and_the_remedies(house: House) -> None:
    case = decided(house, refused=True)
    samir = house.client("samir@example.dz")
    waiting = text_of(samir.get("/my/cases"))
    assert "A decision waits for you" in waiting
    assert "Refused" not in waiting
    samir.post(f"{case}/decision")
    assert "Refused" in text_of(samir.get("/my/cases"))
    page = text_of(samir.get(f"{case}/decision"))
    assert "your request is refused" in page
    assert "No right to the benefit" in page
    assert "fewer than the law asks for" in page
    assert "15 days, counted from the day after receipt" in page


def test_no_decision_is_shown_before_it_is_notified(house: House) -> None:
    samir = house.client("samir@example.dz")
    assert samir.get(f"{file_case(house, samir)}/decision").status_code == 404


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_every_page_has_one_heading_in_each_language(house: House, lang: str) -> None:
    case = decided(house)
    samir = house.client("samir@example.dz", lang)
    draft = begin(samir)
    samir.post(draft, data=answers(house))
    samir.post(f"{case}/decision")
    paths = ["/", "/services/sickness_benefit", draft, f"{draft}/check", "/my/cases", case]
    for path in [*paths, f"{case}/sent", f"{case}/receipt", f"{case}/decision"]:
        page = samir.get(path)
        assert page.status_code == 200, path
        assert page.text.count("<h1") == 1, path
