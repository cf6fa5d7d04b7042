"""What a diagram calls everything it draws, in each language: steps, lanes, flows, the pool."""

from functools import lru_cache

from engine.bpmn.calling import called_name, calls_of, calls_outside, tag_of
from engine.bpmn.dialect import names_of
from engine.bpmn.model import CalledElsewhere, Labels
from engine.bpmn.xml import XmlRefused, children, local, parsed, walk


@lru_cache(maxsize=64)
def diagram_names(xml: bytes) -> dict[str, Labels]:
    """Names by element id, for all elements that have one; none when the file cannot be read."""
    try:
        root = parsed(xml)
    except XmlRefused:
        return {}
    named = ((element.get("id"), names_of(element, root)) for element in walk(root))
    return {id_: names for id_, names in named if id_ and names}


def process_ids(xml: bytes) -> tuple[str, ...]:
    """Ids of the processes in a file, those marked executable first; none when it cannot be read."""
    try:
        root = parsed(xml)
    except XmlRefused:
        return ()
    found = [process for process in walk(root) if local(process) == "process" and process.get("id")]
    found.sort(key=lambda process: process.get("isExecutable") != "true")
    return tuple(str(process.get("id")) for process in found)


def executable_processes(xml: bytes) -> tuple[str, ...]:
    """Ids of the processes of a file that are executable and not only called within it, in the order of the document.

    Where none is marked executable: those that have content. None when the file cannot be read.
    """
    try:
        root = parsed(xml)
    except XmlRefused:
        return ()
    processes = [process for process in children(root, "process") if process.get("id")]
    called = {called_name(call) for process in processes for call in calls_of(process)}
    marked = [process for process in processes if process.get("isExecutable") == "true"]
    having = [process for process in processes if any(local(element).endswith("vent") for element in process)]
    ids = [str(process.get("id")) for process in marked or having or processes]
    return tuple(id_ for id_ in ids if id_ not in called) or tuple(ids)


def calls_elsewhere(xml: bytes) -> tuple[CalledElsewhere, ...]:
    """The call activities of a file whose process is not in it."""
    try:
        root = parsed(xml)
    except XmlRefused:
        return ()
    return calls_outside(root)


def version_tag(xml: bytes, process: str) -> str | None:
    """The version tag that a process of a file carries."""
    try:
        root = parsed(xml)
    except XmlRefused:
        return None
    return next((tag_of(found) for found in children(root, "process") if found.get("id") == process), None)
