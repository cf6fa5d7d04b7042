"""What a diagram calls everything it draws, in each language: steps, lanes, flows, the pool."""

from functools import lru_cache

from engine.bpmn.dialect import names_of
from engine.bpmn.model import Labels
from engine.bpmn.xml import XmlRefused, local, parsed, walk


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
