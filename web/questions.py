"""What a document answers, where its name is nobody's business."""

from __future__ import annotations

from engine.tables import Document
from engine.versions import Definition
from forms.schemas import property_at
from web.access import current
from wording import pick


def question(known: Definition, file: Document) -> str:
    """The label of the question that a document answers; the field's name where no form asks it any more."""
    asked = (property_at(form, file.field) for form in known.forms.values())
    return next((pick(about.get("labels"), current.lang) for about in asked if about), file.field)
