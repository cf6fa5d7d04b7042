"""What a document answers, for pages where its name is nobody's business."""

from __future__ import annotations

from engine.versions import Definition
from forms.schemas import property_at
from web.access import current
from wording import pick


def question(known: Definition, field: str) -> str:
    """The label of a field; its path where no form asks it."""
    asked = (property_at(form, field) for form in known.forms.values())
    return next((pick(about.get("labels"), current.lang) for about in asked if about), field)
