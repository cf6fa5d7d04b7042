"""The calendars of Algeria: which days and hours people work, from rules and dated exceptions."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from engine.feasts import CLOSED, HOLIDAY, WORKING, DayException, national_feasts

ALGIERS = ZoneInfo("Africa/Algiers")
COVERED = (2015, 2040)  # years
HOUR = 3600

Spans = tuple[tuple[int, int], ...]  # seconds since midnight: from, to

WEEKEND = frozenset({4, 5})  # Friday, Saturday: décret exécutif 09-244
ORDINARY_HOURS: Spans = ((8 * HOUR, 12 * HOUR), (13 * HOUR, 16 * HOUR + HOUR // 2))
SOUTHERN_SUMMER: Spans = ((7 * HOUR, 12 * HOUR), (12 * HOUR + HOUR // 2, 15 * HOUR))


class UnknownCalendar(Exception):
    """No calendar has this key."""


class CalendarNotCovered(Exception):
    """The calendar says nothing about this day."""


class Hours(NamedTuple):
    """Other hours from one day to another, both included, such as the south's in summer."""

    first: date
    last: date
    spans: Spans


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The working days from `first` to `last` as ordinals, with the working seconds before each of them."""

    key: str
    first: int
    last: int
    days: tuple[int, ...]
    seconds_before: tuple[int, ...]
    periods: tuple[Hours, ...]
    closings: tuple[DayException, ...]
    closed_days: tuple[int, ...]


@cache
def calendar(key: str) -> Calendar:
    """`dz`: the national calendar; `dz-south`: with the summer hours of the south. Raises UnknownCalendar."""
    years = range(COVERED[0], COVERED[1] + 1)
    summers = tuple(Hours(date(year, 6, 1), date(year, 9, 30), SOUTHERN_SUMMER) for year in years)
    periods: dict[str, tuple[Hours, ...]] = {"dz": (), "dz-south": summers}
    if key not in periods:
        raise UnknownCalendar(f"Expected a calendar among {sorted(periods)}, but {key!r} was asked")
    bounds = (date(COVERED[0], 1, 1), date(COVERED[1], 12, 31))
    return build(key, *bounds, exceptions=national_feasts(*COVERED), periods=periods[key])


def build(
    key: str,
    first: date,
    last: date,
    *,
    exceptions: Iterable[DayException] = (),
    periods: tuple[Hours, ...] = (),
) -> Calendar:
    """A calendar of the weekly rule (Sunday to Thursday), its exceptions and its periods of other hours."""
    by_day = {exception.on.toordinal(): exception for exception in exceptions}
    days = tuple(
        day for day in range(first.toordinal(), last.toordinal() + 1) if _works(day, by_day.get(day))
    )
    seconds = [0]
    for day in days:
        seconds.append(seconds[-1] + sum(end - start for start, end in _spans(periods, day)))
    closings = tuple(by_day[day] for day in sorted(by_day) if by_day[day].kind in (HOLIDAY, CLOSED))
    return Calendar(
        key=key,
        first=first.toordinal(),
        last=last.toordinal(),
        days=days,
        seconds_before=tuple(seconds),
        periods=periods,
        closings=closings,
        closed_days=tuple(closing.on.toordinal() for closing in closings),
    )


def is_working_day(calendar: Calendar, on: date) -> bool:
    """Whether people work on this day. Raises CalendarNotCovered."""
    return works_on(calendar, on.toordinal())


def working_days_between(calendar: Calendar, a: date, b: date) -> int:
    """The working days after `a` up to `b` included; negative when `b` is before `a`."""
    return rank(calendar, b.toordinal()) - rank(calendar, a.toordinal())


def working_minutes_between(calendar: Calendar, a: datetime, b: datetime) -> int:
    """The whole working minutes from `a` to `b`."""
    return (worked_before(calendar, b) - worked_before(calendar, a)) // 60


def works_on(calendar: Calendar, ordinal: int) -> bool:
    """Whether people work on the day of this ordinal. Raises CalendarNotCovered."""
    index = bisect_left(calendar.days, covered(calendar, ordinal))
    return index < len(calendar.days) and calendar.days[index] == ordinal


def rank(calendar: Calendar, ordinal: int) -> int:
    """How many working days the calendar has up to this day, included. Raises CalendarNotCovered."""
    return bisect_right(calendar.days, covered(calendar, ordinal))


def working_day(calendar: Calendar, after: int, count: int) -> int:
    """The ordinal of the working day that comes `count` (at least 1) working days after a day."""
    index = rank(calendar, after) + count - 1
    if not 0 <= index < len(calendar.days):
        raise _not_covered(calendar, calendar.last + 1)
    return calendar.days[index]


def worked_before(calendar: Calendar, at: datetime) -> int:
    """The working seconds of the calendar before a moment. Raises CalendarNotCovered."""
    local = at.astimezone(ALGIERS)
    ordinal = covered(calendar, local.toordinal())
    index = bisect_left(calendar.days, ordinal)
    seconds = calendar.seconds_before[index]
    if index < len(calendar.days) and calendar.days[index] == ordinal:
        now = local.hour * HOUR + local.minute * 60 + local.second
        seconds += sum(max(0, min(now, end) - start) for start, end in _spans(calendar.periods, ordinal))
    return seconds


def moment_worked(calendar: Calendar, seconds: int) -> datetime:
    """The first moment (UTC) before which so many seconds were worked: the inverse of `worked_before`."""
    index = max(0, bisect_left(calendar.seconds_before, seconds) - 1)
    if index >= len(calendar.days):
        raise _not_covered(calendar, calendar.last + 1)
    rest = seconds - calendar.seconds_before[index]
    for start, end in _spans(calendar.periods, calendar.days[index]):
        if rest <= end - start:
            return _at(calendar.days[index], start + rest)
        rest -= end - start
    raise _not_covered(calendar, calendar.last + 1)


def closings_between(calendar: Calendar, after: int, up_to: int) -> tuple[DayException, ...]:
    """The holidays and closures after a day up to another, those of weekends left out."""
    found = slice(bisect_right(calendar.closed_days, after), bisect_right(calendar.closed_days, up_to))
    return tuple(closing for closing in calendar.closings[found] if closing.on.weekday() not in WEEKEND)


def covered(calendar: Calendar, ordinal: int) -> int:
    """The ordinal, when the calendar says something about its day. Raises CalendarNotCovered."""
    if not calendar.first <= ordinal <= calendar.last:
        raise _not_covered(calendar, ordinal)
    return ordinal


def day_start(on: date) -> datetime:
    """00:00 in Algiers on this day, in UTC."""
    return datetime.combine(on, time.min, ALGIERS).astimezone(UTC)


def _works(day: int, exception: DayException | None) -> bool:
    if exception is not None:
        return exception.kind == WORKING
    return date.fromordinal(day).weekday() not in WEEKEND


def _spans(periods: tuple[Hours, ...], day: int) -> Spans:
    for period in periods:
        if period.first.toordinal() <= day <= period.last.toordinal():
            return period.spans
    return ORDINARY_HOURS


def _at(day: int, seconds: int) -> datetime:
    hour, rest = divmod(seconds, HOUR)
    on = date.fromordinal(day)
    local = datetime(on.year, on.month, on.day, hour, rest // 60, rest % 60, tzinfo=ALGIERS)
    return local.astimezone(UTC)


def _not_covered(calendar: Calendar, ordinal: int) -> CalendarNotCovered:
    first, last = date.fromordinal(calendar.first), date.fromordinal(calendar.last)
    asked = date.fromordinal(ordinal)
    return CalendarNotCovered(f"Expected a day of {calendar.key} from {first} to {last}, but it is {asked}")
