"""Problems of forms made by hand, as the error summary and the fields show them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.details import Problems
from forms.fields import field_id
from web.access import current
from wording.refusals import refusal

Sentences = dict[str, str]


def sentences(problems: Problems) -> Sentences:
    """The sentence of each field's problem; a field may be '' for the whole form."""
    return {field: refusal(current.lang, code, **params) for field, (code, params) in problems.items()}


def summary(said: Sentences, order: Sequence[str] = ()) -> list[tuple[str, str]]:
    """For `error_summary`: ids of the fields with their sentences, in the order of the form."""
    known = [*order, *(field for field in said if field not in order)]
    return [(field_id(field), said[field]) for field in known if field in said]
