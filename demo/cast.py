"""The units and the people of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.actor import Actor
from engine.credentials import set_password
from engine.database import Transaction
from engine.passwords import new_password
from engine.people import create_person, register_citizen
from engine.roles import grant_role, seed_roles
from engine.tables import Unit
from engine.units import create_unit

PASSWORD = "masar-demo-2026"  # noqa: S105 - of the demonstration alone, printed at its start

UNITS: tuple[tuple[str, str, str | None, str | None, dict[str, str]], ...] = (
    ("mtess", "ministry", None, None, {
        "ar": "وزارة العمل والتشغيل والضمان الاجتماعي",
        "fr": "Ministère du Travail, de l'Emploi et de la Sécurité sociale",
        "en": "Ministry of Labour, Employment and Social Security"}),
    ("cnas", "fund", "mtess", None, {
        "ar": "الصندوق الوطني للتأمينات الاجتماعية",
        "fr": "Caisse nationale des assurances sociales",
        "en": "National Social Insurance Fund"}),
    ("cnas-16", "agency", "cnas", "16", {
        "ar": "وكالة الجزائر", "fr": "Agence d'Alger", "en": "Algiers agency"}),
    ("cnas-16-01", "centre", "cnas-16", "16", {
        "ar": "مركز الدفع الجزائر الوسطى",
        "fr": "Centre de paiement Alger-Centre",
        "en": "Alger-Centre payment centre"}),
    ("cnas-16-02", "centre", "cnas-16", "16", {
        "ar": "مركز الدفع باب الوادي", "fr": "Centre de paiement Bab El Oued", "en": "Bab El Oued payment centre"}),
    ("cnas-31", "agency", "cnas", "31", {
        "ar": "وكالة وهران", "fr": "Agence d'Oran", "en": "Oran agency"}),
    ("cnas-31-01", "centre", "cnas-31", "31", {
        "ar": "مركز الدفع وهران", "fr": "Centre de paiement d'Oran", "en": "Oran payment centre"}),
    ("cnas-25", "agency", "cnas", "25", {
        "ar": "وكالة قسنطينة", "fr": "Agence de Constantine", "en": "Constantine agency"}),
    ("cnas-25-01", "centre", "cnas-25", "25", {
        "ar": "مركز الدفع قسنطينة", "fr": "Centre de paiement de Constantine", "en": "Constantine payment centre"}),
)  # fmt: skip


@dataclass(frozen=True)
class Member:
    """One of the staff: user name, spellings, role and the unit that grants it; ``pace`` is acts an hour."""

    username: str
    ar: str
    fr: str
    role: str
    unit: str
    pace: float = 0.0


STAFF = (
    Member("amina", "أمينة بوزيد", "Amina Bouzid", "rights_officer", "cnas-16-01", 0.6),
    Member("badr", "بدر الدين حداد", "Badreddine Haddad", "rights_officer", "cnas-16-01", 0.5),
    Member("yasmine", "د. ياسمين قاسي", "Dr Yasmine Kaci", "physician", "cnas-16", 1.3),
    Member("karim", "كريم منصوري", "Karim Mansouri", "validator", "cnas-16-01", 0.8),
    Member("omar", "عمر شريف", "Omar Cherif", "supervisor", "cnas-16"),
    Member("lynda", "ليندة سعدي", "Lynda Saadi", "rights_officer", "cnas-16-02", 0.5),
    Member("hocine", "حسين عمروش", "Hocine Amrouche", "validator", "cnas-16-02", 0.5),
    Member("fatiha", "فتيحة بلعيد", "Fatiha Belaid", "rights_officer", "cnas-31-01", 0.85),
    Member("rachid", "د. رشيد مزيان", "Dr Rachid Meziane", "physician", "cnas-31", 0.75),
    Member("samia", "سامية زروقي", "Samia Zerrouki", "validator", "cnas-31-01", 0.75),
    Member("mourad", "مراد طالبي", "Mourad Talbi", "supervisor", "cnas-31"),
    Member("nabila", "نبيلة خليفي", "Nabila Khelifi", "rights_officer", "cnas-25-01", 0.58),
    Member("tarek", "د. طارق بن عيسى", "Dr Tarek Benaissa", "physician", "cnas-25", 0.52),
    Member("djamel", "جمال رحماني", "Djamel Rahmani", "validator", "cnas-25-01", 0.45),
    Member("houria", "حورية لعلام", "Houria Laalam", "supervisor", "cnas-25"),
    Member("nadia", "نادية براهيمي", "Nadia Brahimi", "analyst", "cnas"),
    Member("ines", "إيناس مرابط", "Inès Merabet", "inspector", "mtess"),
    Member("salim", "سليم غربي", "Salim Gharbi", "administrator", "mtess"),
)

SAMIR = ("samir@example.dz", "سمير بن عمر", "Samir Benamar")  #: the citizen of the cast

SHOWN = {
    "samir@example.dz": "citizen",
    "amina": "rights officer, Alger-Centre",
    "badr": "rights officer, Alger-Centre",
    "yasmine": "medical adviser, Algiers",
    "karim": "head of the payment centre, Alger-Centre",
    "omar": "agency director, Algiers",
    "nadia": "process analyst",
    "ines": "inspector",
    "salim": "administrator",
}  #: one sign-in per person of the cast

FAMILY = (
    ("بوعلام", "Boualem"), ("حمادي", "Hamadi"), ("زيتوني", "Zitouni"), ("بن يوسف", "Benyoucef"),
    ("مسعودي", "Messaoudi"),
    ("قدور", "Kaddour"), ("لعريبي", "Laribi"), ("صالحي", "Salhi"), ("عثماني", "Othmani"), ("بلقاسم", "Belkacem"),
    ("شعبان", "Chaabane"), ("يحياوي", "Yahiaoui"),
)  # fmt: skip
GIVEN = (
    ("محمد", "Mohamed"), ("فاطمة", "Fatima"), ("يوسف", "Youcef"), ("خديجة", "Khadidja"), ("علي", "Ali"),
    ("زهرة", "Zohra"), ("مصطفى", "Mustapha"), ("نورة", "Noura"),
)  # fmt: skip


def make_units(tx: Transaction) -> dict[str, Unit]:
    """The tree of units, by code."""
    units: dict[str, Unit] = {}
    for code, kind, parent, wilaya, names in UNITS:
        units[code] = create_unit(
            tx,
            code=code,
            kind=kind,
            parent_id=units[parent].id if parent else None,
            names=names,
            wilaya=wilaya,
        )
        tx.session.flush()
    return units


def make_staff(tx: Transaction, units: dict[str, Unit]) -> dict[str, Actor]:
    """The staff with their roles, by user name, as actors."""
    seed_roles(tx)
    actors = {}
    for member in STAFF:
        person = create_person(
            tx,
            username=member.username,
            names={"ar": member.ar, "fr": member.fr},
            email=f"{member.username}@cnas.example.dz",
            phone=None,
            language="ar",
        )
        tx.session.flush()
        set_password(tx, person_id=person.id, password=new_password(PASSWORD))
        grant_role(tx, person_id=person.id, unit_id=units[member.unit].id, role=member.role)
        actors[member.username] = Actor.of(person)
    return actors


def make_citizens(tx: Transaction) -> dict[str, UUID]:
    """Samir and his neighbours, by user name."""
    people = {}
    spelled = [(f"{given[1]}.{family[1]}@example.dz".lower(), f"{given[0]} {family[0]}", f"{given[1]} {family[1]}")
               for given in GIVEN for family in FAMILY[:8]]  # fmt: skip
    for number, (username, ar, fr) in enumerate([SAMIR, *spelled]):
        person = register_citizen(
            tx,
            username=username,
            password=new_password(PASSWORD),
            names={"ar": ar, "fr": fr},
            email=username,
            phone=f"+2135501{number:05d}",
            nss=f"{85 + number % 15:02d}{number:010d}",
            language="ar",
        )
        people[person.username] = person.id
    return people
