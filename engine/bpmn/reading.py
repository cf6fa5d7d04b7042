"""From BPMN text to a Process, or to everything that is wrong with it."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePath

from lxml import etree

from engine.bpmn.building import Given, built
from engine.bpmn.checking import called_processes, check_flow, check_words, warn_untranslated
from engine.bpmn.decisions import DecisionTable
from engine.bpmn.diagram import Diagram, Shape, taken_apart, within
from engine.bpmn.dialect import (
    check_dialect,
    deadline_of,
    is_step,
    labels_of,
    names_of,
    remedies_of,
    role_for,
    role_of,
    step_of,
)  # fmt: skip
from engine.bpmn.faults import Fault, FaultList
from engine.bpmn.model import Element, Figure, Labels, Process, Step
from engine.bpmn.reacting import definitions
from engine.bpmn.tables import DecisionRefused, read_decisions
from engine.bpmn.xml import (
    BPMN,
    CAMUNDA,
    ZEEBE,
    XmlRefused,
    extensions,
    is_ncname,
    line_of,
    local,
    namespace,
    parsed,
    said,
)

LONGEST_KEY = 64
RESERVED_KEYS = frozenset(
    ("upload", "uploads", "check", "deploy")
)  #: pages that stand beside the procedures'


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a file: its process unless a fault refuses, and all faults."""

    process: Process | None
    faults: tuple[Fault, ...]


class DiagramBroken(Exception):
    """Text that should have been deployed has refusing faults; they are in `faults`."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(
            f"Expected a diagram without refusing faults, but found {[f.code for f in faults if f.refuses]}"
        )
        self.faults = faults


def read_process(
    xml: bytes,
    *,
    decisions: Mapping[str, bytes] | None = None,
    forms: Collection[str] | None = None,
    key: str | None = None,
) -> Reading:
    """Reads a BPMN file; never raises for bad input.

    `decisions`: DMN texts by decision id or file name. `forms`: the names that exist, None = not checked.
    `key`: key of the procedure; the process of that id, else the file's one executable process.
    """
    faults = FaultList()
    try:
        root = parsed(xml)
    except XmlRefused as refused:
        faults.add_at_line(refused.code, refused.line, detail=refused.detail)
        return Reading(None, faults.all())
    if namespace(root) != BPMN or local(root) != "definitions":
        faults.add("not_bpmn", root, found=local(root))
        return Reading(None, faults.all())
    diagram = taken_apart(root, faults)
    check_dialect(root, faults)
    main = _main(diagram, key, faults)
    if main:
        _check_key(key or main, diagram.processes[main], faults)
    tables = _tables(decisions or {}, faults)
    process = _process(diagram, main, tables, forms, faults) if main else None
    if process is None or faults.refuse:
        return Reading(None, faults.all())
    return Reading(
        replace(process, key=key or process.key, digest=_digest(xml, decisions or {})), faults.all()
    )


def compile_process(
    xml: bytes, decisions: Mapping[str, bytes] | None = None, *, key: str | None = None
) -> Process:
    """The process of a text deployed before; raises DiagramBroken. The last ones read are kept by content."""
    return _compiled(xml, tuple(sorted((decisions or {}).items())), key)


@lru_cache(maxsize=64)
def _compiled(xml: bytes, decisions: tuple[tuple[str, bytes], ...], key: str | None) -> Process:
    reading = read_process(xml, decisions=dict(decisions), key=key)
    if reading.process is None:
        raise DiagramBroken(reading.faults)
    return reading.process


def _digest(xml: bytes, decisions: Mapping[str, bytes]) -> str:
    """SHA-256 over the diagram and its decisions."""
    digest = hashlib.sha256(xml)
    for name in sorted(decisions):
        digest.update(b"\0" + name.encode() + b"\0" + decisions[name])
    return digest.hexdigest()


def _main(diagram: Diagram, key: str | None, faults: FaultList) -> str | None:
    """Id of the process to run: the one named, the executable one, or the only one that has content."""
    if key in diagram.processes:
        chosen = [key]
    else:
        executable = [
            name for name, process in diagram.processes.items() if process.get("isExecutable") == "true"
        ]
        called = {shape.element.get("calledElement") for shape in diagram.shapes.values()}
        chosen = executable or [name for name in diagram.processes if diagram.scopes[name]]
        chosen = [name for name in chosen if name not in called] or chosen
    if not chosen:
        faults.add("no_process", diagram.root)
        return None
    if len(chosen) > 1:
        faults.add("several_processes", diagram.root, ids=chosen)
        return None
    if diagram.processes[chosen[0]].get("isExecutable") != "true":
        faults.add("not_executable", diagram.processes[chosen[0]])
    return chosen[0]


def _check_key(key: str, process: etree._Element, faults: FaultList) -> None:
    """What a process becomes known by stands in addresses, file names and headers."""
    if not is_ncname(key):
        faults.add("bad_id", process, id=key)
    if len(key) > LONGEST_KEY:
        faults.add("bad_key", process, id=key, most=LONGEST_KEY)
    if key in RESERVED_KEYS:
        faults.add("reserved_key", process, id=key)


def _tables(decisions: Mapping[str, bytes], faults: FaultList) -> dict[str, DecisionTable]:
    """Every decision by its id, and a file's only decision also by the file's name."""
    tables: dict[str, DecisionTable] = {}
    for name in sorted(decisions):
        try:
            found = read_decisions(decisions[name])
        except DecisionRefused as refused:
            said_of_it = {**refused.params, "file": name, "why": refused.code, "row": refused.line}
            faults.add_at_line("bad_decision", None, **said_of_it)
            continue
        tables |= found
        if len(found) == 1:
            for alias in (name, PurePath(name).stem):
                tables.setdefault(alias, next(iter(found.values())))
    return tables


def _process(
    diagram: Diagram,
    main: str,
    tables: dict[str, DecisionTable],
    forms: Collection[str] | None,
    faults: FaultList,
) -> Process | None:
    called = called_processes(diagram, main, faults)
    for scope in (main, *called):
        check_flow(diagram, scope, faults)
    shapes = [shape for scope in (main, *called) for shape in within(diagram, scope)]
    steps = {shape.id: step_of(diagram, shape, faults) for shape in shapes if is_step(shape)}
    opening = _opening(diagram, main, faults)
    check_words(diagram, steps, faults)
    _check_forms(diagram, [*steps.values(), *([opening] if opening else [])], forms, faults)
    given = Given(_calls(shapes, faults), _decisions(shapes, tables, faults))
    runtime = built(diagram, main, called, given, faults)
    element = diagram.processes[main]
    deadlines = extensions(element, "deadline")
    names = names_of(element, diagram.root)
    warn_untranslated(names, main, diagram, faults)
    return Process(
        key=main,
        names=names,
        digest="",
        steps=steps,
        elements={shape.id: _element(diagram, shape) for shape in shapes},
        roles=_roles(diagram, shapes, steps),
        deadline=deadline_of(deadlines[0], None, faults) if deadlines else None,
        remedies=remedies_of(element, diagram.root, faults),
        opening=opening,
        summary=labels_of(element, "summary"),
        calls=given.calls,
        decisions=tuple(sorted({table.id for table, _ in given.decisions.values()})),
        figures=_figures(given.decisions.values()),
        runtime=runtime,
    )


def _opening(diagram: Diagram, main: str, faults: FaultList) -> Step | None:
    for shape in diagram.scopes[main]:
        if shape.kind == "startEvent" and not definitions(diagram, shape):
            return step_of(diagram, shape, faults)
    return None


def _check_forms(
    diagram: Diagram, steps: list[Step], forms: Collection[str] | None, faults: FaultList
) -> None:
    for step in steps:
        if step.form and forms is not None and step.form not in forms:
            faults.add("unknown_form", diagram.shapes[step.id].element, form=step.form)


def _calls(shapes: list[Shape], faults: FaultList) -> dict[str, str]:
    """Operation of each service task: `masar:call`, an external task's topic, or a job type."""
    calls = {}
    for shape in shapes:
        if shape.kind != "serviceTask":
            continue
        operation = said(shape.element, "call") or said(shape.element, "topic", CAMUNDA)
        for definition in extensions(shape.element, "taskDefinition", ZEEBE):
            operation = operation or definition.get("type")
        if operation:
            calls[shape.id] = operation
        else:
            faults.add("no_operation", shape.element)
    return calls


def _decisions(
    shapes: list[Shape], tables: dict[str, DecisionTable], faults: FaultList
) -> dict[str, tuple[DecisionTable, str | None]]:
    """Decision of each rule task, with the variable that takes its result as a whole."""
    found = {}
    for shape in shapes:
        if shape.kind != "businessRuleTask":
            continue
        name, result = _named_decision(shape.element)
        if not name:
            faults.add("no_decision", shape.element)
        elif name not in tables:
            faults.add("unknown_decision", shape.element, decision=name)
        else:
            found[shape.id] = (tables[name], result)
    return found


def _figures(decisions: Iterable[tuple[DecisionTable, str | None]]) -> dict[str, Figure]:
    """What the tables compute that people read; a result taken as a whole is no variable of its own."""
    return {name: figure for table, whole in decisions if not whole for name, figure in table.figures.items()}


def _named_decision(element: etree._Element) -> tuple[str | None, str | None]:
    name = said(element, "decision") or said(element, "decisionRef", CAMUNDA)
    result = said(element, "result") or said(element, "resultVariable", CAMUNDA)
    for called in extensions(element, "calledDecision", ZEEBE):
        name, result = name or called.get("decisionId"), result or called.get("resultVariable")
    return name, result


def _element(diagram: Diagram, shape: Shape) -> Element:
    return Element(
        id=shape.id,
        kind=shape.kind,
        names=names_of(shape.element, diagram.root),
        role=role_for(diagram, shape),
        line=line_of(shape.element),
        targets=tuple(way.target for way in shape.outgoing),
        attached_to=shape.attached_to,
        parent=shape.scope if shape.scope in diagram.shapes else None,
    )


def _roles(diagram: Diagram, shapes: list[Shape], steps: dict[str, Step]) -> dict[str, Labels]:
    """Names of every role that a lane or a step has."""
    roles: dict[str, Labels] = {}
    for shape in shapes:
        lane = diagram.lanes.get(shape.id)
        if lane is not None:
            roles.setdefault(role_of(lane), names_of(lane, diagram.root))
    for step in steps.values():
        if step.role:
            roles.setdefault(step.role, {})
    return roles
