from uuid import UUID

from sqlalchemy import select

from engine.database import reading, transaction
from engine.people import create_person
from engine.queries.people import person_named, person_with_roles
from engine.roles import grant_role
from engine.sign_ins import attempt_sign_in, tried
from engine.tables import AuditEntry, OutboxItem, Person, Role, Unit
from tests.admin.house import Office, words
from tests.portal.house import MACHINE

NEW = {
    "username": "farid",
    "name_ar": "فريد سعدي",
    "name_fr": "Farid Saadi",
    "email": "farid@masar.example",
    "phone": "",
    "language": "fr",
}


def test_an_administrator_adds_a_person_and_a_link_is_mailed(office: Office) -> None:
    client = office.client("salim")
    response = client.post("/admin/people", data=NEW)
    assert response.status_code == 303
    assert "Farid Saadi" in words(client.get(response.location))
    with reading() as session:
        mails = [
            item.payload for item in session.scalars(select(OutboxItem).where(OutboxItem.kind == "mail"))
        ]
    assert any(mail["to"] == "farid@masar.example" for mail in mails)


def test_a_wrong_form_keeps_what_was_typed(office: Office) -> None:
    response = office.client("salim").post("/admin/people", data=NEW | {"username": "x", "email": "nobody"})
    assert response.status_code == 422
    assert 'href="#field-username"' in response.text
    assert 'href="#field-email"' in response.text
    assert "Farid Saadi" in response.text


def test_a_user_name_is_given_once(office: Office) -> None:
    response = office.client("salim").post("/admin/people", data=NEW | {"username": "amina"})
    assert response.status_code == 422
    assert "already taken" in words(response)


def test_a_role_is_granted_and_taken_back_after_a_question(office: Office) -> None:
    client, karim = office.client("salim"), office.people["karim"]
    granted = client.post(f"/admin/people/{karim}/roles", data={"unit": "cnas-16", "role": "supervisor"})
    assert granted.status_code == 303
    address = f"/admin/people/{karim}/roles/cnas-16/supervisor/revoke"
    assert "Revoke a role of Karim Mansouri?" in words(client.get(address))
    with reading() as session:
        found = person_with_roles(session, karim)
        assert found
        assert len(found[1]) == 2
    assert client.post(address).status_code == 303
    page = words(client.get(f"/admin/people/{karim}"))
    assert "Role revoked" in page
    assert "Agency director in Algiers agency" in page


def test_a_grant_without_unit_says_so(office: Office) -> None:
    response = office.client("salim").post(
        f"/admin/people/{office.people['karim']}/roles", data={"unit": "", "role": "supervisor"}
    )
    assert response.status_code == 422
    assert "There is no such unit." in words(response)


def test_nobody_gives_themselves_a_role(office: Office) -> None:
    response = office.client("salim").post(
        f"/admin/people/{office.people['salim']}/roles", data={"unit": "cnas", "role": "inspector"}
    )
    assert response.status_code == 403
    assert "Nobody gives themselves a role" in words(response)


def test_an_account_is_closed_after_a_question_and_opened_again(office: Office) -> None:
    client, karim = office.client("salim"), office.people["karim"]
    working = office.client("karim")
    assert "Deactivate Karim Mansouri?" in words(client.get(f"/admin/people/{karim}/deactivate"))
    assert client.post(f"/admin/people/{karim}/deactivate").status_code == 303
    assert working.get("/account").status_code == 303
    assert "This account is deactivated" in words(client.get(f"/admin/people/{karim}"))
    assert client.post(f"/admin/people/{karim}/reactivate").status_code == 303
    assert client.post(f"/admin/people/{karim}/reactivate").status_code == 409


def test_a_locked_person_is_unlocked(office: Office) -> None:
    client, karim = office.client("salim"), office.people["karim"]
    for _attempt in range(6):
        with transaction(actor=MACHINE) as tx:
            wrong = tried(tx.session, username="karim", password="wrong-wrong")
            attempt_sign_in(tx, username="karim", password=wrong, address="")
    assert "Sign-in is locked" in words(client.get(f"/admin/people/{karim}"))
    assert client.post(f"/admin/people/{karim}/unlock").status_code == 303
    page = words(client.get(f"/admin/people/{karim}"))
    assert "Sign-in is locked after failures, until" not in page
    assert "wrong password" in page


def test_without_an_address_the_link_is_shown_once(office: Office) -> None:
    client, karim = office.client("salim"), office.people["karim"]
    response = client.post(f"/admin/people/{karim}/link")
    assert response.status_code == 200
    assert "/recover/" in response.text
    assert "/recover/" not in client.get(f"/admin/people/{karim}").text


def test_details_are_corrected(office: Office) -> None:
    client, karim = office.client("salim"), office.people["karim"]
    form = {
        "name_ar": "كريم",
        "name_fr": "Karim M.",
        "email": "k@masar.example",
        "phone": "",
        "language": "fr",
    }
    assert client.post(f"/admin/people/{karim}/details", data=form).status_code == 303
    assert "k@masar.example" in client.get(f"/admin/people/{karim}/details").text
    assert client.post(f"/admin/people/{karim}/details", data=form | {"email": "k"}).status_code == 422


def test_people_are_searched_and_filtered(office: Office) -> None:
    client = office.client("salim")
    assert "1 person" in words(client.get("/admin/people?text=amina"))
    assert "1 person" in words(client.get("/admin/people?role=physician"))
    assert "Nobody fits" in words(client.get("/admin/people?unit=cnas-31&role=physician"))
    assert "Nobody fits" in words(client.get("/admin/people?state=deactivated"))


def test_an_agencys_administrator_sees_its_own_people_only(office: Office) -> None:
    salim = office.client("salim")
    salim.post("/admin/people", data=NEW)
    with reading() as session:
        farid = person_named(session, "farid")
    assert farid
    salim.post(f"/admin/people/{farid.id}/roles", data={"unit": "cnas-31", "role": "administrator"})
    office.people["farid"] = farid.id
    client = office.client("farid")
    page = words(client.get("/admin/people"))
    assert "far" in page
    assert "amina" not in page
    assert "amina" not in words(client.get("/admin/people?unit=cnas-16-01"))
    assert client.get(f"/admin/people/{office.people['amina']}").status_code == 403
    assert client.post(f"/admin/people/{office.people['amina']}/deactivate").status_code == 403
    denied = client.post("/admin/roles", data={"code": "x1", "name_ar": "ا", "name_fr": "b", "name_en": "c"})
    assert denied.status_code == 403


def test_units_are_opened_and_renamed(office: Office) -> None:
    client = office.client("salim")
    names = {"name_ar": "مركز وهران", "name_fr": "Centre d'Oran", "name_en": "Oran centre"}
    form = {"parent": "cnas-31", "kind": "centre", "code": "cnas-31-01", **names}
    assert client.post("/admin/units", data=form).status_code == 303
    again = client.post("/admin/units", data=form)
    assert again.status_code == 422
    assert "already taken" in words(again)
    missing = client.post("/admin/units", data=form | {"code": "cnas-31-02", "name_fr": ""})
    assert missing.status_code == 422
    assert 'href="#field-name_fr"' in missing.text
    with reading() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "cnas-31-01")).one()
    assert client.post(f"/admin/units/{unit.id}", data=names | {"name_en": "Oran city"}).status_code == 303
    assert "Oran city" in words(client.get("/admin/units"))


def test_roles_are_created_and_changed(office: Office) -> None:
    client = office.client("salim")
    form = {
        "code": "helper",
        "name_ar": "مساعد",
        "name_fr": "Aide",
        "name_en": "Helper",
        "permissions": ["tasks.work"],
    }
    assert client.post("/admin/roles", data=form).status_code == 303
    assert client.post("/admin/roles", data=form).status_code == 422
    with reading() as session:
        role = session.scalars(select(Role).where(Role.code == "helper")).one()
    changed = form | {"permissions": ["tasks.work", "unit.supervise"]}
    assert client.post(f"/admin/roles/{role.id}", data=changed).status_code == 303
    assert 'value="unit.supervise" checked' in client.get(f"/admin/roles/{role.id}").text
    with reading() as session:
        events = session.scalars(select(AuditEntry.event).where(AuditEntry.subject_id == role.id)).all()
    assert sorted(events) == ["role.changed", "role.created"]


def test_every_page_of_the_administrator_opens_in_each_language(office: Office) -> None:
    karim, unit = office.people["karim"], office.units["cnas-16"].id
    with reading() as session:
        role = session.scalars(select(Role.id).where(Role.code == "inspector")).one()
    for lang in ("ar", "fr", "en"):
        client = office.client("salim", lang)
        for address in (
            *("", "people", "people/new", f"people/{karim}", f"people/{karim}/details"),
            *(
                "units",
                "units/new?parent=cnas",
                f"units/{unit}",
                "roles",
                "roles/new",
                f"roles/{role}",
                "incidents",
            ),
        ):
            response = client.get(f"/admin/{address}")
            assert response.status_code == 200, address
            assert response.text.count("<h1") == 1


def local_administrator(office: Office) -> UUID:
    """A member of staff who manages people in two agencies."""
    with transaction(actor=MACHINE) as tx:
        zohra = create_person(
            tx, username="zohra", names={"fr": "Zohra"}, email=None, phone=None, language="en"
        ).id
        for unit in ("cnas-16", "cnas-31"):
            grant_role(tx, person_id=zohra, unit_id=office.units[unit].id, role="administrator")
    office.people["zohra"] = zohra
    return zohra


def test_fields_that_were_not_sent_stay(office: Office) -> None:
    samir = office.people["samir@example.dz"]
    with reading() as session:
        before = session.get_one(Person, samir)
    address = f"/admin/people/{samir}/details"
    assert (
        office.client("salim").post(address, data={"name_fr": "Samir B.", "name_ar": ""}).status_code == 303
    )
    with reading() as session:
        after = session.get_one(Person, samir)
    assert after.names == {"fr": "Samir B."}
    assert before.nss is not None
    assert (after.nss, after.email, after.language) == (before.nss, before.email, before.language)


def test_a_local_administrator_sees_the_people_of_each_of_their_units(office: Office) -> None:
    local_administrator(office)
    page = office.client("zohra").get("/admin/people").text
    assert ">karim<" in page or "karim" in page
    assert "far" in page
    assert "nadia" not in page


def test_a_local_administrator_neither_sees_nor_changes_a_citizen_and_it_is_recorded(office: Office) -> None:
    zohra, samir = local_administrator(office), office.people["samir@example.dz"]
    client = office.client("zohra")
    assert client.get(f"/admin/people/{samir}").status_code == 403
    for act in ("deactivate", "link", "unlock", "details"):
        assert client.post(f"/admin/people/{samir}/{act}", data={"name_fr": "X"}).status_code == 403
    with reading() as session:
        refusals = session.scalars(
            select(AuditEntry.id).where(AuditEntry.subject_id == zohra, AuditEntry.event == "access.refused")
        ).all()
    assert len(refusals) == 5


def test_a_refused_grant_is_recorded(office: Office) -> None:
    salim = office.people["salim"]
    data = {"unit": "cnas", "role": "inspector"}
    assert office.client("salim").post(f"/admin/people/{salim}/roles", data=data).status_code == 403
    with reading() as session:
        query = select(AuditEntry.facts).where(
            AuditEntry.subject_id == salim, AuditEntry.event == "access.refused"
        )
        assert [facts["code"] for facts in session.scalars(query)] == ["self_grant"]


def test_a_page_far_beyond_the_last_is_the_last(office: Office) -> None:
    client = office.client("salim")
    assert client.get(f"/admin/people?page={10**30}").status_code == 200
    assert client.get("/admin/people?page=-7").status_code == 200
