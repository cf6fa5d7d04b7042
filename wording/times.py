"""Days, moments, time left and money, as people read them: Western digits, Africa/Algiers."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import get_month_names

from wording.catalogues import say, say_many
from wording.languages import isolate

ALGIERS = ZoneInfo("Africa/Algiers")

_MONTHS_OF = {"ar": "ar_DZ", "fr": "fr_DZ", "en": "en"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_NO_BREAK = "\u00a0"


def day(lang: str, on: date | datetime) -> str:
    """`15/02/2026`: the day, in Algiers when it is a moment."""
    return f"{_local_day(on):%d/%m/%Y}"


def moment(lang: str, at: datetime) -> str:
    """`15/02/2026 14:05` in Algiers. Raises ValueError for a moment without a zone."""
    return f"{_local(at):%d/%m/%Y %H:%M}"


def clock_time(lang: str, at: datetime) -> str:
    """`14:05` in Algiers."""
    return f"{_local(at):%H:%M}"


def long_day(lang: str, on: date | datetime) -> str:
    """`15 فيفري 2026`, `15 février 2026`, `15 February 2026`."""
    local = _local_day(on)
    month = get_month_names("wide", locale=_MONTHS_OF[lang])[local.month]
    return f"{local.day} {month} {local.year}"


def time_left(lang: str, fires_at: datetime | None, now: datetime) -> str:
    """The time until an expiry in words: “late by 2 days”, “today, 3 hours left”, “tomorrow”, “5 days left”.

    An expiry at midnight belongs to the day before it, as deadlines in days do. None has no deadline.
    """
    if fires_at is None:
        return say(lang, "no deadline")
    seconds = int((fires_at - now).total_seconds())
    if seconds <= 0:
        return _late(lang, -seconds)
    days = _last_day(fires_at).toordinal() - _local_day(now).toordinal()
    if days <= 0:
        return _today(lang, seconds)
    return say(lang, "tomorrow") if days == 1 else say_many(lang, "%(n)s day left", "%(n)s days left", days)


def lasting(lang: str, seconds: float) -> str:
    """A duration in its largest whole unit: “3 days”, “2 hours”, “5 minutes”."""
    whole = int(seconds)
    if whole >= _DAY:
        return say_many(lang, "%(n)s day", "%(n)s days", whole // _DAY)
    if whole >= _HOUR:
        return say_many(lang, "%(n)s hour", "%(n)s hours", whole // _HOUR)
    return say_many(lang, "%(n)s minute", "%(n)s minutes", whole // _MINUTE)


def money(lang: str, centimes: int) -> str:
    """`1875000` → `18 750,00 دج` or `18 750,00 DA`; no line breaks inside, a negative amount is isolated."""
    amount = dinars(centimes)
    return say(lang, "%(amount)s DA", amount=isolate(amount) if centimes < 0 else amount).replace(
        " ", _NO_BREAK
    )


def dinars(centimes: int) -> str:
    """`150050` → `1 500,50` with no-break spaces: an amount as typed and printed, without currency."""
    whole, rest = divmod(abs(centimes), 100)
    sign = "-" if centimes < 0 else ""
    return f"{sign}{whole:,}".replace(",", _NO_BREAK) + f",{rest:02d}"


def file_size(lang: str, size: int) -> str:
    """Bytes in words: `34 kB`, `2,5 MB`."""
    if size < 1_000_000:
        return say(lang, "%(size)s kB", size=max(1, round(size / 1000)))
    megabytes = f"{size / 1_000_000:.1f}".removesuffix(".0")
    return say(lang, "%(size)s MB", size=megabytes if lang == "en" else megabytes.replace(".", ","))


def _late(lang: str, seconds: int) -> str:
    if seconds >= _DAY:
        return say_many(lang, "late by %(n)s day", "late by %(n)s days", seconds // _DAY)
    if seconds >= _HOUR:
        return say_many(lang, "late by %(n)s hour", "late by %(n)s hours", seconds // _HOUR)
    return say_many(lang, "late by %(n)s minute", "late by %(n)s minutes", seconds // _MINUTE)


def _today(lang: str, seconds: int) -> str:
    if seconds >= _HOUR:
        return say_many(lang, "today, %(n)s hour left", "today, %(n)s hours left", seconds // _HOUR)
    return say_many(lang, "today, %(n)s minute left", "today, %(n)s minutes left", seconds // _MINUTE)


def _last_day(fires_at: datetime) -> date:
    local = _local(fires_at)
    at_midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
    return date.fromordinal(local.toordinal() - 1) if at_midnight else local.date()


def _local_day(on: date | datetime) -> date:
    return _local(on).date() if isinstance(on, datetime) else on


def _local(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"Expected a moment with its zone, but {at!r} has none")
    return at.astimezone(ALGIERS)
