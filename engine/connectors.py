"""What service tasks call: each operation takes the case and the call's data and gives back data for the case.

Operations of the house act within the transaction that moves the case on. Those of other systems run outside any
transaction; their answer comes in with the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from engine.bpmn.model import NOTHING, Process
from engine.database import Transaction
from engine.decisions import issue_decision, notify_decision
from engine.notices import send_notice
from engine.refusals import Refusal
from engine.tables import Case, Person

Data = Mapping[str, Any]
HouseOperation = Callable[[Transaction, Case, Process, Data], dict[str, Any]]
OutsideOperation = Callable[[dict[str, Any]], Mapping[str, Any] | None]

#: Operations of other systems, by name: a trial brings its own.
outside: ContextVar[Mapping[str, OutsideOperation]] = ContextVar("masar_connectors", default={})  # noqa: B039


class BusinessError(Exception):
    """What an operation raises to report an error of the matter itself: the diagram's error event of this code.

    It happens at the service task, with ``data`` for the case; a technical failure is any other exception, and is
    tried again. An operation of the house raises it before it has changed anything.
    """

    def __init__(self, code: str, message: str = "", data: Data = NOTHING) -> None:
        super().__init__(message or code)
        self.error_code = code
        self.data = data


class OperationUnknown(Refusal):
    """A diagram calls an operation that nobody provides."""


def _acknowledge(tx: Transaction, case: Case, _process: Process, _data: Data) -> dict[str, Any]:
    if case.applicant_id is not None:
        applicant = tx.session.get_one(Person, case.applicant_id)
        send_notice(tx, person=applicant, code="case_received", case_id=case.id, reference=case.reference)
    return {}


def _issue_decision(tx: Transaction, case: Case, process: Process, data: Data) -> dict[str, Any]:
    issue_decision(
        tx, case=case, process=process, outcome=str(data.get("outcome")), signed_by=data.get("signed_by")
    )
    return {}


def _notify_decision(tx: Transaction, case: Case, _process: Process, _data: Data) -> dict[str, Any]:
    notify_decision(tx, case=case)
    return {}


HOUSE: dict[str, HouseOperation] = {
    "notice/acknowledgement": _acknowledge,
    "decision/issue": _issue_decision,
    "notice/decision": _notify_decision,
}  #: the operations Masar itself provides


def call_house(
    tx: Transaction, *, operation: str, case: Case, process: Process, data: Data
) -> dict[str, Any]:
    """Run an operation of the house; OperationUnknown if there is none of this name."""
    if operation not in HOUSE:
        raise OperationUnknown("operation_unknown", operation=operation)
    return HOUSE[operation](tx, case, process, data)


def outside_operation(operation: str) -> OutsideOperation | None:
    """The operation another system provides under this name, if any."""
    return outside.get().get(operation)
