"""What the engine serves of what a diagram may say: the rest refuses the deployment, never is ignored in silence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from engine.bpmn.faults import Fault
from engine.bpmn.model import DeadlineRule, Element, Process
from engine.bpmn.reading import Reading, read_process
from engine.bpmn.running import start_elements
from engine.calendars import TermNotUsable, UnknownCalendar, calendar, due

NATIONAL = "dz"  #: the calendar where the diagram names none
SOME_DAY = datetime(2026, 3, 1, 8, tzinfo=UTC)  #: any anchor shows whether a rule can be counted
STARTED_BY = ("message", "signal", "timer")  #: events outside of any case that open one
UNITS = ("case", "parent")  #: the values of masar:unit


def read_for_service(
    xml: bytes,
    *,
    decisions: Mapping[str, bytes] | None = None,
    forms: Collection[str] | None = None,
    key: str | None = None,
    called: Mapping[str, bytes] | None = None,
) -> Reading:
    """Read a diagram, with what the engine cannot serve of it among the faults.

    ``called``: the texts of processes of other files that it calls, by id.
    """
    reading = read_process(xml, decisions=decisions, forms=forms, key=key, called=called)
    if reading.process is None:
        return reading
    faults = tuple(_unserved(reading.process))
    kept = None if any(fault.refuses for fault in faults) else reading.process
    return replace(reading, process=kept, faults=(*reading.faults, *faults))


def _unserved(process: Process) -> Iterator[Fault]:
    if process.deadline is not None:
        yield from _of_rule(process.deadline, None)
    for step in process.steps.values():
        element = process.elements.get(step.id)
        if step.deadline is not None:
            yield from _of_rule(step.deadline, element)
        if step.skills:
            yield _fault("word_not_served", element, word="masar:skills")
        if step.unit not in UNITS:
            yield _fault("bad_unit", element, value=step.unit)

    for id_, events in start_elements(process):
        if any(event.kind in STARTED_BY for event in events):
            continue
        element = process.elements.get(id_)
        yield Fault("start_not_served", id_, element.line if element else None, refuses=False)


def _of_rule(rule: DeadlineRule, element: Element | None) -> Iterator[Fault]:
    if rule.on_expiry != "breach":
        yield _fault("expiry_not_served", element, expiry=rule.on_expiry)
    try:
        due(
            calendar(rule.calendar or NATIONAL),
            anchor_at=SOME_DAY,
            within=rule.within,
            unit=rule.unit,
            roll=rule.roll,
            franc=rule.franc,
        )
    except UnknownCalendar:
        yield _fault("unknown_calendar", element, calendar=rule.calendar)
    except TermNotUsable:
        yield _fault("bad_term", element, unit=rule.unit)


def _fault(code: str, element: Element | None, **params: object) -> Fault:
    return Fault(code, element.id if element else None, element.line if element else None, params)
