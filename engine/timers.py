"""When a timer event of a diagram is due: ISO 8601 dates, durations and repeating intervals."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dateutil.relativedelta import relativedelta

from engine.calendars import ALGIERS

DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+(?:\.\d+)?)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
Span = tuple[relativedelta, timedelta]


class TimerUnreadable(ValueError):
    """The text of a timer is not ISO 8601."""


@dataclass(frozen=True, slots=True)
class Round:
    """When a timer is due: ``number`` intervals after ``anchor_at``. Rounds of a cycle share the anchor: no drift."""

    anchor_at: datetime
    number: int
    due_at: datetime


def first_round(kind: str, text: str, *, now: datetime) -> Round:
    """The (first) round of a timer of this kind (date, duration, cycle) that begins to wait ``now``.

    A date without offset is Africa/Algiers'. A cycle ``Rn/[start/]duration`` is due one interval from now, or at its
    start if that lies ahead. Raises TimerUnreadable.
    """
    return _told(kind, text, lambda: _first(kind, text.strip(), now))


def next_round(text: str, before: Round) -> Round:
    """The round of a cycle after another, counted from the same anchor. Raises TimerUnreadable."""

    def following() -> Round:
        number = before.number + 1
        return Round(before.anchor_at, number, _after(before.anchor_at, _interval(text), number))

    return _told("cycle", text, following)


def rounds_of(text: str) -> int | None:
    """How many rounds a cycle ``Rn/…`` has; None without end."""
    counted = text.strip().partition("/")[0][1:]
    return int(counted) if counted else None


def _told(kind: str, text: str, work: Callable[[], Round]) -> Round:
    try:
        return work()
    except (OverflowError, ValueError) as error:
        raise TimerUnreadable(f"Expected an ISO 8601 {kind}, but is {text!r}") from error


def _first(kind: str, text: str, now: datetime) -> Round:
    if kind == "date":
        return Round(now, 0, _date(text))
    if kind == "duration":
        return Round(now, 1, _after(now, _span(text), 1))
    start = next((_date(part) for part in text.split("/")[1:-1]), None)
    if start is not None and start > now:
        return Round(start, 0, start)
    return Round(now, 1, _after(now, _interval(text), 1))


def _interval(text: str) -> Span:
    """The time between two rounds of a cycle; it must lead forwards."""
    span = _span(text.strip().split("/")[-1])
    if _after(_SOME_DAY, span, 1) <= _SOME_DAY:
        raise TimerUnreadable(f"Expected a cycle with an interval, but is {text!r}")
    return span


def _date(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip().partition("[")[0])
    return (moment if moment.tzinfo else moment.replace(tzinfo=ALGIERS)).astimezone(UTC)


def _span(text: str) -> Span:
    match = DURATION.fullmatch(text.strip())
    if match is None or match.end() <= len("P") + len(match["sign"]):
        raise TimerUnreadable(f"Expected an ISO 8601 duration, but is {text!r}")
    part = {name: float(value) for name, value in match.groupdict().items() if value and name != "sign"}
    months = relativedelta(years=int(part.pop("years", 0)), months=int(part.pop("months", 0)))
    span = timedelta(**part)
    return (-months, -span) if match["sign"] else (months, span)


def _after(anchor: datetime, span: Span, times: int) -> datetime:
    months, rest = span
    return anchor + months * times + rest * times


_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
