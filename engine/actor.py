"""Who acts, and on whose behalf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


class _Person(Protocol):
    id: UUID
    kind: str
    username: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts in a transaction: a person, or a part of the system (``person_id`` is then None).

    ``name`` is what the trail keeps: ``person:amina``, ``citizen:<id>`` or ``system:clock``.
    """

    person_id: UUID | None
    name: str
    on_behalf_of: UUID | None = None

    @classmethod
    def of(cls, person: _Person) -> Actor:
        """A person as the trail names them: staff by user name; a citizen, whose user name is personal, by id."""
        name = f"citizen:{person.id}" if person.kind == "citizen" else f"person:{person.username}"
        return cls(person.id, name)

    @classmethod
    def system(cls, part: str) -> Actor:
        """The actor for what the machine does by itself: ``clock``, ``outbox``, ``demo``, ``command``."""
        return cls(person_id=None, name=f"system:{part}")
