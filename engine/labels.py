"""Names in three languages, as an administrator gives them."""

from __future__ import annotations

from collections.abc import Mapping
from unicodedata import category

from engine.refusals import Refusal
from wording import LANGUAGES

MOST = 120  #: characters of a name


class LabelsRefused(Refusal):
    """A name is lacking in one of the languages."""

    status = 422
    code = "names_needed"


def checked_labels(names: Mapping[str, str]) -> dict[str, str]:
    """The names, trimmed, in each of the three languages. Raises LabelsRefused."""
    labels = {lang: in_one_line(names.get(lang) or "")[:MOST].rstrip() for lang in LANGUAGES}
    if not all(labels.values()):
        raise LabelsRefused
    return labels


def in_one_line(text: str) -> str:
    """The text with single spaces and without control characters."""
    return " ".join("".join(one for one in text if one.isspace() or category(one) != "Cc").split())
