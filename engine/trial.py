"""The real engine on an ephemeral database, with a clock of its own: same tables, transactions and trail.

>>> with Trial([path], at=MONDAY) as trial:
...     case = trial.open(data={"days": 20})
...     trial.complete(case, "check", data={"complete": True})

Every call drains the outbox. The database is bound to the context, so a trial runs beside the live one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from sqlalchemy import func, select

from engine import jobs
from engine.actor import Actor
from engine.bpmn.decisions import evaluate
from engine.bpmn.running import start_elements
from engine.bpmn.tables import read_decisions
from engine.calendars import later
from engine.cases import open_case
from engine.connectors import OutsideOperation, outside
from engine.database import Database, bound_to, reading, transaction
from engine.messages import receive, receivers
from engine.outbox import waker
from engine.queries.procedures import versions_in_service
from engine.refusals import Refusal
from engine.tables import (
    APPLICANT,
    AuditEntry,
    Base,
    Case,
    Deadline,
    Incident,
    OutboxItem,
    Person,
    Procedure,
    Task,
    TaskStatus,
)
from engine.task_rules import place, who_can
from engine.tasks import claim_task, complete_task
from engine.trial_ground import deploy, make_people
from engine.versions import definition

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  #: a working day, 09:00 in Algiers
NOBODY: Mapping[str, Any] = {}


class StepNotOpen(Refusal):
    """No open task of this step (and item) waits in the case."""


class Trial:
    """Runs diagrams: ``paths`` are .bpmn and .dmn files, deployed in order; raises DiagramRefused.

    ``forms`` gives schemas by name, ``connectors`` answers calls by operation, ``at`` is where the clock starts.
    """

    def __init__(
        self,
        paths: Iterable[Path | str],
        *,
        at: datetime = MONDAY,
        forms: Mapping[str, Any] | None = None,
        connectors: Mapping[str, OutsideOperation] | None = None,
    ) -> None:
        self.at = at
        self._paths = [Path(path) for path in paths]
        self._forms = forms
        self._connectors = connectors or {}
        self._keys: list[str] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with self._stack as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="masar-trial-")))
            database = Database(f"sqlite:///{folder / 'trial.db'}", data=folder, durable=False)
            stack.callback(database.dispose)
            stack.enter_context(bound_to(database))
            self._set_context(stack)
            Base.metadata.create_all(database.engine)
            self._unit_id = make_people(at=self.at)
            self._keys = deploy(self._paths, forms=self._forms, unit_id=self._unit_id, at=self.at)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def open(self, process: str | None = None, data: Mapping[str, Any] = NOBODY) -> UUID:
        """Open a case of a process (default: the first deployed) by its none start event; its id."""
        return self._open(process or self._keys[0], data, at_event=None)

    def complete(
        self,
        case: UUID,
        step: str,
        data: Mapping[str, Any] = NOBODY,
        where: Mapping[str, Any] | None = None,
        by: Actor | None = None,
    ) -> None:
        """Complete one open task of a step; ``where={"item": 3}`` picks among the instances of a repeated one.

        ``by`` claims it first; None is somebody who may. Raises StepNotOpen, or what claiming and completing raise.
        """
        task = self._open_task(case, step, (where or {}).get("item"))
        actor = by or self._somebody(task)
        if task.status == TaskStatus.OFFERED:
            with transaction(actor=actor, at=self.at) as tx:
                claim_task(tx, task_id=task.id)
        with transaction(actor=actor, at=self.at) as tx:
            complete_task(tx, task_id=task.id, answers=data)
        self._rest()

    def advance(self, seconds: float) -> None:
        """Move the clock on; everything due in between fires, in order, at its own moment."""
        until = later(self.at, seconds=seconds)
        while (due := self._next_due(until)) is not None:
            self.at = max(self.at, due)
            jobs.sweep(at=self.at)
            self._rest()
        self.at = until

    def message(
        self, name: str, payload: Mapping[str, Any] = NOBODY, correlation: Mapping[str, Any] = NOBODY
    ) -> UUID | None:
        """Send a message: to the case that waits for it, else to the process it starts; the case it opened."""
        return self._send("message", name, payload, correlation)

    def signal(self, name: str, payload: Mapping[str, Any] = NOBODY) -> UUID | None:
        """Broadcast a signal to all that wait for it; the (last) case it opened."""
        return self._send("signal", name, payload, NOBODY)

    def waiting(self, case: UUID) -> list[str]:
        """Ids of the steps with an open task, one per task, in the order they were offered."""
        with reading() as session:
            tasks = select(Task.step).where(Task.case_id == case, Task.ended_at.is_(None))
            return list(session.scalars(tasks.order_by(Task.offered_at, Task.item, Task.step)))

    def trace(self, case: UUID) -> list[str]:
        """Ids of the completed elements, in order."""
        with reading() as session:
            entries = select(AuditEntry.facts).where(AuditEntry.subject_id == case)
            facts = session.scalars(entries.order_by(AuditEntry.number))
            return [element for fact in facts for element in fact.get("path", ())]

    def events(self, case: UUID) -> list[str]:
        """The audit events of a case, in order."""
        with reading() as session:
            entries = select(AuditEntry.event).where(AuditEntry.subject_id == case)
            return list(session.scalars(entries.order_by(AuditEntry.number)))

    def data(self, case: UUID) -> dict[str, Any]:
        """The data of a case."""
        with reading() as session:
            return dict(session.scalars(select(Case.data).where(Case.id == case)).one())

    def is_closed(self, case: UUID) -> bool:
        """Whether the case has ended."""
        with reading() as session:
            return session.scalars(select(Case.closed_at).where(Case.id == case)).one() is not None

    def incidents(self, case: UUID) -> Sequence[Incident]:
        """The open incidents of a case."""
        with reading() as session:
            found = select(Incident).where(Incident.case_id == case, Incident.resolved_at.is_(None))
            return session.scalars(found.order_by(Incident.opened_at)).all()

    def newest(self, process: str | None = None) -> UUID | None:
        """The case opened last (of this process)."""
        with reading() as session:
            cases = select(Case.id).join(Procedure).order_by(Case.opened_at.desc(), Case.reference.desc())
            if process is not None:
                cases = cases.where(Procedure.key == process)
            return session.scalars(cases.limit(1)).first()

    def decide(self, decision_id: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs of one decision alone, on this data. Raises KeyError for one that no file holds."""
        tables = {
            name: table
            for path in self._paths
            if path.suffix == ".dmn"
            for name, table in read_decisions(path.read_bytes()).items()
        }
        return evaluate(tables[decision_id], data)[0]

    def person(self, username: str) -> Actor:
        """One of the trial's people (``hand-1`` …, ``applicant``) as an actor."""
        with reading() as session:
            person = session.scalars(select(Person).where(Person.username == username)).one()
        return Actor.of(person)

    def _set_context(self, stack: ExitStack) -> None:
        stack.callback(outside.reset, outside.set(self._connectors))
        stack.callback(waker.reset, waker.set(lambda _item_id: None))

    def _open(self, key: str, data: Mapping[str, Any], *, at_event: str | None) -> UUID:
        applicant = self.person(APPLICANT)
        with transaction(actor=applicant, at=self.at) as tx:
            case = open_case(
                tx,
                key=key,
                answers=data,
                unit_id=self._unit_id,
                applicant_id=applicant.person_id,
                at_event=at_event,
            )
        self._rest()
        return case.id

    def _open_task(self, case: UUID, step: str, item: object) -> Task:
        with reading() as session:
            tasks = select(Task).where(Task.case_id == case, Task.step == step, Task.ended_at.is_(None))
            if item is not None:
                tasks = tasks.where(Task.item == item)
            task = session.scalars(tasks.order_by(Task.offered_at, Task.item).limit(1)).first()
        if task is None:
            raise StepNotOpen("step_not_open", step=step, waiting=self.waiting(case))
        return task

    def _somebody(self, task: Task) -> Actor:
        with reading() as session:
            held = session.get(Person, task.holder_id) if task.holder_id else None
            case = session.get_one(Case, task.case_id)
            process = definition(session, case.version_id).process
            able = [held] if held else who_can(session, place(session, task=task, case=case, process=process))
            person = (
                able[0] if able else session.scalars(select(Person).where(Person.username == "hand-1")).one()
            )
            return Actor.of(person)

    def _send(
        self, kind: str, name: str, payload: Mapping[str, Any], correlation: Mapping[str, Any]
    ) -> UUID | None:
        with reading() as session:
            found = receivers(session, kind=kind, name=name, correlation=correlation)
        for case_id, token in found:
            with transaction(actor=Actor.system("trial"), at=self.at) as tx:
                receive(tx, case_id=case_id, token=token, name=name, payload=payload)
        self._rest()
        if found and kind == "message":
            return None
        opened = None
        for key, element in self._started_by(kind, name):
            opened = self._open(key, payload, at_event=element)
        return opened

    def _started_by(self, kind: str, name: str) -> list[tuple[str, str]]:
        with reading() as session:
            found = []
            for key, version_id in versions_in_service(session).items():
                for element, events in start_elements(definition(session, version_id).process):
                    if any((event.kind, getattr(event, "name", None)) == (kind, name) for event in events):
                        found.append((key, element))
        return found

    def _next_due(self, until: datetime) -> datetime | None:
        with reading() as session:
            clock = session.scalar(select(func.min(Deadline.wakes_at)))
            work = session.scalar(select(func.min(OutboxItem.runs_at)))
        due = [at for at in (clock, work) if at is not None and at <= until]
        return min(due, default=None)

    def _rest(self) -> None:
        jobs.drain(at=self.at)
