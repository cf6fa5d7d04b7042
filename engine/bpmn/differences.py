"""What changed from one process to another: elements added and removed, and what is said of those that stay."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from engine.bpmn.model import Element, Process, Step

NOTED = (
    *("role", "form", "unit", "deadline", "other_than", "same_as", "confidential", "suspends", "priority"),
    *("keeps", "asks"),
)  #: what is said of a step beside its name


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. ``element`` is None for what is said of the whole process.

    ``what`` (of a change): ``names``, ``kind``, ``targets``, ``remedies``, or a field of a Step; ``before`` and
    ``after`` hold its values.
    """

    kind: Literal["added", "removed", "changed"]
    element: Element | None
    what: str = ""
    before: Any = None
    after: Any = None
    is_step: bool = False


def differences(before: Process, after: Process) -> tuple[Difference, ...]:
    """Every change, steps first: removed, added, changed; then the other elements and the whole process."""
    found = [*_presence(before, after), *_changes(before, after), *_of_the_whole(before, after)]
    order = ("removed", "added", "changed")
    return tuple(sorted(found, key=lambda change: (not change.is_step, order.index(change.kind))))


def _presence(before: Process, after: Process) -> Iterator[Difference]:
    for id_ in before.elements.keys() - after.elements.keys():
        yield Difference("removed", before.elements[id_], is_step=id_ in before.steps)
    for id_ in after.elements.keys() - before.elements.keys():
        yield Difference("added", after.elements[id_], is_step=id_ in after.steps)


def _changes(before: Process, after: Process) -> Iterator[Difference]:
    for id_, new in after.elements.items():
        old = before.elements.get(id_)
        if old is None:
            continue
        is_step = id_ in after.steps
        for what in ("names", "kind", "targets"):
            if getattr(old, what) != getattr(new, what):
                yield Difference("changed", new, what, getattr(old, what), getattr(new, what), is_step)
        old_step, new_step = _step(before, id_), _step(after, id_)
        if old_step is not None and new_step is not None:
            yield from _step_changes(old_step, new_step, new)


def _step_changes(old: Step, new: Step, element: Element) -> Iterator[Difference]:
    for what in NOTED:
        if getattr(old, what) != getattr(new, what):
            yield Difference("changed", element, what, getattr(old, what), getattr(new, what), is_step=True)


def _of_the_whole(before: Process, after: Process) -> Iterator[Difference]:
    for what in ("names", "deadline", "remedies"):
        if getattr(before, what) != getattr(after, what):
            yield Difference("changed", None, what, getattr(before, what), getattr(after, what))


def _step(process: Process, id_: str) -> Step | None:
    if process.opening is not None and process.opening.id == id_:
        return process.opening
    return process.steps.get(id_)
