"""Drafts: what a person typed and has not sent yet, for a new case or for a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.database import Transaction
from engine.documents import forget_documents
from engine.refusals import OfAnother, Refusal
from engine.standing import standing
from engine.tables import Draft, Procedure, Task
from engine.task_rules import place, refuse_unless_allowed
from engine.versions import definition_of


class DraftUnknown(Refusal):
    """There is no such draft of this person."""

    status = 404


def begin_draft(
    tx: Transaction, *, procedure_id: UUID, content: Mapping[str, Any], unit_id: UUID | None = None
) -> Draft:
    """Keep the first of what a person typed for a new case."""
    draft = Draft(
        person_id=tx.actor.person_id,
        procedure_id=procedure_id,
        content=dict(content),
        unit_id=unit_id,
        saved_at=tx.at,
    )
    tx.session.add(draft)
    return draft


def save_draft(
    tx: Transaction, *, draft_id: UUID, content: Mapping[str, Any], unit_id: UUID | None = None
) -> Draft:
    """Keep what a person typed further; only one's own draft."""
    draft = own_draft(tx.session, draft_id=draft_id, person_id=tx.actor.person_id)
    draft.content, draft.saved_at = dict(content), tx.at
    draft.unit_id = unit_id or draft.unit_id
    return draft


def drop_draft(tx: Transaction, *, draft_id: UUID) -> None:
    """Throw one's own draft away, with the files sent for it."""
    draft = own_draft(tx.session, draft_id=draft_id, person_id=tx.actor.person_id)
    forget_documents(tx, document_ids=_texts(draft.content))
    tx.session.delete(draft)


def save_task_draft(tx: Transaction, *, task_id: UUID, content: Mapping[str, Any]) -> Draft:
    """Keep what the holder of a task typed in its form, over what one before them left unsent.

    Raises DraftUnknown, and TaskNotForYou when the holder may not do the task any more.
    """
    task = tx.session.get(Task, task_id)
    holder_id = tx.actor.person_id
    if task is None or holder_id is None or task.holder_id != holder_id or not task.is_open:
        raise DraftUnknown("task_not_claimed")
    process = definition_of(tx.session, task.case).process
    where = place(tx.session, task=task, case=task.case, process=process)
    refuse_unless_allowed(tx.session, where, standing(tx.session, holder_id))
    draft = tx.session.scalars(select(Draft).where(Draft.task_id == task_id)).first()
    if draft is None:
        procedure_id = task.case.procedure_id
        draft = Draft(
            person_id=holder_id, procedure_id=procedure_id, task_id=task_id, content={}, saved_at=tx.at
        )
        tx.session.add(draft)
    draft.content, draft.saved_at, draft.person_id = dict(content), tx.at, holder_id
    return draft


def own_draft(session: Session, *, draft_id: UUID, person_id: UUID | None) -> Draft:
    """A person's draft of a new case; DraftUnknown if there is none, OfAnother if it is not theirs."""
    draft = session.get(Draft, draft_id)
    if draft is not None and draft.person_id != person_id:
        raise OfAnother("draft_unknown")
    if draft is None or draft.task_id is not None:
        raise DraftUnknown("draft_unknown")
    return draft


def task_draft(session: Session, *, task_id: UUID, person_id: UUID) -> Draft | None:
    """What this person typed for a task, if anything; nobody else is shown it."""
    mine = select(Draft).where(Draft.task_id == task_id, Draft.person_id == person_id)
    return session.scalars(mine).first()


def drafts_of(session: Session, *, person_id: UUID) -> list[tuple[Draft, Procedure]]:
    """A person's drafts of new cases, the newest first, each with its procedure."""
    mine = (
        select(Draft, Procedure)
        .join(Procedure)
        .where(Draft.person_id == person_id, Draft.task_id.is_(None))
        .order_by(Draft.saved_at.desc())
    )
    return [(draft, procedure) for draft, procedure in session.execute(mine)]


def _texts(content: Any) -> Iterator[str]:
    """Every text in answers, however deep: ids of documents are among them."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        yield from (text for value in content.values() for text in _texts(value))
    elif isinstance(content, list):
        yield from (text for value in content for text in _texts(value))
