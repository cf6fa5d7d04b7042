"""Which variables an element reads when it is tried, and their values where a token stands."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from engine.bpmn.dmn.decisions import Decision
from engine.bpmn.expressions import Expression, Script
from engine.bpmn.failures import StepNotWaiting
from engine.bpmn.flows import CaseFlow
from engine.bpmn.model import Process
from engine.bpmn.nodes import Node
from engine.bpmn.state import load, teardown
from engine.bpmn.variables import PROVIDED


def reads(process: Process, element: str) -> frozenset[str]:
    """Names of the variables in the conditions, scripts, decisions, timers, mappings and repetition of an element.

    Those that its own inputs make for it are left out, and those that the engine gives.
    """
    found: set[str] = set()
    runtime = process.runtime
    for flow in (runtime.flow, *runtime.inner.values()):
        if flow.name == element:
            found |= _named(getattr(flow, "rule", None))
        for node in flow.task_specs.values():
            if element in _elements(node):
                found |= _read_by(node)
    return frozenset(found - PROVIDED)


def seen(process: Process, state: bytes, token: str) -> dict[str, Any]:
    """The variables that a token sees, by name; raises StepNotWaiting when it is over."""
    case = CaseFlow(process.runtime.flow, process.runtime.inner)
    load(case, state)
    try:
        task = case.find(token)
        if task is None:
            raise StepNotWaiting(f"Expected token {token} to wait, but it is over")
        return dict(task.data)
    finally:
        teardown(case)


def _elements(node: Node) -> tuple[Any, ...]:
    """The ids under which failures of a node are told."""
    return node.bpmn_id, node.event_id, node.where


def _read_by(node: Node) -> set[str]:
    """The names that a node reads; those of its own inputs it reads only where they are made."""
    mapping = node.mapping
    if mapping is None:
        return _named(list(vars(node).values()))
    made = {name for name, _ in mapping.inputs}
    own = [value for name, value in vars(node).items() if name != "mapping"]
    inner = _named([own, mapping.before, mapping.after, mapping.outputs]) - made
    return inner | _inputs_read(mapping.inputs)


def _inputs_read(inputs: tuple[tuple[str, Any], ...]) -> set[str]:
    """Each input is also seen by those after it."""
    found: set[str] = set()
    made: set[str] = set()
    for name, value in inputs:
        found |= _named(value) - made
        made.add(name)
    return found


def _named(value: Any) -> set[str]:
    return {name for names in _found(value) for name in names}


def _found(value: Any) -> Iterator[frozenset[str]]:
    """The names of every expression, script and decision within a value; nodes are not entered."""
    if isinstance(value, Expression):
        yield value.names | value.optional
    elif isinstance(value, Script | Decision):
        yield value.names
    elif isinstance(value, dict):
        yield from _found(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _found(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            yield from _found(getattr(value, part.name))
