"""The words of templates and views: sentences, names of codes, days and money in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from engine.database import now
from engine.refusals import Refusal
from engine.urgency import horizon
from web.access import current
from wording import LANGUAGES, catalogues, codes, direction, embed, pick, spelled, times
from wording import notices as notice_sentences
from wording import refusals as refusal_sentences

LANGUAGE_NAMES = {"ar": "العربية", "fr": "Français", "en": "English"}  #: each in itself

_NAMES_OF_CODES: dict[str, Callable[..., str]] = {
    "event_name": codes.event_name,
    "task_state": codes.task_state,
    "case_state": codes.case_state,
    "deadline_state": codes.deadline_state,
    "deadline_kind": codes.deadline_kind,
    "nature_name": codes.nature_name,
    "handoff_name": codes.handoff_name,
    "unit_kind": codes.unit_kind,
    "person_kind": codes.person_kind,
    "confidentiality": codes.confidentiality,
    "permission_name": codes.permission_name,
    "actor_name": codes.actor_name,
    "time_span": codes.time_span,
    "refusal": refusal_sentences.refusal,
    "notice": notice_sentences.notice,
}


def _(msgid: str, /, **params: object) -> Markup:
    """The sentence in the reader's language, its parameters escaped and kept from being reordered."""
    marked = catalogues.say(current.lang, msgid, **_places(msgid))
    return _filled(marked, params)


def ngettext(singular: str, plural: str, n: int, /, **params: object) -> Markup:
    """The sentence that suits the number `n`, which it may also show as `%(n)s`."""
    places = {**_places(singular), **_places(plural)}
    marked = catalogues.say_many(current.lang, singular, plural, n, **{**places, "n": "%(n)s"})
    return _filled(marked, {"n": n, **params})


def ref(text: object) -> Markup:
    """A reference, number or code that Arabic around it must not reorder; nothing for None."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(text) if text not in (None, "") else Markup("")


def name_of(person: Any) -> str:
    """A person's name as recorded: Arabic letters for readers of Arabic, else Latin, else the user name."""
    if person is None:
        return ""
    return spelled(person.names, current.lang) or str(person.username)


def picked(labels: Mapping[str, str] | None) -> str:
    """A label in the reader's language."""
    return pick(labels, current.lang)


def refused(problem: Refusal) -> str:
    """Why the engine refused, in a sentence."""
    return refusal_sentences.refusal(current.lang, problem.code, **problem.params)


def urgency_of(fires_at: datetime | None) -> str:
    """How urgent an expiry is, as the style sheet names it: ``breached``, ``today``, ``soon`` or ``calm``."""
    return horizon(now()).urgency(fires_at).value


def give_words(app: Flask) -> None:
    """Make the words known to the templates."""
    app.jinja_env.globals.update(
        _=_,
        ngettext=ngettext,
        pick=picked,
        name_of=name_of,
        urgency_of=urgency_of,
        languages=LANGUAGES,
        language_names=LANGUAGE_NAMES,
    )
    app.jinja_env.globals.update({name: partial(_said, call) for name, call in _NAMES_OF_CODES.items()})
    app.jinja_env.filters.update(
        ref=ref, day=_day, long_day=_long_day, moment=_moment, clock_time=_clock_time,
        money=_money, time_left=_time_left, lasting=_lasting, file_size=_file_size, person_name=name_of,
    )  # fmt: skip
    app.context_processor(lambda: {"lang": current.lang, "dir": direction(current.lang), "current": current})


def _places(msgid: str) -> dict[str, str]:
    return {name: f"%({name})s" for name in catalogues.places(msgid)}


def _filled(marked: str, params: Mapping[str, object]) -> Markup:
    safe = {name: _safe(value) for name, value in params.items()}
    return Markup(catalogues.fill(str(escape(marked)), dict(safe)))  # noqa: S704 - all of it was escaped


def _safe(value: object) -> Markup:
    plain = isinstance(value, str) and not isinstance(value, Markup)
    return escape(embed(current.lang, str(value)) if plain else value)


def _said(call: Callable[..., str], *arguments: Any, **params: Any) -> str:
    return call(current.lang, *arguments, **params)


def _day(on: date | datetime | None) -> str:
    return times.day(current.lang, on) if on else ""


def _long_day(on: date | datetime | None) -> str:
    return times.long_day(current.lang, on) if on else ""


def _moment(at: datetime | None) -> str:
    return times.moment(current.lang, at) if at else ""


def _clock_time(at: datetime | None) -> str:
    return times.clock_time(current.lang, at) if at else ""


def _money(centimes: int | None) -> str:
    return times.money(current.lang, centimes) if centimes is not None else ""


def _time_left(fires_at: datetime | None) -> str:
    return times.time_left(current.lang, fires_at, now())


def _lasting(seconds: float) -> str:
    return times.lasting(current.lang, seconds)


def _file_size(size: int) -> str:
    return times.file_size(current.lang, size)
