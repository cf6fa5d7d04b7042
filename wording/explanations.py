"""How a date came to be, in words: the steps of `engine.calendars.due`."""

from collections.abc import Mapping
from typing import Any

from wording.catalogues import N_, say
from wording.codes import time_span
from wording.parameters import said
from wording.times import day, lasting

SENTENCES = {
    "starts": N_("The time starts on %(at)s; this day is not counted."),
    "starts_at": N_("The time starts on %(at)s."),
    "counts": N_("The term is %(span)s."),
    "closed": N_("%(on)s is not a working day: %(note)s."),
    "paused": N_("The clock was stopped from %(suspended_at)s to %(resumed_at)s: %(shift)s more."),
    "franc": N_("The last day is not counted either."),
    "rolled": N_("%(from_on)s is not a working day: the end moves to %(to_on)s."),
    "ends": N_("The last day is %(on)s."),
    "ends_at": N_("The time ends on %(at)s."),
}
ESTIMATE = N_("%(note)s (estimated date)")
_HOURS = frozenset({"hours", "workingHours"})


def explanation(lang: str, code: str, params: Mapping[str, Any], *, unit: str) -> str:
    """One step in words; `unit` is that of the term, which says what a pause adds and how the end is told.

    Raises KeyError for an unknown step.
    """
    words = said(lang, params)
    if code == "starts" and unit not in _HOURS:
        words["at"] = day(lang, params["at"])
    if code == "counts":
        words["span"] = time_span(lang, params["within"], params["unit"])
    if code == "paused":
        words["shift"] = _shift(lang, params, unit)
    if code == "closed" and params["source"] == "estimate":
        words["note"] = say(lang, ESTIMATE, note=words["note"])
    to_the_minute = code in ("starts", "ends") and unit in _HOURS
    return say(lang, SENTENCES[f"{code}_at" if to_the_minute else code], **words)


def _shift(lang: str, params: Mapping[str, Any], unit: str) -> str:
    if "seconds" in params:
        return lasting(lang, params["seconds"])
    return time_span(lang, params["days"], "workingDays" if unit == "workingDays" else "days")
