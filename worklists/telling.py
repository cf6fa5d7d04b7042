"""A case's story for its staff: each entry with its step, who acted and where; each hand-off with its waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.connectors import HOUSE
from engine.queries.stories import Story, Stretch, element_of
from engine.tables import AuditEntry, Person, Unit
from worklists.pages import CaseTold

#: Entries that say how the machine works, not what happened to the file.
QUIET = frozenset(
    {"answers.filed", "decision.evaluated", "deadline.armed", "deadline.withdrawn", "timer.armed"}
)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened. ``actor`` is None where the machine acted; ``to`` who received, ``unit`` where."""

    entry: AuditEntry
    step: str
    actor: Person | None
    to: Person | None
    unit: Unit | None
    is_breach: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """A hand-off, with the seconds it waited to be taken and the seconds it was held (None: not taken)."""

    stretch: Stretch
    step: str
    role: str
    waited: float
    held: float | None


@dataclass(frozen=True, slots=True)
class StoryTold:
    """A case's story, in order."""

    entries: list[Told]
    passed: list[Passed]


def told_story(story: Story, case: CaseTold, *, now: datetime) -> StoryTold:
    """The story in words of the reader's language."""
    return StoryTold(
        entries=[_told(story, case, entry) for entry in story.entries if not _is_quiet(entry)],
        passed=[_passed(stretch, case, now) for stretch in story.stretches],
    )


def _is_quiet(entry: AuditEntry) -> bool:
    return entry.event in QUIET or (entry.event == "call.answered" and entry.facts.get("operation") in HOUSE)


def _told(story: Story, case: CaseTold, entry: AuditEntry) -> Told:
    task = story.tasks.get(_as_id(entry.facts.get("task")))
    receiver = story.people.get(_as_id(entry.facts.get("to")))
    unit = task.unit if task else story.units.get(_as_id(entry.facts.get("unit")))
    return Told(
        entry=entry,
        step=case.step(element_of(entry)),
        actor=story.people.get(entry.actor_id) if entry.actor_id else None,
        to=receiver,
        unit=unit,
        is_breach=entry.event == "deadline.breached",
    )


def _passed(stretch: Stretch, case: CaseTold, now: datetime) -> Passed:
    return Passed(
        stretch=stretch,
        step=case.step(stretch.task.step),
        role=case.role(stretch.task.role),
        waited=stretch.waited(now),
        held=stretch.held(now),
    )


def _as_id(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        return UUID(int=0)
