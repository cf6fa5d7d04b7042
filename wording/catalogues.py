"""The catalogues: English sentences are the keys, `catalogues/<lang>/<area>.po` hold the translations."""

import re
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages.pofile import read_po
from babel.plural import PluralRule

FOLDER = Path(__file__).with_suffix("")
AREAS = ("web", "portal", "worklists", "admin", "forms", "codes", "faults", "commands")
TRANSLATED = ("ar", "fr")

_PLACE = re.compile(r"%\((\w+)\)s")
# The order of msgstr[n] in the files; the same as GNU gettext's Plural-Forms header of each language.
_PLURAL_TAGS = {
    "ar": ("zero", "one", "two", "few", "many", "other"),
    "fr": ("one", "other"),
    "en": ("one", "other"),
}

Forms = tuple[str, ...]


def N_(msgid: str) -> str:  # noqa: N802  # gettext's name for it
    """Marks a sentence for the catalogues and returns it as it is: `say` translates it later."""
    return msgid


def NN_(singular: str, plural: str) -> tuple[str, str]:  # noqa: N802
    """Marks a singular with its plural: `say_many` translates them later."""
    return singular, plural


def say(lang: str, msgid: str, /, **params: object) -> str:
    """The sentence in this language, `%(name)s` filled in; English where no translation exists."""
    return fill(_translations(lang).get(msgid, (msgid,))[0], params)


def say_many(lang: str, singular: str, plural: str, n: int, /, **params: object) -> str:
    """The sentence that suits the number `n`, also given as `%(n)s`: Arabic has six forms."""
    forms = _translations(lang).get(singular, ())
    index = plural_index(lang, n)
    if index >= len(forms):
        index, forms = plural_index("en", n), (singular, plural)
    return fill(forms[index], {"n": n, **params})


def fill(sentence: str, params: dict[str, object]) -> str:
    """Replaces each `%(name)s`; other per cent signs stay. Raises KeyError when a parameter is lacking."""
    return _PLACE.sub(lambda place: str(params[place[1]]), sentence)


def places(sentence: str) -> frozenset[str]:
    """The names of the parameters that a sentence wants."""
    return frozenset(_PLACE.findall(sentence))


def plural_index(lang: str, n: int) -> int:
    """Which msgstr[…] of a plural entry suits the number `n` (French counts zero as one)."""
    tag = _plural_rule(lang)(abs(n))
    return _PLURAL_TAGS[lang].index(tag) if tag in _PLURAL_TAGS[lang] else len(_PLURAL_TAGS[lang]) - 1


def catalogue(lang: str, area: str) -> Catalog:
    """One area's file as Babel reads it, empty when there is none yet."""
    path = FOLDER / lang / f"{area}.po"
    if not path.exists():
        return Catalog(locale=lang)
    with path.open("rb") as file:
        return read_po(file, locale=lang, abort_invalid=True)


def conflicts(lang: str) -> dict[str, dict[str, Forms]]:
    """The sentences that two areas translate differently: sentence → area → forms. The first area wins."""
    found: dict[str, dict[str, Forms]] = {}
    for area in AREAS:
        for msgid, forms in _entries(catalogue(lang, area)).items():
            found.setdefault(msgid, {})[area] = forms
    return {msgid: areas for msgid, areas in found.items() if len(set(areas.values())) > 1}


@cache
def _translations(lang: str) -> dict[str, Forms]:
    merged: dict[str, Forms] = {}
    if lang in TRANSLATED:
        for area in reversed(AREAS):
            merged.update(_entries(catalogue(lang, area)))
    return merged


def _entries(messages: Catalog) -> dict[str, Forms]:
    entries: dict[str, Forms] = {}
    for message in messages:
        singular = message.id if isinstance(message.id, str) else message.id[0]
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if singular and all(forms) and not message.fuzzy:
            entries[singular] = forms
    return entries


@cache
def _plural_rule(lang: str) -> PluralRule:
    return Locale(lang).plural_form
