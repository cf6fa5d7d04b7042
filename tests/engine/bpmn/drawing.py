"""Small diagrams in a few words, and a case driven through them, saved and loaded between any two acts."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from engine.bpmn import running
from engine.bpmn.model import Advance, Process
from engine.bpmn.reading import read_process

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:masar="https://masar.dz/bpmn/1.0" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions">'
)


def flows(*ways: str) -> str:
    """Sequence flows: "a > b > c" or "a > b : condition"; the id of each is "a_b"."""
    drawn = []
    for way in ways:
        path, _, condition = way.partition(" : ")
        nodes = path.split(" > ")
        for source, target in pairwise(nodes):
            inner = f"<conditionExpression>{escaped(condition)}</conditionExpression>" if condition else ""
            drawn.append(
                f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
            )
    return "".join(drawn)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def drawn(elements: str, *ways: str, around: str = "") -> bytes:
    """A file with one process of these elements and flows; `around` stands beside the process."""
    process = f'<process id="p" isExecutable="true">{elements}{flows(*ways)}</process>'
    return f"{HEAD}{around}{process}</definitions>".encode()


def users(*names: str) -> str:
    return "".join(f'<userTask id="{name}"/>' for name in names)


AND = '<parallelGateway id="fork"/><parallelGateway id="join"/>'
ENDS = '<startEvent id="s"/><endEvent id="e"/>'


def timed(kind: str, text: str) -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def process_of(xml: bytes, decisions: Mapping[str, bytes] | None = None) -> Process:
    reading = read_process(xml, decisions=decisions or {})
    assert reading.process is not None, [fault for fault in reading.faults if fault.refuses]
    return reading.process


def refusals(xml: bytes, **given: Any) -> list[tuple[str, str | None]]:
    """Code and element of the faults that refuse."""
    return [(fault.code, fault.element) for fault in read_process(xml, **given).faults if fault.refuses]


class Case:
    """One case; `trace` are the elements completed so far, `thrown` all that left it."""

    def __init__(
        self, process: Process, data: Mapping[str, Any] | None = None, at: str | None = None
    ) -> None:
        self.process = process
        self.trace: list[str] = []
        self.thrown: list[tuple[str, str]] = []
        self.take(running.start(process, data=data or {}, at=at))

    def take(self, advance: Advance) -> None:
        self.now = advance
        self.trace += advance.completed
        self.thrown += [(thrown.kind, thrown.name) for thrown in advance.thrown]

    def token(self, step: str, item: int | None = None) -> str:
        return next(w.token for w in self.now.steps if w.step == step and item in (None, w.item))

    def complete(self, step: str, item: int | None = None, **data: Any) -> None:
        self.take(running.complete(self.process, self.now.state, self.token(step, item), data=data))

    def expire(self, element: str) -> None:
        token = next(timer.token for timer in self.now.timers if timer.element == element)
        self.take(running.expire(self.process, self.now.state, token))

    def deliver(self, name: str, **payload: Any) -> None:
        token = next(found.token for found in self.now.subscriptions if found.name == name)
        self.take(running.deliver(self.process, self.now.state, token, payload=payload, name=name))

    def finish(self, element: str, **data: Any) -> None:
        token = next(call.token for call in self.now.calls if call.element == element)
        self.take(running.finish_call(self.process, self.now.state, token, data=data))

    def retry(self, element: str) -> None:
        token = next(failure.token for failure in self.now.failures if failure.element == element)
        self.take(running.retry(self.process, self.now.state, token))

    @property
    def failures(self) -> list[tuple[str, str]]:
        return [(failure.element, failure.code) for failure in self.now.failures]

    @property
    def waiting(self) -> list[str]:
        return sorted(waiting.step for waiting in self.now.steps)

    @property
    def data(self) -> dict[str, Any]:
        return self.now.data

    @property
    def ended(self) -> bool:
        return self.now.ended
