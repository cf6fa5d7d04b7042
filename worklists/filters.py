"""What the address of a list asks for: filters, the place where its page begins; and the addresses of other pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import request, url_for
from sqlalchemy.orm import Session

from engine.bpmn.model import Labels
from engine.queries.worklists import Count, Mark, WorkFilter, WorkPage
from engine.tables import Unit
from engine.urgency import Urgency
from engine.versions import definition

HELD = {"no": False, "yes": True, "any": None}  #: ?held= of a workqueue
MOST_TEXT = 60
KEPT = ("unit", "step", "urgency", "q", "held", "holder")

_PARTS = "~"
_YEARS = range(1962, 2101)  #: of moments that a place in a list can name


@dataclass(frozen=True, slots=True)
class StepChoice:
    """A step that the list can be narrowed to."""

    value: str
    names: Labels
    number: int


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit that the list can be narrowed to."""

    unit: Unit
    number: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What a list can be narrowed to, each with how many tasks it would show."""

    urgencies: dict[Urgency, int]
    steps: list[StepChoice]
    units: list[UnitChoice]
    claimed: int
    free: int
    found: int


def wanted(*, held: str = "any") -> WorkFilter:
    """The filter in the address; what cannot be read is left out. ``held`` is what it says when silent."""
    urgency = request.args.get("urgency")
    return WorkFilter(
        unit_id=request.args.get("unit", type=UUID),
        step=request.args.get("step") or None,
        urgency=Urgency(urgency) if urgency in set(Urgency) else None,
        text=(request.args.get("q") or "").strip()[:MOST_TEXT] or None,
        is_claimed=HELD.get(request.args.get("held", held), HELD[held]),
        holder=request.args.get("holder", type=UUID),
    )


def mark() -> Mark | None:
    """Where the page begins; the first page if the address does not say, or wrongly."""
    parts = request.args.get("after", "").split(_PARTS)
    try:
        urgent, offered, task_id = parts
        urgent_at = datetime.fromisoformat(urgent) if urgent else None
        found = Mark(urgent_at, datetime.fromisoformat(offered), UUID(task_id))
    except ValueError:
        return None
    moments = [at for at in (found.urgent_at, found.offered_at) if at is not None]
    return found if all(at.tzinfo is not None and at.year in _YEARS for at in moments) else None


def address(**changes: str | None) -> str:
    """This list's address with some of its filters changed, from its first page on; None takes a filter away."""
    kept = {name: request.args[name] for name in KEPT if request.args.get(name)}
    asked = {name: value for name, value in (kept | changes).items() if value}
    return url_for(str(request.endpoint), **(request.view_args or {}), **asked)  # type: ignore[arg-type]


def next_address(page: WorkPage) -> str | None:
    """The address of the page after this one."""
    after = page.next
    if after is None:
        return None
    urgent = after.urgent_at.isoformat() if after.urgent_at else ""
    return address(after=_PARTS.join([urgent, after.offered_at.isoformat(), str(after.task_id)]))


def first_address() -> str | None:
    """The address of the first page, when this is a later one."""
    return address() if mark() is not None else None


def choices(session: Session, page: WorkPage, asked: WorkFilter) -> Choices:
    """What the list can be narrowed to; each number counts what the other filters leave."""
    counts = page.counts
    by_step: dict[tuple[str, str], list[Count]] = {}
    for count in _left(counts, asked, but="step"):
        by_step.setdefault((count.procedure, count.step), []).append(count)
    by_unit = _left(counts, asked, but="unit")
    held = _left(counts, asked, but="held")
    return Choices(
        urgencies={level: _sum(_left(counts, asked, but="urgency"), urgency=level) for level in Urgency},
        steps=[
            StepChoice(
                f"{key}:{step}", definition(session, some[0].version_id).process.names_of(step), _sum(some)
            )
            for (key, step), some in sorted(by_step.items())
        ],
        units=[
            UnitChoice(unit, _sum([count for count in by_unit if count.unit_id == unit_id]))
            for unit_id, unit in page.units.items()
        ],
        claimed=_sum([count for count in held if count.is_claimed]),
        free=_sum([count for count in held if not count.is_claimed]),
        found=_sum(_left(counts, asked, but="")),
    )


def _left(counts: Sequence[Count], asked: WorkFilter, *, but: str) -> list[Count]:
    return [count for count in counts if all(name == but or fits for name, fits in _fits(count, asked))]


def _fits(count: Count, asked: WorkFilter) -> Iterator[tuple[str, bool]]:
    yield "unit", asked.unit_id in (None, count.unit_id)
    yield "step", asked.step in (None, f"{count.procedure}:{count.step}")
    yield "urgency", asked.urgency in (None, count.urgency)
    yield "held", asked.is_claimed in (None, count.is_claimed)


def _sum(counts: Iterable[Count], urgency: Urgency | None = None) -> int:
    return sum(count.number for count in counts if urgency in (None, count.urgency))
