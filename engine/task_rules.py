"""The one door before a task: who may take it, who may not, and who can instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpmn.model import Process, Step
from engine.permissions import Permission
from engine.refusals import Refusal
from engine.standing import Standing
from engine.tables import APPLICANT, Case, Membership, Person, Role, Task, TaskStatus, Unit
from engine.units_for_roles import ancestry

Past = Mapping[str, set[UUID]]  #: who completed each step of a case


class TaskNotForYou(Refusal):
    """The person may not do this task: its role, its unit, or what they did before in this case forbid it."""

    status = 403


@dataclass(frozen=True)
class Place:
    """Where a task stands: its case, its process, its unit (None without one)."""

    task: Task
    case: Case
    process: Process
    unit: Unit | None

    @property
    def step(self) -> Step:
        """The step of the diagram that the task is; no more than its id if it was of a call that is over."""
        id_ = self.task.step
        return self.process.steps.get(id_) or Step(
            id_, self.process.names_of(id_), role=self.task.role or None
        )


def place(session: Session, *, task: Task, case: Case, process: Process) -> Place:
    """Gather what the rules look at."""
    unit = session.get(Unit, task.unit_id) if task.unit_id else None
    return Place(task, case, process, unit)


def refuse_unless_allowed(session: Session, where: Place, who: Standing) -> None:
    """Raise TaskNotForYou unless this person may do this task of this case."""
    refusal = why_not(session, where, who)
    if refusal is not None:
        raise refusal


def why_not(session: Session, where: Place, who: Standing) -> TaskNotForYou | None:
    """Why this person may not do this task; None if they may."""
    if where.task.role == APPLICANT:
        is_theirs = who.person_id == where.case.applicant_id
        return None if is_theirs else TaskNotForYou("task_is_the_applicants")
    return _standing_forbids(where, who) or case_forbids(where, who.person_id, _past_of(session, where))


def case_forbids(where: Place, person_id: UUID, past: Past) -> TaskNotForYou | None:
    """Why a member of the staff may not do the task for what they are or did in its case, whatever their roles."""
    if person_id == where.case.applicant_id:
        return TaskNotForYou("own_case")
    named = where.process.names_of
    for other in where.step.other_than:
        if person_id in past.get(other, ()):
            return TaskNotForYou("four_eyes", step=named(other))
    same = where.step.same_as
    if same and past.get(same) and person_id not in past[same]:
        return TaskNotForYou("same_as", step=named(same))
    return None


def who_can(session: Session, where: Place) -> list[Person]:
    """The people who may do this task, in order of user name."""
    if where.task.role == APPLICANT:
        return [session.get_one(Person, where.case.applicant_id)] if where.case.applicant_id else []
    if where.unit is None:
        return []
    members = (
        select(Person, Role.code, Role.permissions)
        .join(Membership, Membership.person_id == Person.id)
        .join(Role, Role.id == Membership.role_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.revoked_at.is_(None), Person.deactivated_at.is_(None))
        .where(Unit.path.in_(ancestry(where.unit.path)))
        .order_by(Person.username)
    )
    past = _past_of(session, where)
    able: dict[UUID, Person] = {}
    for person, role, permissions in session.execute(members):
        fits = role == where.task.role if where.task.role else Permission.WORK_TASKS in permissions
        if fits and case_forbids(where, person.id, past) is None:
            able[person.id] = person
    return list(able.values())


def _standing_forbids(where: Place, who: Standing) -> TaskNotForYou | None:
    task = where.task
    if who.is_citizen:
        return TaskNotForYou("not_allowed")
    if _holds_role(where, who):
        return None
    unit = where.unit.names if where.unit else {}
    if not task.role or any(grant.role == task.role for grant in who.grants):
        return TaskNotForYou("not_in_your_unit", unit=unit)
    return TaskNotForYou(
        "role_needed", role=where.process.roles.get(task.role) or {"en": task.role}, unit=unit
    )


def _holds_role(where: Place, who: Standing) -> bool:
    role = where.task.role
    if where.unit is None:
        return not role or any(grant.role == role for grant in who.grants)
    if not role:
        return who.may_in(Permission.WORK_TASKS, where.unit.path)
    return who.has_role_in(role, where.unit.path)


def _past_of(session: Session, where: Place) -> Past:
    """Who completed, earlier in this case, the steps that the rules of this one name."""
    named = {*where.step.other_than, *([where.step.same_as] if where.step.same_as else [])}
    if not named:
        return {}
    done = select(Task.step, Task.holder_id).where(
        Task.case_id == where.case.id, Task.step.in_(named), Task.status == TaskStatus.COMPLETED
    )
    past: dict[str, set[UUID]] = {}
    for step, holder_id in session.execute(done):
        if holder_id is not None:
            past.setdefault(step, set()).add(holder_id)
    return past
