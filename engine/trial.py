"""The real engine on an ephemeral database, with a clock of its own: same tables, transactions and trail.

>>> with Trial([path], at=MONDAY) as trial:
...     case = trial.open(data={"days": 20})
...     trial.complete(case, "check", data={"complete": True})

Every call drains the outbox. The database is bound to the context, so a trial runs beside the live one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from sqlalchemy import func, select

from engine import jobs
from engine.actor import Actor
from engine.bpmn.dmn.decisions import evaluate
from engine.bpmn.dmn.tables import read_decisions
from engine.bpmn.failures import ActFailed
from engine.bpmn.running import start_elements
from engine.calendars import later
from engine.cases import open_case
from engine.connectors import OutsideOperation, outside
from engine.database import Database, Transaction, bound_to, reading, transaction
from engine.incidents import note_failed_act, retry_incident
from engine.messages import TTL, Sent, broadcast, publish
from engine.outbox import waker
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
    Start,
    Task,
    TaskStatus,
)
from engine.task_rules import place, who_can
from engine.tasks import claim_task, complete_task
from engine.trial_ground import deploy, make_people
from engine.versions import current_version, definition, definition_of

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  #: a working day, 09:00 in Algiers
NOBODY: Mapping[str, Any] = {}
TRIAL = Actor.system("trial")
MOST_DRAINS = 100  #: of the outbox after one call, so that cases that write to each other forever end it too


class StepNotOpen(Refusal):
    """No open task of this step (and item) waits in the case."""


class Trial:
    """Runs diagrams: ``paths`` are .bpmn and .dmn files, deployed together; raises DiagramRefused.

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
        """Open a case of a process by its none start event; its id. Raises what opening raises, ActFailed too.

        The default is the first process, in the order of files and pools, that has such a start.
        """
        applicant = self.person(APPLICANT)
        with transaction(actor=applicant, at=self.at) as tx:
            case = open_case(
                tx,
                key=process or self._first(tx),
                answers=data,
                unit_id=self._unit_id,
                applicant_id=applicant.person_id,
            )
        self._rest()
        return case.id

    def complete(
        self,
        case: UUID,
        step: str,
        data: Mapping[str, Any] = NOBODY,
        where: Mapping[str, Any] | None = None,
        by: Actor | None = None,
    ) -> None:
        """Complete one open task of a step; ``where={"item": 3}`` picks among the instances of a repeated one.

        ``by`` claims it first; None is somebody who may. Raises StepNotOpen, or what claiming and completing raise; an
        act that fails leaves the task open, and an incident.
        """
        task = self._open_task(case, step, (where or {}).get("item"))
        actor = by or self._somebody(task)
        if task.status == TaskStatus.OFFERED:
            with transaction(actor=actor, at=self.at) as tx:
                claim_task(tx, task_id=task.id)
        try:
            with transaction(actor=actor, at=self.at) as tx:
                complete_task(tx, task_id=task.id, answers=data)
        except ActFailed as failure:
            with transaction(actor=actor, at=self.at) as tx:
                note_failed_act(tx, task_id=task.id, failure=failure)
        self._rest()

    def retry(self, case: UUID) -> None:
        """Let all that failed in a case try again."""
        for incident in self.incidents(case):
            with transaction(actor=TRIAL, at=self.at) as tx:
                retry_incident(tx, incident_id=incident.id)
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
        self,
        name: str,
        payload: Mapping[str, Any] = NOBODY,
        correlation: Mapping[str, Any] = NOBODY,
        *,
        ttl: timedelta = TTL,
        dedupe: str | None = None,
    ) -> UUID | None:
        """Send a message: to the case that waits for it, else to the processes it starts; the (last) case it opened.

        Where nobody waits and nothing starts it is kept for ``ttl``; a second one with the same ``dedupe`` is ignored.
        """
        keys = dict(correlation)
        return self._sent(
            lambda tx: publish(tx, name=name, payload=payload, correlation=keys, ttl=ttl, dedupe=dedupe)
        )

    def signal(self, name: str, payload: Mapping[str, Any] = NOBODY) -> UUID | None:
        """Broadcast a signal to all that wait for it; the (last) case it opened."""
        return self._sent(lambda tx: broadcast(tx, name=name, payload=payload))

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

    def _first(self, tx: Transaction) -> str:
        """The first process that a person can begin, else the first."""
        for key in self._keys:
            process = definition(tx.session, current_version(tx.session, key).id).process
            if process.opening is not None or not start_elements(process):
                return key
        return self._keys[0]

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
            process = definition_of(session, case).process
            able = [held] if held else who_can(session, place(session, task=task, case=case, process=process))
            person = (
                able[0] if able else session.scalars(select(Person).where(Person.username == "hand-1")).one()
            )
            return Actor.of(person)

    def _sent(self, send: Callable[[Transaction], Sent]) -> UUID | None:
        with transaction(actor=TRIAL, at=self.at) as tx:
            items = send(tx).items
        self._rest()
        with reading() as session:
            work = [session.get_one(OutboxItem, item_id) for item_id in items]
        return next((item.case_id for item in reversed(work) if item.kind == "start"), None)

    def _next_due(self, until: datetime) -> datetime | None:
        with reading() as session:
            clock = session.scalar(select(func.min(Deadline.wakes_at)))
            start = session.scalar(select(func.min(Start.wakes_at)))
            work = session.scalar(select(func.min(OutboxItem.runs_at)))
        due = [at for at in (clock, start, work) if at is not None and at <= until]
        return min(due, default=None)

    def _rest(self) -> None:
        for _ in range(MOST_DRAINS):
            if not jobs.drain(at=self.at):
                break
