"""Formats of Algerian identifiers: how they are typed, stored, checked and shown.

Sources: NIN, décret exécutif 10-210; RIB, Bank of Algeria instruction 06-04 of 02/08/2004; the key of a CCP
is the one printed by Algérie Poste. The keys of the NIN and of the social security number are not published:
only their length is checked.
"""

import re
import unicodedata
from uuid import UUID

from jsonschema import FormatChecker

DIGIT_FORMATS = frozenset({"nin", "nss", "ccp", "rib"})
FORMATS = DIGIT_FORMATS | {"phone-dz", "date", "email", "document"}

_SEPARATORS = re.compile(r"(?:clé|cle|مفتاح|[\s./_\-\u2066-\u2069\u200e\u200f])+", re.IGNORECASE)
_MOBILE_OR_FIXED = re.compile(r"\+213(?:(?:5[4-6]|6\d|7[7-9])\d{7}|[2-4]\d{7})")
_PREFIX = re.compile(r"(?:\+|00)213(?:0(?=\d{8}))?|0")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
_ACCOUNT_LENGTHS = range(3, 13)

CHECKER = FormatChecker(formats=["date"])


def western_digits(text: str) -> str:
    """Any script's digits as 0–9, the Arabic decimal comma as a comma, its grouping mark as a space."""
    plain = (str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in text)
    return "".join(plain).replace("٫", ",").replace("٬", " ")


def stored(format_name: str, text: str) -> str:
    """What was typed, as stored: digits without separators, telephones as `+213…`, else the text itself."""
    bare = _SEPARATORS.sub("", western_digits(text))
    if format_name in DIGIT_FORMATS and bare.isdigit():
        return bare
    if format_name == "phone-dz" and bare.lstrip("+").isdigit():
        return _PREFIX.sub("+213", bare, count=1) if _PREFIX.match(bare) else bare
    return text


def shown(format_name: str, text: str) -> str:
    """What is stored as it is read: `0550 12 34 56`, `320050 68`, `003 00060 0002019300 48`."""
    if format_name == "phone-dz" and _MOBILE_OR_FIXED.fullmatch(text):
        return _in_groups("0" + text.removeprefix("+213"))
    if format_name == "ccp" and is_ccp(text):
        return f"{text[:-2]} {text[-2:]}"
    if format_name == "rib" and is_rib(text):
        return f"{text[:3]} {text[3:8]} {text[8:18]} {text[18:]}"
    return text


def ccp_key(account: str) -> str:
    """The two-digit key of a postal account: Σ digit × (rank from the right + 4), modulo 100."""
    return f"{sum(int(digit) * (rank + 4) for rank, digit in enumerate(reversed(account))) % 100:02d}"


def rib_key(branch: str, account: str) -> str:
    """The two-digit key of a branch (5 digits) and account (10 digits): the bank's code is left out."""
    return f"{97 - int(branch + account) * 100 % 97:02d}"


@CHECKER.checks("nin")
def is_nin(text: object) -> bool:
    """18 digits."""
    return _has_digits(text, 18)


@CHECKER.checks("nss")
def is_nss(text: object) -> bool:
    """12 digits."""
    return _has_digits(text, 12)


@CHECKER.checks("ccp")
def is_ccp(text: object) -> bool:
    """A postal account followed by its two-digit key."""
    if not isinstance(text, str):
        return True
    account, key = text[:-2], text[-2:]
    plain = _are_digits(text) and len(account) in _ACCOUNT_LENGTHS
    return plain and ccp_key(account) == key


@CHECKER.checks("rib")
def is_rib(text: object) -> bool:
    """20 digits: bank 3, branch 5, account 10, key 2."""
    if not isinstance(text, str):
        return True
    return _has_digits(text, 20) and rib_key(text[3:8], text[8:18]) == text[18:]


@CHECKER.checks("phone-dz")
def is_phone(text: object) -> bool:
    """An Algerian mobile or fixed number in its `+213…` form."""
    return not isinstance(text, str) or _MOBILE_OR_FIXED.fullmatch(text) is not None


@CHECKER.checks("email")
def is_email(text: object) -> bool:
    """Something before one @, and a domain with a dot after it."""
    return not isinstance(text, str) or _EMAIL.fullmatch(text) is not None


@CHECKER.checks("document", raises=ValueError)
def is_document(text: object) -> bool:
    """The id of an uploaded document."""
    return not isinstance(text, str) or bool(UUID(text))


def _has_digits(text: object, count: int) -> bool:
    return not isinstance(text, str) or (_are_digits(text) and len(text) == count)


def _are_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _in_groups(number: str) -> str:
    head = len(number) - 6
    return " ".join((number[:head], number[head : head + 2], number[head + 2 : head + 4], number[head + 4 :]))
