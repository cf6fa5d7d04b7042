"""Texts of a diagram to compiled expressions, scripts, timers and repetitions; mistakes become faults."""

import re

from lxml import etree

from engine.bpmn.events import ISO, TimerEvent
from engine.bpmn.expressions import Expression, ExpressionRefused, Script, compile_expression, compile_script
from engine.bpmn.faults import FaultList
from engine.bpmn.nodes import Inputs
from engine.bpmn.repeats import Repetition
from engine.bpmn.xml import CAMUNDA, ZEEBE, child, extensions, said, text_of

OWN_SCRIPTS = ("", "masar", "python", "text/x-python", "feel", "juel")
TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
NAME = re.compile(r"[^\W\d]\w*")


def expression(text: str, at: etree._Element, faults: FaultList) -> Expression | None:
    """The compiled text; None with a fault."""
    try:
        return compile_expression(text)
    except ExpressionRefused as refused:
        faults.add("bad_expression", at, text=text.strip()[:80], why=refused.code, **_details(refused))
        return None


def script(element: etree._Element, faults: FaultList) -> Script | None:
    """The assignments of a script task, in BPMN's `script` or as `zeebe:script`; None with a fault."""
    if element.get("scriptFormat", "").strip().lower() not in OWN_SCRIPTS:
        faults.add("unsupported_script", element, format=element.get("scriptFormat"))
        return None
    text = text_of(child(element, "script"))
    result = said(element, "resultVariable", CAMUNDA)
    for found in extensions(element, "script", ZEEBE):
        text, result = found.get("expression", "").strip().lstrip("="), found.get("resultVariable")
    if result and NAME.fullmatch(result):
        text = f"{result} = ({text})"
    try:
        return compile_script(text)
    except ExpressionRefused as refused:
        faults.add("bad_script", element, text=text[:80], why=refused.code, **_details(refused))
        return None


def inputs(element: etree._Element, faults: FaultList) -> Inputs:
    """What a service task gives its operation: literal texts, or expressions in `${…}` or after `=`."""
    found: list[tuple[str, str | Expression]] = []
    for given in extensions(element, "input"):
        name, value = given.get("name", "").strip(), given.get("value", "")
        compiled = expression(value, given, faults) if value.startswith(("${", "=")) else value
        if not name:
            faults.add("keeps_incomplete", given, field=value, name=name)
        elif compiled is not None:
            found.append((name, compiled))
    return tuple(found)


def _details(refused: ExpressionRefused) -> dict[str, object]:
    return {key: value for key, value in refused.params.items() if key != "text"}


def timer(definition: etree._Element, faults: FaultList) -> TimerEvent | None:
    """The timer of a `timerEventDefinition`: an ISO literal as modelers write it, or an expression."""
    for name, kind in TIMERS.items():
        text = text_of(child(definition, name))
        if not text:
            continue
        if ISO[kind].fullmatch(text):
            return TimerEvent(kind, text)  # type: ignore[arg-type]
        if re.match(r"R\d*/|P[\dT]|\d{4}-|[\d*?]+ ", text):
            faults.add("bad_timer", definition, kind=kind, value=text[:60])
            return None
        compiled = expression(text, definition, faults)
        return _checked_timer(kind, compiled, definition, faults) if compiled else None
    faults.add("bad_timer", definition, kind="", value="")
    return None


def _checked_timer(
    kind: str, compiled: Expression, definition: etree._Element, faults: FaultList
) -> TimerEvent | None:
    """A constant expression is checked at once, so that a quoted mistake is found at deployment."""
    if not compiled.names:
        value = str(compiled.evaluate({}))
        if not ISO[kind].fullmatch(value):
            faults.add("bad_timer", definition, kind=kind, value=value[:60])
            return None
        return TimerEvent(kind, value)  # type: ignore[arg-type]
    return TimerEvent(kind, compiled)  # type: ignore[arg-type]


def repetition(element: etree._Element, faults: FaultList) -> Repetition | None:
    """How often an activity is done; None when once, or with a fault."""
    loop = child(element, "standardLoopCharacteristics")
    if loop is not None:
        return _standard_loop(loop, faults)
    several = child(element, "multiInstanceLoopCharacteristics")
    return _instances(several, faults) if several is not None else None


def _standard_loop(loop: etree._Element, faults: FaultList) -> Repetition | None:
    text, most = text_of(child(loop, "loopCondition")), loop.get("loopMaximum", "")
    if (not text and not most) or (most and not most.isdigit()):
        faults.add("unsupported_repetition", loop)
        return None
    return Repetition(
        sequential=True,
        is_loop=True,
        while_holds=expression(text, loop, faults) if text else None,
        most=int(most) if most else None,
        test_first=loop.get("testBefore") == "true",
    )


def _instances(several: etree._Element, faults: FaultList) -> Repetition | None:
    count, until = text_of(child(several, "loopCardinality")), text_of(child(several, "completionCondition"))
    item, result = _named(several, "inputDataItem"), _named(several, "outputDataItem")
    collection = text_of(child(several, "loopDataInputRef")) or said(several, "collection", CAMUNDA) or ""
    output = text_of(child(several, "loopDataOutputRef"))
    item = said(several, "elementVariable", CAMUNDA) or item
    for zeebe in extensions(several, "loopCharacteristics", ZEEBE):
        collection, item = zeebe.get("inputCollection", ""), zeebe.get("inputElement") or item
        output, result = zeebe.get("outputCollection", ""), zeebe.get("outputElement") or result
    if bool(count) == bool(collection):
        faults.add("unsupported_repetition", several)
        return None
    return Repetition(
        sequential=several.get("isSequential") == "true",
        count=expression(count, several, faults) if count else None,
        collection=expression(collection, several, faults) if collection else None,
        item=item,
        output=output or None,
        result=expression(result, several, faults) if output and result else None,
        until=expression(until, several, faults) if until else None,
    )


def _named(several: etree._Element, kind: str) -> str | None:
    item = child(several, kind)
    return (item.get("name") or item.get("id")) if item is not None else None
