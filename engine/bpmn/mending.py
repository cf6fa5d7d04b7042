"""Mends of what is wrong with a diagram: offered where one is obvious, made when accepted, never in silence."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from engine.bpmn.editing import Source
from engine.bpmn.faults import Fault
from engine.bpmn.mending_changes import CHANGES, Mend, needs_id
from engine.bpmn.xml import BPMN, XmlRefused, local, walk

CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent")
_OTHERWISE = ("bad_script", "no_decision")  # faults of tasks that a person could do instead
_MENDS: dict[str, tuple[str, str | None]] = {
    "not_executable": ("mark_executable", None),
    "flow_without_condition": ("condition", "condition"),
    "bad_timer": ("time", "time"),
    "unsupported_repetition": ("number", "number"),
    "no_decision": ("decision", "decision"),
    "foreign_form": ("form", "form"),
    "message_without_name": ("message_name", "message"),
    "unknown_default": ("no_default", None),
    "dangling_flow": ("remove_flow", None),
    "bad_id": ("rename_id", None),
    "odd_id": ("rename_id", None),
    "no_id": ("give_ids", None),
    "empty_process": ("manual_task", None),
    "unknown_called": ("manual_task", None),
}  # by code of the fault: code of the mend, and what it asks for


def mends_of(xml: bytes, faults: Iterable[Fault]) -> tuple[Mend, ...]:
    """The mends to offer for a file with these faults, each once; none for what is no XML that is read here."""
    try:
        root = Source(xml).root
    except XmlRefused:
        return ()
    faults = tuple(faults)
    by_id = {str(one.get("id")): one for one in reversed(list(walk(root)))}
    without = Counter(_gateway(fault) for fault in faults if fault.code == "flow_without_condition")
    found = [mend for fault in faults for mend in _mends(by_id, fault, without)]
    if any(needs_id(element) for element in walk(root)):
        found.append(Mend("give_ids", None))
    found += [
        Mend("manual_task", task.get("id"), params={"kind": "task"})
        for task in root.iter(f"{{{BPMN}}}task")
        if task.get("id")
    ]
    return tuple(
        {(mend.code, mend.element, str(mend.params.get("id"))): mend for mend in reversed(found)}.values()
    )[::-1]


def _gateway(fault: Fault) -> str:
    return str(fault.params.get("gateway", ""))


def _mends(by_id: dict[str, etree._Element], fault: Fault, without: Mapping[str, int]) -> list[Mend]:
    """All that could be done about a fault; `without`: how many flows of a gateway lack a condition."""
    found: list[Mend] = []
    if fault.code == "flow_without_condition" and without[_gateway(fault)] == 1:
        found.append(Mend("default_flow", fault.element, fault.code, params={"gateway": _gateway(fault)}))
    if fault.code == "several_processes":
        drawn = [by_id[name] for name in fault.params["ids"] if name in by_id]
        if not any(one.get("isExecutable") == "true" for one in drawn):
            found += [Mend("mark_executable", one.get("id"), fault.code) for one in drawn]
    if mend := _mend(by_id.get(fault.element or ""), fault):
        found.append(mend)
    if fault.code in _OTHERWISE and fault.params.get("why", "empty") == "empty":
        found.append(Mend("manual_task", fault.element, fault.code))
    return found


def _mend(element: etree._Element | None, fault: Fault) -> Mend | None:
    """The mend of a fault at an element, the one that needs least; None where none is obvious."""
    kind = local(element) if element is not None else ""
    if fault.code == "id_twice":
        return Mend("rename_second", fault.element, fault.code, params={"id": fault.element})
    if fault.code in ("bad_expression", "unknown_variable") and _asks_condition(element):
        return Mend("condition", fault.element, fault.code, "condition")
    code, asks = _MENDS.get(fault.code, ("", None))
    if (
        not code
        or (code == "manual_task" and not _can_be_manual(element))
        or (kind == "process" and code == "rename_id")
    ):
        return None
    if code == "give_ids":
        return Mend(code, None, fault.code)
    params: dict[str, Any] = {"id": fault.params["id"]} if code == "rename_id" else {}
    return Mend(code, fault.element, fault.code, asks, {**params, "kind": kind})


def _asks_condition(element: etree._Element | None) -> bool:
    """A flow, or an event that waits for a condition."""
    if element is None:
        return False
    waits = next(element.iter(f"{{{BPMN}}}conditionalEventDefinition"), None)
    return local(element) == "sequenceFlow" or (local(element) in CATCHING and waits is not None)


def _can_be_manual(element: etree._Element | None) -> bool:
    """A sub-process without content, or a call that does not say of what."""
    if element is None:
        return False
    return local(element) == "subProcess" or (
        local(element) == "callActivity" and not element.get("calledElement")
    )


def mended(xml: bytes, accepted: Iterable[Mend], given: Mapping[str, str]) -> bytes:
    """The file with these mends made; `given`: what is asked for, by element. A mend that lacks it is left out."""
    source = Source(xml)
    for mend in accepted:
        asked = given.get(mend.element or "", "").strip()
        if not mend.asks or asked:
            CHANGES[mend.code](source, mend, asked)
    return source.result()
