"""Texts of a diagram to compiled expressions, scripts, timers and repetitions; mistakes become faults."""

import datetime
import json
import re

from lxml import etree

from engine.bpmn.events import TimerEvent, is_timer
from engine.bpmn.expressions import (
    Expression,
    ExpressionRefused,
    Script,
    compile_expression,
    compile_result,
    compile_script,
)
from engine.bpmn.faults import FaultList
from engine.bpmn.operations import EvaluationFailed
from engine.bpmn.repeats import Repetition
from engine.bpmn.vendors import NAME, WRAPPED, unwrapped
from engine.bpmn.xml import (
    BPMN,
    ZEEBE,
    child,
    children,
    extensions,
    sister_elements,
    sister_word,
    text_of,
)

OWN_SCRIPTS = ("", "masar", "python", "text/x-python", "application/x-python", "feel", "juel")
FOREIGN_SCRIPTS = (
    "javascript", "js", "ecmascript", "text/javascript", "application/javascript", "groovy", "text/x-groovy",
    "application/x-groovy", "jexl",
)  # fmt: skip
PLACES = re.compile(r"([$#]\{[^{}]*\})")
TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_DATA = tuple(
    f"{{{BPMN}}}{kind}"
    for kind in (
        *("dataObject", "dataObjectReference", "dataInput", "dataOutput", "property"),
        *("inputDataItem", "outputDataItem"),
    )
)
_FOREIGN = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(//[^\n]*|/\*.*?\*/|;|===|!==|&&|\|\||!(?!=)|\b(?:var|let|const|def)\b\s*)"""
    r"""|execution\.getVariable\(\s*["'](\w+)["']\s*\)""",
    re.DOTALL,
)
_NOW_AND = re.compile(r"now\(\)\s*\+\s*(.+)", re.DOTALL)
_PLUS = re.compile(r"dateTime\(\)\.plus(Minutes|Hours|Days|Weeks|Months|Years)\((\d+)\)(?:\.toDate\(\))?")
_CYCLE = re.compile(r"""cycle\((?:(\d+),\s*)?duration\(["'](.+?)["']\)\)""")
_SETS = re.compile(r"""execution\.setVariable\(\s*["'](\w+)["']\s*,\s*(.*)\)\s*;?""")


def expression(text: str, at: etree._Element, faults: FaultList) -> Expression | None:
    """The compiled text; None with a fault."""
    try:
        return compile_expression(text)
    except ExpressionRefused as refused:
        faults.add("bad_expression", at, text=text.strip()[:80], why=refused.code, **_details(refused))
        return None


def template(text: str, at: etree._Element, faults: FaultList) -> Expression | None:
    """The compiled text, where expressions may stand within words: `paid-${reference}`, `PT${hours}H`."""
    if text.startswith("=") or not PLACES.search(text) or PLACES.fullmatch(text):
        return expression(text, at, faults)
    parts = [part for part in PLACES.split(text) if part]
    words = [f"string({part[2:-1]})" if PLACES.fullmatch(part) else json.dumps(part) for part in parts]
    return expression(" + ".join(words), at, faults)


def script(element: etree._Element, faults: FaultList) -> Script | None:
    """The assignments of a script task, in BPMN's `script` or as `zeebe:script`; None with a fault.

    Scripts of other languages run where they are nothing but assignments.
    """
    language = element.get("scriptFormat", "").strip().lower()
    text, result = text_of(child(element, "script")), sister_word(element, "resultVariable")
    zeebe = next(iter(extensions(element, "script", ZEEBE)), None)
    if language in FOREIGN_SCRIPTS:
        text = respelled(text)
    try:
        if language not in (*OWN_SCRIPTS, *FOREIGN_SCRIPTS):
            raise ExpressionRefused("unknown_language")
        if zeebe is not None:  # FEEL, behind its `=`
            text = zeebe.get("expression", "")
            return compile_result(zeebe.get("resultVariable", ""), text)
        return _with_result(text, result) if result and NAME.fullmatch(result) else compile_script(text)
    except ExpressionRefused as refused:
        if language in OWN_SCRIPTS:
            faults.add("bad_script", element, text=text[:80], why=refused.code, **_details(refused))
        else:
            faults.add("unsupported_script", element, format=element.get("scriptFormat"))
        return None


def _with_result(text: str, result: str) -> Script:
    """A script whose last line is the value of `result`; raises ExpressionRefused."""
    before, line, last = text.rstrip("; \n").rpartition("\n")
    try:
        return compile_script(f"{result} = ({text})")
    except ExpressionRefused:
        if not line:
            raise
        return compile_script(f"{before}\n{result} = ({last.strip()})")


def scripted(text: str, at: etree._Element, faults: FaultList) -> Script | None:
    """Assignments beside an activity; None when there are none, or with a fault."""
    if not text.strip():
        return None
    try:
        return compile_script(text)
    except ExpressionRefused as refused:
        faults.add("bad_script", at, text=text.strip()[:80], why=refused.code, **_details(refused))
        return None


def respelled(text: str) -> str:
    """Assignments of JavaScript or Groovy as this language writes them."""
    lines = (_SETS.sub(r"\1 = (\2)", line.strip()) for line in _FOREIGN.sub(_own_sign, text).split("\n"))
    return "\n".join(line for line in lines if line.strip())


def _own_sign(match: re.Match[str]) -> str:
    literal, sign = match.group(1), match.group(2) or ""
    signs = {"===": "==", "!==": "!=", "&&": " and ", "||": " or ", "!": " not ", ";": "\n"}
    return literal or match.group(3) or signs.get(sign, "")


def value(text: str, at: etree._Element, faults: FaultList) -> str | Expression | None:
    """A value as it is written: an expression (`${…}`, `=…`), a text with expressions in it, or a literal text."""
    text = text.strip()
    is_one = text.startswith("=") or WRAPPED.fullmatch(text) or PLACES.search(text)
    return template(text, at, faults) if is_one else text


def _details(refused: ExpressionRefused) -> dict[str, object]:
    return {key: value for key, value in refused.params.items() if key != "text"}


def timer(definition: etree._Element, faults: FaultList) -> TimerEvent | None:
    """The timer of a `timerEventDefinition`: an ISO literal as modelers write it, or an expression."""
    for name, kind in TIMERS.items():
        text = text_of(child(definition, name))
        if not text:
            continue
        kind, text = _from_now(kind, text)
        if is_timer(kind, text):
            return TimerEvent(kind, text)  # type: ignore[arg-type]
        if re.match(r"R\d*/|P[\dT$#]|\d{4}-|[\d*?]+ ", text) and not PLACES.search(text):
            faults.add("bad_timer", definition, kind=kind, value=text[:60])
            return None
        compiled = template(text, definition, faults)
        return _checked_timer(kind, compiled, definition, faults) if compiled else None
    faults.add("bad_timer", definition, kind="", value="")
    return None


def _from_now(kind: str, text: str) -> tuple[str, str]:
    """A moment counted from now is a duration; a cycle in the words of Camunda 8 is an ISO text."""
    plain = unwrapped(text)
    if match := _NOW_AND.fullmatch(plain):
        return "duration", f"={match.group(1)}"
    if match := _PLUS.fullmatch(plain):
        unit, number = match.group(1)[0], match.group(2)
        return "duration", f"PT{number}{unit}" if match.group(1) in (
            "Hours",
            "Minutes",
        ) else f"P{number}{unit}"
    if match := _CYCLE.fullmatch(plain):
        return "cycle", f"R{match.group(1) or ''}/{match.group(2)}"
    return kind, text


def _checked_timer(
    kind: str, compiled: Expression, definition: etree._Element, faults: FaultList
) -> TimerEvent | None:
    """A constant expression is checked at once, so that a quoted mistake is found at deployment."""
    if not compiled.names:
        try:
            result = compiled.evaluate({})
        except EvaluationFailed as failed:
            faults.add("bad_timer", definition, kind=kind, value=f"{compiled.text[:40]} ({failed.code})")
            return None
        value = result.isoformat() if isinstance(result, datetime.date) else str(result)
        if not is_timer(kind, value):
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
    collection = _variable(several, text_of(child(several, "loopDataInputRef"))) or _collection(several)
    written = text_of(child(several, "loopDataOutputRef"))
    output = _target_of(several, written) or _variable(several, written)
    item = sister_word(several, "elementVariable") or item
    for zeebe in extensions(several, "loopCharacteristics", ZEEBE):
        collection, item = zeebe.get("inputCollection", ""), zeebe.get("inputElement") or item
        output, result = zeebe.get("outputCollection", ""), zeebe.get("outputElement") or result
    if not count and not collection:
        faults.add("unsupported_repetition", several)
        return None
    return Repetition(
        sequential=several.get("isSequential") == "true",
        count=expression(count, several, faults) if count and not collection else None,
        collection=expression(collection, several, faults) if collection else None,
        item=item,
        output=output or None,
        result=expression(result, several, faults) if output and result else None,
        until=expression(until, several, faults) if until else None,
    )


def _collection(several: etree._Element) -> str:
    """The collection in the words of Camunda 7, Flowable or Activiti: an attribute, or an element of its own."""
    written = [text_of(found) for found in sister_elements(several, "collection")]
    return sister_word(several, "collection") or next(filter(None, written), "")


def _variable(several: etree._Element, reference: str) -> str:
    """The variable that a reference to data means: behind an input stands what is handed to it."""
    return _source_of(several, reference) or variable_of(several, reference) or reference


def variable_of(at: etree._Element, reference: str) -> str | None:
    """Name of the variable behind the id of a data object, of a reference to one, of a property or of an input."""
    if not reference:
        return None
    for element in at.getroottree().getroot().iter(*_DATA):
        if element.get("id") != reference:
            continue
        if behind := element.get("dataObjectRef"):
            return variable_of(at, behind) if behind != reference else None
        names = (element.get("name"), reference)
        return next((name for name in names if name and NAME.fullmatch(name)), None)
    return reference if NAME.fullmatch(reference) else None


def _source_of(at: etree._Element, data_input: str) -> str | None:
    """The variable that is handed to an input of the activity around, if that comes from one alone."""
    for association in at.iterancestors():
        for found in children(association, "dataInputAssociation"):
            sources = children(found, "sourceRef")
            if text_of(child(found, "targetRef")) == data_input and len(sources) == 1 and len(found) == 2:
                return variable_of(at, text_of(sources[0])) if text_of(sources[0]) != data_input else None
    return None


def _target_of(several: etree._Element, data_output: str) -> str | None:
    """The variable that an output of the activity around is handed to."""
    holder = several.getparent()
    for found in children(holder, "dataOutputAssociation") if holder is not None and data_output else ():
        if data_output in [text_of(source) for source in children(found, "sourceRef")]:
            return variable_of(several, text_of(child(found, "targetRef")))
    return None


def _named(several: etree._Element, kind: str) -> str | None:
    item = child(several, kind)
    return (item.get("name") or item.get("id")) if item is not None else None
