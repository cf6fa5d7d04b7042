"""Terms worked by hand on the Algerian calendar."""

from datetime import UTC, date, datetime

import pytest

from engine.calendars import (
    CalendarNotCovered,
    Due,
    TermNotUsable,
    UnknownCalendar,
    build,
    calendar,
    day_start,
    days_after,
    days_between,
    due,
    is_working_day,
    later,
    local_day,
    moment_at,
    seconds_between,
    working_days_between,
    working_minutes_between,
)
from engine.feasts import CLOSED, WORKING, DayException
from wording.explanations import explanation

DZ = calendar("dz")


def at(text: str) -> datetime:
    """A moment in Algiers (UTC+1), `2026-03-01 10:30`."""
    return datetime.fromisoformat(f"{text}+01:00").astimezone(UTC)


def term(start: str, within: int, unit: str, roll: str = "none", *, franc: bool = False) -> Due:
    return due(DZ, anchor_at=at(f"{start} 10:00"), within=within, unit=unit, roll=roll, franc=franc)


@pytest.mark.parametrize(
    ("start", "within", "unit", "roll", "last_day"),
    [
        # Sunday 1 March 2026; weekend on Friday 6 and Saturday 7
        ("2026-03-01", 1, "workingDays", "none", "2026-03-02"),
        ("2026-03-01", 5, "workingDays", "none", "2026-03-08"),
        # from a Friday and a Saturday, the first day counted is Sunday
        ("2026-03-06", 1, "workingDays", "none", "2026-03-08"),
        ("2026-03-07", 5, "workingDays", "none", "2026-03-12"),
        # over Eid al-Fitr 20–22 March 2026: only Sunday 22 would have been worked
        ("2026-03-18", 2, "workingDays", "none", "2026-03-23"),
        # Eid al-Fitr 2025 as announced: 30 March is worked, 31 March to 2 April are not
        ("2025-03-27", 1, "workingDays", "none", "2025-03-30"),
        ("2025-03-27", 2, "workingDays", "none", "2025-04-03"),
        # the last Thursday of 2025, then 1 January (Thursday) is a feast
        ("2025-12-31", 1, "workingDays", "none", "2026-01-04"),
        ("2026-03-01", 0, "workingDays", "none", "2026-03-01"),
        ("2026-03-01", 15, "days", "none", "2026-03-16"),
        # 6 March 2026 is a Friday
        ("2026-03-01", 5, "days", "none", "2026-03-06"),
        ("2026-03-01", 5, "days", "next", "2026-03-08"),
        ("2026-03-01", 5, "days", "previous", "2026-03-05"),
        # 21 March 2026 is a Saturday inside Eid, which ends on Sunday 22
        ("2026-03-16", 5, "days", "next", "2026-03-23"),
        ("2026-03-16", 5, "days", "previous", "2026-03-19"),
        ("2026-03-01", 2, "weeks", "none", "2026-03-15"),
        ("2026-01-31", 1, "months", "none", "2026-02-28"),
        ("2024-01-31", 1, "months", "none", "2024-02-29"),
        ("2026-12-15", 2, "months", "none", "2027-02-15"),
        ("2026-01-31", 2, "months", "none", "2026-03-31"),
    ],
)
def test_last_days_worked_by_hand(start: str, within: int, unit: str, roll: str, last_day: str) -> None:
    assert term(start, within, unit, roll).due_on == date.fromisoformat(last_day)


def test_a_delai_franc_leaves_out_the_last_day_too() -> None:
    assert term("2026-03-01", 15, "days", franc=True).due_on == date(2026, 3, 17)
    assert term("2026-03-01", 15, "days").due_on == date(2026, 3, 16)
    # the day after Friday 6 is Saturday 7, which rolls to Sunday 8
    assert term("2026-03-01", 5, "days", "next", franc=True).due_on == date(2026, 3, 8)


def test_a_term_in_days_ends_at_midnight_of_algiers() -> None:
    assert term("2026-03-01", 5, "workingDays").fires_at == datetime(2026, 3, 8, 23, 0, tzinfo=UTC)


def test_the_day_of_the_anchor_is_that_of_algiers() -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # 00:30 on Monday 2 in Algiers
    assert due(DZ, anchor_at=late, within=1, unit="workingDays").due_on == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("start", "within", "unit", "end"),
    [
        ("2026-03-05 10:30", 48, "hours", "2026-03-07 10:30"),
        ("2026-03-01 09:00", 2, "workingHours", "2026-03-01 11:00"),
        ("2026-03-01 11:00", 2, "workingHours", "2026-03-01 14:00"),
        ("2026-03-01 08:00", 4, "workingHours", "2026-03-01 12:00"),
        ("2026-03-01 15:30", 2, "workingHours", "2026-03-02 09:00"),
        # Thursday 5 at 16:00: half an hour, then the weekend
        ("2026-03-05 16:00", 1, "workingHours", "2026-03-08 08:30"),
        # nobody works at night or on a Friday
        ("2026-03-05 20:00", 1, "workingHours", "2026-03-08 09:00"),
        ("2026-03-06 10:00", 15, "workingHours", "2026-03-09 16:30"),
    ],
)
def test_hours_end_at_the_exact_minute(start: str, within: int, unit: str, end: str) -> None:
    assert due(DZ, anchor_at=at(start), within=within, unit=unit).fires_at == at(end)


def test_an_end_at_midnight_belongs_to_the_day_before() -> None:
    assert due(DZ, anchor_at=at("2026-03-01 00:00"), within=24, unit="hours").due_on == date(2026, 3, 1)


def test_hours_that_end_on_a_weekend_may_roll() -> None:
    rolled = due(DZ, anchor_at=at("2026-03-05 10:30"), within=48, unit="hours", roll="next")
    assert (rolled.due_on, rolled.fires_at) == (date(2026, 3, 8), at("2026-03-08 10:30"))


@pytest.mark.parametrize(
    ("pauses", "last_day"),
    [
        ([], "2026-03-08"),
        # Monday 2 to Wednesday 4: two working days
        ([("2026-03-02 15:00", "2026-03-04 09:00")], "2026-03-10"),
        # within one day, and over a weekend only: none
        ([("2026-03-02 09:00", "2026-03-02 16:00")], "2026-03-08"),
        ([("2026-03-05 18:00", "2026-03-07 12:00")], "2026-03-08"),
        # two pauses that overlap count once
        ([("2026-03-02 09:00", "2026-03-03 09:00"), ("2026-03-02 12:00", "2026-03-04 09:00")], "2026-03-10"),
        # a pause after the expiry changes nothing
        ([("2026-03-09 09:00", "2026-03-19 09:00")], "2026-03-08"),
        # the first pause moves the end so far that the second falls inside
        ([("2026-03-02 09:00", "2026-03-05 09:00"), ("2026-03-10 09:00", "2026-03-11 09:00")], "2026-03-12"),
        # what lies before the anchor does not count
        ([("2026-02-20 09:00", "2026-03-02 09:00")], "2026-03-09"),
    ],
)
def test_pauses_shift_the_end_by_their_working_days(pauses: list[tuple[str, str]], last_day: str) -> None:
    moments = [(at(start), at(end)) for start, end in pauses]
    ended = due(DZ, anchor_at=at("2026-03-01 10:00"), within=5, unit="workingDays", pauses=moments)
    assert ended.due_on == date.fromisoformat(last_day)


def test_pauses_of_hours_are_counted_to_the_minute() -> None:
    pauses = [(at("2026-03-01 11:30"), at("2026-03-01 13:10"))]
    assert due(DZ, anchor_at=at("2026-03-01 10:00"), within=4, unit="hours", pauses=pauses).fires_at == at(
        "2026-03-01 15:40"
    )
    # of that pause, 30 minutes before noon and 10 after one o'clock were working time
    assert due(
        DZ, anchor_at=at("2026-03-01 10:00"), within=4, unit="workingHours", pauses=pauses
    ).fires_at == at("2026-03-01 15:40")


def test_a_pause_keeps_what_was_left_of_the_term() -> None:
    """Suspended with three working days left, a file has three working days left when it resumes."""
    resumed = at("2026-03-29 10:00")
    ended = due(
        DZ,
        anchor_at=at("2026-03-01 10:00"),
        within=5,
        unit="workingDays",
        pauses=[(at("2026-03-03 10:00"), resumed)],
    )
    assert working_days_between(DZ, local_day(resumed), ended.due_on) == 3


@pytest.mark.parametrize(
    ("within", "unit", "percent", "moment"),
    [
        (10, "workingDays", 50, "2026-03-09 00:00"),
        (5, "workingDays", 80, "2026-03-06 00:00"),
        (1, "workingDays", 50, "2026-03-02 00:00"),
        (30, "days", 50, "2026-03-17 00:00"),
        (2, "weeks", 50, "2026-03-09 00:00"),
        (1, "months", 80, "2026-03-26 00:00"),
        (48, "hours", 50, "2026-03-02 10:00"),
        (4, "workingHours", 80, "2026-03-01 14:12"),
    ],
)
def test_warnings_fall_within_the_term(within: int, unit: str, percent: int, moment: str) -> None:
    anchor = at("2026-03-01 10:00")
    assert moment_at(DZ, anchor_at=anchor, within=within, unit=unit, percent=percent) == at(moment)


def test_working_days_and_minutes_between() -> None:
    assert working_days_between(DZ, date(2026, 3, 1), date(2026, 3, 8)) == 5
    assert working_days_between(DZ, date(2026, 3, 8), date(2026, 3, 1)) == -5
    assert working_minutes_between(DZ, at("2026-03-01 00:00"), at("2026-03-08 00:00")) == 37.5 * 60
    assert working_minutes_between(DZ, at("2026-03-01 11:00"), at("2026-03-01 14:00")) == 120


def test_which_days_are_worked() -> None:
    worked = ("2026-03-01", "2026-03-05", "2025-03-30")
    closed = ("2026-03-06", "2026-03-07", "2026-01-12", "2026-07-05", "2025-04-02")
    assert all(is_working_day(DZ, date.fromisoformat(day)) for day in worked)
    assert not any(is_working_day(DZ, date.fromisoformat(day)) for day in closed)


def test_the_south_works_other_hours_in_summer() -> None:
    south, noon = calendar("dz-south"), at("2026-07-01 12:00")
    assert due(south, anchor_at=noon, within=1, unit="workingHours").fires_at == at("2026-07-01 13:30")
    assert due(DZ, anchor_at=noon, within=1, unit="workingHours").fires_at == at("2026-07-01 14:00")
    winter = at("2026-01-15 07:30")
    assert due(south, anchor_at=winter, within=1, unit="workingHours").fires_at == at("2026-01-15 09:00")


def test_an_agency_may_close_and_open_on_other_days() -> None:
    note = {"ar": "أشغال", "fr": "travaux", "en": "works"}
    exceptions = [
        DayException(date(2026, 3, 2), CLOSED, "notice", note),
        DayException(date(2026, 3, 7), WORKING, "notice", note),
    ]
    agency = build("agency", date(2026, 3, 1), date(2026, 3, 31), exceptions=exceptions)
    ended = due(agency, anchor_at=at("2026-03-01 10:00"), within=4, unit="workingDays")
    assert ended.due_on == date(2026, 3, 7)


def test_an_unknown_calendar_is_an_error() -> None:
    with pytest.raises(UnknownCalendar, match="mars"):
        calendar("mars")


@pytest.mark.parametrize("start", ["2014-12-31", "2040-12-30", "2041-06-01"])
def test_days_that_no_calendar_covers_are_an_error(start: str) -> None:
    with pytest.raises(CalendarNotCovered, match="dz"):
        term(start, 30, "workingDays")
    with pytest.raises(CalendarNotCovered, match="dz"):
        term(start, 30, "days")
    with pytest.raises(CalendarNotCovered, match="dz"):
        due(DZ, anchor_at=at(f"{start} 10:00"), within=100, unit="workingHours")


@pytest.mark.parametrize(
    ("within", "unit", "roll", "franc"),
    [
        (1, "fortnights", "none", False),
        (1, "days", "up", False),
        (-1, "days", "none", False),
        (1, "hours", "none", True),
    ],
)
def test_rules_without_meaning_are_an_error(within: int, unit: str, roll: str, franc: bool) -> None:
    with pytest.raises(TermNotUsable):
        term("2026-03-01", within, unit, roll, franc=franc)


def test_each_date_explains_itself_in_three_languages() -> None:
    pauses = [(at("2026-03-02 09:00"), at("2026-03-03 09:00"))]
    ended = due(DZ, anchor_at=at("2026-03-01 10:00"), within=14, unit="workingDays", pauses=pauses)
    said = [explanation("en", step.code, step.params, unit="workingDays") for step in ended.steps]
    assert said == [
        "The time starts on 01/03/2026; this day is not counted.",
        "The term is 14 working days.",
        "The clock was stopped from 02/03/2026 09:00 to 03/03/2026 09:00: 1 working day more.",
        "22/03/2026 is not a working day: Eid al-Fitr (estimated date).",
        "The last day is 23/03/2026.",
    ]
    arabic = [explanation("ar", step.code, step.params, unit="workingDays") for step in ended.steps]
    assert arabic[1] == "المدة: 14 يوم عمل."
    hours = due(DZ, anchor_at=at("2026-03-05 10:30"), within=48, unit="hours", roll="next")
    assert [explanation("fr", step.code, step.params, unit="hours") for step in hours.steps] == [
        "Le délai part le 05/03/2026 10:30.",
        "La durée est de 48 heures.",
        "Le 07/03/2026 n’est pas ouvré\u00a0: l’échéance est reportée au 08/03/2026.",
        "Le délai expire le 08/03/2026 10:30.",
    ]


def test_plain_arithmetic() -> None:
    assert days_after(date(2026, 2, 28), 1) == date(2026, 3, 1)
    assert days_between(date(2026, 2, 28), date(2026, 3, 2)) == 2
    assert later(at("2026-03-01 10:00"), hours=1, minutes=-30) == at("2026-03-01 10:30")
    assert seconds_between(at("2026-03-01 10:00"), at("2026-03-01 10:01")) == 60
    assert day_start(date(2026, 3, 1)) == at("2026-03-01 00:00")
