"""Where the outcome of BPMN becomes rows: tasks, hand-offs, deadlines, calls, the end of a case."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session, joinedload, undefer

from engine import audit, outbox
from engine.bpmn import running
from engine.bpmn.model import Advance, Process, Thrown
from engine.database import Transaction
from engine.deadlines import (
    arm_timer,
    end_deadline,
    open_deadlines,
    resume_deadline,
    suspend_deadline,
)
from engine.offers import Giver, offer_task, withdraw_task
from engine.parked import settle_failures
from engine.refusals import Refusal
from engine.subscriptions import settle_subscriptions
from engine.tables import (
    Case,
    Deadline,
    DeadlineKind,
    OutboxItem,
    Task,
)
from engine.units_for_roles import units_for_roles
from engine.versions import Definition

LISTENING = {
    "intermediateCatchEvent", "boundaryEvent", "receiveTask", "subProcess", "transaction", "adHocSubProcess",
    "callActivity",
}  # fmt: skip


MOST_EXPLAINED = 2_000  #: bytes


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
    known: Definition,
    advance: Advance,
    standing: Sequence[Task] = (),
    after: Task | None = None,
    deadlines: Sequence[Deadline] | None = None,
    fired: Deadline | None = None,
    cause: str = "opened",
) -> None:
    """Make the case's rows say what the advance says.

    ``standing`` are its open tasks before the act, without ``after``, the task whose completion caused it;
    ``deadlines`` its running clocks, where the caller has them; ``fired`` the timer that caused it; ``cause`` what
    moved the case where no person did (opened, call, timer, message). All rows are written in one flush, at the end.
    """
    with tx.session.no_autoflush:
        clocks = list(open_deadlines(tx.session, case.id) if deadlines is None else deadlines)
        _settle_state(tx, case, known, advance)
        tasks = _settle_tasks(tx, case, known.process, advance, standing, clocks, Giver(after, cause))
        _settle_timers(tx, case, advance, clocks, fired)
        _settle_background(tx, case, known.process, advance)
        settle_failures(tx, case, advance, done=after.id if after else None)
        if advance.ended:
            _close(tx, case, clocks)
        else:
            _settle_case_clock(tx, known.process, tasks, clocks)
        refresh_urgency(tasks, clocks)


def _settle_state(tx: Transaction, case: Case, known: Definition, advance: Advance) -> None:
    case.state, case.data = advance.state, advance.data
    case.revision += 1
    if known.called:
        open_ = running.open_calls(known.process, advance.state)
        case.called = {key: str(version) for key, version in known.called.items() if key in open_}
    for decided in advance.decided:
        audit.record(
            tx,
            "decision.evaluated",
            on=("case", case.id),
            element=decided.element,
            decision=decided.decision,
            rules=list(decided.rules),
            why=_explained(decided.explanation),
        )


def _explained(explanation: Sequence[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """How a decision came out: inputs, rules and outputs of each one evaluated, the last ones that fit into 2 KB."""
    kept: list[dict[str, Any]] = []
    left = MOST_EXPLAINED
    for one in reversed(explanation):
        left -= len(json.dumps(one, ensure_ascii=False).encode())
        if left < 0:
            break
        kept.insert(0, one)
    return kept or None


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


def _settle_timers(
    tx: Transaction, case: Case, advance: Advance, deadlines: Sequence[Deadline], fired: Deadline | None
) -> None:
    armed = {row.token: row for row in deadlines if row.kind == DeadlineKind.TIMER and row.is_open}
    waiting = {timer.token: timer for timer in advance.timers}
    for token, deadline in armed.items():
        if token not in waiting:
            end_deadline(tx, deadline, because="withdrawn")
    for token, timer in waiting.items():
        if token not in armed:
            is_next = fired is not None and timer.follows == fired.token
            arm_timer(tx, case=case, timer=timer, fired=fired if is_next else None)


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
        _settle_thrown(tx, case, thrown)
    if process.opening is None or any(element.kind in LISTENING for element in process.elements.values()):
        settle_subscriptions(tx, case, advance)


def _settle_thrown(tx: Transaction, case: Case, thrown: Thrown) -> None:
    """What left the case: messages and signals go on their way; an escalation that nothing caught is told."""
    if thrown.kind == "escalation":
        audit.record(tx, "escalation.uncaught", on=("case", case.id), escalation=thrown.name)
    else:
        outbox.put_throw(
            tx,
            case_id=case.id,
            kind=thrown.kind,
            name=thrown.name,
            payload=thrown.payload,
            correlation=thrown.correlation,
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
