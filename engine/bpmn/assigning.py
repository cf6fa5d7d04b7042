"""Who does a step, until when and with which form, in BPMN's own words and those of other modelers."""

import re
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.faults import FaultList
from engine.bpmn.vendors import NAME, WRAPPED, unwrapped
from engine.bpmn.xml import (
    BPMN,
    SPIFF,
    ZEEBE,
    child,
    children,
    extensions,
    local,
    sister_word,
    text_of,
)

PERFORMERS = ("potentialOwner", "humanPerformer", "performer", "resourceRole")
WHOSE_START = ("initiator", "starter", "applicant")
_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_SPAN = re.compile(r"""(?:now\(\)\s*\+\s*)?duration\(\s*["'](.+?)["']\s*\)|["'](P.+?)["']|(P.+)""")
_PLUS = re.compile(
    r"dateTime\(\)\.plus(Hours|Days|Weeks|Months)\((\d+)\)(?:\.toDate\(\))?|now\(\)\.plus(\w+)\((\d+)\)"
)
_FORM = re.compile(r"(?:\w[\w-]*:)*(?:forms/)?([\w-]+(?:/[\w-]+)?)(?:\.\w+)?")


def role_code(text: str) -> str:
    """A name as the code of a role: lower case, words joined by underscores."""
    return "_".join(re.findall(r"\w+", text.lower()))


def groups_of(element: etree._Element) -> tuple[str, ...]:
    """Codes of the groups that may do a step, in the order they are written; those computed are left out."""
    texts = [sister_word(element, "candidateGroups") or ""]
    texts += [
        found.get("candidateGroups", "") for found in extensions(element, "assignmentDefinition", ZEEBE)
    ]
    found: list[str] = []
    for text in texts:
        if (text.startswith("=") and "[" not in text and '"' not in text) or "{" in text:
            continue
        found += text.strip("= []").split(",")
    found += [name for performer in _performers(element) for name in _named_by(performer)]
    codes = [role_code(group) for group in found]
    return tuple(dict.fromkeys(code for code in codes if NAME.fullmatch(code)))


def _performers(element: etree._Element) -> Iterator[etree._Element]:
    for kind in PERFORMERS:
        yield from children(element, kind)


def _named_by(performer: etree._Element) -> Iterator[str]:
    """Names of the resource of a performer, or of the groups in its expression (`group(x)`, or plain names)."""
    reference = text_of(child(performer, "resourceRef")).split(":")[-1]
    for resource in children(performer.getroottree().getroot(), "resource"):
        if reference and resource.get("id") == reference:
            yield resource.get("name") or reference
    assigned = child(performer, "resourceAssignmentExpression")
    text = text_of(next(iter(assigned), None)) if assigned is not None else ""
    grouped = re.findall(r"group\(([^)]*)\)", text)
    yield from grouped
    if not grouped and local(performer) == "potentialOwner" and not re.search(r"[({]", text):
        yield from text.split(",")


def is_for_applicant(element: etree._Element) -> bool:
    """Whether a step is assigned to whoever began the case."""
    assigned = [sister_word(element, "assignee") or ""]
    assigned += [found.get("assignee", "") for found in extensions(element, "assignmentDefinition", ZEEBE)]
    names = {unwrapped(text) for text in assigned if WRAPPED.fullmatch(text)}
    if not names:
        return False
    starts = element.getroottree().getroot().iter(f"{{{BPMN}}}startEvent")
    return bool(
        names & {*WHOSE_START, *(name for start in starts if (name := sister_word(start, "initiator")))}
    )


def warn_of_assignment(element: etree._Element, faults: FaultList) -> None:
    """What is said of who does a step and has no effect here; a step has one role."""
    groups = groups_of(element)
    if len(groups) > 1:
        faults.add("several_groups", element, first=groups[0], others=list(groups[1:]))
    holders = (
        [(element, "assignmentDefinition")] if extensions(element, "assignmentDefinition", ZEEBE) else []
    )
    for word in ("assignee", "candidateUsers", "candidateGroups"):
        written = bool(sister_word(element, word)) or any(
            found.get(word) for holder, kind in holders for found in extensions(holder, kind, ZEEBE)
        )
        read = groups if word == "candidateGroups" else word == "assignee" and is_for_applicant(element)
        if written and not read:
            faults.add("ignored_extension", element, word=word)
    for performer in _performers(element):
        if not list(_named_by(performer)):
            faults.add("ignored_extension", performer, word=local(performer))


def due_of(element: etree._Element, faults: FaultList) -> tuple[int, str] | None:
    """How long a step may take, from a due date that is a plain span of time; any other is warned of."""
    texts = [sister_word(element, "dueDate") or ""]
    texts += [found.get("dueDate", "") for found in extensions(element, "taskSchedule", ZEEBE)]
    for found in extensions(element, "taskSchedule", ZEEBE):
        if found.get("followUpDate"):
            faults.add("ignored_extension", element, word="followUpDate")
    text = next(filter(None, texts), "")
    span = _span(unwrapped(text)) if text else None
    if text and span is None:
        faults.add("due_not_read", element, text=text[:80])
    return span


def _span(text: str) -> tuple[int, str] | None:
    plus = _PLUS.fullmatch(text)
    if plus:
        unit, number = plus.group(1) or plus.group(3), plus.group(2) or plus.group(4)
        return _bounded(int(number), unit.lower()) if unit in ("Hours", "Days", "Weeks", "Months") else None
    written = _SPAN.fullmatch(text)
    match = _DURATION.fullmatch(next(filter(None, written.groups()))) if written else None
    if match is None:
        return None
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in match.groups())
    months += 12 * years
    given = {"months": months, "weeks": weeks, "days": days, "hours": hours, "minutes": minutes}
    units = [unit for unit, number in given.items() if number]
    if units == ["days", "hours"]:
        return _bounded(days * 24 + hours, "hours")
    return _bounded(given[units[0]], units[0]) if len(units) == 1 and units[0] != "minutes" else None


def _bounded(number: int, unit: str) -> tuple[int, str] | None:
    return (number, unit) if 1 <= number <= 9999 else None


def form_of(element: etree._Element) -> str | None:
    """The form that another modeler names, without what only says where it is kept."""
    texts = [sister_word(element, "formKey"), sister_word(element, "formRef")]
    for found in extensions(element, "formDefinition", ZEEBE):
        texts += [found.get("formId"), found.get("externalReference"), found.get("formKey")]
    for properties in extensions(element, "properties", SPIFF):
        texts += [one.get("value") for one in properties if one.get("name") == "formJsonSchemaFilename"]
    written = next((text.strip() for text in texts if text and text.strip()), None)
    match = _FORM.fullmatch(written) if written else None
    return match.group(1) if match else written
