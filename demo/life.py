"""Weeks of a fund's life, hour by hour: people file, clerks work at their pace, deadlines pass.

Everything goes through the engine's own acts, with the moment they happen at; no row is inserted past it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import func, select

from demo.answers import BY_STEP, application, scanned_page
from demo.cast import STAFF, make_citizens, make_staff, make_units
from engine import jobs
from engine.actor import Actor
from engine.calendars import calendar, is_working_day, local_day
from engine.cases import open_case
from engine.database import Database, bound_to, current, reading, transaction
from engine.decisions import receive_decision
from engine.documents import upload_document
from engine.folders import deploy_folder
from engine.tables import (
    APPLICANT,
    AuditEntry,
    Case,
    Decision,
    Membership,
    Person,
    Role,
    Task,
    TaskStatus,
    Unit,
)
from engine.tasks import claim_task, complete_task

KEY = "sickness_benefit"
DEMO = Actor.system("demo")
WEEKS = 6
LONGEST_GAP = timedelta(days=12)  #: a demo started later lives again through this much at most
OPENING, CLOSING = 7, 15  #: hours (UTC) between which staff works: 08:00 to 16:00 in Algiers
FILED_AN_HOUR = {"cnas-16-01": 0.5, "cnas-16-02": 0.2, "cnas-31-01": 0.3, "cnas-25-01": 0.2}
CENTRES = tuple(FILED_AN_HOUR)

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Worker:
    """A member of staff as the simulation needs them."""

    actor: Actor
    role: str
    unit_path: str
    pace: float


def is_empty() -> bool:
    """Whether nobody lives here yet."""
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Person)) == 0


def make(*, until: datetime, processes: Path, forms: Path, told: Progress) -> None:
    """Found the units, hire the cast, deploy the procedure, and live through the past weeks."""
    start = until - timedelta(weeks=WEEKS)
    with _in_haste():
        with transaction(actor=DEMO, at=start) as tx:
            make_staff(tx, make_units(tx))
            make_citizens(tx)
            deploy_folder(tx, processes / KEY, forms=forms, note="الإصدار الأول")
        live(start, until, told=told)


@contextmanager
def _in_haste() -> Iterator[None]:
    """The same database without waiting for the disk at each commit: what breaks off is made anew."""
    service = current()
    hasty = Database(service.url, data=service.data, durable=False)
    with bound_to(hasty):
        yield
    hasty.dispose()


def age(*, until: datetime, told: Progress) -> None:
    """Live on from the last thing that happened, so that a demo started later is still in use."""
    with reading() as session:
        last = session.scalar(select(func.max(AuditEntry.at)))
    if last is not None and until - last > timedelta(hours=1):
        live(max(last, until - LONGEST_GAP), until, told=told)


def live(start: datetime, until: datetime, *, told: Progress) -> None:
    """Simulate the hours from ``start`` to ``until``; ``told`` hears the share done (0 to 1)."""
    workers, citizens, centres = _people()
    for hour in _hours(start, until):
        rng = Random(hour.isoformat())  # noqa: S311 - a simulation
        jobs.sweep(at=hour)
        if is_working_day(calendar("dz"), local_day(hour)) and OPENING <= hour.hour < CLOSING:
            for worker in workers:
                _work(rng, worker, hour)
        if 6 <= hour.hour < 21:
            _citizens(rng, hour, citizens, centres)
        jobs.drain(at=hour)
        told((hour - start) / (until - start))
    jobs.sweep(at=until)
    jobs.drain(at=until)


def _hours(start: datetime, until: datetime) -> Iterator[datetime]:
    hour = start.replace(minute=7, second=0, microsecond=0) + timedelta(hours=1)
    while hour + timedelta(hours=1) <= until:  # what happens within an hour must not lie ahead of now
        yield hour
        hour += timedelta(hours=1)


def _people() -> tuple[list[Worker], list[Actor], dict[str, UUID]]:
    with reading() as session:
        paces = {member.username: member.pace for member in STAFF}
        rows = session.execute(
            select(Person.id, Person.username, Role.code, Unit.path)
            .join(Membership, Membership.person_id == Person.id)
            .join(Role, Role.id == Membership.role_id)
            .join(Unit, Unit.id == Membership.unit_id)
            .where(Membership.revoked_at.is_(None))
            .order_by(Person.username)
        )
        workers = [
            Worker(Actor(row.id, f"person:{row.username}"), row.code, row.path, paces[row.username])
            for row in rows
            if paces.get(row.username)
        ]
        people = session.scalars(select(Person).where(Person.kind == "citizen").order_by(Person.username))
        citizens = [Actor.of(person) for person in people]
        units = session.scalars(select(Unit).where(Unit.code.in_(CENTRES)))
        return workers, citizens, {unit.code: unit.id for unit in units}


def _work(rng: Random, worker: Worker, hour: datetime) -> None:
    for number in range(_count(rng, worker.pace)):
        task = _next_task(worker, hour, rng)
        if task is None:
            return
        at = hour + timedelta(minutes=2 + number * 17, seconds=rng.randrange(60))
        if task.status == TaskStatus.OFFERED:
            with transaction(actor=worker.actor, at=at) as tx:
                claim_task(tx, task_id=task.id)
            if rng.random() < 0.3:
                continue  # claimed, and left for later
        _complete(rng, worker.actor, task, at + timedelta(minutes=5))


def _complete(rng: Random, actor: Actor, task: Task, at: datetime) -> None:
    with reading() as session:
        data = session.scalars(select(Case.data).where(Case.id == task.case_id)).one()
        again = session.scalars(
            select(func.count()).where(Task.case_id == task.case_id, Task.step == task.step)
        ).one()
    answers = BY_STEP[task.step](rng, data, again=again > 1)
    with transaction(actor=actor, at=at) as tx:
        complete_task(tx, task_id=task.id, answers=answers)
    jobs.drain(at=at)


def _next_task(worker: Worker, hour: datetime, rng: Random) -> Task | None:
    """Mostly the most urgent, sometimes another: an honest clerk is not a queue."""
    with reading() as session:
        below = Unit.path.startswith(worker.unit_path)
        open_to = (
            select(Task)
            .join(Unit, Unit.id == Task.unit_id)
            .where(Task.ended_at.is_(None), Task.role == worker.role, below, Task.offered_at <= hour)
            .where((Task.holder_id.is_(None)) | (Task.holder_id == worker.actor.person_id))
            .order_by(Task.urgent_at, Task.offered_at)
            .limit(6)
        )
        tasks = session.scalars(open_to).all()
    if not tasks:
        return None
    return tasks[0] if rng.random() < 0.75 else rng.choice(tasks)


def _citizens(rng: Random, hour: datetime, citizens: list[Actor], centres: dict[str, UUID]) -> None:
    for code, rate in FILED_AN_HOUR.items():
        for number in range(_count(rng, rate * 0.6)):
            _file(rng, rng.choice(citizens), centres[code], hour + timedelta(minutes=3 + number * 11))
    _answer_requests(rng, hour)
    _read_decisions(rng, hour)


def _file(rng: Random, citizen: Actor, unit_id: UUID, at: datetime) -> None:
    with transaction(actor=citizen, at=at) as tx:
        person = tx.session.get_one(Person, citizen.person_id)
        note = upload_document(tx, content=scanned_page(rng), name="شهادة.png", field="sick_note")
        hospital = rng.random() < 0.12
        paper = (
            upload_document(tx, content=scanned_page(rng), name="استشفاء.png", field="hospital_certificate")
            if hospital
            else None
        )
        tx.session.flush()
        answers = application(
            rng,
            today=local_day(at),
            nss=person.nss or "",
            sick_note=str(note.id),
            hospital=str(paper.id) if paper else None,
        )
        open_case(tx, key=KEY, answers=answers, unit_id=unit_id, applicant_id=citizen.person_id)
    jobs.drain(at=at)


def _answer_requests(rng: Random, hour: datetime) -> None:
    with reading() as session:
        asked = select(Task, Person).join(Person, Person.id == Task.holder_id)
        asked = asked.where(Task.ended_at.is_(None), Task.role == APPLICANT).order_by(
            Task.offered_at, Task.id
        )
        rows = session.execute(asked).all()
    for task, person in rows:
        if rng.random() > 0.02:
            continue
        actor = Actor.of(person)
        at = hour + timedelta(minutes=20)
        with transaction(actor=actor, at=at) as tx:
            page = upload_document(tx, content=scanned_page(rng), name="شهادة.png", field="sick_note")
            tx.session.flush()
            answers = {"answer": "sent", "sick_note": str(page.id)}
            complete_task(tx, task_id=task.id, answers=answers)


def _read_decisions(rng: Random, hour: datetime) -> None:
    with reading() as session:
        unread = select(Decision.case_id, Person).join(Case, Case.id == Decision.case_id)
        unread = unread.join(Person, Person.id == Case.applicant_id).order_by(Case.reference)
        unread = unread.where(Decision.notified_at.is_not(None), Decision.received_at.is_(None))
        rows = session.execute(unread).all()
    for case_id, person in rows:
        if rng.random() < 0.04:
            with transaction(actor=Actor.of(person), at=hour + timedelta(minutes=30)) as tx:
                receive_decision(tx, case_id=case_id)


def _count(rng: Random, rate: float) -> int:
    """How many times something with this hourly rate happens in one hour."""
    whole, part = divmod(rate * rng.uniform(0.4, 1.6), 1)
    return int(whole) + (rng.random() < part)
