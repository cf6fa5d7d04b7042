"""Where the outcome of BPMN becomes rows: tasks, hand-offs, deadlines, calls, the end of a case."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ScalarSelect, delete, select
from sqlalchemy.orm import Session, joinedload, undefer

from engine import audit, outbox
from engine.bpmn.model import Advance, Process
from engine.database import Transaction
from engine.deadlines import (
    arm_timer,
    end_deadline,
    open_deadlines,
    resume_deadline,
    suspend_deadline,
)
from engine.offers import Giver, offer_task, withdraw_task
from engine.refusals import Refusal
from engine.tables import (
    Case,
    Deadline,
    DeadlineKind,
    OutboxItem,
    Subscription,
    Task,
)
from engine.units_for_roles import units_for_roles

LISTENING = {"intermediateCatchEvent", "boundaryEvent", "receiveTask", "subProcess", "callActivity"}  # fmt: skip


class CaseUnknown(Refusal):
    """There is no such case."""

    status = 404


def lock_case(tx: Transaction, case_id: UUID | ScalarSelect[UUID]) -> Case:
    """The case, held under its row lock until the transaction ends: all acts on a case go one after another.

    ``case_id`` may be a subquery, so that finding and locking are one statement. Raises CaseUnknown.
    """
    held = (
        select(Case)
        .where(Case.id == case_id)
        .options(undefer(Case.state), undefer(Case.data), joinedload(Case.unit))
        .with_for_update(of=Case, key_share=True)
        .execution_options(populate_existing=True)
    )
    case = tx.session.scalars(held).first()
    if case is None:
        raise CaseUnknown("case_unknown")
    return case


def open_tasks(session: Session, case_id: UUID) -> Sequence[Task]:
    """The tasks of a case that wait for someone."""
    waiting = select(Task).where(Task.case_id == case_id, Task.ended_at.is_(None))
    return session.scalars(waiting.execution_options(populate_existing=True)).all()


def settle(
    tx: Transaction,
    *,
    case: Case,
    process: Process,
    advance: Advance,
    standing: Sequence[Task] = (),
    after: Task | None = None,
    deadlines: Sequence[Deadline] | None = None,
    cause: str = "opened",
) -> None:
    """Make the case's rows say what the advance says.

    ``standing`` are its open tasks before the act, without ``after``, the task whose completion caused it;
    ``deadlines`` its running clocks, where the caller has them; ``cause`` what moved the case where no person
    did (opened, call, timer, message). All rows are written in one flush, at the end.
    """
    with tx.session.no_autoflush:
        _settle(tx, case, process, advance, standing, Giver(after, cause), deadlines)


def _settle(
    tx: Transaction,
    case: Case,
    process: Process,
    advance: Advance,
    standing: Sequence[Task],
    giver: Giver,
    known: Sequence[Deadline] | None,
) -> None:
    case.state, case.data = advance.state, advance.data
    case.revision += 1
    for decided in advance.decided:
        audit.record(
            tx,
            "decision.evaluated",
            on=("case", case.id),
            element=decided.element,
            decision=decided.decision,
            rules=list(decided.rules),
        )
    deadlines = list(open_deadlines(tx.session, case.id) if known is None else known)
    tasks = _settle_tasks(tx, case, process, advance, standing, deadlines, giver)
    _settle_timers(tx, case, advance, deadlines)
    _settle_background(tx, case, process, advance)
    if advance.ended:
        _close(tx, case, deadlines)
    else:
        _settle_case_clock(tx, process, tasks, deadlines)
    refresh_urgency(tasks, deadlines)


def refresh_urgency(tasks: Sequence[Task], deadlines: Sequence[Deadline]) -> None:
    """Keep ``urgent_at`` the earlier of the step's and the case's expiry (a suspended clock does not press)."""
    pressing = [row for row in deadlines if row.ended_at is None]
    whole = [row.fires_at for row in pressing if row.kind == DeadlineKind.CASE and not _is_suspended(row)]
    for task in tasks:
        own = [row.fires_at for row in pressing if row.task_id == task.id]
        task.urgent_at = min((at for at in (*own, *whole) if at is not None), default=None)


def _settle_tasks(
    tx: Transaction,
    case: Case,
    process: Process,
    advance: Advance,
    standing: Sequence[Task],
    deadlines: list[Deadline],
    giver: Giver,
) -> list[Task]:
    tokens = {waiting.token for waiting in advance.steps}
    known = {task.token for task in standing}
    for task in standing:
        if task.token not in tokens:
            withdraw_task(tx, task, deadlines)
    fresh = [waiting for waiting in advance.steps if waiting.token not in known]
    if not fresh:
        return [task for task in standing if task.token in tokens]
    units = units_for_roles(tx.session, case, [process.steps[waiting.step] for waiting in fresh])
    offered = [offer_task(tx, case, process.steps[w.step], w, units, deadlines, giver) for w in fresh]
    return [task for task in standing if task.token in tokens] + offered


def _settle_timers(tx: Transaction, case: Case, advance: Advance, deadlines: Sequence[Deadline]) -> None:
    armed = {row.token: row for row in deadlines if row.kind == DeadlineKind.TIMER and row.is_open}
    waiting = {timer.token: timer for timer in advance.timers}
    for token, deadline in armed.items():
        if token not in waiting:
            end_deadline(tx, deadline, because="withdrawn")
    for token, timer in waiting.items():
        if token not in armed:
            arm_timer(tx, case=case, timer=timer)


def _settle_background(tx: Transaction, case: Case, process: Process, advance: Advance) -> None:
    if advance.calls:
        put = select(OutboxItem.payload).where(
            OutboxItem.case_id == case.id, OutboxItem.kind == "call", OutboxItem.done_at.is_(None)
        )
        known = {payload["token"] for payload in tx.session.scalars(put)}
        for call in advance.calls:
            if call.token not in known:
                outbox.put_call(
                    tx,
                    case_id=case.id,
                    token=call.token,
                    element=call.element,
                    operation=call.operation,
                    data=call.data,
                )
    for thrown in advance.thrown:
        outbox.put_throw(
            tx,
            case_id=case.id,
            kind=thrown.kind,
            name=thrown.name,
            payload=thrown.payload,
            correlation=thrown.correlation,
        )
    if any(element.kind in LISTENING for element in process.elements.values()):
        _settle_subscriptions(tx, case, advance)


def _settle_subscriptions(tx: Transaction, case: Case, advance: Advance) -> None:
    rows = select(Subscription).where(Subscription.case_id == case.id)
    known = {(row.token, row.name): row for row in tx.session.scalars(rows)}
    waiting = {(row.token, row.name): row for row in advance.subscriptions}
    gone = [known[key].id for key in known.keys() - waiting.keys()]
    if gone:
        tx.execute(delete(Subscription).where(Subscription.id.in_(gone)))
    for key, row in waiting.items():
        if key in known:
            continue
        tx.session.add(
            Subscription(
                case_id=case.id,
                token=row.token,
                element=row.element,
                kind=row.kind,
                name=row.name,
                correlation=row.correlation,
            )
        )


def _settle_case_clock(
    tx: Transaction, process: Process, tasks: Sequence[Task], deadlines: Sequence[Deadline]
) -> None:
    """The case's clock stands still while the applicant is asked to complete the file."""
    asking = next((task for task in tasks if process.steps[task.step].suspends), None)
    for deadline in deadlines:
        if deadline.kind != DeadlineKind.CASE or not deadline.is_open:
            continue
        if asking is not None and not _is_suspended(deadline):
            suspend_deadline(tx, deadline, because=asking)
        elif asking is None and _is_suspended(deadline):
            resume_deadline(tx, deadline)


def _close(tx: Transaction, case: Case, deadlines: Sequence[Deadline]) -> None:
    case.closed_at = tx.at
    for deadline in deadlines:
        if deadline.is_open:
            met = deadline.kind == DeadlineKind.CASE
            end_deadline(tx, deadline, because="met" if met else "withdrawn")
    audit.record(tx, "case.closed", on=("case", case.id), outcome=case.outcome)


def _is_suspended(deadline: Deadline) -> bool:
    return deadline.suspended_at is not None
