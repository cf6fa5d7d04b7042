"""People: what is recorded of them, by whom, and that none of it reaches the trail."""

from typing import Any

import pytest
from sqlalchemy import select

from engine import audit
from engine.credentials import set_password
from engine.database import reading, transaction
from engine.details import DetailsRefused
from engine.people import (
    UsernameTaken,
    change_language,
    change_person,
    create_person,
    deactivate_person,
    invite_person,
    reactivate_person,
    register_citizen,
)  # fmt: skip
from engine.queries.people import PeopleFilter, people_page, person_with_roles
from engine.refusals import NotPermitted, Refusal
from engine.roles import grant_role
from engine.tables import AuditEntry, Person
from tests.people import PASSWORD, TESTS, Cast

ALI: dict[str, Any] = {
    "username": "ali@example.dz", "password": PASSWORD, "names": {"ar": " علي   قدور ", "fr": "Ali Kaddour"},
    "email": "Ali@Example.dz", "phone": "0550 11 22 33", "nss": "85 0123 456 789", "language": "fr",
}  # fmt: skip


def register(**changes: Any) -> Person:
    with transaction(actor=TESTS) as tx:
        return register_citizen(tx, **(ALI | changes))


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
    wrong = {"username": "ali", "password": "short", "names": {}, "email": "ali@", "phone": "12", "nss": "7"}
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
        set_password(tx, person_id=cast.id("amina"), password="another-quiet-morning")
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
        (PeopleFilter(role="rights_officer", unit_path="mtess/cnas/cnas-16"), ["amina", "badr", "lynda"]),
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
