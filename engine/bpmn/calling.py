"""Call activities: which process they call, in which of its versions, and how a called text joins the caller's."""

from collections.abc import Mapping

from lxml import etree

from engine.bpmn.model import CalledElsewhere
from engine.bpmn.xml import (
    BPMN,
    MASAR,
    ZEEBE,
    XmlRefused,
    children,
    extensions,
    local,
    namespace,
    parsed,
    said,
    sister_word,
    text_of,
)

BINDINGS = {
    "latest": "latest",
    "deployment": "deployment",
    "version": "version",
    "versionTag": "tag",
    "tag": "tag",
}
CALLED = ".called"  #: behind the id of a called process that an element of the caller's file has too
SHARED = ("message", "signal", "error", "escalation", "itemDefinition", "correlationProperty", "interface")
"""What a called text brings with its process: definitions that its elements refer to."""
CODED = {"error": "errorCode", "escalation": "escalationCode"}
REFERENCES = (
    "sourceRef", "targetRef", "attachedToRef", "default", "messageRef", "signalRef", "errorRef", "escalationRef",
    "activityRef", "operationRef", "itemSubjectRef", "dataObjectRef", "structureRef", f"{{{MASAR}}}sameAs",
)  # fmt: skip
REFERRING = (
    "flowNodeRef",
    "incoming",
    "outgoing",
    "eventDefinitionRef",
    "sourceRef",
    "targetRef",
    "source",
    "target",
    "loopDataInputRef",
    "loopDataOutputRef",
)


def called_name(call: etree._Element) -> str:
    """Id of the process that a call activity calls; empty when it says none."""
    for found in extensions(call, "calledElement", ZEEBE):
        if found.get("processId"):
            return str(found.get("processId")).strip()
    name = (call.get("calledElement") or "").strip()
    return name if name.startswith(("$", "#", "=")) else name.split(":")[-1]


def elsewhere(call: etree._Element) -> CalledElsewhere:
    """What a call activity calls, as if it were not in its file."""
    binding = said(call, "binding") or sister_word(call, "calledElementBinding") or ""
    tag = said(call, "versionTag") or sister_word(call, "calledElementVersionTag")
    number = sister_word(call, "calledElementVersion") or ""
    for found in extensions(call, "calledElement", ZEEBE):
        binding, tag = binding or found.get("bindingType", ""), tag or found.get("versionTag")
    meant = BINDINGS.get(binding, "tag" if tag else "version" if number.isdigit() else "latest")
    version = int(number) if meant == "version" and number.isdigit() else None
    return CalledElsewhere(call.get("id", ""), called_name(call), meant, version, tag)  # type: ignore[arg-type]


def calls_of(process: etree._Element) -> list[etree._Element]:
    """The call activities of a process, those of its sub-processes included."""
    return list(process.iter(f"{{{BPMN}}}callActivity"))


def calls_outside(root: etree._Element) -> tuple[CalledElsewhere, ...]:
    """The call activities of a file whose process is not in it."""
    processes = children(root, "process")
    own = {process.get("id") for process in processes}
    calls = [elsewhere(call) for process in processes for call in calls_of(process)]
    return tuple(call for call in calls if call.process and call.process not in own)


def tag_of(process: etree._Element) -> str | None:
    """The version tag of a process."""
    tag = said(process, "versionTag") or sister_word(process, "versionTag")
    return tag or next((found.get("value") for found in extensions(process, "versionTag", ZEEBE)), None)


def adopt(root: etree._Element, called: Mapping[str, bytes]) -> None:
    """Puts the processes that are called, and not in the file, into it from the texts given, with what they refer to.

    Ids that stand in the file already are prefixed with the process's: "<process>.<id>". A text that cannot be read is
    left out, and its call is refused as one of an unknown process.
    """
    known = {process.get("id") for process in children(root, "process")}
    fresh = [called_name(call) for process in children(root, "process") for call in calls_of(process)]
    known_as: dict[str, str] = {}
    while fresh:
        name = fresh.pop()
        if name in known or name not in called:
            continue
        known.add(name)
        process = _taken(root, name, called[name])
        if process is not None:
            fresh += [called_name(call) for call in calls_of(process)]
            if process.get("id") != name:
                known_as[name] = str(process.get("id"))
    for call in root.iter(f"{{{BPMN}}}callActivity"):
        if called_name(call) in known_as:
            _call(call, known_as[called_name(call)])


def _call(call: etree._Element, name: str) -> None:
    call.set("calledElement", name)
    for found in extensions(call, "calledElement", ZEEBE):
        found.set("processId", name)


def _taken(root: etree._Element, name: str, text: bytes) -> etree._Element | None:
    try:
        other = parsed(text)
    except XmlRefused:
        return None
    process = next((found for found in children(other, "process") if found.get("id") == name), None)
    if process is None:
        return None
    taken = {element.get("id") for element in root.iter("*") if element.get("id")}
    _rename(other, taken, name)
    process.set("id", f"{name}{CALLED}" if name in taken else name)
    brought = [
        element
        for element in other
        if namespace(element) == BPMN
        and (local(element) in SHARED or local(element).endswith("EventDefinition"))
    ]
    for element in (*brought, process):
        root.append(element)
    return process


def _rename(other: etree._Element, taken: set[str | None], prefix: str) -> None:
    fresh = {
        id_: f"{prefix}.{id_}" for element in other.iter("*") if (id_ := element.get("id")) and id_ in taken
    }
    for element in other.iter("*"):
        if local(element) in CODED and element.get("id") in fresh:
            code = CODED[local(element)]
            element.set(code, str(element.get(code) or element.get("id")))
        _rename_words(element, fresh)
        for attribute in ("id", *REFERENCES):
            value = (element.get(attribute) or "").split(":")[-1]
            if value in fresh:
                element.set(attribute, fresh[value])
        if local(element) in REFERRING and text_of(element) in fresh:
            element.text = fresh[text_of(element)]


def _rename_words(element: etree._Element, fresh: Mapping[str, str]) -> None:
    """References within the dialect's own words: several steps, or the flow of an expiry."""
    steps = element.get(f"{{{MASAR}}}otherThan")
    if steps:
        names = steps.replace(",", " ").split()
        element.set(f"{{{MASAR}}}otherThan", " ".join(fresh.get(name, name) for name in names))
    way = (element.get("onExpiry") or "").removeprefix("path:")
    if way in fresh:
        element.set("onExpiry", f"path:{fresh[way]}")
