"""How near an expiry is, by the days of Algiers: one measure for lists, badges and colours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.calendars import day_start, days_after, local_day

SOON_DAYS = 2  #: days after today that count as soon


class Urgency(StrEnum):
    """How near a task is to its breach, the nearest first."""

    BREACHED = "breached"
    TODAY = "today"
    SOON = "soon"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Horizon:
    """The moments that part one urgency from the next."""

    now: datetime
    today_ends: datetime
    soon_ends: datetime

    def urgency(self, urgent_at: datetime | None) -> Urgency:
        """How urgent an expiry is; none at all is calm."""
        if urgent_at is None or urgent_at > self.soon_ends:
            return Urgency.CALM
        if urgent_at <= self.now:
            return Urgency.BREACHED
        return Urgency.TODAY if urgent_at <= self.today_ends else Urgency.SOON


def horizon(now: datetime) -> Horizon:
    """What is breached, due today or due soon at this moment."""
    today = local_day(now)
    return Horizon(now, day_start(days_after(today, 1)), day_start(days_after(today, 1 + SOON_DAYS)))
