"""People: what is recorded of them, by whom, and that none of it reaches the trail."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine import audit
from engine.actor import Actor
from engine.credentials import set_password
from engine.database import reading, transaction
from engine.details import DetailsRefused
from engine.passwords import new_password
from engine.people import (
    UsernameTaken,
    change_language,
    change_person,
    create_person,
    deactivate_person,
    invite_person,
    reactivate_person,
    register_citizen,
    unlock_person,
)  # fmt: skip
from engine.queries.people import PeopleFilter, people_page, person_with_roles
from engine.queries.people_access import administered_person
from engine.refusals import NotPermitted, Refusal
from engine.roles import grant_role
from engine.tables import AuditEntry, Person
from tests.people import PASSWORD, TESTS, Cast

ALI: dict[str, Any] = {
    "username": "ali@example.dz", "names": {"ar": " علي   قدور ", "fr": "Ali Kaddour"},
    "email": "Ali@Example.dz", "phone": "0550 11 22 33", "nss": "85 0123 456 789", "language": "fr",
}  # fmt: skip


def register(**changes: Any) -> Person:
    chosen = new_password(changes.pop("password", PASSWORD))
    with transaction(actor=TESTS) as tx:
        return register_citizen(tx, password=chosen, **(ALI | changes))


def person(cast: Cast, name: str) -> Person:
    with reading() as session:
        found = session.get(Person, cast.id(name))
    assert found is not None
    return found


def test_details_are_kept_in_one_form(cast: Cast) -> None:
    ali = register()
    assert (ali.username, ali.email, ali.phone, ali.nss) == (
        "ali@example.dz", "ali@example.dz", "+213550112233", "850123456789"
    )  # fmt: skip
    assert ali.names == {"ar": "علي قدور", "fr": "Ali Kaddour"}


def test_arabic_digits_are_read(cast: Cast) -> None:
    ali = register(username="٠٥٥٠١١٢٢٣٣", email=None, phone="٠٥٥٠١١٢٢٣٣", nss="٨٥٠١٢٣٤٥٦٧٨٩")
    assert (ali.username, ali.nss) == ("+213550112233", "850123456789")


def test_all_that_is_wrong_is_told_at_once(cast: Cast) -> None:
    wrong = {
        "username": "ali",
        "password": "short",
        "names": {},
        "email": "ali@",
        "phone": "12",
        "nss": "7",
    }
    with pytest.raises(DetailsRefused) as refused:
        register(**wrong)
    assert {field: code for field, (code, _params) in refused.value.problems.items()} == {
        "username": "contact_invalid", "password": "password_too_short", "names": "name_needed",
        "email": "email_invalid", "phone": "phone_invalid", "nss": "nss_invalid",
    }  # fmt: skip


def test_a_user_name_belongs_to_one_person(cast: Cast) -> None:
    with pytest.raises(UsernameTaken):
        register(username="SAMIR@example.dz")


def test_no_name_address_number_or_password_reaches_the_trail(cast: Cast) -> None:
    ali = register()
    with transaction(actor=TESTS) as tx:
        change_person(tx, person_id=ali.id, names={"ar": "علي بن قدور"}, email=None, phone=None, nss=None)
    with reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == ali.id)).all()
        assert audit.verify(session, ali.id).holds
    assert {entry.event for entry in entries} == {"person.registered", "person.changed"}
    told = str([entry.facts for entry in entries])
    for secret in ("علي", "Kaddour", "example.dz", "550112233", "850123456789", PASSWORD):
        assert secret not in told
    assert "phone" in told


def test_nothing_changed_is_nothing_recorded(cast: Cast) -> None:
    amina = person(cast, "amina")
    details = {"names": amina.names, "email": amina.email, "phone": amina.phone, "language": amina.language}
    with transaction(actor=cast.salim) as tx:
        change_person(tx, person_id=amina.id, **details)
        assert tx.recorded == set()


def test_people_are_managed_by_who_may(cast: Cast) -> None:
    new = {"username": "rania", "names": {"ar": "رانية"}, "email": None, "phone": None, "language": "ar"}
    with transaction(actor=cast.omar) as tx, pytest.raises(NotPermitted):
        create_person(tx, **new)
    with transaction(actor=cast.salim) as tx:
        assert create_person(tx, **new).kind == "staff"


def test_a_manager_of_one_agency_leaves_the_people_of_others_alone(cast: Cast) -> None:
    with transaction(actor=TESTS) as tx:
        grant_role(tx, person_id=cast.id("omar"), unit_id=cast.units["cnas-16"], role="administrator")
    with transaction(actor=cast.omar) as tx:
        deactivate_person(tx, person_id=cast.id("amina"))
        with pytest.raises(NotPermitted):
            deactivate_person(tx, person_id=cast.id("fatiha"))
        with pytest.raises(NotPermitted):
            invite_person(tx, person_id=cast.id("salim"), page="https://masar.example.dz/recover")


def test_an_account_closes_and_opens_again_with_its_roles(cast: Cast) -> None:
    before = cast.standing("amina")
    with transaction(actor=cast.salim) as tx:
        deactivate_person(tx, person_id=cast.id("amina"))
    with transaction(actor=TESTS) as tx, pytest.raises(Refusal, match="signin_deactivated"):
        set_password(tx, person_id=cast.id("amina"), password=new_password("another-quiet-morning"))
    with transaction(actor=cast.salim) as tx:
        reactivate_person(tx, person_id=cast.id("amina"))
    assert cast.standing("amina") == before


def test_neither_oneself_nor_the_last_administrator_is_deactivated(cast: Cast) -> None:
    with transaction(actor=cast.salim) as tx, pytest.raises(Refusal, match="self_deactivation"):
        deactivate_person(tx, person_id=cast.id("salim"))
    with transaction(actor=TESTS) as tx, pytest.raises(Refusal, match="last_administrator"):
        deactivate_person(tx, person_id=cast.id("salim"))


def test_ones_language_is_ones_own(cast: Cast) -> None:
    with transaction(actor=cast.amina) as tx:
        assert change_language(tx, person_id=cast.id("amina"), language="fr").language == "fr"
        with pytest.raises(NotPermitted):
            change_language(tx, person_id=cast.id("badr"), language="fr")
        with pytest.raises(DetailsRefused):
            change_language(tx, person_id=cast.id("amina"), language="de")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (PeopleFilter(text="بوزيد"), ["amina"]),
        (PeopleFilter(text="bouz"), ["amina"]),
        (PeopleFilter(text="%"), []),
        (PeopleFilter(kind="citizen"), ["houda@example.dz", "samir@example.dz"]),
        (PeopleFilter(role="rights_officer", unit_paths=("mtess/cnas/cnas-16",)), ["amina", "badr", "lynda"]),
    ],
)
def test_people_are_found(cast: Cast, wanted: PeopleFilter, found: list[str]) -> None:
    with reading() as session:
        page = people_page(session, wanted)
    assert [one.username for one in page.people] == found
    assert page.total == len(found)
    assert not page.has_next


def test_a_person_is_shown_with_their_roles(cast: Cast) -> None:
    with reading() as session:
        found = person_with_roles(session, cast.id("amina"))
        assert found is not None
        assert [(held.role.code, held.unit.code) for held in found[1]] == [("rights_officer", "cnas-16-01")]


def a_local_administrator(cast: Cast) -> None:
    """Omar manages people in the agency of Algiers."""
    with transaction(actor=TESTS) as tx:
        grant_role(tx, person_id=cast.id("omar"), unit_id=cast.units["cnas-16"], role="administrator")


def new_staff(username: str, by: Actor) -> UUID:
    with transaction(actor=by) as tx:
        return create_person(
            tx, username=username, names={"fr": username}, email=None, phone=None, language="fr"
        ).id


def test_a_citizen_is_managed_from_the_root_alone(cast: Cast) -> None:
    a_local_administrator(cast)
    samir = {"person_id": cast.id("samir")}
    with transaction(actor=cast.omar) as tx:
        for act in (deactivate_person, unlock_person):
            with pytest.raises(NotPermitted):
                act(tx, **samir)
        with pytest.raises(NotPermitted):
            change_person(tx, **samir, email="omar@cnas.example.dz")
        with pytest.raises(NotPermitted):
            invite_person(tx, **samir, page="https://masar.example.dz/recover")
    with reading() as session, pytest.raises(NotPermitted):
        administered_person(session, **samir, who=cast.standing("omar"))
    with transaction(actor=cast.salim) as tx:
        assert change_person(tx, **samir, email="samir2@example.dz").email == "samir2@example.dz"


def test_staff_without_a_role_are_managed_from_the_root_and_by_who_added_them(cast: Cast) -> None:
    a_local_administrator(cast)
    page = "https://masar.example.dz/recover"
    mine, other = new_staff("rania", cast.omar), new_staff("tarek", cast.salim)
    with transaction(actor=cast.omar) as tx:
        assert invite_person(tx, person_id=mine, page=page)
        with pytest.raises(NotPermitted):
            invite_person(tx, person_id=other, page=page)
        with pytest.raises(NotPermitted):
            grant_role(tx, person_id=other, unit_id=cast.centre, role="validator")
        grant_role(tx, person_id=mine, unit_id=cast.centre, role="validator")
    with reading() as session:
        assert administered_person(session, person_id=mine, who=cast.standing("omar"))[0].username == "rania"
        with pytest.raises(NotPermitted):
            administered_person(session, person_id=other, who=cast.standing("omar"))


def test_details_that_are_not_named_stay(cast: Cast) -> None:
    with transaction(actor=cast.salim) as tx:
        changed = change_person(tx, person_id=cast.id("samir"), names={"fr": "Samir B."})
    assert (changed.nss, changed.phone) == ("850316001234", "+213550123456")


def test_names_and_user_names_are_kept_without_control_characters(cast: Cast) -> None:
    ali = register(username="ali\x00@example.dz\x07", names={"fr": "Ali\x1b[31m\x00 Kad\tdour"})
    assert (ali.username, ali.names) == ("ali@example.dz", {"fr": "Ali[31m Kad dour"})


def test_a_page_beyond_the_last_is_the_last(cast: Cast) -> None:
    with reading() as session:
        assert people_page(session, PeopleFilter(), page=10**30).page == 1
