"""One construct as a fragment of a diagram: what is drawn, what is played on it, and what must be seen.

Texts hold "@" wherever an id, a name or a variable must be the fragment's own: a position replaces it by a suffix, so
that copies of one fragment stand side by side. The helpers put it behind ids and names by themselves; conditions,
scripts and other texts write it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

from tests.engine.bpmn.drawing import HEAD, escaped

SILENT = ("Gateway", "subProcess", "SubProcess", "transaction", "callActivity", "process", "definitions")
"""Kinds whose completion is not part of what a fragment says was done."""


@dataclass(frozen=True)
class Act:
    """One thing that happens from outside; `data`: what it brings, names without suffix."""

    kind: str
    target: str
    item: int | None = None
    text: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fragment:
    """A construct with its play.

    `entry` and `exit`: the nodes where a token comes in and goes on; None for a whole scope, with starts and ends of
    its own. `first`: what waits at the beginning; `acts`: each with what waits after it, as in "a timer:t message:pay
    signal:strike call:look failed:g". `done`: the tasks and events completed by the end. `data`: variables at the
    beginning; `result`: those that must be so at the end; `absent`: those that must not be there. `thrown`: what
    leaves the case, as "message:hello". `at`: the start event that happened. `stuck`: it does not come to its end.
    `reaches_others`: what it throws would reach a copy of itself with the same names. `positions`: where it can stand,
    None for everywhere. `refused`: the code with which it is refused.
    """

    name: str
    elements: str
    ways: tuple[str, ...]
    first: str
    acts: tuple[tuple[Act, str], ...]
    done: str
    entry: str | None = None
    exit: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    absent: str = ""
    thrown: str = ""
    around: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)
    positions: tuple[str, ...] | None = None
    at: str | None = None
    stuck: bool = False
    reaches_others: bool = False
    refused: str | None = None

    @property
    def drawing(self) -> str:
        return self.elements + way(*self.ways)

    def counted(self) -> set[str]:
        """Ids of the tasks and events, whose completion is compared with `done`; without suffix."""
        root = ElementTree.fromstring(f"{HEAD}{self.drawing}{self.around}</definitions>")  # noqa: S314
        return {
            element.get("id", "").removesuffix("@")
            for element in root.iter()
            if _kind(element).endswith(("Task", "task", "Event")) and not _compensates(element)
        }

    def definitions(self) -> str:
        """The messages, signals, errors and escalations that the fragment refers to, each by its name."""
        found = sorted(
            set(re.findall(r'(message|signal|error|escalation)Ref="([^"]+)"', self.drawing + self.around))
        )
        return "".join(_definition(kind, name) for kind, name in found)


def _kind(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _compensates(element: ElementTree.Element) -> bool:
    inner = {_kind(child) for child in element}
    return _kind(element) == "boundaryEvent" and "compensateEventDefinition" in inner


def _definition(kind: str, name: str) -> str:
    plain = name.partition("_")[2]
    code = f' {kind}Code="{plain.removesuffix("@")}"' if kind in ("error", "escalation") else ""
    return f'<{kind} id="{name}" name="{plain}"{code}/>'


def whole(name: str, elements: str, *ways: str, **said: Any) -> Fragment:
    """A fragment that is a scope of its own, with its starts and ends."""
    return _fragment(name, elements, ways, said)


def between(name: str, entry: str, exit: str, elements: str, *ways: str, **said: Any) -> Fragment:
    """A fragment that a token enters at one node and leaves at another."""
    return _fragment(name, elements, ways, {**said, "entry": entry, "exit": exit})


def _fragment(name: str, elements: str, ways: tuple[str, ...], said: dict[str, Any]) -> Fragment:
    first, *acts = said.pop("play", [""])
    return Fragment(name=name, elements=elements, ways=ways, first=first, acts=tuple(acts), **said)


def do(step: str, item: int | None = None, **data: Any) -> Act:
    """A person completes a step, with these answers."""
    return Act("do", step, item, data=data)


def expire(element: str, text: str | None = None) -> Act:
    """A timer is due; `text`: what it must have been told to the caller as."""
    return Act("expire", element, text=text)


def deliver(name: str, **payload: Any) -> Act:
    """A message or signal of that name comes."""
    return Act("deliver", name, data=payload)


def answer(element: str, item: int | None = None, **data: Any) -> Act:
    """The call of a service task is answered."""
    return Act("answer", element, item, data=data)


def retry(element: str) -> Act:
    """What failed is tried again."""
    return Act("retry", element)


def node(kind: str, name: str, inner: str = "", **said: Any) -> str:
    """An element; attributes as BPMN names them."""
    attributes = "".join(f' {key}="{value}"' for key, value in said.items())
    return f'<{kind} id="{name}@"{attributes}>{inner}</{kind}>'


def users(names: str) -> str:
    return "".join(node("userTask", name) for name in names.split())


def start(inner: str = "", name: str = "s", **said: Any) -> str:
    return node("startEvent", name, inner, **said)


def end(inner: str = "", name: str = "e") -> str:
    return node("endEvent", name, inner)


def catch(name: str, inner: str, **said: Any) -> str:
    return node("intermediateCatchEvent", name, inner, **said)


def throw(name: str, inner: str = "") -> str:
    return node("intermediateThrowEvent", name, inner)


def boundary(name: str, host: str, inner: str, *, interrupting: bool = True, **said: Any) -> str:
    if not interrupting:
        said["cancelActivity"] = "false"
    return node("boundaryEvent", name, inner, attachedToRef=f"{host}@", **said)


def script(name: str, text: str, **said: Any) -> str:
    return node("scriptTask", name, f"<script>{escaped(text)}</script>", **said)


def sub(name: str, elements: str, *ways: str, kind: str = "subProcess", **said: Any) -> str:
    """A sub-process (transaction, ad-hoc) of these elements and flows."""
    return node(kind, name, elements + way(*ways), **said)


def beside(name: str, elements: str, *ways: str) -> str:
    """An event sub-process."""
    return sub(name, elements, *ways, triggeredByEvent="true")


def called(name: str, elements: str, *ways: str) -> str:
    """A process to be called."""
    return node("process", name, elements + way(*ways), isExecutable="false")


def way(*ways: str) -> str:
    """Sequence flows: "a > b > c" or "a > b : condition"; the id of each is "a@_b@"."""
    drawn = []
    for one in ways:
        path, _, condition = one.partition(" : ")
        for source, target in pairwise(path.split(" > ")):
            inner = f"<conditionExpression>{escaped(condition)}</conditionExpression>" if condition else ""
            name = f"{source}@_{target}@"
            drawn.append(
                f'<sequenceFlow id="{name}" sourceRef="{source}@" targetRef="{target}@">{inner}</sequenceFlow>'
            )
    return "".join(drawn)


def default(source: str, target: str) -> str:
    """The value of a `default` attribute."""
    return f"{source}@_{target}@"
