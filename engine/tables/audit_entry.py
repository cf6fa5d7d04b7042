"""The ``audit_entries`` table, and the triggers that keep it as it was written."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DDL, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped

from engine.tables.base import Base


class AuditEntry(Base):
    """One thing that happened. Written once; the database refuses to change or delete it.

    Entries of one subject are numbered from 1 and each holds the digest (SHA-256, hex) of the one before.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        UniqueConstraint("subject_id", "number"),
        Index("ix_audit_entries_at", "at"),
        Index("ix_audit_entries_actor_id_at", "actor_id", "at"),
    )

    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    number: Mapped[int]
    event: Mapped[str]
    actor: Mapped[str]
    actor_id: Mapped[UUID | None]
    on_behalf_of: Mapped[UUID | None]
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
    previous_digest: Mapped[str]
    digest: Mapped[str]


REFUSALS = {
    "sqlite": (
        """CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
        BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END""",
        """CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
        BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END""",
        # INSERT OR REPLACE deletes without asking the trigger above
        """CREATE TRIGGER audit_entries_no_replace BEFORE INSERT ON audit_entries WHEN EXISTS (
        SELECT 1 FROM audit_entries WHERE id = NEW.id OR (subject_id = NEW.subject_id AND number = NEW.number))
        BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'audit entries are never changed'; END $$""",
        """CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE ON audit_entries
        FOR EACH ROW EXECUTE FUNCTION audit_entries_refuse()""",
        """CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse()""",
    ),
}  #: the statements, by dialect, with which the database refuses to change entries

for _dialect, _statements in REFUSALS.items():
    for _statement in _statements:
        event.listen(
            AuditEntry.__table__,
            "after_create",
            DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )
