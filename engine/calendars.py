"""When a term ends: all date arithmetic of the project is here and in `engine.working_time`.

A term's first day is not counted. A term in days ends at 00:00 Africa/Algiers after its last day (`due_on`),
a term in hours at the exact second. A *délai franc* leaves out the last day too; then the last day rolls to
a working day. A pause shifts the end by its days of the unit, its own first day not counted, or by its exact
seconds for hours.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from engine.feasts import DayException
from engine.working_time import (
    ALGIERS,
    HOUR,
    Calendar,
    CalendarNotCovered,
    UnknownCalendar,
    build,
    calendar,
    closings_between,
    covered,
    day_start,
    is_working_day,
    moment_worked,
    rank,
    worked_before,
    working_day,
    working_days_between,
    working_minutes_between,
    works_on,
)

__all__ = [
    "ALGIERS",
    "UNITS",
    "Calendar",
    "CalendarNotCovered",
    "Due",
    "Step",
    "TermNotUsable",
    "UnknownCalendar",
    "build",
    "calendar",
    "day_start",
    "days_after",
    "days_between",
    "due",
    "is_working_day",
    "later",
    "local_day",
    "moment_at",
    "seconds_between",
    "working_days_between",
    "working_minutes_between",
]

UNITS = ("hours", "workingHours", "workingDays", "days", "weeks", "months")
ROLLS = {"none": 0, "next": 1, "previous": -1}

Pause = tuple[datetime, datetime]


class TermNotUsable(Exception):
    """The rule of counting asks for something that has no meaning."""


class Step(NamedTuple):
    """One step of how a date came to be: a code and its parameters, said by `wording.explanations`."""

    code: str
    params: dict[str, Any]


class Due(NamedTuple):
    """The last day of a term in Algiers, the moment (UTC) at which it has expired, and how these came."""

    due_on: date
    fires_at: datetime
    steps: tuple[Step, ...]


class _Term(NamedTuple):
    within: int
    unit: str
    roll: str
    franc: bool


def due(
    calendar: Calendar,
    *,
    anchor_at: datetime,
    within: int,
    unit: str,
    roll: str = "none",
    franc: bool = False,
    pauses: Iterable[Pause] = (),
) -> Due:
    """When a term that starts at `anchor_at` ends. Pauses are (suspended_at, resumed_at); late ones are idle.

    Raises CalendarNotCovered, and TermNotUsable for an unknown unit or roll, or a *délai franc* in hours.
    """
    term = _checked(_Term(within, unit, roll, franc))
    merged = _merged(pauses, anchor_at)
    if unit in ("hours", "workingHours"):
        return _due_in_hours(calendar, anchor_at, term, merged)
    return _due_in_days(calendar, anchor_at, term, merged)


def moment_at(
    calendar: Calendar,
    *,
    anchor_at: datetime,
    within: int,
    unit: str,
    percent: int,
    pauses: Iterable[Pause] = (),
) -> datetime:
    """When this part of a term is spent, before any roll: whole days for terms in days, seconds for hours."""
    if unit in ("hours", "workingHours"):
        seconds = within * HOUR * percent // 100
        return _after_seconds(calendar, anchor_at, seconds, unit, _merged(pauses, anchor_at))
    if unit != "workingDays":
        whole = due(calendar, anchor_at=anchor_at, within=within, unit=unit)
        within, unit = days_between(local_day(anchor_at), whole.due_on), "days"
    part = within * percent // 100
    return due(calendar, anchor_at=anchor_at, within=part, unit=unit, pauses=pauses).fires_at


def local_day(at: datetime) -> date:
    """The day in Algiers at this moment."""
    return at.astimezone(ALGIERS).date()


def days_between(a: date, b: date) -> int:
    """The calendar days from `a` to `b`."""
    return b.toordinal() - a.toordinal()


def days_after(on: date, days: int) -> date:
    """The day so many calendar days later, or earlier when negative."""
    return date.fromordinal(on.toordinal() + days)


def later(at: datetime, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: float = 0) -> datetime:
    """The moment so much time later, or earlier when negative."""
    return at + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def seconds_between(a: datetime, b: datetime) -> float:
    """The seconds from `a` to `b`."""
    return (b - a).total_seconds()


def _checked(term: _Term) -> _Term:
    if term.unit not in UNITS or term.roll not in ROLLS or term.within < 0:
        raise TermNotUsable(f"Expected a unit among {UNITS} and a roll among {[*ROLLS]}, but it is {term}")
    if term.franc and term.unit in ("hours", "workingHours"):
        raise TermNotUsable(f"Expected a délai franc to be in days, but it is {term}")
    return term


def _merged(pauses: Iterable[Pause], anchor_at: datetime) -> list[Pause]:
    """The pauses in order, without what lies before the anchor, those that overlap made one."""
    merged: list[Pause] = []
    for suspended_at, resumed_at in sorted(pauses):
        start = max(suspended_at, anchor_at)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], resumed_at))
        elif resumed_at > start:
            merged.append((start, resumed_at))
    return merged


def _due_in_days(calendar: Calendar, anchor_at: datetime, term: _Term, pauses: list[Pause]) -> Due:
    start = covered(calendar, anchor_at.astimezone(ALGIERS).toordinal())
    last = _counted(calendar, start, term.within, term.unit)
    steps = [Step("starts", {"at": anchor_at}), Step("counts", {"within": term.within, "unit": term.unit})]
    for suspended_at, resumed_at in pauses:
        if suspended_at >= _midnight_after(_rolled(calendar, last, term)):
            break
        shift = _days_of(calendar, suspended_at, resumed_at, term.unit)
        last = _moved(calendar, last, shift, term.unit)
        steps.append(_pause_step(suspended_at, resumed_at, days=shift))
    final = _rolled(calendar, last, term)
    if term.unit == "workingDays":
        steps += [_closing_step(closing) for closing in closings_between(calendar, start, final)]
    if term.franc:
        steps.append(Step("franc", {}))
    unrolled = _moved(calendar, last, int(term.franc), term.unit)
    if final != unrolled:
        steps.append(_roll_step(unrolled, final))
    return _ending(date.fromordinal(final), _midnight_after(final), steps)


def _counted(calendar: Calendar, start: int, within: int, unit: str) -> int:
    if unit == "months":
        return covered(calendar, _months_after(date.fromordinal(start), within).toordinal())
    return _moved(calendar, start, within * 7 if unit == "weeks" else within, unit)


def _moved(calendar: Calendar, last: int, count: int, unit: str) -> int:
    """So many days of the unit later: working days, or calendar days for all other units."""
    if count == 0:
        return last
    return working_day(calendar, last, count) if unit == "workingDays" else covered(calendar, last + count)


def _months_after(on: date, months: int) -> date:
    """The same day of a later month, or the month's last day when it is shorter."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def _rolled(calendar: Calendar, last: int, term: _Term) -> int:
    """The last day after the *franc* and the roll."""
    last = _moved(calendar, last, int(term.franc), term.unit)
    direction = ROLLS[term.roll]
    while direction and not works_on(calendar, last):
        last += direction
    return last


def _days_of(calendar: Calendar, a: datetime, b: datetime, unit: str) -> int:
    first, last = local_day(a).toordinal(), local_day(b).toordinal()
    return rank(calendar, last) - rank(calendar, first) if unit == "workingDays" else last - first


def _due_in_hours(calendar: Calendar, anchor_at: datetime, term: _Term, pauses: list[Pause]) -> Due:
    ends_at = _after_seconds(calendar, anchor_at, term.within * HOUR, term.unit, pauses)
    steps = [Step("starts", {"at": anchor_at}), Step("counts", {"within": term.within, "unit": term.unit})]
    for pause in pauses:
        if pause[0] < ends_at:
            steps.append(_pause_step(*pause, seconds=_seconds_of(calendar, *pause, term.unit)))
    last = (ends_at - timedelta(microseconds=1)).astimezone(ALGIERS).toordinal()
    final = _rolled(calendar, last, term)
    if final != last:
        steps.append(_roll_step(last, final))
    return _ending(date.fromordinal(final), ends_at + timedelta(days=final - last), steps)


def _after_seconds(
    calendar: Calendar, anchor_at: datetime, seconds: int, unit: str, pauses: list[Pause]
) -> datetime:
    ends_at = _seconds_later(calendar, anchor_at, seconds, unit)
    for suspended_at, resumed_at in pauses:
        if suspended_at >= ends_at:
            break
        seconds += _seconds_of(calendar, suspended_at, resumed_at, unit)
        ends_at = _seconds_later(calendar, anchor_at, seconds, unit)
    return ends_at


def _seconds_later(calendar: Calendar, at: datetime, seconds: int, unit: str) -> datetime:
    if unit == "hours":
        return at.astimezone(UTC) + timedelta(seconds=seconds)
    return moment_worked(calendar, worked_before(calendar, at) + seconds)


def _seconds_of(calendar: Calendar, a: datetime, b: datetime, unit: str) -> int:
    if unit == "hours":
        return round((b - a).total_seconds())
    return worked_before(calendar, b) - worked_before(calendar, a)


def _midnight_after(ordinal: int) -> datetime:
    return day_start(date.fromordinal(ordinal + 1))


def _pause_step(suspended_at: datetime, resumed_at: datetime, **shift: int) -> Step:
    return Step("paused", {"suspended_at": suspended_at, "resumed_at": resumed_at, **shift})


def _closing_step(closing: DayException) -> Step:
    return Step("closed", {"on": closing.on, "note": closing.note, "source": closing.source})


def _roll_step(before: int, after: int) -> Step:
    return Step("rolled", {"from_on": date.fromordinal(before), "to_on": date.fromordinal(after)})


def _ending(due_on: date, fires_at: datetime, steps: list[Step]) -> Due:
    return Due(due_on, fires_at, (*steps, Step("ends", {"on": due_on, "at": fires_at})))
