"""Who may see to an incident: whoever supervises the unit that owns it, or administers it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from engine.corrections import Correction
from engine.database import Transaction
from engine.incidents import IncidentUnknown, retry_incident
from engine.permissions import Permission
from engine.refusals import NotPermitted
from engine.standing import Standing, standing
from engine.tables import Incident

OWNING = (Permission.SUPERVISE_UNIT, Permission.MANAGE_PEOPLE)


def owned_roots(who: Standing) -> tuple[str, ...]:
    """Paths of the units whose incidents this person may retry."""
    return tuple(sorted({root for permission in OWNING for root in who.roots(permission)}))


def owned_incident(session: Session, *, incident_id: UUID, who: Standing) -> Incident:
    """An incident that this person may see to. Raises IncidentUnknown, NotPermitted."""
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise IncidentUnknown("incident_unknown")
    unit = incident.owner_unit
    if unit is None or not any(who.may_in(permission, unit.path) for permission in OWNING):
        raise NotPermitted(permission=Permission.SUPERVISE_UNIT)
    return incident


def retry_owned_incident(
    tx: Transaction, *, incident_id: UUID, correction: Correction | None = None
) -> Incident:
    """Let the failed work of an incident run again, on corrected data if they are given.

    Nobody corrects the data of their own case. Raises IncidentUnknown, NotPermitted, CaseMoved, CorrectionRefused.
    """
    if tx.actor.person_id is not None:
        who = standing(tx.session, tx.actor.person_id)
        incident = owned_incident(tx.session, incident_id=incident_id, who=who)
        if correction is not None and incident.case.applicant_id == who.person_id:
            raise NotPermitted("own_case")
    return retry_incident(tx, incident_id=incident_id, correction=correction)
