"""The ``sign_in_attempts`` table."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from engine.tables.base import Base


class SignInAttempt(Base):
    """A try to sign in under a user name, whether such a person exists or not.

    ``outcome`` is ``succeeded``, ``wrong``, ``locked``, ``deactivated`` or ``unlocked`` (by an administrator).
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_username_at", "username", "at"),)

    username: Mapped[str]
    at: Mapped[datetime]
    outcome: Mapped[str]
    address: Mapped[str]
