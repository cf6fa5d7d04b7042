"""Passwords: what makes one good enough, and the argon2 digests that are kept instead of them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from engine.refusals import Refusal

LEAST = 10  #: characters
FEWEST_DIFFERENT = 4  #: characters that differ from one another

#: OWASP's parameters for argon2id: 19 MiB, two passes, one lane. Tests put a cheaper one in its place.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

#: Ten characters or more, and yet the first that are tried (lists of leaked passwords, and local habit).
COMMON = frozenset(
    [
        "1234567890",
        "0123456789",
        "12345678910",
        "123456789a",
        "123456789z",
        "1234567891",
        "9876543210",
        "1029384756",
        "0987654321",
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
        "qwertyuiop",
        "qwerty12345",
        "qwerty123456",
        "azertyuiop",
        "azerty12345",
        "azerty123456",
        "azertyuiop123",
        "abcdefghij",
        "abcd123456",
        "abc1234567",
        "password12",
        "password123",
        "password1234",
        "password12345",
        "passw0rd123",
        "p@ssword123",
        "motdepasse",
        "motdepasse1",
        "motdepasse123",
        "monmotdepasse",
        "bonjour123",
        "bonjour1234",
        "soleil1234",
        "iloveyou123",
        "letmein1234",
        "welcome123",
        "welcome1234",
        "changeme123",
        "administrateur",
        "administrator",
        "admin12345",
        "admin123456",
        "algerie123",
        "algerie1962",
        "algerie2024",
        "algerie2025",
        "algerie2026",
        "algeria123",
        "elhamdoulillah",
        "alhamdulillah",
        "bismillah123",
        "mohamed123",
        "mohamed1234",
        "fatima1234",
        "inchallah123",
        "onedeuxtrois",
        "onetwothree",
        "1234554321",
        "0000000000",
        "1111111111",
        "securite123",
        "cnas123456",
        "masar12345",
    ]
)


class PasswordTooWeak(Refusal):
    """The password is too short (``password_too_short``) or easily guessed (``password_too_common``)."""

    status = 422


def check_password(password: str, *, username: str) -> None:
    """Refuse a password that is short, common, or the user name. Raises PasswordTooWeak (NIST SP 800-63B)."""
    plain = _normal(password)
    if len(plain) < LEAST:
        raise PasswordTooWeak("password_too_short", least=LEAST)
    folded = plain.casefold()
    names = {username.casefold(), username.partition("@")[0].casefold()}
    if folded in COMMON or folded in names or len(set(folded)) < FEWEST_DIFFERENT:
        raise PasswordTooWeak("password_too_common")


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password that someone chooses, and the digest to keep: made before a transaction, which it would hold up."""

    plain: str = field(repr=False)
    digest: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TriedPassword:
    """A password held against the digest that was kept a moment ago (None: nobody has that name).

    ``renewed`` is its digest with today's parameters, if it is right and the one that is kept is outdated.
    """

    plain: str = field(repr=False)
    against: str | None = field(repr=False)
    is_right: bool
    renewed: str | None = field(default=None, repr=False)


def new_password(plain: str) -> NewPassword:
    """The password with its digest, whether it is good enough or not (``check_password``)."""
    return NewPassword(plain, digest_of(plain))


def tried_password(plain: str, digest: str | None) -> TriedPassword:
    """The password held against a digest; without one it takes the same time, and is wrong."""
    right = is_right(plain, digest)
    renewed = digest_of(plain) if right and digest and is_outdated(digest) else None
    return TriedPassword(plain, digest, right, renewed)


def digest_of(password: str) -> str:
    """The argon2id digest to keep, its parameters and salt within."""
    return HASHER.hash(_normal(password))


def is_right(password: str, digest: str | None) -> bool:
    """Whether this is the password; without a digest it takes the same time, and is not."""
    try:
        return HASHER.verify(digest or _nobodys(HASHER), _normal(password)) and digest is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(digest: str) -> bool:
    """Whether the digest was made with other parameters than today's."""
    return HASHER.check_needs_rehash(digest)


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")


def _normal(password: str) -> str:
    """The same characters, however the keyboard composed them."""
    return unicodedata.normalize("NFKC", password)
