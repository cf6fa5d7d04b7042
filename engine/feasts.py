"""The public holidays of Algeria: what the library estimates; what was announced has the last word."""

from dataclasses import dataclass
from datetime import date

import holidays

from wording import Labels

HOLIDAY, CLOSED, WORKING = "holiday", "closed", "working"

_LIBRARY_LANGUAGES = {"ar": "ar", "fr": "fr", "en": "en_US"}
_ESTIMATED = {"ar": "(تقديري)", "fr": "(estimé)", "en": "(estimated)"}
_EID_AL_FITR: Labels = {"ar": "عيد الفطر", "fr": "Aïd el-Fitr", "en": "Eid al-Fitr"}
_ANNOUNCED_2025 = "Announcement of 29/03/2025: the moon was not seen"


@dataclass(frozen=True, slots=True)
class DayException:
    """A day that departs from the rules: `holiday`, `closed`, or `working` although a rule closes it."""

    on: date
    kind: str
    source: str
    note: Labels


ANNOUNCED = (
    DayException(
        date(2025, 3, 30),
        WORKING,
        _ANNOUNCED_2025,
        {"ar": "30 رمضان 1446", "fr": "30 ramadan 1446", "en": "30 Ramadan 1446"},
    ),
    DayException(date(2025, 3, 31), HOLIDAY, _ANNOUNCED_2025, _EID_AL_FITR),
    DayException(date(2025, 4, 1), HOLIDAY, _ANNOUNCED_2025, _EID_AL_FITR),
    DayException(date(2025, 4, 2), HOLIDAY, _ANNOUNCED_2025, _EID_AL_FITR),
)


def national_feasts(first_year: int, last_year: int) -> tuple[DayException, ...]:
    """The holidays of these years in order, one entry a day; announced dates replace estimated ones."""
    years = range(first_year, last_year + 1)
    named = {
        lang: holidays.country_holidays("DZ", years=years, language=code)
        for lang, code in _LIBRARY_LANGUAGES.items()
    }
    days = {on: _from_library(on, {lang: names[on] for lang, names in named.items()}) for on in named["en"]}
    days |= {exception.on: exception for exception in ANNOUNCED if exception.on.year in years}
    return tuple(days[on] for on in sorted(days))


def _from_library(on: date, names: Labels) -> DayException:
    estimated = _ESTIMATED["en"] in names["en"]
    note = {
        lang: name.replace(_ESTIMATED[lang], "").replace(" ;", ";").strip() for lang, name in names.items()
    }
    return DayException(on, HOLIDAY, "estimate" if estimated else "loi 63-278", note)
