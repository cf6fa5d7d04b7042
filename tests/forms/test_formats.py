"""Algerian identifiers as they are typed, stored, checked and shown."""

import pytest

from forms.formats import (
    ccp_key,
    is_ccp,
    is_document,
    is_nin,
    is_nss,
    is_phone,
    is_rib,
    rib_key,
    shown,
    stored,
)


def test_keys_of_published_accounts() -> None:
    assert [ccp_key(account) for account in ("320050", "200")] == ["68", "12"]
    assert rib_key("99999", "0000000200") == "91"
    assert [rib_key("00060", account) for account in ("0002019300", "0000147202")] == ["48", "42"]


def test_accounts_with_their_keys() -> None:
    assert is_ccp("32005068")
    assert not is_ccp("32005069")
    assert not is_ccp("12")
    assert is_rib("00799999000032005065")
    assert not is_rib("00799999000032005066")
    assert not is_rib("٠٠٧٩٩٩٩٩٠٠٠٠٣٢٠٠٥٠٦٥")


def test_lengths_of_numbers() -> None:
    assert is_nin("1" * 18)
    assert not is_nin("1" * 17)
    assert is_nss("790123456789")
    assert not is_nss("79012345678x")


@pytest.mark.parametrize(
    ("format_name", "typed", "kept"),
    [
        ("ccp", "3200-50 clé 68", "32005068"),
        ("ccp", "٣٢٠٠٥٠/٦٨", "32005068"),
        ("rib", "007 99999 0000320050 65", "00799999000032005065"),
        ("nss", "79 0123 4567 89", "790123456789"),
        ("nss", "not known", "not known"),
        ("phone-dz", "0550 12 34 56", "+213550123456"),
        ("phone-dz", "00213 550-12-34-56", "+213550123456"),
        ("phone-dz", "+213 (0) 550", "+213 (0) 550"),
        ("phone-dz", "021 65 43 21", "+21321654321"),
        ("", "  any ٣", "  any ٣"),
    ],
)
def test_what_is_typed_is_stored_without_separators(format_name: str, typed: str, kept: str) -> None:
    assert stored(format_name, typed) == kept


def test_what_is_stored_is_shown_in_groups() -> None:
    assert shown("phone-dz", "+213550123456") == "0550 12 34 56"
    assert shown("phone-dz", "+21321654321") == "021 65 43 21"
    assert shown("ccp", "32005068") == "320050 68"
    assert shown("rib", "00799999000032005065") == "007 99999 0000320050 65"
    assert shown("ccp", "mistyped") == "mistyped"


def test_telephones_of_algeria() -> None:
    assert [is_phone(text) for text in ("+213661234567", "+213771234567", "+21321654321")] == [True] * 3
    assert not is_phone("+213511234567")
    assert not is_phone("+33612345678")


def test_a_document_is_an_id() -> None:
    assert is_document("6f1c2a3e-1111-4222-8333-444455556666")
    with pytest.raises(ValueError, match="badly formed"):
        is_document("../../etc/passwd")
