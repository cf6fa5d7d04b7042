"""The ``process_versions`` table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.tables.base import Base
from engine.tables.procedure import Procedure


class ProcessVersion(Base):
    """A procedure as deployed on some day: its diagram, decision tables and forms. Never changed afterwards.

    ``decisions`` maps a decision table's id to its DMN text, ``forms`` a form's name to its JSON Schema;
    ``digest`` is the SHA-256 (hex) over all three. ``called``: the versions (ids by process id) of other procedures
    that its calls are bound to for good; ``tag`` is its version tag.
    """

    __tablename__ = "process_versions"
    __table_args__ = (UniqueConstraint("procedure_id", "number"),)
    __trail__ = "procedure_id"

    procedure_id: Mapped[UUID] = mapped_column(ForeignKey("procedures.id"))
    number: Mapped[int]
    xml: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    decisions: Mapped[dict[str, str]] = mapped_column(deferred=True)
    forms: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    digest: Mapped[str]
    called: Mapped[dict[str, str]] = mapped_column(default=dict)
    tag: Mapped[str | None]
    note: Mapped[str]
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str]

    procedure: Mapped[Procedure] = relationship()
