"""Functions on dates, times and durations, and on ranges. None of them reads the clock."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Any

from engine.bpmn.comparisons import COMPARISONS, equal, in_range, kind_of
from engine.bpmn.feel.times import (
    PARTS,
    Duration,
    Months,
    any_of,
    date_of,
    duration_of,
    moment_of,
    months_between,
    months_later,
    time_of,
)
from engine.bpmn.operations import Range, as_date, is_number, years_between

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def to_date(value: Any, month: Any = None, day: Any = None) -> date:
    """A date from ISO text, a moment, or year, month and day."""
    if month is not None and day is not None:
        return date(_whole(value), _whole(month), _whole(day))
    if isinstance(value, str) and month is None:
        return date_of(value) if len(value) == 10 else moment_of(value).date()
    if not isinstance(value, date) or month is not None:
        raise TypeError
    return as_date(value)


def to_time(value: Any, minute: Any = None, second: Any = None, offset: Any = None) -> time:
    """A time of day from ISO text, a moment, or hour, minute, second and offset."""
    if minute is not None:
        zone = None if offset is None else timezone(_span(offset))
        whole = int(second or 0)
        micros = int(((second or 0) - whole) * 1_000_000)
        return time(_whole(value), _whole(minute), whole, micros, tzinfo=zone)
    if isinstance(value, str):
        return time_of(value)
    if isinstance(value, datetime):
        return value.timetz()
    if isinstance(value, date):
        return time(tzinfo=_utc())
    if not isinstance(value, time):
        raise TypeError
    return value


def _utc() -> tzinfo:
    return timezone.utc  # noqa: UP017 - the name says what it is


def to_moment(value: Any, clock: Any = None) -> datetime:
    """A moment from ISO text, or a date and a time."""
    if isinstance(value, date) and isinstance(clock, time):
        return datetime.combine(as_date(value), clock)
    if clock is not None:
        raise TypeError
    if isinstance(value, date):
        return value if isinstance(value, datetime) else datetime.combine(value, time())
    if not isinstance(value, str):
        raise TypeError
    return moment_of(value)


def to_duration(value: Any) -> Duration:
    if isinstance(value, Duration):
        return value
    if not isinstance(value, str):
        raise TypeError
    return duration_of(value)


def literal(text: Any) -> Any:
    """What `@"…"` says."""
    if not isinstance(text, str):
        raise TypeError
    return any_of(text)


def _span(value: Any) -> timedelta:
    if not isinstance(value, timedelta):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if not is_number(value) or value != int(value):
        raise TypeError
    return int(value)


def _between(first: Any, last: Any) -> Months:
    return Months(months_between(_day(first), _day(last)))


def _day(value: Any) -> date:
    if not isinstance(value, date):
        raise TypeError
    return as_date(value)


def _days_between(first: Any, last: Any) -> int:
    return as_date(last).toordinal() - as_date(first).toordinal()


def _last_day(value: Any) -> date:
    return months_later(_day(value).replace(day=1), 1) - timedelta(days=1)


def _same(one: Any, other: Any) -> bool:
    """FEEL's `is`: the same value of the same kind, zones included."""
    if kind_of(one) != kind_of(other) or (one is None) != (other is None):
        return False
    zone, other_zone = getattr(one, "tzinfo", None), getattr(other, "tzinfo", None)
    return equal(one, other) and (zone is None) == (other_zone is None)


def part(value: Any, name: str) -> Any:
    """The part of a date, moment, time, duration or range that `.name` asks for; raises LookupError."""
    if isinstance(value, Range):
        ends = {
            "start": value.low, "end": value.high, "start included": value.with_low, "end included": value.with_high,
        }  # fmt: skip
        return ends[name]
    return PARTS[type(value)][name](value)


# -- ranges

Two = Callable[[Any, Any], bool]


def _less(one: Any, other: Any) -> bool:
    return one is not None and other is not None and COMPARISONS["<"](one, other) is True


def _as_range(value: Any) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


def _before(one: Any, other: Any) -> bool:
    first, second = _as_range(one), _as_range(other)
    if first.high is None or second.low is None:
        return False
    touching = equal(first.high, second.low) and not (first.with_high and second.with_low)
    return _less(first.high, second.low) or touching


def _starts_earlier(one: Range, other: Range, *, or_same: bool) -> bool:
    if equal(one.low, other.low):
        return (one.with_low or not other.with_low) if or_same else (one.with_low and not other.with_low)
    return one.low is None or _less(one.low, other.low)


def _ends_later(one: Range, other: Range, *, or_same: bool) -> bool:
    if equal(one.high, other.high):
        return (one.with_high or not other.with_high) if or_same else (one.with_high and not other.with_high)
    return one.high is None or _less(other.high, one.high)


def _meets(one: Range, other: Range) -> bool:
    return one.with_high and other.with_low and equal(one.high, other.low)


def _overlaps(one: Range, other: Range) -> bool:
    return not _before(one, other) and not _before(other, one)


def _overlaps_before(one: Range, other: Range) -> bool:
    earlier = _starts_earlier(one, other, or_same=False)
    return earlier and _overlaps(one, other) and _ends_later(other, one, or_same=True)


def _overlaps_after(one: Range, other: Range) -> bool:
    later = _ends_later(one, other, or_same=False)
    return later and _overlaps(one, other) and _starts_earlier(other, one, or_same=True)


def _includes(whole: Range, inner: Any) -> bool:
    if not isinstance(inner, Range):
        return in_range(inner, whole)
    return _starts_earlier(whole, inner, or_same=True) and _ends_later(whole, inner, or_same=True)


def _starts(one: Any, whole: Range) -> bool:
    if not isinstance(one, Range):
        return whole.with_low and equal(one, whole.low)
    same = equal(one.low, whole.low) and one.with_low == whole.with_low
    return same and _ends_later(whole, one, or_same=True)


def _finishes(one: Any, whole: Range) -> bool:
    if not isinstance(one, Range):
        return whole.with_high and equal(one, whole.high)
    same = equal(one.high, whole.high) and one.with_high == whole.with_high
    return same and _starts_earlier(whole, one, or_same=True)


def _coincides(one: Any, other: Any) -> bool:
    if isinstance(one, Range) != isinstance(other, Range):
        raise TypeError
    return equal(one, other)


def _on(apply: Two, *, ranges: str) -> Two:
    """Checks the operands: `ranges` says of each, "r" a range, "p" a point or a range."""

    def applied(one: Any, other: Any) -> bool:
        for value, kind in zip((one, other), ranges, strict=True):
            if value is None or (kind == "r" and not isinstance(value, Range)):
                raise TypeError
        kinds = {kind_of(end) for value in (one, other) for end in _ends(value)}
        if len(kinds) > 1 or kinds & {"list", "context", "boolean", "function"}:
            raise TypeError
        return apply(one, other)

    return applied


def _ends(value: Any) -> list[Any]:
    ends = (value.low, value.high) if isinstance(value, Range) else (value,)
    return [end for end in ends if end is not None]


def _turned(apply: Two) -> Two:
    return lambda one, other: apply(other, one)


DATES: dict[str, tuple[Callable[..., Any], str]] = {
    "@": (literal, "from"), "date": (to_date, "from|year, month?, day?"),
    "time": (to_time, "from|hour, minute?, second?, offset?"),
    "date and time": (to_moment, "from|date, time?"), "duration": (to_duration, "from"),
    "years and months duration": (_between, "from, to"),
    "day of week": (lambda day: DAYS[_day(day).weekday()], "date"),
    "day of year": (lambda day: _day(day).timetuple().tm_yday, "date"),
    "week of year": (lambda day: _day(day).isocalendar().week, "date"),
    "month of year": (lambda day: MONTHS[_day(day).month - 1], "date"),
    "last day of month": (_last_day, "date"),
    "days between": (_days_between, "first, last"), "days_between": (_days_between, "first, last"),
    "years between": (years_between, "first, last"), "years_between": (years_between, "first, last"),
    "is": (_same, "value1, value2"),
    "before": (_on(_before, ranges="pp"), "1, 2"), "after": (_on(_turned(_before), ranges="pp"), "1, 2"),
    "meets": (_on(_meets, ranges="rr"), "range1, range2"),
    "met by": (_on(_turned(_meets), ranges="rr"), "range1, range2"),
    "overlaps": (_on(_overlaps, ranges="rr"), "range1, range2"),
    "overlaps before": (_on(_overlaps_before, ranges="rr"), "range1, range2"),
    "overlaps after": (_on(_overlaps_after, ranges="rr"), "range1, range2"),
    "includes": (_on(_includes, ranges="rp"), "range, point"),
    "during": (_on(_turned(_includes), ranges="pr"), "point, range"),
    "starts": (_on(_starts, ranges="pr"), "point, range"),
    "started by": (_on(_turned(_starts), ranges="rp"), "range, point"),
    "finishes": (_on(_finishes, ranges="pr"), "point, range"),
    "finished by": (_on(_turned(_finishes), ranges="rp"), "range, point"),
    "coincides": (_on(_coincides, ranges="pp"), "1, 2"),
}  # fmt: skip
"""Each function with the names of its parameters; `?` marks those that may be left out."""
