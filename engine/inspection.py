"""What an inspector does: read a case's story, verify that its trail was not altered, take a list away."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit
from engine.case_access import CaseClosedToYou, CaseNotFound, readable_case, record_reading
from engine.database import Transaction
from engine.documents import is_intact
from engine.permissions import Permission
from engine.queries.breaches import BreachFilter, breach_count
from engine.queries.stories import Story, case_story
from engine.standing import Standing, standing
from engine.tables import Answers, AuditEntry, Case, Decision, Document, Incident


@dataclass(frozen=True, slots=True)
class Break:
    """Where something is not what the trail says it was.

    ``kind``: an entry is ``altered``, ``missing`` or ``unlinked``; or what an entry sealed was changed or is gone:
    ``answers_altered``, ``answers_missing``, ``answers_added``, ``document_altered``, ``document_missing``,
    ``decision_altered``, ``decision_missing``, ``correction_altered``, ``correction_missing``. ``number`` is the
    entry's; ``about`` a step or the field that a document answers.
    """

    kind: str
    number: int | None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying a case's trail found: how many entries there are, and every break."""

    count: int
    breaks: tuple[Break, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was changed."""
        return not self.breaks

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of the entries where something breaks."""
        return frozenset(found.number for found in self.breaks if found.number is not None)


def inspected_case(session: Session, *, case_id: UUID, who: Standing) -> Case:
    """The case, if this person inspects its unit. Raises CaseNotFound, CaseClosedToYou."""
    case = readable_case(session, case_id=case_id, who=who)
    if case.unit is None or not who.may_in(Permission.INSPECT_CASES, case.unit.path):
        raise CaseClosedToYou("case_closed_to_you", reference=case.reference)
    return case


def inspect_case(tx: Transaction, *, case_id: UUID) -> Story:
    """The story of a case; that the actor read it is recorded."""
    case = inspected_case(tx.session, case_id=case_id, who=_inspector(tx))
    record_reading(tx, case_id=case.id, what="story")
    tx.session.flush()
    return case_story(tx.session, case)


def damaged_documents(session: Session, *, case_id: UUID, who: Standing) -> frozenset[UUID]:
    """Ids of a case's documents whose bytes are not those that were sent; it takes long, so before any transaction."""
    inspected_case(session, case_id=case_id, who=who)
    documents = session.scalars(select(Document).where(Document.case_id == case_id))
    return frozenset(document.id for document in documents if not is_intact(document))


def verify_trail(tx: Transaction, *, case_id: UUID, damaged: Collection[UUID]) -> tuple[Story, Verdict]:
    """Verify a case's chain and all that its entries seal; recorded on the actor, so that the case stays as it is.

    ``damaged`` are its ``damaged_documents``.
    """
    case = inspected_case(tx.session, case_id=case_id, who=_inspector(tx))
    story = case_story(tx.session, case)
    chain = audit.walk(story.entries)
    breaks = (*_chain_breaks(chain), *_content_breaks(tx.session, story, damaged))
    if tx.actor.person_id is not None:
        audit.record(
            tx,
            "trail.verified",
            on=("person", tx.actor.person_id),
            case=case.id,
            reference=case.reference,
            entries=len(story.entries),
            breaks=[[found.kind, found.number] for found in breaks],
        )
    return story, Verdict(len(story.entries), breaks)


def export_breaches(tx: Transaction, *, wanted: BreachFilter) -> int:
    """Write down, on the actor, that a list of breaches is taken away; the number of its rows."""
    count = breach_count(tx.session, wanted)
    if tx.actor.person_id is not None:
        audit.record(
            tx,
            "breaches.exported",
            on=("person", tx.actor.person_id),
            rows=count,
            unit=wanted.unit_path,
            holder_unit=wanted.holder_path,
            procedure=wanted.procedure,
            step=wanted.step,
            since=wanted.since,
            until=wanted.until,
            is_open=wanted.is_open,
        )
    return count


def _inspector(tx: Transaction) -> Standing:
    if tx.actor.person_id is None:
        raise CaseNotFound("case_unknown")
    return standing(tx.session, tx.actor.person_id)


def _chain_breaks(chain: audit.Verification) -> Iterator[Break]:
    if chain.count == 0:
        yield Break("missing", 1)
    if chain.fault is not None:
        yield Break(chain.fault, chain.broken_at)


def _content_breaks(session: Session, story: Story, damaged: Collection[UUID]) -> Iterator[Break]:
    yield from _answers_breaks(story.entries, story.answers)
    yield from _document_breaks(story.entries, story.documents, damaged)
    decision = session.scalars(select(Decision).where(Decision.case_id == story.case.id)).first()
    yield from _decision_breaks(story.entries, decision)
    yield from _correction_breaks(story.entries, {str(row.id): row for row in story.incidents})


def _answers_breaks(entries: Sequence[AuditEntry], answers: Sequence[Answers]) -> Iterator[Break]:
    """Each answer's salted digest must be in the entry of its task; those erased lawfully have no content left."""
    kept: dict[str | None, list[Answers]] = {}
    for row in answers:
        kept.setdefault(str(row.task_id) if row.task_id else None, []).append(row)
    for entry in entries:
        digests = entry.facts.get("answers")
        if digests is not None:
            rows = kept.pop(entry.facts.get("task"), [])
            yield from _sealed_breaks(entry, set(digests), rows)
    for rows in kept.values():
        yield from (Break("answers_added", None, row.step) for row in rows)


def _sealed_breaks(entry: AuditEntry, digests: set[str], rows: Sequence[Answers]) -> Iterator[Break]:
    step = entry.facts.get("step")
    if len(rows) < len(digests):
        yield Break("answers_missing", entry.number, step)
    for row in rows:
        is_erased = row.content is None and row.salt is None
        if not is_erased and audit.sealed_digest(row.salt or "", row.content) not in digests:
            yield Break("answers_altered", entry.number, row.step)


def _document_breaks(
    entries: Sequence[AuditEntry], documents: Mapping[UUID, Document], damaged: Collection[UUID]
) -> Iterator[Break]:
    for entry in entries:
        if entry.event != "document.attached":
            continue
        document = documents.get(UUID(entry.facts["document"]))
        if document is None:
            yield Break("document_missing", entry.number, entry.facts.get("field"))
        elif document.digest != entry.facts["digest"] or document.id in damaged:
            yield Break("document_altered", entry.number, document.field)


def _decision_breaks(entries: Sequence[AuditEntry], decision: Decision | None) -> Iterator[Break]:
    for entry in entries:
        if entry.event != "decision.issued":
            continue
        if decision is None:
            yield Break("decision_missing", entry.number)
        elif _told(decision) != (entry.facts["outcome"], entry.facts["content"]):
            yield Break("decision_altered", entry.number)


def _correction_breaks(entries: Sequence[AuditEntry], incidents: Mapping[str, Incident]) -> Iterator[Break]:
    """Each part of a correction must have the digest that its entry holds."""
    for entry in entries:
        if entry.event != "case.data_corrected":
            continue
        incident, element = incidents.get(entry.facts["incident"]), entry.facts["element"]
        if incident is None or incident.correction is None:
            yield Break("correction_missing", entry.number, element)
        elif any(
            audit.sealed_digest(incident.correction_salt or "", incident.correction.get(part))
            != entry.facts[part]
            for part in ("reason", "before", "after")
        ):
            yield Break("correction_altered", entry.number, element)


def _told(decision: Decision) -> tuple[Any, ...]:
    return decision.outcome, audit.sealed_digest(decision.salt, decision.content)
