"""Names in three languages, as an administrator gives them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.refusals import Refusal
from wording import LANGUAGES

MOST = 120  #: characters of a name


class LabelsRefused(Refusal):
    """A name is lacking in one of the languages."""

    status = 422
    code = "names_needed"


def checked_labels(names: Mapping[str, str]) -> dict[str, str]:
    """The names, trimmed, in each of the three languages. Raises LabelsRefused."""
    labels = {lang: " ".join((names.get(lang) or "").split())[:MOST] for lang in LANGUAGES}
    if not all(labels.values()):
        raise LabelsRefused
    return labels
