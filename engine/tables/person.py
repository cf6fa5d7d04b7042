"""The ``people`` table."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.base import Base

PERSON_KINDS = ("citizen", "staff")


class Person(Base):
    """Someone who signs in: a citizen, or a member of a unit's staff.

    ``names`` holds the spellings as recorded: ``ar`` (Arabic letters) and ``fr`` (Latin letters); neither is
    derived from the other. ``username`` is lower-case.
    """

    __tablename__ = "people"
    __table_args__ = (CheckConstraint(f"kind IN {PERSON_KINDS}", name="kind"),)
    __trail__ = "id"

    username: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    names: Mapped[dict[str, str]]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    nss: Mapped[str | None]
    language: Mapped[str]
    password_digest: Mapped[str | None]
    registered_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]

    @property
    def is_citizen(self) -> bool:
        """Whether the person is a citizen rather than staff."""
        return self.kind == "citizen"
