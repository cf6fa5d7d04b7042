"""When a timer event of a diagram is due: ISO 8601 dates, durations and repeating intervals."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dateutil.relativedelta import relativedelta

from engine.calendars import ALGIERS

DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


class TimerUnreadable(ValueError):
    """The text of a timer is not ISO 8601."""


def moment_of(kind: str, text: str, *, anchor: datetime) -> datetime:
    """The moment (UTC) a timer of this kind (date, duration, cycle) is due, counted from ``anchor``.

    A date without offset is Africa/Algiers'. A cycle ``Rn/[start/]duration`` is due one interval after the anchor,
    or at its start if that lies ahead. Raises TimerUnreadable.
    """
    try:
        return _moment(kind, text, anchor)
    except (OverflowError, ValueError) as error:
        raise TimerUnreadable(f"Expected an ISO 8601 {kind}, but is {text!r}") from error


def _moment(kind: str, text: str, anchor: datetime) -> datetime:
    if kind == "date":
        return _date(text)
    if kind == "duration":
        return _after(anchor, text)
    parts = text.split("/")[1:]
    due = _after(anchor, parts[-1] if parts else text)
    if due <= anchor:
        raise TimerUnreadable(f"Expected a cycle with an interval, but is {text!r}")
    return _date(parts[0]) if len(parts) == 2 and _date(parts[0]) > anchor else due


def _date(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise TimerUnreadable(f"Expected an ISO 8601 date, but is {text!r}") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=ALGIERS)).astimezone(UTC)


def _after(anchor: datetime, text: str) -> datetime:
    match = DURATION.fullmatch(text.strip())
    if match is None or match.end() <= len("P") + len(match["sign"]):
        raise TimerUnreadable(f"Expected an ISO 8601 duration, but is {text!r}")
    part = {name: float(value) for name, value in match.groupdict().items() if value and name != "sign"}
    months = relativedelta(years=int(part.pop("years", 0)), months=int(part.pop("months", 0)))
    span = timedelta(**part)
    return anchor - months - span if match["sign"] else anchor + months + span
