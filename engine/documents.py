"""Attachments: bytes in a content-addressed store, what they are in a table."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path
from uuid import UUID

import filetype
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import audit
from engine.database import Transaction, current
from engine.refusals import Refusal
from engine.tables import Document

MAX_NAME = 120
ACCEPTED = ("application/pdf", "image/jpeg", "image/png")
MAX_BYTES = 5 * 1024 * 1024


class DocumentRefused(Refusal):
    """The file is empty, too large, or not of a type the form accepts (told by its content)."""

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
    """Keep a file that the actor sends; it belongs to no case until an answer names it.

    Raises DocumentRefused: ``document_empty``, ``document_too_large`` or ``document_wrong_type``.
    """
    media_type = _checked_type(content, name=name, accept=accept, max_bytes=max_bytes)
    digest = hashlib.sha256(content).hexdigest()
    _store(digest, content)
    document = Document(
        field=field,
        confidential=confidential,
        digest=digest,
        name=Path(name).name[-MAX_NAME:] or "document",
        media_type=media_type,
        size=len(content),
        uploaded_by_id=tx.actor.person_id,
        uploaded_at=tx.at,
    )
    tx.session.add(document)
    return document


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


def document_names(session: Session, document_ids: Iterable[str]) -> dict[str, Document]:
    """The documents named in answers, by id as text: for pages that show them."""
    wanted = {_as_id(text) for text in document_ids}
    if not wanted:
        return {}
    rows = session.scalars(select(Document).where(Document.id.in_(wanted)))
    return {str(row.id): row for row in rows}


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


def _as_id(text: str) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise DocumentNotYours("document_not_yours") from None


def _path(digest: str) -> Path:
    return current().data / "documents" / digest[:2] / digest


def _store(digest: str, content: bytes) -> None:
    path = _path(digest)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as temporary:
        temporary.write(content)
        temporary.flush()
        os.fsync(temporary.fileno())
    Path(temporary.name).replace(path)
