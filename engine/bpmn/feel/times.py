"""Dates, times, moments and durations of the expression language: from ISO 8601 text, to it, and their parts.

A date is a `datetime.date`, a moment a `datetime.datetime`, a time of day a `datetime.time`; a duration is a
`datetime.timedelta`, or `Months` where it is counted in years and months.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MOST_MONTHS = 12 * 9_999

ZONE = r"(?P<zone>Z|[+-]\d{2}:?\d{2}(?::\d{2})?|@[\w+/-]+)?"
TIME = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?" + ZONE)
MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})T(.+)")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
YEARS_MONTHS = re.compile(r"(-)?P(?=\d)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?")
DAYS_TIME = re.compile(
    r"(-)?P(?=\d|T\d)(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:\.\d+)?)S)?)?"
)


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A duration in whole months, negative ones too."""

    count: int

    def __post_init__(self) -> None:
        if abs(self.count) > MOST_MONTHS:
            raise ValueError("months")


Duration = timedelta | Months


def date_of(text: str) -> date:
    """The date of `2026-03-31`; raises ValueError."""
    if not DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def time_of(text: str) -> time:
    """The time of `08:30:00`, with an offset or `@zone` behind it or not; raises ValueError."""
    found = TIME.fullmatch(text.removeprefix("T"))
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds, fraction = found.groups()[:4]
    micros = int(((fraction or "0") + "000000")[:6])
    return time(int(hours), int(minutes), int(seconds or 0), micros, tzinfo=_zone(found["zone"]))


def moment_of(text: str) -> datetime:
    """The moment of `2026-03-31T08:30:00`; a date alone is its midnight; raises ValueError."""
    if DATE.fullmatch(text):
        return datetime.combine(date_of(text), time())
    found = MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return datetime.combine(date_of(found[1]), time_of(found[2]))


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    if text.startswith("@"):
        try:
            return ZoneInfo(text[1:])
        except (ZoneInfoNotFoundError, OSError, ValueError):
            raise ValueError(text) from None
    hours, minutes, *seconds = (int(part) for part in re.findall(r"\d{2}", text))
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    return timezone(-offset if text.startswith("-") else offset)


def duration_of(text: str) -> Duration:
    """The duration of `P1Y2M`, `P3DT4H` or `P2W`; raises ValueError."""
    found = YEARS_MONTHS.fullmatch(text)
    if found:
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return Months(-months if found[1] else months)
    found = DAYS_TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups()[1:5])
    micros = int(Decimal(found[6] or 0) * 1_000_000)
    try:
        span = timedelta(days=days + 7 * weeks, hours=hours, minutes=minutes, microseconds=micros)
    except OverflowError:
        raise ValueError(text) from None
    return -span if found[1] else span


def any_of(text: str) -> Any:
    """What `@"…"` says: a date, moment, time or duration; raises ValueError."""
    for read in (date_of, moment_of, time_of, duration_of):
        try:
            return read(text)
        except ValueError:
            continue
    raise ValueError(text)


def text_of(value: Any) -> str:
    """ISO 8601 of a date, moment, time or duration."""
    if isinstance(value, Months):
        return _months_text(value.count)
    if isinstance(value, timedelta):
        return _span_text(value)
    zone = getattr(value, "tzinfo", None)
    if isinstance(zone, ZoneInfo):
        return f"{value.replace(tzinfo=None).isoformat()}@{zone.key}"
    text: str = value.isoformat()
    return f"{text[:-6]}Z" if zone is UTC else text


def _months_text(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    text = (f"{years}Y" if years else "") + (f"{rest}M" if rest else "")
    return ("-" if months < 0 else "") + "P" + (text or "0M")


def _span_text(span: timedelta) -> str:
    size = abs(span)
    seconds = Decimal(size.seconds % 60) + Decimal(size.microseconds) / 1_000_000
    hours, minutes = size.seconds // 3600, size.seconds // 60 % 60
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds.normalize():f}S" if seconds else ""
    text = (f"{size.days}D" if size.days else "") + (f"T{clock}" if clock else "")
    return ("-" if span < timedelta() else "") + "P" + (text or "T0S")


def months_later(day: date, months: int) -> date:
    """The same day some months later or earlier, or the last day of that month; raises ValueError."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= years <= 9_999:
        raise ValueError("year")
    return day.replace(
        year=years, month=month + 1, day=min(day.day, calendar.monthrange(years, month + 1)[1])
    )


def months_between(first: date, last: date) -> int:
    """Whole months from one date to another, negative when the second is earlier."""
    if last < first:
        return -months_between(last, first)
    months = (last.year - first.year) * 12 + last.month - first.month
    return months - (1 if last.day < first.day else 0)


def seconds_of(span: timedelta) -> Decimal | int:
    """A span in seconds, exactly."""
    whole, micros = divmod(span // timedelta(microseconds=1), 1_000_000)
    return whole + Decimal(micros) / 1_000_000 if micros else whole


def _offset(value: Any) -> timedelta | None:
    offset: timedelta | None = value.utcoffset()
    return offset


def _zone_name(value: Any) -> str | None:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _part_of_span(unit: timedelta, most: int) -> Callable[[timedelta], int]:
    """Its signed whole units, without those of the next larger unit."""
    return lambda span: (1 if span >= timedelta() else -1) * (abs(span) // unit % most)


_OF_DATE: dict[str, Callable[[Any], Any]] = {
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "weekday": lambda day: day.isoweekday(),
}
_OF_TIME: dict[str, Callable[[Any], Any]] = {
    "hour": lambda clock: clock.hour,
    "minute": lambda clock: clock.minute,
    "second": lambda clock: clock.second,
    "time offset": _offset,
    "timezone": _zone_name,
}
_OF_SPAN: dict[str, Callable[[Any], Any]] = {
    "days": _part_of_span(DAY, 10**9),
    "hours": _part_of_span(timedelta(hours=1), 24),
    "minutes": _part_of_span(timedelta(minutes=1), 60),
    "seconds": _part_of_span(SECOND, 60),
}
_OF_MONTHS: dict[str, Callable[[Any], Any]] = {
    "years": lambda span: int(span.count / 12),
    "months": lambda span: span.count - int(span.count / 12) * 12,
}
PARTS: dict[type[Any], dict[str, Callable[[Any], Any]]] = {
    datetime: {**_OF_DATE, **_OF_TIME},
    date: _OF_DATE,
    time: _OF_TIME,
    timedelta: _OF_SPAN,
    Months: _OF_MONTHS,
}
"""What may be asked of a temporal value by `.name`."""
