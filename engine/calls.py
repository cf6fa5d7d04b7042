"""A service task's operation has answered: the case moves on from where it waited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from engine import audit
from engine.bpmn import running
from engine.bpmn.model import Advance
from engine.connectors import BusinessError, call_house
from engine.database import Transaction
from engine.progress import lock_case, open_tasks, settle
from engine.tables import Case
from engine.versions import Definition, definition_of


def answer_call(
    tx: Transaction,
    *,
    case_id: UUID,
    call: Mapping[str, Any],
    result: Mapping[str, Any] | BusinessError | None = None,
) -> Case:
    """Move a case on from a call (payload of the outbox: token, element, operation, data).

    ``result`` is what another system answered, or the error that it reported; None runs the operation of the house, in
    this transaction. A call that the case no longer waits for (withdrawn by an event meanwhile) changes nothing.
    """
    case = lock_case(tx, case_id)
    known = definition_of(tx.session, case)
    if all(waiting.token != call["token"] for waiting in running.look(known.process, case.state).calls):
        return case
    if result is None:
        result = _of_the_house(tx, case, known, call)
    standing = open_tasks(tx.session, case_id)
    advance = _answered(case, known, call["token"], result)
    audit.record(
        tx,
        "call.answered",
        on=("case", case.id),
        element=call["element"],
        operation=call["operation"],
        error=result.error_code if isinstance(result, BusinessError) else None,
        path=advance.completed,
    )
    settle(tx, case=case, known=known, advance=advance, standing=standing, cause="call")
    return case


def _of_the_house(
    tx: Transaction, case: Case, known: Definition, call: Mapping[str, Any]
) -> Mapping[str, Any] | BusinessError:
    try:
        return call_house(
            tx, operation=call["operation"], case=case, process=known.process, data=call["data"]
        )
    except BusinessError as error:
        return error


def _answered(
    case: Case, known: Definition, token: str, result: Mapping[str, Any] | BusinessError
) -> Advance:
    if isinstance(result, BusinessError):
        return running.fail_call(
            known.process, case.state, token, code=result.error_code, data=dict(result.data)
        )
    return running.finish_call(known.process, case.state, token, data=dict(result))
