"""Opening a case: a person files the form that a procedure starts with, or an event begins it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from engine import audit
from engine.answers import check_answers, file_answers
from engine.bpmn import running
from engine.bpmn.model import Advance, Process
from engine.database import Transaction
from engine.deadlines import arm_deadline
from engine.progress import settle
from engine.references import next_reference
from engine.refusals import Refusal
from engine.tables import Case, Draft, ProcessVersion, Unit
from engine.versions import Definition, current_version, definition


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
) -> Case:
    """Open a case of a procedure in a unit, with the answers of its opening form.

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
    advance = running.start(known.process, data=data)
    _store(tx, case, known, advance)
    if opening is not None and answers:
        digests = file_answers(tx, case=case, step=opening, task=None, schema=schema, answers=answers)
        audit.record(tx, "answers.filed", on=("case", case.id), step=opening.id, answers=digests)
    _arm(tx, case, known.process)
    if draft_id is not None:
        tx.execute(delete(Draft).where(Draft.id == draft_id, Draft.person_id == tx.actor.person_id))
    settle(tx, case=case, known=known, advance=advance)
    return case


@dataclass(frozen=True)
class Beginning:
    """The start event that has happened: its element, what it brought, and whose affair it is.

    ``thrower`` is the case whose message it was: the new one is of its unit, applicant and conversation. Otherwise the
    unit is ``unit_id``, else the one at the top of the tree.
    """

    element: str
    kind: str
    name: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    thrower: UUID | None = None
    unit_id: UUID | None = None


def begin_case(tx: Transaction, *, version_id: UUID, beginning: Beginning) -> Case:
    """Open a case without a person, by a start event of this version."""
    version = tx.session.get_one(ProcessVersion, version_id)
    known = definition(tx.session, version_id)
    thrower = tx.session.get(Case, beginning.thrower) if beginning.thrower else None
    unit = tx.session.get(Unit, thrower.unit_id) if thrower and thrower.unit_id else None
    unit = unit or _open_unit(tx, beginning.unit_id) or _top_unit(tx)
    case = _new_case(tx, version, unit, thrower.applicant_id if thrower else None)
    case.conversation = thrower.conversation if thrower else case.conversation
    advance = running.start(
        known.process, data=dict(beginning.data), at=beginning.element, name=beginning.name
    )
    _store(tx, case, known, advance, begun_by=beginning.kind, name=beginning.name)
    _arm(tx, case, known.process)
    settle(tx, case=case, known=known, advance=advance)
    return case


def _store(tx: Transaction, case: Case, known: Definition, advance: Advance, **facts: object) -> None:
    case.state, case.data = advance.state, advance.data
    tx.session.add(case)
    tx.session.flush()
    audit.record(
        tx,
        "case.opened",
        on=("case", case.id),
        procedure=known.process.key,
        version=known.number,
        unit=case.unit.code if case.unit else None,
        applicant=case.applicant_id,
        path=advance.completed,
        **facts,
    )


def _top_unit(tx: Transaction) -> Unit | None:
    top = select(Unit).where(Unit.parent_id.is_(None), Unit.closed_at.is_(None))
    return tx.session.scalars(top.order_by(Unit.created_at, Unit.code).limit(1)).first()


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
        conversation=uuid4(),
        called={},
        held_up=0,
    )


def _arm(tx: Transaction, case: Case, process: Process) -> None:
    if process.deadline is not None:
        arm_deadline(tx, case=case, rule=process.deadline)
        tx.session.flush()
