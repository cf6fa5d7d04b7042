"""What other modelers write beside BPMN: the operation or decision that a task means, and what has no effect here.

Words of Camunda 7, Camunda 8 (Zeebe), Flowable, Activiti and SpiffArena are read where Masar has the same thing.
"""

import re
from typing import NamedTuple

from lxml import etree

from engine.bpmn.expressions import ExpressionRefused, Script, compile_script
from engine.bpmn.faults import FaultList
from engine.bpmn.xml import (
    ACTIVITI,
    BPMN,
    CAMUNDA,
    FLOWABLE,
    SPIFF,
    ZEEBE,
    children,
    extensions,
    local,
    said,
    sister_elements,
    sister_word,
    text_of,
)

NAME = re.compile(r"[^\W\d]\w*")
WRAPPED = re.compile(r"[$#]\{\s*(.*?)\s*\}|=\s*(.*?)\s*", re.DOTALL)
_RESULTS = ("singleEntry", "singleResult", "collectEntries", "resultList")

_LISTENERS = (
    "executionListener", "taskListener", "formData", "formProperty", "field", "in", "out", "errorEventDefinition",
    "variableAggregation",
)  # fmt: skip
WITHOUT_EFFECT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((CAMUNDA, FLOWABLE, ACTIVITI), _LISTENERS),
    ZEEBE: ("executionListeners", "taskListeners", "taskHeaders", "userTaskForm", "linkedResources"),
    SPIFF: ("instructionsForEndUser", "signalButtonLabel", "variableName"),
}
"""Extension elements that have no effect here, by namespace: each is warned of."""
ATTRIBUTES_WITHOUT_EFFECT = frozenset(
    ("followUpDate", "skipExpression", "variableMappingClass", "variableMappingDelegateExpression", "caseRef")
)


class NamedDecision(NamedTuple):
    """The decision that a task evaluates, the one variable for its result, and how Camunda 7 shapes that."""

    name: str | None
    result: str | None = None
    shaped: str | None = None


def unwrapped(text: str) -> str:
    """The expression within `${…}`, `#{…}` or after `=`; any other text as it is."""
    match = WRAPPED.fullmatch(text.strip())
    return (match.group(1) or match.group(2) or "") if match else text.strip()


def work_of(element: etree._Element) -> str | None:
    """Topic of an external task, or type of a job, on a task or on the message that an event throws."""
    for holder in (element, *children(element, "messageEventDefinition")):
        types = [found.get("type", "") for found in extensions(holder, "taskDefinition", ZEEBE)]
        named = sister_word(holder, "topic") or next(filter(None, types), None)
        if named:
            return unwrapped(named).strip("\"'") or None
    return None


def operation_of(element: etree._Element) -> str | None:
    """The operation that a task calls, in any modeler's words; None when it is not said."""
    operators = [found.get("id", "").strip() for found in extensions(element, "serviceTaskOperator", SPIFF)]
    connectors = [
        text_of(found)
        for holder in sister_elements(element, "connector")
        for found in holder
        if local(found) == "connectorId"
    ]
    found = (
        said(element, "call"),
        work_of(element),
        *operators,
        *connectors,
        _code_of(element),
        _bpmn_operation(element),
    )
    return next(filter(None, found), None)


def _code_of(element: etree._Element) -> str | None:
    """What names the code behind a task: a bean, a class, a method, or a kind of built-in task."""
    for holder in (element, *children(element, "messageEventDefinition")):
        for word in ("delegateExpression", "class", "expression", "type"):
            named = sister_word(holder, word)
            if named and named != "external":
                return unwrapped(named).split("(")[0].strip() or None
    own = (element.get("implementation") or "").strip()
    return (
        unwrapped(own).split("(")[0].strip() or None if own and not own.startswith(("##", "http")) else None
    )


def _bpmn_operation(element: etree._Element) -> str | None:
    reference = (element.get("operationRef") or "").split(":")[-1]
    if not reference:
        return None
    for operation in element.getroottree().getroot().iter(f"{{{BPMN}}}operation"):
        if operation.get("id") == reference:
            return operation.get("name") or reference
    return reference


def calls_of(element: etree._Element, faults: FaultList) -> str | None:
    """The operation of an element that calls one, whatever its kind; a service task always calls one."""
    kind = local(element)
    if decision_of(element).name or own_expression(element) is not None:
        return None
    if kind == "serviceTask":
        named = operation_of(element)
        arguments = re.search(r"\(\s*([^\s)].*)\)", sister_word(element, "expression") or "")
        if arguments:
            faults.add("ignored_extension", element, word=f"({arguments[1][:60]})")
        if not named:
            faults.add("operation_by_id", element, operation=element.get("id"))
        return named or element.get("id")
    if kind == "businessRuleTask":
        return said(element, "call") or work_of(element) or _code_of(element)
    if kind == "scriptTask":
        return work_of(element)
    if kind in ("sendTask", "intermediateThrowEvent", "endEvent") and not _has_message(element):
        return operation_of(element)
    return None


def _has_message(element: etree._Element) -> bool:
    thrown = children(element, "messageEventDefinition")
    return any(holder.get("messageRef") for holder in (element, *thrown))


def own_expression(element: etree._Element) -> Script | None:
    """An expression that a task of Camunda 7 evaluates and that is one of ours; None when it names code instead."""
    text, result = sister_word(element, "expression"), result_variable(element)
    if not text:
        return None
    try:
        return compile_script(f"{result or 'ignored'} = ({unwrapped(text)})") if result else _nothing(text)
    except ExpressionRefused:
        return None


def _nothing(text: str) -> Script:
    """The script that only shows that the text is an expression: it assigns nothing. Raises ExpressionRefused."""
    compiled = compile_script(f"ignored = ({unwrapped(text)})")
    return Script(text, compiled.names, frozenset(), ())


def result_variable(element: etree._Element) -> str | None:
    """The one variable that takes the whole outcome of a call."""
    operators = [found.get("resultVariable") for found in extensions(element, "serviceTaskOperator", SPIFF)]
    named = sister_word(element, "resultVariable") or sister_word(element, "resultVariableName")
    found = named or next(filter(None, operators), None)
    return found if found and NAME.fullmatch(found) else None


def of_message(element: etree._Element, *words: str) -> list[etree._Element]:
    """SpiffArena's words on an event or task, on its event definitions, or on the message that they refer to."""
    holders = [element, *(one for one in element if local(one).endswith("EventDefinition"))]
    references = {(one.get("messageRef") or "").split(":")[-1] for one in holders} - {""}
    if references and any(one.nsmap.get(prefix) == SPIFF for one in holders[:1] for prefix in one.nsmap):
        messages = element.getroottree().getroot().iter(f"{{{BPMN}}}message")
        holders += [message for message in messages if message.get("id") in references]
    return [found for holder in holders for word in words for found in extensions(holder, word, SPIFF)]


def message_variable(element: etree._Element) -> str | None:
    """The one variable that takes all that a message, signal or error brings."""
    named = (text_of(found) for found in of_message(element, "messageVariable", "variableName"))
    return next((name for name in named if NAME.fullmatch(name)), None)


def decision_of(element: etree._Element) -> NamedDecision:
    """The decision of a business rule task, or of Flowable's service task of the type “dmn”."""
    if local(element) not in ("businessRuleTask", "serviceTask"):
        return NamedDecision(None)
    name = said(element, "decision") or sister_word(element, "decisionRef")
    result = said(element, "result") or sister_word(element, "resultVariable")
    for called in extensions(element, "calledDecision", ZEEBE):
        name, result = name or called.get("decisionId"), result or called.get("resultVariable")
    for spiff in extensions(element, "calledDecisionId", SPIFF):
        name = name or text_of(spiff)
    for field in sister_elements(element, "field"):
        if field.get("name") in ("decisionTableReferenceKey", "decisionServiceReferenceKey"):
            name = name or field.get("stringValue") or next((text_of(part) for part in field), None)
    shaped = sister_word(element, "mapDecisionResult")
    return NamedDecision(name or None, result or None, shaped if shaped in _RESULTS and result else None)


def warn_of_words(element: etree._Element, faults: FaultList) -> None:
    """Attributes of other modelers that have no effect here."""
    for attribute in element.attrib:
        name = etree.QName(attribute)
        if name.namespace in (CAMUNDA, FLOWABLE, ACTIVITI) and name.localname in ATTRIBUTES_WITHOUT_EFFECT:
            faults.add("ignored_extension", element, word=name.localname)
