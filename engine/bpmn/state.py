"""The state of a running case as one compact blob, without its specification.

One row a token: [id, index of its parent's row or -1, node, state, internal data or null, index of its scope
or -1]. Each scope is [values, index of the outer scope or -1, 1 if it passes values outwards, 1 if it hides the
outside]. Values that JSON lacks carry a private tag, whose NUL character no key of a person's data can hold.
"""

import datetime
from decimal import Decimal
from typing import Any

import orjson
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.flows import CaseFlow, Flow, InnerFlow
from engine.bpmn.scopes import Scope
from engine.bpmn.tokens import UNFINISHED, Token

TAG = "\0t"
ESCAPED_TAG = b"\\u0000t"
FORMAT = 1


def prune(case: CaseFlow) -> None:
    """Drops what is over: only the tokens that stand somewhere, their parents and the roots remain."""
    for flow in case.flows():
        tasks: dict[str, Token] = flow.tasks
        for task in list(tasks.values()):
            if task._state == TaskState.STARTED:
                task.task_spec.doze(task)
        standing = [task for task in tasks.values() if task._state & UNFINISHED]
        needed = {flow.task_tree.id} | {task.id for task in standing} | {task._parent for task in standing}
        kept = {name: task for name, task in tasks.items() if name in needed}
        for task in kept.values():
            if task is not flow.task_tree and task._parent not in kept:
                task._parent = flow.task_tree.id
            task._children = []
        for task in kept.values():
            if task._parent:
                kept[task._parent]._children.append(task.id)
        flow.tasks = kept


def dump(case: CaseFlow) -> bytes:
    """The state of a case that has come to rest."""
    scopes = _Scopes()
    flows = [
        {"h": flow.parent_task_id, "s": scopes.number(flow.scope), "t": _rows(scopes, flow)}
        | ({"l": flow.log} if flow.log else {})
        for flow in case.flows()
    ]
    kept = [
        [scope.values, scopes.number(scope.outer), int(scope.passes), int(scope.hides)]
        for scope in scopes.found
    ]
    return orjson.dumps(
        {"v": FORMAT, "f": flows, "s": kept}, default=_tagged, option=orjson.OPT_PASSTHROUGH_DATETIME
    )


def load(case: CaseFlow, state: bytes) -> None:
    """Fills a new case with the tokens and data of a state."""
    content = orjson.loads(state)
    if content["v"] != FORMAT:
        raise ValueError(f"Expected a state of format {FORMAT}, but it is of {content['v']}")
    if ESCAPED_TAG in state:
        content = _untagged(content)
    scopes = [Scope(row[0], passes=bool(row[2]), hides=bool(row[3])) for row in content["s"]]
    for scope, (_, outer, _, _) in zip(scopes, content["s"], strict=True):
        scope.outer = scopes[outer] if outer >= 0 else None
    for row in content["f"]:
        _fill(_flow(case, row["h"]), row, scopes)


def teardown(case: CaseFlow) -> None:
    """Breaks the circles of references, so that a case is freed as soon as its act is over."""
    for flow in list(case.flows()):
        flow.tasks.clear()
        flow.looking.clear()
        flow.task_tree = flow.last_task = None
    case.agenda.clear()
    case.event_manager.workflow = None
    case.subprocesses.clear()


class _Scopes:
    """Numbers the scopes in the order in which they are met; no scope is -1."""

    def __init__(self) -> None:
        self.found: list[Scope] = []
        self._numbers: dict[int, int] = {}

    def number(self, scope: Scope | None) -> int:
        if scope is None:
            return -1
        if id(scope) not in self._numbers:
            self._numbers[id(scope)] = len(self.found)
            self.found.append(scope)
            self.number(scope.outer)
        return self._numbers[id(scope)]


def _rows(scopes: _Scopes, flow: Flow) -> list[list[Any]]:
    index = {name: number for number, name in enumerate(flow.tasks)}
    return [
        [
            name,
            index.get(task._parent or "", -1),
            task.task_spec.name,
            task._state,
            task.internal_data or None,
            scopes.number(task.scope),
        ]
        for name, task in flow.tasks.items()
    ]


def _flow(case: CaseFlow, host_id: str | None) -> Flow:
    if host_id is None:
        return case
    host = case.find(host_id)
    if host is None:
        raise ValueError(f"Expected the host {host_id} of an inner flow, but the state has none")
    inner = InnerFlow(case.subprocess_specs[host.task_spec.flow_name], host, case)
    case.subprocesses[host_id] = inner
    return inner


def _fill(flow: Flow, row: dict[str, Any], scopes: list[Scope]) -> None:
    flow.scope = scopes[row["s"]]
    flow.log = row.get("l", [])
    ids = [task_row[0] for task_row in row["t"]]
    for name, parent, spec, state, internal, scope in row["t"]:
        token = Token.__new__(Token)
        token.id, token.workflow, token.task_spec, token._state = (
            name,
            flow,
            flow.spec.task_specs[spec],
            state,
        )
        token.internal_data, token.triggered, token._children = internal or {}, False, []
        token._parent = ids[parent] if parent >= 0 else None
        token.scope = scopes[scope] if scope >= 0 else None
        flow.tasks[name] = token
        flow.live += token.is_live
        if state == TaskState.WAITING and token.task_spec.looks_again:
            flow.looking[name] = token
        if parent >= 0:
            flow.tasks[ids[parent]]._children.append(name)
    flow.task_tree = flow.tasks[ids[0]]


def _tagged(value: Any) -> dict[str, list[str]]:
    if isinstance(value, datetime.datetime):
        return {TAG: ["moment", value.isoformat()]}
    if isinstance(value, datetime.date):
        return {TAG: ["date", value.isoformat()]}
    if isinstance(value, Decimal):
        return {TAG: ["decimal", str(value)]}
    raise TypeError(f"Expected data of JSON, dates and decimals, but a value is {type(value).__name__}")


_UNTAG: dict[str, Any] = {
    "moment": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
    "decimal": Decimal,
}


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    if TAG in value:
        kind, text = value[TAG]
        return _UNTAG[kind](text)
    return {key: _untagged(item) for key, item in value.items()}
