"""Days, moments, time left and money in words."""

from datetime import UTC, date, datetime

import pytest

from wording.times import clock_time, day, dinars, file_size, lasting, long_day, moment, money, time_left

NOON = datetime(2026, 2, 15, 11, 0, tzinfo=UTC)  # 12:00 in Algiers


def test_days_and_moments_are_those_of_algiers() -> None:
    late = datetime(2026, 2, 15, 23, 30, tzinfo=UTC)
    assert day("ar", late) == "16/02/2026"
    assert day("fr", date(2026, 2, 5)) == "05/02/2026"
    assert moment("ar", late) == "16/02/2026 00:30"
    assert clock_time("en", NOON) == "12:00"


def test_months_have_their_algerian_names() -> None:
    on = date(2026, 2, 15)
    assert [long_day(lang, on) for lang in ("ar", "fr", "en")] == [
        *("15 فيفري 2026", "15 février 2026", "15 February 2026"),
    ]


def test_a_moment_without_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="zone"):
        moment("ar", datetime(2026, 2, 15))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("fires_at", "words"),
    [
        (datetime(2026, 2, 15, 14, 30, tzinfo=UTC), "today, 3 hours left"),
        (datetime(2026, 2, 15, 11, 20, tzinfo=UTC), "today, 20 minutes left"),
        (datetime(2026, 2, 15, 23, 0, tzinfo=UTC), "today, 12 hours left"),
        (datetime(2026, 2, 16, 23, 0, tzinfo=UTC), "tomorrow"),
        (datetime(2026, 2, 20, 23, 0, tzinfo=UTC), "5 days left"),
        (datetime(2026, 2, 15, 10, 55, tzinfo=UTC), "late by 5 minutes"),
        (datetime(2026, 2, 15, 9, 30, tzinfo=UTC), "late by 1 hour"),
        (datetime(2026, 2, 13, 10, 0, tzinfo=UTC), "late by 2 days"),
        (None, "no deadline"),
    ],
)
def test_time_left_is_said_in_words(fires_at: datetime | None, words: str) -> None:
    assert time_left("en", fires_at, NOON) == words


def test_time_left_is_said_in_arabic_and_french() -> None:
    fires_at = datetime(2026, 2, 17, 23, 0, tzinfo=UTC)
    assert time_left("ar", fires_at, NOON) == "بقي يومان"
    assert time_left("fr", fires_at, NOON) == "encore 2 jours"


def test_money_keeps_its_groups_together() -> None:
    assert money("ar", 1_875_000) == "18\u00a0750,00\u00a0دج"
    assert money("fr", 5) == "0,05\u00a0DA"
    assert money("ar", -150_050) == "\u2066-1\u00a0500,50\u2069\u00a0دج"
    assert dinars(100_000_000) == "1\u00a0000\u00a0000,00"


def test_durations_and_sizes_are_said_in_their_largest_unit() -> None:
    assert [lasting("en", seconds) for seconds in (90, 7200, 200_000)] == ["1 minute", "2 hours", "2 days"]
    assert [file_size("fr", size) for size in (10, 34_000, 2_500_000)] == ["1 ko", "34 ko", "2,5 Mo"]
