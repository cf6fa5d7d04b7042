"""What a diagram must hold before it is built, and what it had better say."""

from engine.bpmn.calling import called_name
from engine.bpmn.diagram import ACTIVITIES, CONTAINERS, Diagram, Shape, within
from engine.bpmn.faults import FaultList
from engine.bpmn.model import Labels, Step
from engine.bpmn.reacting import definitions, is_event_start, links
from engine.bpmn.xml import child

DEEPEST_CALLS = 100
AFTER_EVENT_GATEWAY = ("intermediateCatchEvent", "receiveTask")


def check_flow(diagram: Diagram, scope: str, faults: FaultList) -> None:
    """The structure of one process or sub-process and of those inside it."""
    shapes = diagram.scopes[scope]
    element = diagram.processes[scope] if scope in diagram.processes else diagram.shapes[scope].element
    if not shapes:
        faults.add("empty_process", element)
        return
    _check_ends(diagram, scope, shapes, faults)
    for shape in shapes:
        _check_shape(diagram, shape, faults)
        _check_conditions(shape, faults)
        if shape.kind in CONTAINERS:
            check_flow(diagram, shape.id, faults)
    for shape in _unreachable(diagram, shapes):
        faults.add("unreachable", shape.element)


def check_words(diagram: Diagram, steps: dict[str, Step], faults: FaultList) -> None:
    """Warnings about steps: role, form, deadline, names; and references between them, which must exist."""
    for step in steps.values():
        element = diagram.shapes[step.id].element
        for other in (*step.other_than, *([step.same_as] if step.same_as else [])):
            if other not in steps:
                faults.add("unknown_step", element, reference=other)
        missing = {
            "no_lane": step.role,
            "no_form": step.form,
            "no_deadline": step.deadline,
            "no_name": step.names,
        }
        for code, value in missing.items():
            if not value:
                faults.add(code, element)
        warn_untranslated(step.names, step.id, diagram, faults)


def warn_untranslated(names: Labels, element_id: str, diagram: Diagram, faults: FaultList) -> None:
    """One warning that lists the languages in which the name is missing."""
    missing = [language for language in ("ar", "fr", "en") if language not in names]
    shape = diagram.shapes.get(element_id)
    element = shape.element if shape else diagram.processes.get(element_id)
    if names and missing:
        faults.add("not_translated", element, languages=missing)


def _check_ends(diagram: Diagram, scope: str, shapes: list[Shape], faults: FaultList) -> None:
    element = diagram.processes[scope] if scope in diagram.processes else diagram.shapes[scope].element
    around = diagram.shapes.get(scope)
    starts = [shape for shape in shapes if shape.kind == "startEvent"]
    plain = [shape for shape in starts if not definitions(diagram, shape)]
    if around is not None and around.is_event_sub:
        _check_event_sub(diagram, around, starts, plain, faults)
    elif not starts and not any(_may_begin(diagram, shape) for shape in shapes):
        faults.add("no_start", element)
    if len(plain) > 1:
        faults.add("several_starts", element, ids=[shape.id for shape in plain])
    if around is not None and around.kind == "adHocSubProcess":
        if starts:
            faults.add("unsupported_combination", element, kind="adHocSubProcess startEvent")
    elif not any(shape.kind == "endEvent" for shape in shapes):
        faults.add("no_end", element)


def _check_event_sub(
    diagram: Diagram, around: Shape, starts: list[Shape], plain: list[Shape], faults: FaultList
) -> None:
    if len(starts) != 1 or plain:
        faults.add("event_sub_start", around.element)
    if around.boundaries or _repeats(around):
        faults.add("unsupported_combination", around.element, kind="event subProcess")


def _may_begin(diagram: Diagram, shape: Shape) -> bool:
    """Whether a flow without start event can begin here."""
    apart = shape.kind == "boundaryEvent" or shape.is_event_sub or shape.undoes
    return not shape.incoming and not apart and not is_event_start(diagram, shape)


def _check_shape(diagram: Diagram, shape: Shape, faults: FaultList) -> None:
    catches_link = shape.kind == "intermediateCatchEvent" and links(diagram, shape)
    if shape.kind.endswith("Gateway") and not shape.outgoing and shape.kind != "parallelGateway":
        faults.add("gateway_without_way_out", shape.element)
    if shape.kind.endswith("Gateway") and len(shape.outgoing) == 1 and len(shape.incoming) == 1:
        faults.add("one_way_gateway", shape.element)
    if shape.kind == "eventBasedGateway":
        _check_event_gateway(diagram, shape, faults)
    if catches_link and shape.incoming:
        faults.add("unsupported_combination", shape.element, kind="link")
    if shape.kind == "boundaryEvent" and any(kind == "compensate" for kind, _ in definitions(diagram, shape)):
        _check_undoing(diagram, shape, faults)
    if shape.element.get("instantiate") == "true" and (
        shape.incoming or shape.scope not in diagram.processes
    ):
        faults.add("unsupported_combination", shape.element, kind=f"{shape.kind} instantiate")
    _check_activity(shape, faults)


def _check_activity(shape: Shape, faults: FaultList) -> None:
    if shape.kind not in ACTIVITIES and _repeats(shape):
        faults.add("unsupported_repetition", shape.element)
    for word, value in _unusual(shape):
        faults.add("unsupported_combination", shape.element, kind=f"{word}={value}")


def _unusual(shape: Shape) -> list[tuple[str, str]]:
    """What BPMN allows and nobody means: several tokens for one flow, events thrown by a repetition itself."""
    several = child(shape.element, "multiInstanceLoopCharacteristics")
    behaviour = several.get("behavior", "All") if several is not None else "All"
    quantities = [(word, shape.element.get(word, "1")) for word in ("startQuantity", "completionQuantity")]
    found = [(word, value) for word, value in quantities if value.strip() != "1"]
    return found + ([("behavior", behaviour)] if behaviour != "All" else [])


def _check_conditions(shape: Shape, faults: FaultList) -> None:
    """A condition out of an activity that is drawn but not written."""
    for way in shape.outgoing if len(shape.outgoing) > 1 else ():
        drawn = shape.kind in ACTIVITIES and child(way.element, "conditionExpression") is not None
        if drawn and way.condition is None and way.id != shape.element.get("default"):
            faults.add("flow_without_condition", way.element, gateway=shape.id)


def _check_undoing(diagram: Diagram, shape: Shape, faults: FaultList) -> None:
    handler = diagram.undone_by(shape.id)
    if handler is None or not handler.undoes:
        faults.add("compensation_without_handler", shape.element)


def _repeats(shape: Shape) -> bool:
    kinds = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")
    return any(child(shape.element, kind) is not None for kind in kinds)


def _check_event_gateway(diagram: Diagram, shape: Shape, faults: FaultList) -> None:
    for way in shape.outgoing:
        target = diagram.shapes[way.target]
        right = target.kind in AFTER_EVENT_GATEWAY and not target.boundaries and not _repeats(target)
        if (
            not right
            or len(target.incoming) > 1
            or (target.kind == "intermediateCatchEvent" and not definitions(diagram, target))
        ):
            faults.add("event_gateway_target", target.element, gateway=shape.id)


def _unreachable(diagram: Diagram, shapes: list[Shape]) -> list[Shape]:
    """Shapes that no token can come to: nothing leads to them from a start."""
    starts = [shape for shape in shapes if shape.kind == "startEvent"]
    starts += [shape for shape in shapes if shape.element.get("instantiate") == "true"]
    fresh = starts or [shape for shape in shapes if _may_begin(diagram, shape)]
    fresh += [shape for shape in shapes if shape.is_event_sub or shape.undoes]
    reached = {shape.id for shape in fresh}
    caught = {
        name: shape
        for shape in shapes
        for name in links(diagram, shape)
        if shape.kind == "intermediateCatchEvent"
    }
    while fresh:
        shape = fresh.pop()
        linked = [caught[name] for name in links(diagram, shape) if name in caught]
        onward = [diagram.shapes[way.target] for way in shape.outgoing] + shape.boundaries + linked
        fresh += [other for other in onward if other.id not in reached]
        reached |= {other.id for other in onward}
    return [shape for shape in shapes if shape.id not in reached]


def called_processes(diagram: Diagram, main: str, faults: FaultList) -> list[str]:
    """Ids of the processes of the file that `main` calls, directly or not; a circle of calls is a fault."""
    found: list[str] = []
    _follow_calls(diagram, main, (main,), found, faults)
    return found


def _follow_calls(
    diagram: Diagram, scope: str, above: tuple[str, ...], found: list[str], faults: FaultList
) -> None:
    for shape in within(diagram, scope):
        called = called_name(shape.element) if shape.kind == "callActivity" else ""
        if shape.kind != "callActivity":
            continue
        if called not in diagram.processes:
            faults.add("unknown_called", shape.element, process=called)
            continue
        starts = [inner for inner in diagram.scopes[called] if inner.kind == "startEvent"]
        if starts and all(definitions(diagram, start) for start in starts):
            faults.add("called_without_start", shape.element, process=called)
        if len(above) > DEEPEST_CALLS:
            faults.add("too_deep", shape.element, detail=DEEPEST_CALLS)
        elif called in above:
            faults.add("called_in_circle", shape.element, process=called)
        elif called not in found:
            found.append(called)
            _follow_calls(diagram, called, (*above, called), found, faults)
