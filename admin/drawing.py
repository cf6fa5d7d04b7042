"""What a page tells the diagram's viewer: names in the reader's language, where a case stands, where clicks lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from admin.telling import Teller, lateness
from engine.bpmn.model import Process
from engine.bpmn.names import diagram_names
from engine.queries.stories import Story, element_of
from engine.tables import Task
from web.access import current
from web.words import name_of
from wording import pick

Marks = dict[str, tuple[str, str]]


def names_drawn(xml: bytes) -> dict[str, str]:
    """The names of everything drawn, by element id."""
    return {id_: pick(names, current.lang) for id_, names in diagram_names(xml).items()}


def passed_elements(story: Story) -> set[str]:
    """Ids of the elements that the case has left behind."""
    return {element for entry in story.entries for element in entry.facts.get("path", ())}


def marks_of(story: Story, teller: Teller, now: datetime) -> Marks:
    """The state of each element that has one, with a few words for its badge: done, current or breached."""
    marks: Marks = dict.fromkeys(passed_elements(story), ("done", ""))
    for task in open_tasks(story):
        marks[task.step] = ("current", name_of(task.holder) or teller.role(task.role))
    for breach in story.breaches:
        deadline = story.deadlines[breach.deadline_id]
        if deadline.element:
            marks[deadline.element] = ("breached", lateness(breach, deadline.ended_at, now))
    return marks


def open_tasks(story: Story) -> Sequence[Task]:
    """The tasks that wait for a person, by the time they were offered."""
    return sorted((task for task in story.tasks.values() if task.is_open), key=lambda task: task.offered_at)


def anchors(story: Story) -> dict[str, list[str]]:
    """By entry id, the elements that it is the first to speak of, unless a hand-off does: where clicks lead."""
    seen = {stretch.task.step for stretch in story.stretches}
    found: dict[str, list[str]] = {}
    for entry in story.entries:
        for element in (element_of(entry), *entry.facts.get("path", ())):
            if element and element not in seen:
                seen.add(element)
                found.setdefault(str(entry.id), []).append(element)
    return found


def first_stretches(story: Story) -> set[str]:
    """Ids of the hand-offs that are the first of their step."""
    seen: set[str] = set()
    first: set[str] = set()
    for stretch in story.stretches:
        if stretch.task.step not in seen:
            seen.add(stretch.task.step)
            first.add(str(stretch.handoff.id))
    return first


def step_names(process: Process) -> dict[str, str]:
    """The names of the steps, the opening one first, by id."""
    steps = ([process.opening] if process.opening else []) + list(process.steps.values())
    return {step.id: pick(step.names, current.lang) or step.id for step in steps}
