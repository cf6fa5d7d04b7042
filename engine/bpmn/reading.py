"""From BPMN text to a Process, or to everything that is wrong with it."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from engine.bpmn.building import built
from engine.bpmn.calling import adopt, called_name, calls_outside
from engine.bpmn.checking import called_processes, check_flow, check_words, warn_untranslated
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
from engine.bpmn.dmn.decisions import DecisionTable
from engine.bpmn.faults import Fault, FaultList
from engine.bpmn.making import Given
from engine.bpmn.model import Element, Figure, Labels, Process, Step
from engine.bpmn.providing import Deciding, calls, known_tables
from engine.bpmn.providing import decisions as provided_decisions
from engine.bpmn.reacting import definitions
from engine.bpmn.soundness.checking import check_soundness
from engine.bpmn.variables import check_variables
from engine.bpmn.xml import (
    BPMN,
    XmlRefused,
    extensions,
    is_ncname,
    line_of,
    local,
    namespace,
    parsed,
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


Content = tuple[bytes, tuple[tuple[str, bytes], ...], tuple[tuple[str, bytes], ...], frozenset[str] | None]
_kept: dict[tuple[str | None, Content], Reading] = {}
MOST_KEPT = 64


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
    called: Mapping[str, bytes] | None = None,
) -> Reading:
    """Reads a BPMN file; never raises for bad input. The last ones read are kept by content.

    `decisions`: DMN texts by decision id or file name. `forms`: the names that exist, None = not checked.
    `key`: key of the procedure; the process of that id, else the file's one executable process. `called`: texts by
    process id, for call activities whose process is not in the file.
    """
    names = None if forms is None else frozenset(forms)
    content = (xml, _items(decisions), _items(called), names)
    kept = _kept.get((key, content))
    if kept is None:
        kept = _read(xml, dict(decisions or {}), names, key, dict(called or {}))
        _keep(key, content, kept)
    return kept


def _keep(key: str | None, content: Content, reading: Reading) -> None:
    """Keeps a reading; one of the file's only process is that of the process by its name too."""
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key, content] = reading
    if reading.process is not None:
        _kept[reading.process.key, content] = reading


def _items(texts: Mapping[str, bytes] | None) -> tuple[tuple[str, bytes], ...]:
    return tuple(sorted((texts or {}).items()))


def _read(
    xml: bytes,
    decisions: Mapping[str, bytes],
    forms: Collection[str] | None,
    key: str | None,
    called: Mapping[str, bytes],
) -> Reading:
    faults = FaultList()
    try:
        root = parsed(xml)
    except XmlRefused as refused:
        faults.add_at_line(refused.code, refused.line, detail=refused.detail)
        return Reading(None, faults.all())
    if namespace(root) != BPMN or local(root) != "definitions":
        faults.add("not_bpmn", root, found=local(root))
        return Reading(None, faults.all())
    outside = calls_outside(root)
    adopt(root, called)
    diagram = taken_apart(root, faults)
    check_dialect(root, faults)
    main = _main(diagram, key, faults)
    if main:
        _check_key(key or main, diagram.processes[main], faults)
    tables = known_tables(decisions, faults)
    process = _process(diagram, main, tables, forms, faults) if main else None
    if process is None or faults.refuse:
        return Reading(None, faults.all())
    digest = _digest(xml, decisions)
    known = tuple(call for call in outside if call.element in process.elements)
    return Reading(
        replace(process, key=key or process.key, digest=digest, calls_elsewhere=known), faults.all()
    )


def compile_process(
    xml: bytes,
    decisions: Mapping[str, bytes] | None = None,
    *,
    key: str | None = None,
    called: Mapping[str, bytes] | None = None,
    forms: Collection[str] | None = None,
) -> Process:
    """The process of a text deployed before; raises DiagramBroken."""
    reading = read_process(xml, decisions=decisions, forms=forms, key=key, called=called)
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
        called = {
            called_name(shape.element) for shape in diagram.shapes.values() if shape.kind == "callActivity"
        }
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
    steps = {shape.id: step_of(diagram, shape, faults, forms) for shape in shapes if is_step(shape)}
    opening = _opening(diagram, main, forms, faults)
    check_words(diagram, steps, faults)
    _check_forms(diagram, [*steps.values(), *([opening] if opening else [])], forms, faults)
    called_by = {shape.id: called_name(shape.element) for shape in shapes if shape.kind == "callActivity"}
    operations = calls(shapes, faults)
    given = Given(operations, provided_decisions(shapes, tables, operations, faults), called_by)
    if faults.has("id_twice"):  # what refers to what is not known
        return None
    runtime = built(diagram, main, called, given, faults)
    for scope in (main, *called):
        check_soundness(diagram, scope, faults)
    check_variables(diagram, (main, *called), steps, opening, given.decisions, faults)
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
        decisions=tuple(sorted({table.id for table, *_ in given.decisions.values()})),
        figures=_figures(given.decisions.values()),
        runtime=runtime,
    )


def _opening(diagram: Diagram, main: str, forms: Collection[str] | None, faults: FaultList) -> Step | None:
    for shape in diagram.scopes[main]:
        if shape.kind == "startEvent" and not definitions(diagram, shape):
            return step_of(diagram, shape, faults, forms)
    return None


def _check_forms(
    diagram: Diagram, steps: list[Step], forms: Collection[str] | None, faults: FaultList
) -> None:
    for step in steps:
        if step.form and forms is not None and step.form not in forms:
            faults.add("unknown_form", diagram.shapes[step.id].element, form=step.form)


def _figures(decisions: Iterable[Deciding]) -> dict[str, Figure]:
    """What the tables compute that people read; a result taken as a whole is no variable of its own."""
    return {
        name: figure for table, whole, _ in decisions if not whole for name, figure in table.figures.items()
    }


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
