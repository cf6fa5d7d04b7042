"""Who acts, and on whose behalf."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts in a transaction: a person, or a part of the system (``person_id`` is then None).

    ``name`` is what the trail shows: ``person:amina`` or ``system:clock``.
    """

    person_id: UUID | None
    name: str
    on_behalf_of: UUID | None = None

    @classmethod
    def system(cls, part: str) -> Actor:
        """The actor for what the machine does by itself: ``clock``, ``outbox``, ``demo``, ``command``."""
        return cls(person_id=None, name=f"system:{part}")
