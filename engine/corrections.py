"""Data of a case put right where an element failed: what it reads, and what was changed, by whom and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import audit
from engine.bpmn.data import DataRefused, cleaned
from engine.bpmn.reads import reads, seen
from engine.database import Transaction
from engine.refusals import Refusal
from engine.tables import Case, Incident
from engine.versions import Definition

LONGEST_REASON = 2_000


class CorrectionRefused(Refusal):
    """The correction lacks its reason, changes nothing, or changes what the failed element does not read."""

    status = 422


class CaseMoved(Refusal):
    """Somebody has corrected it, tried again or moved the case since the correction was begun."""

    code = "case_moved"


@dataclass(frozen=True, slots=True)
class Correction:
    """New values by variable, why, and the revision of the case that they were read from."""

    values: Mapping[str, Any]
    reason: str
    revision: int


@dataclass(frozen=True, slots=True)
class DataRead:
    """What a failed element reads: the values that it sees, by name, and the names that it does not find."""

    values: Mapping[str, Any]
    missing: tuple[str, ...]


def data_read(known: Definition, case: Case, incident: Incident) -> DataRead:
    """The data that the failed element reads, as its token sees them; nothing for other work."""
    if incident.token is None or incident.resolved_at is not None:
        return DataRead({}, ())
    names = reads(known.process, incident.element)
    values = seen(known.process, case.state, incident.token)
    there = {name: values[name] for name in sorted(names) if name in values}
    return DataRead(there, tuple(sorted(names - there.keys())))


def note_correction(
    tx: Transaction, *, case: Case, known: Definition, incident: Incident, correction: Correction
) -> dict[str, Any]:
    """Check a correction, keep it with the incident and record it sealed; the values as the case will hold them.

    Raises CaseMoved, CorrectionRefused.
    """
    if case.revision != correction.revision:
        raise CaseMoved
    reason = _kept(correction.reason.strip()[:LONGEST_REASON])
    if not reason:
        raise CorrectionRefused("reason_required")
    if not correction.values:
        raise CorrectionRefused("nothing_corrected")
    found = data_read(known, case, incident)
    for name in correction.values:
        if name not in found.values and name not in found.missing:
            raise CorrectionRefused("variable_not_read", name=name)
    after: dict[str, Any] = _kept(correction.values)
    before = {name: found.values[name] for name in after if name in found.values}
    content = {"reason": reason, "before": before, "after": after}
    salt, _ = audit.sealed(reason)
    incident.correction, incident.correction_salt = content, salt
    audit.record(
        tx,
        "case.data_corrected",
        on=("case", case.id),
        incident=incident.id,
        element=incident.element,
        names=sorted(after),
        **{part: audit.sealed_digest(salt, value) for part, value in content.items()},
    )
    return after


def _kept(value: Any) -> Any:
    try:
        return cleaned(value)
    except DataRefused as refused:
        raise CorrectionRefused("value_not_kept") from refused
