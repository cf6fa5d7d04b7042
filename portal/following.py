"""A case as its applicant follows it: whose turn it is and until when, what was done, what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.bpmn.model import Labels, Process, Step
from engine.queries.own_cases import OwnCase
from engine.tables import APPLICANT, Deadline, DeadlineKind, Task, TaskStatus
from portal.cards import steps_in_order


@dataclass(frozen=True, slots=True)
class Turn:
    """An open task told to the applicant: what is to be done, by which role of which unit, by when."""

    task_id: UUID
    names: Labels
    mine: bool
    who: Labels
    unit: Labels
    clock: Deadline | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that happened. ``kind``: filed, done, asked, answered, late, decided, received or closed.

    ``names`` is the step it concerns (empty for the whole case), ``who`` and ``unit`` the office that acted.
    """

    kind: str
    at: datetime
    names: Labels
    who: Labels
    unit: Labels


def turns(own: OwnCase, process: Process) -> list[Turn]:
    """Whose turn it is: the applicant's first, then what presses most."""
    open_now = [
        Turn(
            task_id=task.id,
            names=process.names_of(task.step),
            mine=task.role == APPLICANT,
            who=process.roles.get(task.role, {}),
            unit=_unit(own, task),
            clock=own.clock_of(task),
        )
        for task in own.waiting
    ]
    return sorted(open_now, key=lambda turn: (not turn.mine, _ends_at(turn)))


def milestones(own: OwnCase, process: Process) -> list[Milestone]:
    """What happened, in order; the same for everyone who asks: no name of a clerk, no internal event."""
    return sorted(_milestones(own, process), key=lambda milestone: milestone.at)


def coming_next(own: OwnCase, process: Process) -> list[Step]:
    """The offices' steps still ahead of an open case, besides those that wait now or were done."""
    met = {task.step for task in own.tasks if task.status != TaskStatus.WITHDRAWN}
    standing = frozenset(task.step for task in own.waiting)
    if not standing:
        return []
    ahead = steps_in_order(process, after=standing)
    return [step for step in ahead if step.id not in met and step.role != APPLICANT]


def state_of(own: OwnCase) -> str:
    """``open``, ``suspended`` (it waits for the applicant), ``decided`` (not opened yet), its outcome, or ``closed``.

    The outcome is not told before the decision is opened: opening it is the proof of receipt.
    """
    if own.decision is not None and own.decision.notified_at is not None:
        return own.decision.outcome if own.decision.received_at else "decided"
    if not own.case.is_open:
        return "closed"
    return "suspended" if own.asked else "open"


def _milestones(own: OwnCase, process: Process) -> Iterator[Milestone]:
    case = own.case
    yield Milestone("filed", case.opened_at, {}, {}, case.unit.names if case.unit else {})
    for task in own.tasks:
        yield from _task_milestones(own, process, task)
    for clock in own.clocks:
        if clock.id in own.breached and clock.fires_at is not None and clock.kind != DeadlineKind.TIMER:
            names = process.steps[clock.element].names if clock.element in process.steps else {}
            yield Milestone("late", clock.fires_at, names, {}, {})
    yield from _endings(own)


def _task_milestones(own: OwnCase, process: Process, task: Task) -> Iterator[Milestone]:
    names, who, unit = process.names_of(task.step), process.roles.get(task.role, {}), _unit(own, task)
    if task.role == APPLICANT:
        yield Milestone("asked", task.offered_at, names, {}, {})
    if task.status == TaskStatus.COMPLETED and task.ended_at is not None:
        yield Milestone("answered" if task.role == APPLICANT else "done", task.ended_at, names, who, unit)


def _endings(own: OwnCase) -> Iterator[Milestone]:
    decision = own.decision
    if decision is not None and decision.notified_at is not None:
        yield Milestone("decided", decision.notified_at, {}, {}, {})
        if decision.received_at is not None:
            yield Milestone("received", decision.received_at, {}, {}, {})
    if decision is None and own.case.closed_at is not None:
        yield Milestone("closed", own.case.closed_at, {}, {}, {})


def _unit(own: OwnCase, task: Task) -> Labels:
    unit = task.unit or own.case.unit
    return unit.names if unit else {}


def _ends_at(turn: Turn) -> float:
    fires_at = turn.clock.fires_at if turn.clock else None
    return fires_at.timestamp() if fires_at else float("inf")
