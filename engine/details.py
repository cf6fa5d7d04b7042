"""What may be recorded of a person: names, addresses and numbers, in the form they are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.labels import in_one_line
from engine.refusals import Refusal
from forms.formats import is_email, is_nss, is_phone, stored
from wording import LANGUAGES

SPELLINGS = ("ar", "fr")  #: Arabic letters, Latin letters
MOST = 120  #: characters of a name or address

_STAFF = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")

Problems = dict[str, tuple[str, dict[str, object]]]


class DetailsRefused(Refusal):
    """Details that cannot be recorded; ``problems`` holds, by field, a code with its parameters."""

    status = 422

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        code, params = next(iter(problems.values()))
        super().__init__(code, **params)


@dataclass(frozen=True, slots=True)
class Details:
    """A person's details in the form they are kept; telephones as ``+213…``."""

    names: dict[str, str]
    email: str | None
    phone: str | None
    nss: str | None
    language: str


def normal_username(text: str) -> str:
    """A user name as it is kept and compared: lower-case; a telephone number as ``+213…``."""
    plain = in_one_line(text).lower()[:MOST]
    phone = stored("phone-dz", plain)
    return phone if is_phone(phone) else plain


def checked_details(
    *,
    names: Mapping[str, str],
    email: str | None = None,
    phone: str | None = None,
    nss: str | None = None,
    language: str = "ar",
) -> Details:
    """The details in the form they are kept. Raises DetailsRefused with a problem for each field at fault."""
    details = Details(
        names=_names(names),
        email=(email or "").strip().lower() or None,
        phone=stored("phone-dz", (phone or "").strip()) or None,
        nss=stored("nss", (nss or "").strip()) or None,
        language=language,
    )
    problems = _problems(details)
    if problems:
        raise DetailsRefused(problems)
    return details


def checked_username(text: str, *, kind: str) -> str:
    """The user name as it is kept: staff have letters and digits, citizens an e-mail address or a telephone."""
    username = normal_username(text)
    fits = _STAFF.fullmatch(username) if kind == "staff" else is_email(username) or is_phone(username)
    if not fits or len(username) < 3:
        code = "username_invalid" if kind == "staff" else "contact_invalid"
        raise DetailsRefused({"username": (code, {})})
    return username


def _names(names: Mapping[str, str]) -> dict[str, str]:
    spelt = {lang: in_one_line(names.get(lang) or "")[:MOST].rstrip() for lang in SPELLINGS}
    return {lang: name for lang, name in spelt.items() if name}


def _problems(details: Details) -> Problems:
    tests = {
        "names": (bool(details.names), "name_needed"),
        "email": (is_email(details.email) and len(details.email or "") <= MOST, "email_invalid"),
        "phone": (is_phone(details.phone), "phone_invalid"),
        "nss": (is_nss(details.nss), "nss_invalid"),
        "language": (details.language in LANGUAGES, "language_unknown"),
    }
    return {field: (code, {}) for field, (holds, code) in tests.items() if not holds}
