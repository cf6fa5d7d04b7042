"""The three languages, their direction, and the choice of a label among them."""

import unicodedata
from collections.abc import Mapping

Labels = dict[str, str]

LANGUAGES = ("ar", "fr", "en")
RIGHT_TO_LEFT = frozenset({"ar"})

_LRI, _FSI, _PDI = "\u2066", "\u2068", "\u2069"


def direction(lang: str) -> str:
    """`rtl` or `ltr`, as HTML's `dir` wants it."""
    return "rtl" if lang in RIGHT_TO_LEFT else "ltr"


def pick(labels: Mapping[str, str] | None, lang: str) -> str:
    """The label in this language, else in Arabic, French, English, else whatever there is, else ''."""
    if not labels:
        return ""
    for wanted in (lang, *LANGUAGES):
        if labels.get(wanted):
            return labels[wanted]
    return next((label for label in labels.values() if label), "")


def spelled(names: Mapping[str, str] | None, lang: str) -> str:
    """A person's name as recorded: in Arabic letters for readers of Arabic, else in Latin ones, else as there is."""
    return pick(names, "ar" if lang == "ar" else "fr")


def isolate(text: str) -> str:
    """A reference, number or code for plain text, isolated so that Arabic around it never reorders it."""
    return f"{_LRI}{text}{_PDI}"


def embed(lang: str, text: str) -> str:
    """A name inside a sentence of `lang`: isolated only when it could be reordered there."""
    return f"{_FSI}{text}{_PDI}" if _could_be_reordered(lang, text) else text


def _could_be_reordered(lang: str, text: str) -> bool:
    foreign = {"L"} if lang in RIGHT_TO_LEFT else {"R", "AL"}
    classes = {unicodedata.bidirectional(character) for character in text}
    return bool(classes & foreign) or (lang in RIGHT_TO_LEFT and "ES" in classes)
