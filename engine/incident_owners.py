"""Who may see to an incident: whoever supervises the unit that owns it, or administers it."""

from __future__ import annotations

from uuid import UUID

from engine.database import Transaction
from engine.incidents import IncidentUnknown, retry_incident
from engine.permissions import Permission
from engine.refusals import NotPermitted
from engine.standing import Standing, standing
from engine.tables import Incident, Unit

OWNING = (Permission.SUPERVISE_UNIT, Permission.MANAGE_PEOPLE)


def owned_roots(who: Standing) -> tuple[str, ...]:
    """Paths of the units whose incidents this person may retry."""
    return tuple(sorted({root for permission in OWNING for root in who.roots(permission)}))


def retry_owned_incident(tx: Transaction, *, incident_id: UUID) -> Incident:
    """Let the failed work of an incident run again. Raises IncidentUnknown or NotPermitted."""
    incident = tx.session.get(Incident, incident_id)
    if incident is None:
        raise IncidentUnknown("incident_unknown")
    unit = tx.session.get(Unit, incident.owner_unit_id) if incident.owner_unit_id else None
    if tx.actor.person_id is not None:
        who = standing(tx.session, tx.actor.person_id)
        if unit is None or not any(who.may_in(permission, unit.path) for permission in OWNING):
            raise NotPermitted(permission=Permission.SUPERVISE_UNIT)
    return retry_incident(tx, incident_id=incident_id)
