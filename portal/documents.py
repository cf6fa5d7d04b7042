"""Handing out an attachment: to whom may read it, as what it is, unable to do anything in the browser."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from engine.case_access import CaseClosedToYou, readable_document, record_reading
from engine.database import transaction
from engine.documents import content_path
from engine.refusals import OfAnother, Refusal
from engine.tables import Document
from portal.blueprint import bp
from web.access import current, signed_in
from web.attachments import INERT, disposition

SEEN_IN_PAGE = frozenset({"image/jpeg", "image/png"})


class DocumentMissing(Refusal):
    """The row is there, the bytes are not."""

    status = 410
    code = "document_missing"


@bp.get("/documents/<uuid:document_id>")
@signed_in
def document(document_id: UUID) -> Response:
    """The bytes of an attachment. A look by anyone but the applicant is recorded."""
    try:
        with transaction(actor=current.actor) as tx:
            found = readable_document(tx.session, document_id=document_id, who=current.standing)
            if found.case_id is not None and not current.person.is_citizen:
                record_reading(tx, case_id=found.case_id, what="document", document_id=found.id)
    except CaseClosedToYou:
        if current.person.is_citizen:
            raise OfAnother("document_unknown") from None
        raise
    return _handed_out(found)


def _handed_out(found: Document) -> Response:
    path = content_path(found)
    if not path.is_file():
        raise DocumentMissing
    response = Response(path.read_bytes(), mimetype=found.media_type)
    way = "inline" if found.media_type in SEEN_IN_PAGE else "attachment"
    response.headers["Content-Disposition"] = disposition(found.name, way=way)
    response.headers["Content-Security-Policy"] = INERT
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
