"""The cast of every test: who they are, where they work, and a database in which they are at home."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import select

from engine import passwords
from engine.actor import Actor
from engine.credentials import set_password
from engine.database import reading, transaction
from engine.folders import deploy_folder
from engine.passwords import new_password
from engine.people import create_person, register_citizen
from engine.roles import grant_role, seed_roles
from engine.standing import Standing, standing
from engine.tables import Person, Unit
from engine.units import create_unit
from tests.builders import MONDAY

ROOT = Path(__file__).parents[1]
PASSWORD = "a-quiet-morning-2026"
TESTS = Actor.system("tests")

#: Code, kind and parent of each unit; centre 02 and agency 31 are the neighbours who may not look in.
UNITS = (
    ("mtess", "ministry", None),
    ("cnas", "fund", "mtess"),
    ("cnas-16", "agency", "cnas"),
    ("cnas-16-01", "centre", "cnas-16"),
    ("cnas-16-02", "centre", "cnas-16"),
    ("cnas-31", "agency", "cnas"),
    ("cnas-31-01", "centre", "cnas-31"),
)
#: User name, Arabic and Latin spelling, role and unit of each member of staff.
STAFF = (
    ("amina", "أمينة بوزيد", "Amina Bouzid", "rights_officer", "cnas-16-01"),
    ("badr", "بدر حداد", "Badr Haddad", "rights_officer", "cnas-16-01"),
    ("yasmine", "ياسمين قاسي", "Yasmine Kaci", "physician", "cnas-16"),
    ("karim", "كريم منصوري", "Karim Mansouri", "validator", "cnas-16-01"),
    ("omar", "عمر شريف", "Omar Cherif", "supervisor", "cnas-16"),
    ("lynda", "ليندة سعدي", "Lynda Saadi", "rights_officer", "cnas-16-02"),
    ("fatiha", "فتيحة بلعيد", "Fatiha Belaid", "rights_officer", "cnas-31-01"),
    ("mourad", "مراد طالبي", "Mourad Talbi", "supervisor", "cnas-31"),
    ("nadia", "نادية براهيمي", "Nadia Brahimi", "analyst", "cnas"),
    ("ines", "إيناس مرابط", "Ines Merabet", "inspector", "mtess"),
    ("salim", "سليم غربي", "Salim Gharbi", "administrator", "mtess"),
)
#: Citizens: samir, whose cases the tests follow, and houda, who has nothing to do with them.
CITIZENS = (
    ("samir@example.dz", "سمير بن عمر", "Samir Benamar", "+213550123456", "850316001234"),
    ("houda@example.dz", "هدى زيتوني", "Houda Zitouni", "+213550654321", "900101005678"),
)


@dataclass(frozen=True)
class Cast:
    """The people as actors, by the first part of their user name (``cast.amina``), and the units' ids by code."""

    actors: dict[str, Actor]
    units: dict[str, UUID]

    def __getattr__(self, name: str) -> Actor:
        if name.startswith("_") or name not in self.actors:
            raise AttributeError(name)
        return self.actors[name]

    def standing(self, name: str) -> Standing:
        """What this person may."""
        with reading() as session:
            return standing(session, self.id(name))

    def id(self, name: str) -> UUID:
        """The person's id."""
        person_id = self.actors[name].person_id
        assert person_id is not None
        return person_id

    @property
    def centre(self) -> UUID:
        """The centre where most of the tests' cases are."""
        return self.units["cnas-16-01"]


def settle_in(at: datetime = MONDAY) -> None:
    """Fill an empty database with the units, the people and the sickness benefit."""
    with transaction(actor=TESTS, at=at) as tx:
        units: dict[str, Unit] = {}
        for code, kind, parent in UNITS:
            names = {lang: code.upper() for lang in ("ar", "fr", "en")}
            parent_id = units[parent].id if parent else None
            wilaya = code.split("-")[1] if "-" in code else None
            units[code] = create_unit(
                tx, code=code, kind=kind, parent_id=parent_id, names=names, wilaya=wilaya
            )
            tx.session.flush()
        seed_roles(tx)
        for username, ar, fr, role, unit in STAFF:
            mail = f"{username}@cnas.example.dz"
            person = create_person(
                tx, username=username, names={"ar": ar, "fr": fr}, email=mail, phone=None, language="ar"
            )
            tx.session.flush()
            set_password(tx, person_id=person.id, password=new_password(PASSWORD))
            grant_role(tx, person_id=person.id, unit_id=units[unit].id, role=role)
        for username, ar, fr, phone, nss in CITIZENS:
            register_citizen(
                tx, username=username, password=new_password(PASSWORD), names={"ar": ar, "fr": fr}, email=username,
                phone=phone, nss=nss, language="ar",
            )  # fmt: skip
    with transaction(actor=TESTS, at=at) as tx:
        deploy_folder(tx, ROOT / "processes" / "sickness_benefit", forms=ROOT / "forms" / "schemas")


def the_cast() -> Cast:
    """The people and units of the database at hand."""
    with reading() as session:
        people = session.scalars(select(Person)).all()
        units = session.scalars(select(Unit)).all()
    return Cast(
        {
            person.username.partition("@")[0]: Actor(person.id, f"person:{person.username}")
            for person in people
        },
        {unit.code: unit.id for unit in units},
    )


def use_cheap_digests() -> None:
    """Make passwords cost next to nothing: the tests sign in often."""
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
