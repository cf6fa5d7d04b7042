"""Which English sentences the rooms use, in Python and in templates, and which are not translated."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir, extract_from_file

from wording.catalogues import AREAS, catalogue

ROOT = Path(__file__).parent.parent
ROOMS = ("wording", "forms", "engine", "web", "portal", "worklists", "admin", "api")
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "NN_": (1, 2),
    "gettext": None,
    "ngettext": (1, 2),
    "say": (2,),
    "say_many": (2, 3),
}
_METHODS = [
    ("**/templates/**", "jinja2"),
    ("**.py", "python"),
]
_OPTIONS = {"**/templates/**": {"silent": "false"}}

Msgid = str | tuple[str, str]


@cache
def used() -> dict[Msgid, str]:
    """Every sentence used anywhere → the first file that uses it; a pair is a singular with its plural."""
    found: dict[Msgid, str] = {}
    for msgid, where in _occurrences():
        found.setdefault(msgid, where)
    return found


def missing(lang: str) -> set[str]:
    """The sentences used somewhere that have no translation in this language."""
    if lang == "en":
        return set()
    translated = {
        (message.id if isinstance(message.id, str) else tuple(message.id))
        for area in AREAS
        for message in catalogue(lang, area)
        if message.id and not message.fuzzy and _complete(message.string)
    }
    singulars = {msgid if isinstance(msgid, str) else msgid[0] for msgid in translated}
    return {
        msgid if isinstance(msgid, str) else msgid[0]
        for msgid in used()
        if (msgid not in singulars if isinstance(msgid, str) else msgid not in translated)
    }


def _complete(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(string) if isinstance(string, str) else bool(string) and all(string or ())


def _occurrences() -> Iterator[tuple[Msgid, str]]:
    for folder in (ROOT / room for room in ROOMS):
        if folder.is_dir():
            found = extract_from_dir(folder, _METHODS, _OPTIONS, keywords=KEYWORDS, strip_comment_tags=True)
            for name, _line, msgid, _comments, _context in found:
                yield _one_or_pair(msgid), f"{folder.name}/{name}"
    yield from _in_application()


def _in_application() -> Iterator[tuple[Msgid, str]]:
    path = ROOT / "app.py"
    if path.exists():
        for _line, msgid, _comments, _context in extract_from_file("python", path, keywords=KEYWORDS):
            yield _one_or_pair(msgid), path.name


def _one_or_pair(msgid: str | tuple[str, ...]) -> Msgid:
    return msgid if isinstance(msgid, str) else (msgid[0], msgid[1])
