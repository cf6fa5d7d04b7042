"""Opening a case: a person files the form that a procedure starts with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from engine import audit
from engine.answers import check_answers, file_answers
from engine.bpmn import running
from engine.bpmn.model import Process
from engine.database import Transaction
from engine.deadlines import arm_deadline
from engine.progress import settle
from engine.references import next_reference
from engine.refusals import Refusal
from engine.tables import Case, Draft, ProcessVersion, Unit
from engine.versions import current_version, definition


class UnitRequired(Refusal):
    """The request must name an agency or centre that is open."""

    status = 422


def open_case(
    tx: Transaction,
    *,
    key: str,
    answers: Mapping[str, Any],
    unit_id: UUID | None = None,
    applicant_id: UUID | None = None,
    draft_id: UUID | None = None,
    at_event: str | None = None,
) -> Case:
    """Open a case of a procedure in a unit, with the answers of its opening form.

    ``at_event`` is the start event (message, signal, timer) that has just happened, for procedures begun by one.
    Raises ProcedureUnknown, UnitRequired, AnswersRefused or DocumentNotYours.
    """
    version = current_version(tx.session, key)
    unit = _open_unit(tx, unit_id)
    known = definition(tx.session, version.id)
    opening = known.process.opening
    schema = known.form(opening.form) if opening else None
    check_answers(tx, schema, answers)
    case = _new_case(tx, version, unit, applicant_id)
    data = running.kept(opening, answers) if opening else dict(answers)
    advance = running.start(known.process, data=data, at=at_event)
    case.state, case.data = advance.state, advance.data
    tx.session.add(case)
    tx.session.flush()
    audit.record(
        tx,
        "case.opened",
        on=("case", case.id),
        procedure=key,
        version=version.number,
        unit=unit.code if unit else None,
        applicant=applicant_id,
        path=advance.completed,
    )
    if opening is not None and answers:
        digests = file_answers(tx, case=case, step=opening, task=None, schema=schema, answers=answers)
        audit.record(tx, "answers.filed", on=("case", case.id), step=opening.id, answers=digests)
    _arm(tx, case, known.process)
    if draft_id is not None:
        tx.execute(delete(Draft).where(Draft.id == draft_id, Draft.person_id == tx.actor.person_id))
    settle(tx, case=case, process=known.process, advance=advance)
    return case


def _open_unit(tx: Transaction, unit_id: UUID | None) -> Unit | None:
    if unit_id is None:
        return None
    unit = tx.session.get(Unit, unit_id)
    if unit is None or unit.closed_at is not None:
        raise UnitRequired("unit_required")
    return unit


def _new_case(tx: Transaction, version: ProcessVersion, unit: Unit | None, applicant_id: UUID | None) -> Case:
    return Case(
        reference=next_reference(tx, unit=unit),
        procedure_id=version.procedure_id,
        version_id=version.id,
        unit_id=unit.id if unit else None,
        unit=unit,
        applicant_id=applicant_id,
        opened_at=tx.at,
        revision=0,
    )


def _arm(tx: Transaction, case: Case, process: Process) -> None:
    if process.deadline is not None:
        arm_deadline(tx, case=case, rule=process.deadline)
        tx.session.flush()
