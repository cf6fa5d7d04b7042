"""The page of a task: claim, fill, draft, complete, release; who reads what; what is refused, and why."""

import re
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from engine.database import reading, transaction
from engine.queries.own_cases import own_case
from engine.roles import grant_role, revoke_role
from engine.tables import Answers, Incident, Reading, TaskStatus
from tests import builders
from tests.people import Cast
from tests.worklists.house import COMPLETE, MISSING, OPINION, PDF, House

TYPED = {"outcome": "complete", "rights_open": "true", "daily_net": "1 500,50", "late_filing": "in_time"}


def validation(house: House) -> tuple[UUID, UUID]:
    """A case whose rights Amina checked and whose opinion Yasmine gave; its task of validation."""
    case = house.filed()
    house.done(case, "check_rights", COMPLETE, "amina")
    house.done(case, "medical_opinion", OPINION, "yasmine")
    return case, builders.task_id(case, "validate")


def test_a_clerk_claims_fills_and_completes(house: House) -> None:
    case = house.filed()
    task_id = builders.task_id(case, "check_rights")
    client = house.client("amina")
    claimed = client.post(f"/tasks/{task_id}/claim")
    assert (claimed.status_code, claimed.location) == (303, f"/tasks/{task_id}")
    page = client.get(f"/tasks/{task_id}").text
    assert 'id="field-outcome"' in page
    assert f'data-autosave="/tasks/{task_id}/autosave"' in page
    done = client.post(f"/tasks/{task_id}/complete", data=TYPED)
    assert (done.status_code, done.location) == (303, "/worklist")
    assert "has moved on" in client.get("/worklist").text
    assert builders.task(task_id).status == TaskStatus.COMPLETED
    assert builders.case(case).data["daily_net"] == 150_050
    assert builders.events(case)[-3:-1] == ["task.claimed", "task.completed"]


def test_a_wrong_form_keeps_what_was_typed_and_links_its_errors(house: House) -> None:
    case = house.filed()
    task_id = house.claimed(case, "check_rights", "amina")
    answer = house.client("amina").post(
        f"/tasks/{task_id}/complete", data=TYPED | {"daily_net": "a lot", "comment": "Typed."}
    )
    assert answer.status_code == 422
    assert 'href="#field-daily_net"' in answer.text
    assert 'value="a lot"' in answer.text
    assert "Typed." in answer.text
    assert builders.task(task_id).status == TaskStatus.CLAIMED


def test_a_second_submit_is_told_and_changes_nothing(house: House) -> None:
    case = house.filed()
    task_id = house.claimed(case, "check_rights", "amina")
    client = house.client("amina")
    assert client.post(f"/tasks/{task_id}/complete", data=TYPED).status_code == 303
    before = builders.dump(house.database)
    again = client.post(f"/tasks/{task_id}/complete", data=TYPED)
    assert again.status_code == 409
    assert "You have already completed this task" in again.text
    assert builders.dump(house.database) == before


def test_whoever_comes_too_late_is_told_who_was_faster(house: House) -> None:
    case = house.filed()
    task_id = house.claimed(case, "check_rights", "amina")
    badr = house.client("badr")
    late = badr.post(f"/tasks/{task_id}/claim")
    assert late.status_code == 409
    assert "Amina Bouzid" in late.text
    house.client("amina").post(f"/tasks/{task_id}/complete", data=TYPED)
    later = badr.post(f"/tasks/{task_id}/complete", data=TYPED)
    assert later.status_code == 409
    assert "already completed by Amina Bouzid" in later.text


def test_another_ones_task_is_read_but_not_filled(house: House) -> None:
    case = house.filed()
    task_id = house.claimed(case, "check_rights", "amina")
    page = house.page("badr", f"/tasks/{task_id}")
    assert "Amina Bouzid" in page
    assert 'id="field-outcome"' not in page


def test_four_eyes_says_why_not_and_who_can(house: House, cast: Cast) -> None:
    xml = builders.bpmn("start > check@rights_officer > confirm@rights_officer;other=check > end", key="two")
    key = builders.deploy(xml)
    case = builders.opened(key, by=cast.samir, unit=cast.centre)
    builders.complete(case, "check", by=cast.amina)
    task_id = builders.task_id(case, "confirm")
    client = house.client("amina")
    for page in (client.get("/workqueue").text, client.get(f"/tasks/{task_id}").text):
        assert "You did the step “check” of this case" in page
        assert f"/tasks/{task_id}/claim" not in page
    refused = client.post(f"/tasks/{task_id}/claim")
    assert refused.status_code == 403
    assert "You did the step “check”" in refused.text
    assert "Badr Haddad" in refused.text
    assert builders.events(house.cast.id("amina"))[-1] == "access.refused"


def test_a_step_of_another_lane_is_refused_with_its_role(house: House) -> None:
    _case, task_id = validation(house)
    page = house.page("amina", f"/tasks/{task_id}")
    assert "This step is for the role “Head of centre”" in page
    assert "Karim Mansouri" in page


def test_only_the_physician_reads_the_medical_answers(house: House) -> None:
    case, _task_id = validation(house)
    physician, clerk = house.page("yasmine", f"/cases/{case}"), house.page("amina", f"/cases/{case}")
    assert "A secret of the physician." in physician
    assert "A secret of the physician." not in clerk
    assert "you may not read" in clerk
    assert "Yasmine Kaci" in clerk
    assert "you may not read" not in physician


def test_the_signer_reads_what_decides(house: House) -> None:
    _case, task_id = validation(house)
    page = house.page("karim", f"/tasks/{task_id}")
    assert "18\u00a0750,00\u00a0DA" in page
    assert "Days paid at 50 %" in page
    assert "note.pdf" in page


CIRCLE = "start > check@rights_officer > {count=n = 1 * more=m = 2} > end"


def circling(house: House) -> UUID:
    """A case that never comes to rest once its task is done."""
    key = builders.deploy(builders.bpmn(CIRCLE, key="circle").replace(b"again == true", b"n == 1"))
    return builders.opened(key, by=house.cast.samir, unit=house.cast.centre)


def test_an_act_that_never_comes_to_rest_is_refused_in_words_and_nothing_changes(house: House) -> None:
    task_id = house.claimed(circling(house), "check", "amina")
    answer = house.client("amina").post(f"/tasks/{task_id}/complete", data={})
    assert answer.status_code == 422
    assert "cannot go on" in answer.text
    assert builders.task(task_id).status == TaskStatus.CLAIMED


def test_an_act_that_never_comes_to_rest_opens_one_incident_however_often_it_is_tried(house: House) -> None:
    case = circling(house)
    task_id = house.claimed(case, "check", "amina")
    for _try in range(2):
        tried = house.client("amina").post(f"/tasks/{task_id}/complete", data={})
        assert tried.status_code == 422
    with reading() as session:
        incident = session.scalars(select(Incident).where(Incident.case_id == case)).one()
    assert (incident.code, incident.resolved_at) == ("no_rest", None)
    assert builders.events(case)[-1] == "incident.opened"


def test_an_act_after_which_the_case_cannot_go_on_is_kept_and_told_on_its_page(house: House) -> None:
    path = "start > check@rights_officer > count=n = 10 / divisor > more@rights_officer > end"
    key = builders.deploy(builders.bpmn(path, key="counted"))
    case = builders.opened(key, by=house.cast.samir, unit=house.cast.centre, answers={"divisor": 0})
    task_id = house.claimed(case, "check", "amina")
    answer = house.client("amina").post(f"/tasks/{task_id}/complete", data={})
    assert answer.status_code == 303
    assert builders.task(task_id).status == TaskStatus.COMPLETED
    with reading() as session:
        incident = session.scalars(select(Incident).where(Incident.case_id == case)).one()
    assert (incident.code, incident.token is not None) == ("division_by_zero", True)
    assert "the case waits for its repair" in house.page("amina", f"/cases/{case}")


def test_granting_nothing_returns_the_case_to_both_controls(house: House) -> None:
    case = house.filed()
    rights = {"outcome": "complete", "rights_open": False, "late_filing": "in_time"}
    house.done(case, "check_rights", rights, "amina")
    house.done(case, "medical_opinion", OPINION, "yasmine")
    task_id = house.claimed(case, "validate", "karim")
    answer = house.client("karim").post(f"/tasks/{task_id}/complete", data={"decision": "grant"})
    assert answer.status_code == 303
    assert sorted(builders.waiting(case)) == ["check_rights", "medical_opinion"]


def test_a_draft_is_kept_restored_and_nobody_elses(house: House) -> None:
    case = house.filed()
    task_id = house.claimed(case, "check_rights", "amina")
    client = house.client("amina")
    assert client.post(f"/tasks/{task_id}/autosave", data={"comment": "Half a tho"}).status_code == 204
    saved = client.post(f"/tasks/{task_id}/draft", data={"comment": "Half a thought"})
    assert saved.location == f"/tasks/{task_id}"
    page = client.get(f"/tasks/{task_id}").text
    assert "Half a thought" in page
    assert "was restored" in page
    assert house.client("badr").post(f"/tasks/{task_id}/draft", data={"comment": "Mine"}).status_code == 404
    assert "Half a thought" not in house.page("badr", f"/tasks/{task_id}")


def test_a_draft_stays_its_authors_when_the_task_is_given_to_another(house: House) -> None:
    case = house.filed()
    task_id = house.claimed(case, "check_rights", "amina")
    house.client("amina").post(f"/tasks/{task_id}/draft", data={"comment": "Half a thought"})
    given = {"person": str(house.cast.id("badr")), "reason": "She is away."}
    assert house.client("omar").post(f"/tasks/{task_id}/assign", data=given).status_code == 303
    page = house.page("badr", f"/tasks/{task_id}")
    assert 'id="field-outcome"' in page
    assert "Half a thought" not in page
    assert "was restored" not in page


def test_a_holder_who_lost_the_role_is_told_why_and_sees_no_form(house: House) -> None:
    case = house.filed()
    task_id = house.claimed(case, "medical_opinion", "yasmine")
    client = house.client("yasmine")
    client.post(f"/tasks/{task_id}/draft", data={"comment": "A secret of the physician."})
    with transaction(actor=house.cast.salim) as tx:
        yasmine, agency = house.cast.id("yasmine"), house.cast.units["cnas-16"]
        grant_role(tx, person_id=yasmine, unit_id=agency, role="rights_officer")
        revoke_role(tx, person_id=yasmine, unit_id=agency, role="physician")
    page = house.page("yasmine", f"/tasks/{task_id}")
    assert "A secret of the physician." not in page
    assert 'name="opinion"' not in page
    assert "This step is for the role" in page
    assert client.post(f"/tasks/{task_id}/autosave", data={"comment": "More."}).status_code == 403


def test_a_task_is_put_back_by_its_holder_only_or_a_supervisor(house: House) -> None:
    case = house.filed()
    task_id = house.claimed(case, "check_rights", "amina")
    assert house.client("badr").post(f"/tasks/{task_id}/release").status_code == 403
    assert house.client("amina").post(f"/tasks/{task_id}/release").status_code == 303
    assert builders.task(task_id).status == TaskStatus.OFFERED
    house.claimed(case, "check_rights", "badr")
    assert house.client("omar").post(f"/tasks/{task_id}/release").location == "/unit"


def test_a_completion_request_suspends_the_clock_and_the_page_says_so(house: House, cast: Cast) -> None:
    case = house.filed()
    task_id = house.claimed(case, "check_rights", "amina")
    sent = {"outcome": "missing", "missing_pieces": "sick_note", "message": str(MISSING["message"])}
    assert house.client("amina").post(f"/tasks/{task_id}/complete", data=sent).status_code == 303
    assert builders.waiting(case) == ["medical_opinion", "provide_pieces"]
    assert "Suspended, waiting for the applicant" in house.page("yasmine", "/workqueue")
    assert "Suspended, waiting for the applicant" in house.page("amina", f"/cases/{case}")
    with reading() as session:
        assert own_case(session, case_id=case, person_id=cast.id("samir")).asked


def test_looking_is_recorded(house: House, cast: Cast) -> None:
    case = house.filed()
    task_id = builders.task_id(case, "check_rights")
    house.page("amina", f"/tasks/{task_id}")
    house.page("amina", f"/cases/{case}")
    with reading() as session:
        looked = session.scalars(
            select(Reading.what).where(Reading.person_id == cast.id("amina")).order_by(Reading.at)
        )
        assert looked.all() == ["task", "case"]


@pytest.mark.parametrize("name", ["lynda", "fatiha", "mourad"])
def test_the_neighbours_may_not_look_in(house: House, name: str) -> None:
    case = house.filed()
    for address in (f"/cases/{case}", f"/tasks/{builders.task_id(case, 'check_rights')}"):
        answer = house.client(name).get(address)
        assert answer.status_code == 403
        assert "Samir" not in answer.text


def test_what_is_not_there_is_not_found(house: House) -> None:
    client = house.client("amina")
    assert client.get(f"/tasks/{uuid4()}").status_code == 404
    assert client.get(f"/cases/{uuid4()}").status_code == 404
    assert client.post(f"/tasks/{uuid4()}/complete").status_code == 404


def test_the_story_tells_who_did_what_and_how_long_it_waited(house: House) -> None:
    case = house.filed(days_ago=4)
    house.done(case, "check_rights", COMPLETE, "amina", days_ago=1)
    page = house.page("karim", f"/cases/{case}")
    assert "Amina Bouzid" in page
    assert "Task completed</strong> – Check rights" in page
    assert "3 days" in page


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_pages_of_a_case_speak_arabic_and_french(house: House, lang: str) -> None:
    case, task_id = validation(house)
    for address in (
        f"/cases/{case}",
        f"/tasks/{task_id}",
        f"/tasks/{house.claimed(case, 'validate', 'karim')}",
    ):
        page = house.page("karim", address, lang)
        assert page.count("<h1") == 1
        assert {"ar": "ما أُجيب به", "fr": "Ce qui a été répondu"}[lang] in page


def test_the_answers_are_kept_apart_from_the_trail(house: House) -> None:
    case, _ = validation(house)
    with reading() as session:
        assert session.scalars(select(Answers).where(Answers.case_id == case)).all()
    assert "secret" not in str([entry.facts for entry in builders.entries(case)])


def test_a_closed_case_tells_a_clerk_from_elsewhere_whose_it_is(house: House) -> None:
    task_id = builders.task_id(house.filed(), "check_rights")
    answer = house.client("lynda").post(f"/tasks/{task_id}/claim")
    assert answer.status_code == 403
    assert "This task belongs to CNAS-16-01, where you hold no role." in answer.text


def test_the_data_of_a_case_tell_no_secret_to_who_may_not_read_it(house: House, cast: Cast) -> None:
    asked = {"type": "string", "labels": {"en": "Rate"}}
    secret = {"type": "string", "labels": {"en": "Illness"}, "confidential": "medical"}
    form = {"type": "object", "properties": {"rate": asked, "illness": secret}}
    xml = builders.bpmn(
        "start > see@physician;form=f;keeps=rate,illness;medical > note@rights_officer > last@validator > end",
        key="secrets",
    )
    case = builders.opened(builders.deploy(xml, forms={"f": form}), by=cast.samir, unit=cast.centre)
    builders.complete(case, "see", {"rate": "Whole", "illness": "Influenza"}, by=cast.yasmine)
    builders.complete(case, "note", {"remark": "Seen."}, by=cast.amina)
    clerk, physician = house.page("amina", f"/cases/{case}"), house.page("yasmine", f"/cases/{case}")
    assert "Influenza" not in clerk
    assert "Whole" in clerk
    assert "Seen." in clerk
    assert "Influenza" in physician


FORM = {
    "type": "object",
    "properties": {
        "note": {"type": "string", "labels": {"en": "Note"}},
        "proof": {
            "type": "string",
            "format": "document",
            "labels": {"en": "Proof"},
            "accept": ["application/pdf"],
        },
    },
    "required": ["note", "proof"],
}


def test_a_file_sent_with_a_wrong_form_is_not_lost(house: House, cast: Cast) -> None:
    xml = builders.bpmn("start > check@rights_officer;form=f > end", key="with_file")
    case = builders.opened(builders.deploy(xml, forms={"f": FORM}), by=cast.samir, unit=cast.centre)
    task_id = house.claimed(case, "check", "amina")
    client = house.client("amina")
    refused = client.post(
        f"/tasks/{task_id}/complete", data={"note": "Typed.", "proof": (BytesIO(b"plain"), "a.txt")}
    )
    assert refused.status_code == 422
    assert "“a.txt” is not a PDF" in refused.text
    assert "Typed." in refused.text
    kept = client.post(f"/tasks/{task_id}/complete", data={"proof": (BytesIO(PDF), "proof.pdf")})
    assert kept.status_code == 422
    found = re.search(r'name="proof" value="([0-9a-f-]{36})"', kept.text)
    assert found is not None
    done = client.post(f"/tasks/{task_id}/complete", data={"note": "Typed.", "proof": found[1]})
    assert done.status_code == 303
    assert "proof.pdf" in house.page("badr", f"/cases/{case}")
