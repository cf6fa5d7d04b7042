"""What each mend changes in the text of a diagram."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from engine.bpmn.editing import Source
from engine.bpmn.xml import BPMN, MASAR, is_ncname, local, namespace, walk

XSI = "http://www.w3.org/2001/XMLSchema-instance"
NEED_IDS = re.compile(
    r"sequenceFlow|messageFlow|message|signal|process|lane|\w+(Task|Event|Gateway|SubProcess|Activity)|task|subProcess"
)


@dataclass(frozen=True, slots=True)
class Mend:
    """A change that is offered: its code, the element it changes, the fault that it mends (None: it is only advised).

    `asks`: what has to be given for it (condition, time, number, decision, form, message), None when it needs nothing.
    """

    code: str
    element: str | None
    fault: str | None = None
    asks: str | None = None
    params: dict[str, Any] = field(default_factory=dict)


def needs_id(element: etree._Element) -> bool:
    """Whether an element that is referred to, or that people act on, has no id."""
    parent = element.getparent()
    inside = parent is not None and local(parent) in (
        "definitions",
        "process",
        "subProcess",
        "laneSet",
        "collaboration",
    )
    return inside and not element.get("id") and NEED_IDS.fullmatch(local(element)) is not None


def _mark_executable(source: Source, mend: Mend, _given: str) -> None:
    if (process := source.by_id(mend.element)) is not None:
        source.set(process, "isExecutable", "true")


def _manual_task(source: Source, mend: Mend, _given: str) -> None:
    if (element := source.by_id(mend.element)) is not None:
        source.rename(element, "manualTask")


def _condition(source: Source, mend: Mend, given: str) -> None:
    holder, word = source.by_id(mend.element), "conditionExpression"
    if holder is None:
        return
    if local(holder) != "sequenceFlow":
        holder, word = _inside(source, mend, "conditionalEventDefinition"), "condition"
    if holder is None:
        return
    existing = holder.find(f"{{{BPMN}}}{word}")
    if existing is not None:
        source.fill(existing, given)
        return
    prefix = source.prefix(holder)
    xsi = next((name for name, uri in holder.nsmap.items() if uri == XSI and name), None)
    declared = "" if xsi else f' xmlns:xsi="{XSI}"'
    typed = f'{declared} {xsi or "xsi"}:type="{prefix}tFormalExpression"'
    source.append(holder, f"<{prefix}{word}{typed}>{escape(given)}</{prefix}{word}>")


def _default_flow(source: Source, mend: Mend, _given: str) -> None:
    if (gateway := source.by_id(str(mend.params["gateway"]))) is not None:
        source.set(gateway, "default", mend.element or "")


def _no_default(source: Source, mend: Mend, _given: str) -> None:
    if (element := source.by_id(mend.element)) is not None:
        source.drop(element, "default")


def _time(source: Source, mend: Mend, given: str) -> None:
    definition = _inside(source, mend, "timerEventDefinition")
    if definition is None:
        return
    kind = "timeCycle" if given.startswith("R") else "timeDuration" if given.startswith("P") else "timeDate"
    written = [one for one in definition if namespace(one) == BPMN and local(one).startswith("time")]
    for one in written[1:]:
        source.remove(one)
    if written:
        source.rename(written[0], kind)
        source.fill(written[0], given)
    else:
        prefix = source.prefix(definition)
        source.append(definition, f"<{prefix}{kind}>{escape(given)}</{prefix}{kind}>")


def _number(source: Source, mend: Mend, given: str) -> None:
    several = _inside(source, mend, "multiInstanceLoopCharacteristics")
    loop = _inside(source, mend, "standardLoopCharacteristics")
    if loop is not None:
        source.set(loop, "loopMaximum", given)
    elif several is not None:
        prefix = source.prefix(several)
        written = f"<{prefix}loopCardinality>{escape(given)}</{prefix}loopCardinality>"
        later = [one for one in several if local(one) not in ("documentation", "extensionElements")]
        if later:
            source.insert_before(later[0], written)
        else:
            source.append(several, written)


def _own_word(word: str) -> Callable[[Source, Mend, str], None]:
    """Gives an element an attribute of the dialect."""

    def made(source: Source, mend: Mend, given: str) -> None:
        element = source.by_id(mend.element)
        if element is None:
            return
        prefix = next((name for name, uri in element.nsmap.items() if uri == MASAR and name), None)
        if prefix is None:
            source.set(element, "xmlns:masar", MASAR)
        source.set(element, f"{prefix or 'masar'}:{word}", given)

    return made


def _message_name(source: Source, mend: Mend, given: str) -> None:
    """Defines a message or signal of that name and refers to it."""
    element = _inside(
        source, mend, "messageEventDefinition", "signalEventDefinition", "sendTask", "receiveTask"
    )
    first = next(source.root.iter(f"{{{BPMN}}}process"), None)
    if element is None or first is None:
        return
    kind = "signal" if local(element) == "signalEventDefinition" else "message"
    new = _free(source.root, f"{kind}_{mend.element}")
    source.insert_before(
        first, f"<{source.prefix(first)}{kind} id={quoteattr(new)} name={quoteattr(given)}/>"
    )
    source.set(element, f"{kind}Ref", new)


def _remove_flow(source: Source, mend: Mend, _given: str) -> None:
    """Takes a flow away, and all that refers to it."""
    for element in source.root.iter("*"):
        refers = local(element) in ("incoming", "outgoing") and (element.text or "").strip() == mend.element
        drawn = local(element) == "BPMNEdge" and element.get("bpmnElement") == mend.element
        if refers or drawn or (local(element) == "sequenceFlow" and element.get("id") == mend.element):
            source.remove(element)
        elif element.get("default") == mend.element:
            source.drop(element, "default")


def _rename_id(source: Source, mend: Mend, _given: str) -> None:
    """Another id for an element, wherever it is referred to."""
    old = str(mend.params["id"])
    new = _free(source.root, "_" + re.sub(r"[^\w.-]", "_", old))
    for element in source.root.iter("*"):
        for name, value in element.attrib.items():
            if value == old and not str(name).startswith("{") and name != "name":
                source.set(element, str(name), new)
        if (element.text or "").strip() == old and not len(element):
            source.fill(element, new)


def _rename_second(source: Source, mend: Mend, _given: str) -> None:
    same = [one for one in walk(source.root) if one.get("id") == mend.params["id"]]
    for element, new in zip(same[1:], _free_ids(source.root, str(mend.params["id"])), strict=False):
        source.set(element, "id", new)


def _give_ids(source: Source, _mend: Mend, _given: str) -> None:
    taken: set[str] = set()
    for element in walk(source.root):
        if needs_id(element):
            new = next(name for name in _free_ids(source.root, local(element)) if name not in taken)
            taken.add(new)
            source.set(element, "id", new)


def _inside(source: Source, mend: Mend, *kinds: str) -> etree._Element | None:
    """The first element of these kinds: the one of the mend, or one inside it."""
    element = source.by_id(mend.element)
    found = element.iter(*(f"{{{BPMN}}}{kind}" for kind in kinds)) if element is not None else iter(())
    return next(found, None)


def _free(root: etree._Element, wanted: str) -> str:
    taken = {one.get("id") for one in root.iter("*")}
    return wanted if wanted not in taken and is_ncname(wanted) else next(iter(_free_ids(root, wanted)))


def _free_ids(root: etree._Element, wanted: str) -> Iterable[str]:
    taken = {one.get("id") for one in root.iter("*")}
    return (name for number in count(2) if (name := f"{wanted}_{number}") not in taken)


CHANGES: dict[str, Callable[[Source, Mend, str], None]] = {
    "mark_executable": _mark_executable,
    "manual_task": _manual_task,
    "condition": _condition,
    "default_flow": _default_flow,
    "no_default": _no_default,
    "time": _time,
    "number": _number,
    "decision": _own_word("decision"),
    "form": _own_word("form"),
    "message_name": _message_name,
    "remove_flow": _remove_flow,
    "rename_id": _rename_id,
    "rename_second": _rename_second,
    "give_ids": _give_ids,
}  # by code of the mend
