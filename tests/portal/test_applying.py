from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from engine.database import reading, transaction
from engine.documents import MOST_UNBOUND, Stored, store_bytes
from engine.tables import Case, Document, Draft
from tests.portal.house import (
    KEY,
    MACHINE,
    House,
    answers,
    begin,
    file_case,
    in_memory,
    only_case,
    text_of,
    upload,
)
from web import filling


def test_anyone_reads_what_a_service_asks_and_who_does_what_by_when(house: House) -> None:
    client = house.client()
    home = client.get("/")
    assert home.status_code == 200
    assert f"/services/{KEY}" in home.text
    page = text_of(client.get(f"/services/{KEY}"))
    assert "Sick note" in page
    assert "Only if you answer “Yes” to “Were you in hospital?”" in page
    assert "Medical part" in page
    assert "By: Rights control, within 3 working days" in page
    assert "Within 10 working days of filing" in page
    assert "art. 8" in page


def test_an_unknown_service_is_not_found(house: House) -> None:
    assert house.client().get("/services/nothing").status_code == 404


def test_starting_needs_a_sign_in(house: House) -> None:
    response = house.client().post(f"/applications/new/{KEY}")
    assert response.status_code in (302, 303, 401)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 0


def test_staff_are_told_to_file_from_a_citizens_account(house: House) -> None:
    amina = house.client("amina")
    assert "citizen’s account" in text_of(amina.get(f"/services/{KEY}"))
    assert amina.post(f"/applications/new/{KEY}").status_code == 403


def test_a_draft_begins_with_what_the_account_says(house: House) -> None:
    samir = house.client("samir@example.dz")
    page = samir.get(begin(samir))
    assert page.status_code == 200
    assert 'value="850123456780"' in page.text
    assert "Alger-Centre" in page.text


def test_a_whole_application_becomes_a_case_with_its_reference(house: House) -> None:
    samir = house.client("samir@example.dz")
    draft = begin(samir)
    assert samir.post(draft, data=answers(house)).location == f"{draft}/check"
    checked = text_of(samir.get(f"{draft}/check"))
    assert "Sarl Atlas" in checked
    assert "note.pdf" in checked
    sent = samir.post(f"{draft}/send")
    with reading() as session:
        case = only_case(session)
        assert case.applicant_id == house.people["samir@example.dz"]
        assert session.scalars(select(Document)).one().case_id == case.id
        assert session.scalars(select(Draft)).all() == []
    page = samir.get(sent.location)
    assert case.reference in page.text


def test_sending_twice_makes_one_case(house: House) -> None:
    samir = house.client("samir@example.dz")
    draft = begin(samir)
    samir.post(draft, data=answers(house))
    assert samir.post(f"{draft}/send").status_code == 303
    assert samir.post(f"{draft}/send").status_code == 404
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_a_wrong_form_is_answered_422_with_links_and_keeps_all_that_was_typed(house: House) -> None:
    samir = house.client("samir@example.dz")
    draft = begin(samir)
    page = samir.post(draft, data=answers(house, nss="12", days="many", employer="Numidia", unit=""))
    assert page.status_code == 422
    for field in ("field-nss", "field-days", "field-unit"):
        assert f'href="#{field}"' in page.text
        assert f'id="{field}"' in page.text
    assert 'value="Numidia"' in page.text
    assert 'value="many"' in page.text
    assert "note.pdf" in page.text
    assert 'value="many"' in samir.get(draft).text


def test_a_file_that_is_not_what_it_says_is_refused_in_words_and_the_rest_kept(house: House) -> None:
    samir = house.client("samir@example.dz")
    draft = begin(samir)
    page = samir.post(draft, data=answers(house, sick_note=upload("note.pdf", b"MZ not a pdf at all")))
    assert page.status_code == 422
    assert 'href="#field-sick_note"' in page.text
    assert "is not a PDF, JPEG or PNG file" in page.text
    assert page.text.count("needs a file") == 0
    assert 'value="Sarl Atlas"' in page.text


def test_a_file_too_large_is_refused_in_words(house: House) -> None:
    samir = house.client("samir@example.dz")
    large = b"%PDF-1.4\n" + b"0" * (5 * 1024 * 1024 + 1)
    body, kind = in_memory(answers(house, sick_note=upload("note.pdf", large)))
    page = samir.post(begin(samir), data=body, content_type=kind)
    assert page.status_code == 422
    assert "is too large" in page.text


def test_a_file_already_sent_stays_until_it_is_removed(house: House) -> None:
    samir = house.client("samir@example.dz")
    draft = begin(samir)
    samir.post(f"{draft}/later", data=answers(house))
    with reading() as session:
        note = str(session.scalars(select(Document.id)).one())
    assert samir.post(draft, data=answers(house, sick_note=note)).location == f"{draft}/check"
    assert samir.post(draft, data=answers(house, sick_note=note, _remove="sick_note")).location == draft
    assert "note.pdf" not in samir.get(draft).text
    assert samir.post(draft, data=answers(house, sick_note=None)).status_code == 422


def test_a_draft_is_saved_for_later_by_itself_and_thrown_away(house: House) -> None:
    samir = house.client("samir@example.dz")
    draft = begin(samir)
    assert samir.post(f"{draft}/autosave", data={"employer": "Numidia"}).status_code == 204
    assert 'value="Numidia"' in samir.get(draft).text
    assert draft in samir.get("/my/cases").text
    assert samir.post(f"{draft}/discard").status_code == 303
    assert samir.get(draft).status_code == 404


def test_an_unfinished_draft_can_be_neither_checked_nor_sent(house: House) -> None:
    samir = house.client("samir@example.dz")
    draft = begin(samir)
    assert samir.get(f"{draft}/check").location == draft
    assert samir.post(f"{draft}/send").status_code == 422


def test_a_draft_is_its_authors_alone(house: House) -> None:
    samir, lila = house.client("samir@example.dz"), house.client("lila@example.dz")
    draft = begin(samir)
    for answer in (
        lila.get(draft),
        lila.post(draft, data=answers(house)),
        lila.post(f"{draft}/send"),
        lila.post(f"{draft}/discard"),
        lila.get(f"{draft}/check"),
    ):
        assert answer.status_code == 404


def test_another_persons_file_cannot_be_named_in_an_application(house: House) -> None:
    samir, lila = house.client("samir@example.dz"), house.client("lila@example.dz")
    samir.post(f"{begin(samir)}/later", data=answers(house))
    with reading() as session:
        note = str(session.scalars(select(Document.id)).one())
    draft = begin(lila)
    lila.post(draft, data=answers(house, nss="850123456781", sick_note=note))
    assert "note.pdf" not in lila.get(draft).text
    assert lila.post(f"{draft}/send").status_code == 403


def test_a_request_is_filed_in_arabic_as_in_french(house: House) -> None:
    for lang, words in (("ar", "راجع إجاباتك قبل الإرسال"), ("fr", "Vérifiez vos réponses avant l’envoi")):
        samir = house.client("samir@example.dz", lang)
        draft = begin(samir)
        samir.post(draft, data=answers(house))
        assert words in samir.get(f"{draft}/check").text
    file_case(house, house.client("samir@example.dz", "ar"))


def test_starting_again_goes_on_with_the_draft(house: House) -> None:
    samir = house.client("samir@example.dz")
    draft = begin(samir)
    assert begin(samir) == draft
    assert "You began this request before" in text_of(samir.get(draft))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 1


def test_a_file_replaced_or_removed_leaves_nothing_behind(house: House) -> None:
    samir = house.client("samir@example.dz")
    draft = begin(samir)
    samir.post(f"{draft}/later", data=answers(house))
    with reading() as session:
        first = str(session.scalars(select(Document.id)).one())
    again = answers(house, sick_note=None)
    body = MultiDict([*again.items(), ("sick_note", first), ("sick_note", upload("second.pdf"))])
    samir.post(f"{draft}/later", data=body)
    with reading() as session:
        second = session.scalars(select(Document)).one()
        assert second.name == "second.pdf"
    samir.post(draft, data=again | {"sick_note": str(second.id), "_remove": "sick_note"})
    with reading() as session:
        assert session.scalars(select(Document)).all() == []


def test_files_beyond_what_may_be_kept_are_refused_in_words(house: House) -> None:
    samir = house.client("samir@example.dz")
    draft = begin(samir)
    for _number in range(MOST_UNBOUND):
        samir.post(f"{draft}/later", data={"sick_note": upload("note.pdf")})
    page = samir.post(f"{draft}/later", data={"sick_note": upload("note.pdf")})
    assert page.status_code == 422
    assert "files for requests not sent yet" in text_of(page)


def test_no_transaction_waits_for_the_disk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def storing(*content: Any, **given: Any) -> Stored:
        with transaction(actor=MACHINE):  # locked out while another one writes
            return store_bytes(*content, **given)

    monkeypatch.setattr(filling, "store_bytes", storing)
    samir = house.client("samir@example.dz")
    draft = begin(samir)
    assert samir.post(draft, data=answers(house)).location == f"{draft}/check"
