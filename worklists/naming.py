"""Names that the deployed diagrams give: of steps, of lanes."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from engine.bpmn.model import Labels, Process
from engine.versions import definition
from web.access import current
from wording import codes, pick


def step_names(session: Session, version_id: UUID, step: str | None) -> Labels:
    """The names of a step or element of a process version; its id where it has none, empty for None."""
    return names_in(definition(session, version_id).process, step)


def names_in(process: Process, step: str | None) -> Labels:
    """The names of a step or element of a process, of its opening too."""
    if step is None:
        return {}
    opening = process.opening
    known = process.steps.get(step) or process.elements.get(step)
    names = opening.names if opening and opening.id == step else known.names if known else {}
    return names or {"en": step}


def role_label(process: Process, role: str) -> str:
    """The name of a lane's role in the reader's language; its code where the lane has no name."""
    return pick(process.roles.get(role), current.lang) or codes.role_name(current.lang, role)
