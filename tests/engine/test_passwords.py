"""Passwords: which are refused, and what is kept of them."""

import pytest

from engine import passwords
from engine.passwords import PasswordTooWeak, check_password, digest_of, is_outdated, is_right


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", passwords.PasswordHasher(1, 8, 1))


@pytest.mark.parametrize("password", ["court", "9 letters"])
def test_a_short_password_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak) as refused:
        check_password(password, username="amina")
    assert (refused.value.code, refused.value.params) == ("password_too_short", {"least": 10})


@pytest.mark.parametrize(
    "password", ["Algerie2026", "1234567890", "aaaaaaaaaabb", "samir.benamar", "Samir.Benamar@example.dz"]
)
def test_a_password_that_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak) as refused:
        check_password(password, username="samir.benamar@example.dz")
    assert refused.value.code == "password_too_common"


@pytest.mark.parametrize("password", ["four words in a row", "كلمة سر طويلة", "x9!kPq2#mZ"])
def test_other_passwords_are_accepted(password: str) -> None:
    check_password(password, username="amina")


def test_only_the_right_password_is_right() -> None:
    digest = digest_of("a-quiet-morning")
    assert digest.startswith("$argon2id$")
    assert is_right("a-quiet-morning", digest)
    assert not is_right("a-quiet-evening", digest)


def test_a_password_is_the_same_however_the_keyboard_composed_it() -> None:
    assert is_right("cafe\u0301 au lait", digest_of("caf\u00e9 au lait"))


def test_without_a_digest_nothing_is_right() -> None:
    assert not is_right("nobody has this password", None)


def test_a_digest_made_with_other_parameters_is_outdated(monkeypatch: pytest.MonkeyPatch) -> None:
    digest = digest_of("a-quiet-morning")
    assert not is_outdated(digest)
    monkeypatch.setattr(passwords, "HASHER", passwords.PasswordHasher(2, 8, 1))
    assert is_outdated(digest)
