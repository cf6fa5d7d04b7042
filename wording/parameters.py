"""How the parameters of a code are said: labels, moments, days, sizes, permissions, names."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from wording.codes import permission_name
from wording.languages import embed, pick, spelled
from wording.times import day, file_size, moment

_NOTHING = "—"
_PEOPLE = frozenset({"holder", "person"})


def said(lang: str, params: Mapping[str, Any]) -> dict[str, str]:
    """The parameters as text of this language, isolated where they could be reordered.

    Labels are picked, names of people spelled, moments and days written out, `permission` is named,
    `most` is a size in bytes.
    """
    return {name: embed(lang, _text(lang, name, value)) for name, value in params.items()}


def _text(lang: str, name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return spelled(value, lang) if name in _PEOPLE else pick(value, lang)
    if isinstance(value, datetime):
        return moment(lang, value)
    if isinstance(value, date):
        return day(lang, value)
    if name == "permission":
        return permission_name(lang, str(value))
    if name == "most" and isinstance(value, int):
        return file_size(lang, value)
    return _NOTHING if value is None else str(value)
