"""Which variables the elements of a procedure write and read, and what of it cannot be right.

Where every writer says what it writes, a name that nobody writes is a mistake. Where some writer may write anything
(a service task, a message, a step without `masar:keeps`), only a name that is nearly that of another is doubted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.compiling import TIMERS, repetition, script
from engine.bpmn.diagram import Diagram, Shape, within
from engine.bpmn.events import ISO
from engine.bpmn.expressions import ExpressionRefused, compile_expression
from engine.bpmn.faults import FaultList
from engine.bpmn.mapping import mapping_of
from engine.bpmn.model import Step
from engine.bpmn.providing import Deciding
from engine.bpmn.reacting import definitions
from engine.bpmn.xml import BPMN, child, extensions, local, namespace, text_of

PROVIDED = frozenset((
    "loopCounter", "numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances",
    "numberOfTerminatedInstances", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances",
    "activationCount", "waitingForStart",
))  # fmt: skip
"""Names that the engine itself gives."""
DECLARES = re.compile(
    r".*Variable|elementIndexVariable|inputElement|outputElement|outputCollection|target|dataObject"
)
SHORTEST = 4
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Read:
    """A name that an element reads."""

    name: str
    at: etree._Element


@dataclass(slots=True)
class Variables:
    """`written`: names that something writes; `anything`: some writer may write any name; `reads`: in order.

    `sees_all`: something is given all the data. `scripted`: what scripts write, by name, with the script.
    """

    written: set[str] = field(default_factory=lambda: set(PROVIDED))
    anything: bool = False
    sees_all: bool = False
    reads: list[Read] = field(default_factory=list)
    scripted: dict[str, etree._Element] = field(default_factory=dict)

    def take(self, text: str, at: etree._Element) -> None:
        """The variables of an expression are read; none of one that cannot be compiled, which is told elsewhere."""
        with suppress(ExpressionRefused):
            self.reads += [Read(name, at) for name in sorted(compile_expression(text).names)]


def check_variables(
    diagram: Diagram,
    processes: Iterable[str],
    steps: Mapping[str, Step],
    opening: Step | None,
    decisions: Mapping[str, Deciding],
    faults: FaultList,
) -> None:
    """Adds the names that are read and never written, and those that scripts write and nothing reads."""
    found = variables_of(diagram, processes, steps, opening, decisions)
    told: set[tuple[str, str | None]] = set()
    for read in found.reads:
        if read.name in found.written or (read.name, read.at.get("id")) in told:
            continue
        told.add((read.name, read.at.get("id")))
        near = nearest(read.name, found.written - PROVIDED)
        if not found.anything:
            known = sorted(found.written - PROVIDED)[:SHOWN]
            faults.add("unknown_variable", read.at, name=read.name, known=[near] if near else known or ["—"])
        elif near:
            faults.add("doubtful_variable", read.at, name=read.name, nearest=near)
    if not found.sees_all:
        _check_dead(diagram, found, faults)


def variables_of(
    diagram: Diagram,
    processes: Iterable[str],
    steps: Mapping[str, Step],
    opening: Step | None,
    decisions: Mapping[str, Deciding],
) -> Variables:
    """All names that the elements of these processes write and read."""
    found = Variables(anything=opening is None)
    for step in (*steps.values(), *([opening] if opening else [])):
        found.written |= {keep.name for keep in step.keeps}
        found.anything |= step.keeps_all
    for process in processes:
        found.written |= set(_declared(diagram.processes[process]))
        for shape in within(diagram, process):
            _take_shape(diagram, shape, decisions, found)
    return found


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that differs by a letter or two, but not by a number alone; None for short names."""
    if len(name) < SHORTEST:
        return None
    most = 1 if len(name) < 2 * SHORTEST else 2
    close = [
        (distance, other)
        for other in known
        if re.sub(r"\d+", "", other) != re.sub(r"\d+", "", name)
        and len(other) >= SHORTEST
        and (distance := _distance(name, other, most)) <= most
    ]
    return min(close)[1] if close else None


def _take_shape(diagram: Diagram, shape: Shape, decisions: Mapping[str, Deciding], found: Variables) -> None:
    element = shape.element
    kinds = {kind for kind, _ in definitions(diagram, shape)}
    _take_automatic(shape, decisions, found)
    mapping = mapping_of(diagram, shape, FaultList())
    if mapping:
        found.written |= {name for name, _ in (*mapping.inputs, *mapping.outputs)}
        for written in (mapping.before, mapping.after):
            found.written |= written.writes if written else set()
    is_open = not mapping or mapping.hands_out == "all"
    if is_open and (
        shape.kind in ("serviceTask", "receiveTask", "callActivity") or kinds & {"message", "signal"}
    ):
        found.anything = True
    if not extensions(element, "input") and (
        shape.kind in ("serviceTask", "sendTask", "callActivity") or kinds & {"message", "escalation"}
    ):
        found.sees_all = True
    _take_expressions(diagram, shape, found)


def _take_automatic(shape: Shape, decisions: Mapping[str, Deciding], found: Variables) -> None:
    """What a script or a decision writes and reads."""
    if shape.kind == "scriptTask" and (compiled := script(shape.element, FaultList())):
        found.written |= compiled.writes
        found.scripted |= dict.fromkeys(compiled.writes, shape.element)
        found.reads += [Read(name, shape.element) for name in sorted(compiled.names)]
    elif shape.kind == "scriptTask":
        found.anything = True
    if shape.id in decisions:
        table, result, _ = decisions[shape.id]
        found.written |= {result} if result else {output.name for output in table.outputs}
        found.reads += [Read(name, shape.element) for name in sorted(table.names)]
    elif shape.kind == "businessRuleTask":
        found.anything = True


def _take_expressions(diagram: Diagram, shape: Shape, found: Variables) -> None:
    """The expressions of an element that fail when a name is missing: conditions, timers, repetitions, inputs."""
    for way in shape.outgoing:
        found.take(way.condition or "", way.element)
    for kind, definition in definitions(diagram, shape):
        for name, timer in TIMERS.items() if kind == "timer" else ():
            text = text_of(child(definition, name))
            found.take("" if ISO[timer].fullmatch(text) else text, shape.element)
    for given in extensions(shape.element, "input"):
        value = given.get("value", "")
        found.take(value if value.startswith(("${", "=")) else "", shape.element)
    if repeated := repetition(shape.element, FaultList()):
        found.written |= {name for name in (repeated.item, repeated.output) if name}
        for compiled in (repeated.count, repeated.collection, repeated.while_holds, repeated.until):
            found.take(compiled.text if compiled else "", shape.element)


def _declared(process: etree._Element) -> Iterator[str]:
    """Names that repetitions, data objects and other modelers' words declare, wherever they stand."""
    for element in process.iter("*"):
        if local(element) in ("dataObject", "dataObjectReference", "property", "dataInput", "dataOutput"):
            yield from (element.get("name") or "", element.get("id") or "")
        if local(element) in ("inputDataItem", "outputDataItem"):
            yield from (element.get("name") or "", element.get("id") or "")
        if local(element) in ("loopDataOutputRef", "outputParameter"):
            yield from (text_of(element), element.get("name") or "")
        for attribute in element.attrib:
            name = etree.QName(attribute).localname
            if DECLARES.fullmatch(name) and (namespace(element) != BPMN or etree.QName(attribute).namespace):
                yield str(element.get(attribute))


def _check_dead(diagram: Diagram, found: Variables, faults: FaultList) -> None:
    """Variables that only a script names, once."""
    if not found.scripted:
        return
    words: dict[str, int] = {}
    for element in diagram.root.iter(f"{{{BPMN}}}process"):
        for inner in element.iter("*"):
            texts = [inner.text or "", *(str(value) for value in inner.attrib.values())]
            for word in (word for text in texts for word in re.findall(r"\w+", text)):
                words[word] = words.get(word, 0) + 1
    read = {read.name for read in found.reads}
    for name, at in found.scripted.items():
        if name not in read and words.get(name, 0) <= 1:
            faults.add("dead_data", at, name=name)


def _distance(one: str, other: str, most: int) -> int:
    """How many letters must be changed, added, left out or exchanged with the next to turn one into the other."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
