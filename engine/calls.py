"""A service task's operation has answered: the case moves on from where it waited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from engine import audit
from engine.bpmn import running
from engine.connectors import call_house
from engine.database import Transaction
from engine.progress import lock_case, open_tasks, settle
from engine.tables import Case
from engine.versions import definition


def answer_call(
    tx: Transaction, *, case_id: UUID, call: Mapping[str, Any], result: Mapping[str, Any] | None = None
) -> Case:
    """Move a case on from a call (payload of the outbox: token, element, operation, data).

    ``result`` is what another system answered; None runs the operation of the house, in this transaction.
    A call that the case no longer waits for (withdrawn by an event meanwhile) changes nothing.
    """
    case = lock_case(tx, case_id)
    process = definition(tx.session, case.version_id).process
    if all(waiting.token != call["token"] for waiting in running.look(process, case.state).calls):
        return case
    if result is None:
        result = call_house(tx, operation=call["operation"], case=case, process=process, data=call["data"])
    standing = open_tasks(tx.session, case_id)
    advance = running.finish_call(process, case.state, call["token"], data=dict(result))
    audit.record(
        tx,
        "call.answered",
        on=("case", case.id),
        element=call["element"],
        operation=call["operation"],
        path=advance.completed,
    )
    settle(tx, case=case, process=process, advance=advance, standing=standing, cause="call")
    return case
