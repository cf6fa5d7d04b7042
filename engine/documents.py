"""Attachments: bytes in a content-addressed store, what they are in a table."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import filetype
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import audit
from engine.database import Transaction, current
from engine.refusals import Refusal
from engine.tables import Document, Draft

MAX_NAME = 120
ACCEPTED = ("application/pdf", "image/jpeg", "image/png")
MAX_BYTES = 5 * 1024 * 1024
ORPHANS_KEPT = timedelta(days=1)  #: bytes lie in the store before their row is written
MOST_UNBOUND = 30  #: files that a person may have sent for answers not sent yet


@dataclass(frozen=True, slots=True)
class Stored:
    """A file whose bytes lie in the store: their digest, and what its row will say of it."""

    digest: str
    name: str
    media_type: str
    size: int


class DocumentRefused(Refusal):
    """The file is empty, too large, of a type the form does not accept (told by its content), or one too many."""

    status = 422


class DocumentNotYours(Refusal):
    """An answer names a document that the person did not upload for this case."""

    status = 403


def upload_document(
    tx: Transaction,
    *,
    content: bytes,
    name: str,
    field: str,
    confidential: str | None = None,
    accept: Collection[str] = ACCEPTED,
    max_bytes: int = MAX_BYTES,
) -> Document:
    """Keep a file that the actor sends, its bytes and its row. Raises what ``store_bytes`` and ``keep_document`` do."""
    stored = store_bytes(content, name=name, accept=accept, max_bytes=max_bytes)
    return keep_document(tx, stored=stored, field=field, confidential=confidential)


def store_bytes(
    content: bytes, *, name: str, accept: Collection[str] = ACCEPTED, max_bytes: int = MAX_BYTES
) -> Stored:
    """Check a file and lay its bytes in the store: before the transaction, which else would wait for the disk.

    Raises DocumentRefused: ``document_empty``, ``document_too_large`` or ``document_wrong_type``.
    """
    media_type = _checked_type(content, name=name, accept=accept, max_bytes=max_bytes)
    digest = hashlib.sha256(content).hexdigest()
    _store(digest, content)
    return Stored(digest, Path(name).name[-MAX_NAME:] or "document", media_type, len(content))


def keep_document(
    tx: Transaction, *, stored: Stored, field: str, confidential: str | None = None
) -> Document:
    """Keep a stored file as the actor's; it belongs to no case until an answer names it.

    Raises DocumentRefused (``documents_too_many``) when the actor has MOST_UNBOUND such files already.
    """
    person_id = tx.actor.person_id
    if person_id is not None:
        _refuse_too_many(tx, person_id)
    document = Document(
        field=field,
        confidential=confidential,
        digest=stored.digest,
        name=stored.name,
        media_type=stored.media_type,
        size=stored.size,
        uploaded_by_id=person_id,
        uploaded_at=tx.at,
    )
    tx.session.add(document)
    return document


def forget_documents(tx: Transaction, *, document_ids: Iterable[object]) -> None:
    """Drop the actor's own documents among these that belong to no case; the others, and what is no id, stay."""
    ids = _ids_among(document_ids)
    own = (Document.uploaded_by_id == tx.actor.person_id, Document.case_id.is_(None))
    for document in tx.session.scalars(select(Document).where(Document.id.in_(ids), *own)):
        tx.session.delete(document)


def attach_documents(
    tx: Transaction, *, case_id: UUID, task_id: UUID | None, document_ids: Collection[str]
) -> list[Document]:
    """Bind the documents that answers name to their case; only the actor's own, or those of the case already."""
    wanted = {_as_id(text) for text in document_ids}
    if not wanted:
        return []
    mine = Document.uploaded_by_id == tx.actor.person_id
    reachable = select(Document).where(
        Document.id.in_(wanted), or_(mine & Document.case_id.is_(None), Document.case_id == case_id)
    )
    documents = list(tx.session.scalars(reachable))
    if len(documents) != len(wanted):
        raise DocumentNotYours("document_not_yours")
    for document in documents:
        if document.case_id is None:
            document.case_id, document.task_id = case_id, task_id
            audit.record(
                tx,
                "document.attached",
                on=("case", case_id),
                document=document.id,
                field=document.field,
                digest=document.digest,
                size=document.size,
            )
    return documents


def forget_orphans(tx: Transaction) -> int:
    """Delete stored bytes, a day old or more, that no document has; how many. For the clock to call."""
    known = set(tx.session.scalars(select(Document.digest).distinct()))
    oldest = (tx.at - ORPHANS_KEPT).timestamp()
    stored = [path for path in _folder().glob("??/*") if path.name not in known]
    orphans = [path for path in stored if path.stat().st_mtime < oldest]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def document_names(
    session: Session, document_ids: Iterable[str], *, case_id: UUID, person_id: UUID
) -> dict[str, Document]:
    """The documents named in answers, by id as text, for pages that show them: the person's own and the case's."""
    wanted = _ids_among(document_ids)
    if not wanted:
        return {}
    mine = (Document.uploaded_by_id == person_id) & Document.case_id.is_(None)
    reachable = select(Document).where(Document.id.in_(wanted), or_(mine, Document.case_id == case_id))
    return {str(row.id): row for row in session.scalars(reachable)}


def content_path(document: Document) -> Path:
    """Where a document's bytes lie."""
    return _path(document.digest)


def is_intact(document: Document) -> bool:
    """Whether the bytes in the store are still those that were sent."""
    path = content_path(document)
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == document.digest


def _checked_type(content: bytes, *, name: str, accept: Collection[str], max_bytes: int) -> str:
    if not content:
        raise DocumentRefused("document_empty", name=name)
    if len(content) > max_bytes:
        raise DocumentRefused("document_too_large", name=name, most=max_bytes)
    guess = filetype.guess(content)
    media_type = guess.mime if guess else "unknown"
    if media_type not in accept:
        raise DocumentRefused("document_wrong_type", name=name)
    return str(media_type)


def _refuse_too_many(tx: Transaction, person_id: UUID) -> None:
    """Files left behind a day ago or more, which no draft names, make room."""
    unbound = select(Document).where(Document.uploaded_by_id == person_id, Document.case_id.is_(None))
    held = tx.session.scalars(unbound).all()
    if len(held) < MOST_UNBOUND:
        return
    drafts = select(Draft.content).where(Draft.person_id == person_id)
    named = json.dumps(tx.session.scalars(drafts).all())
    left = [row for row in held if row.uploaded_at < tx.at - ORPHANS_KEPT and str(row.id) not in named]
    for row in left:
        tx.session.delete(row)
    if len(held) - len(left) >= MOST_UNBOUND:
        raise DocumentRefused("documents_too_many", number=MOST_UNBOUND)


def _ids_among(values: Iterable[object]) -> set[UUID]:
    ids = set()
    for value in values:
        with suppress(ValueError):
            ids.add(UUID(str(value)))
    return ids


def _as_id(text: str) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise DocumentNotYours("document_not_yours") from None


def _path(digest: str) -> Path:
    return _folder() / digest[:2] / digest


def _folder() -> Path:
    return current().data / "documents"


def _store(digest: str, content: bytes) -> None:
    path = _path(digest)
    if path.exists():
        path.touch()  # wanted anew: no orphan for a day
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
        temporary.write(content)
        temporary.flush()
        os.fsync(temporary.fileno())
    Path(temporary.name).replace(path)
