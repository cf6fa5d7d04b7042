"""What a diagram says beyond BPMN: steps, roles, names, deadlines, remedies, in Masar's words or others'."""

import re
from collections.abc import Callable, Collection

from lxml import etree

from engine.bpmn.assigning import due_of, form_of, groups_of, is_for_applicant, role_code, warn_of_assignment
from engine.bpmn.diagram import ACTIVITIES, STEPS, Diagram, Shape
from engine.bpmn.faults import FaultList
from engine.bpmn.model import DeadlineRule, Keep, Labels, Remedy, Step
from engine.bpmn.vendors import WITHOUT_EFFECT, decision_of, warn_of_words
from engine.bpmn.xml import (
    MASAR,
    XML,
    ZEEBE,
    extensions,
    local,
    namespace,
    said,
    sister_word,
    walk,
)

LANGUAGES = ("ar", "fr", "en")
ARABIC = re.compile("[\u0600-\u06ff]")
UNITS = ("hours", "workingHours", "workingDays", "days", "weeks", "months")
ON_EXPIRY = ("breach", "escalate", "accept", "refuse")
PATH = re.compile(r"[\w$-]+(\.[\w$-]+)*")
NAME = re.compile(r"[^\W\d]\w*")
_EVENTS = (
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "sendTask",
    "receiveTask", "message", "signal",
)  # fmt: skip
_ON_STEPS = (*STEPS, "startEvent")
WORDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("form", "unit", "keeps", "confidential", "legalBasis", "asks"), _ON_STEPS),
    **dict.fromkeys(("otherThan", "sameAs", "skills", "priority", "suspends"), STEPS),
    "deadline": (*STEPS, "process"),
    "remedy": ("process",),
    "summary": ("process",),
    "role": ("lane",),
    "call": ("serviceTask",),
    "binding": ("callActivity",),
    "versionTag": ("callActivity", "process"),
    "input": (*ACTIVITIES, "intermediateThrowEvent", "endEvent"),
    "output": ACTIVITIES,
    "decision": ("businessRuleTask",),
    "result": ("businessRuleTask",),
    "correlates": _EVENTS,
}
"""Where each word of the dialect has a meaning; those that are not here may stand anywhere."""

ATTRIBUTES = frozenset(
    ("form", "unit", "confidential", "otherThan", "sameAs", "skills", "priority", "legalBasis", "call", "role",
     "decision", "suspends", "result", "lang", "binding", "versionTag")
)  # fmt: skip
CHILDREN = frozenset(
    ("keeps", "deadline", "label", "asks", "remedy", "correlates", "input", "output", "summary")
)


def labels_of(element: etree._Element, word: str = "label") -> Labels:
    """The texts of a word of the dialect by language."""
    labels: Labels = {}
    for label in extensions(element, word):
        language = label.get(f"{{{XML}}}lang") or label.get("lang") or ""
        if language in LANGUAGES and (label.text or "").strip():
            labels[language] = (label.text or "").strip()
    return labels


def names_of(element: etree._Element, root: etree._Element) -> Labels:
    """The name in each language: `masar:label`, else `name` under the language it is written in."""
    labels = labels_of(element)
    name = " ".join((element.get("name") or "").split())
    if name:
        labels.setdefault(_language(name, root), name)
    return labels


def _language(name: str, root: etree._Element) -> str:
    declared = said(root, "lang") or root.get(f"{{{XML}}}lang")
    return "ar" if ARABIC.search(name) else declared if declared in ("fr", "en") else "fr"


def check_dialect(root: etree._Element, faults: FaultList) -> None:
    """Words of the masar namespace that are unknown refuse; other vendors' without effect here warn."""
    for element in root.iter("*"):
        if namespace(element) == MASAR:
            _check_word(element, local(element), _holder(element), CHILDREN, faults)
        elif local(element) in WITHOUT_EFFECT.get(namespace(element) or "", ()):
            _warn_of(element, faults)
        for attribute in element.attrib:
            name = etree.QName(attribute)
            if name.namespace == MASAR:
                _check_word(element, name.localname, element, ATTRIBUTES, faults)
        warn_of_words(element, faults)
    for element in walk(root):
        if local(element) in STEPS:
            warn_of_assignment(element, faults)


def _warn_of(element: etree._Element, faults: FaultList) -> None:
    """A word without effect; some have one on certain elements."""
    word, holder = local(element), _holder(element)
    names_decision = word == "field" and decision_of(holder).name
    passes_data = word in ("in", "out") and local(holder) == "callActivity"
    takes_payload = word == "variableName" and local(holder) not in STEPS
    if not (names_decision or passes_data or takes_payload):
        faults.add("ignored_extension", element, word=word)


def _check_word(
    at: etree._Element, word: str, holder: etree._Element, known: frozenset[str], faults: FaultList
) -> None:
    if word not in known:
        faults.add("unknown_dialect", at, word=word)
    elif local(holder) not in WORDS.get(word, (local(holder),)):
        faults.add("misplaced_word", at, word=word, kind=local(holder))


def _holder(element: etree._Element) -> etree._Element:
    """The element of the diagram that an extension belongs to."""
    parent = element.getparent()
    while parent is not None and local(parent) == "extensionElements":
        parent = parent.getparent()
    return parent if parent is not None else element


def role_of(lane: etree._Element) -> str:
    """`masar:role` of the lane, else its name in lower case with underscores, else its id."""
    return said(lane, "role") or role_code(lane.get("name") or "") or lane.get("id") or "lane"


def role_for(diagram: Diagram, shape: Shape) -> str | None:
    """The role of the node's lane, of the activity around it, or the first group that may do it."""
    lane = diagram.lanes.get(shape.id)
    if lane is not None:
        return role_of(lane)
    around = diagram.shapes.get(shape.scope) or diagram.shapes.get(shape.attached_to or "")
    if around is not None and shape.scope not in diagram.processes and (role := role_for(diagram, around)):
        return role
    if is_for_applicant(shape.element):
        return "applicant"
    return next(iter(groups_of(shape.element)), None)


def step_of(diagram: Diagram, shape: Shape, faults: FaultList, forms: Collection[str] | None = None) -> Step:
    """The step of a user task, manual task, plain task or none start event.

    `forms`: the names that exist; another modeler's form counts if it is one of them.
    """
    element = shape.element
    keeps = tuple(keep for found in extensions(element, "keeps") if (keep := _keep(found, faults)))
    form = said(element, "form") or _foreign_form(element, forms, faults)
    return Step(
        id=shape.id,
        names=names_of(element, diagram.root),
        role=role_for(diagram, shape),
        form=form,
        unit=said(element, "unit") or "case",
        deadline=_deadline(shape, faults),
        other_than=tuple((said(element, "otherThan") or "").replace(",", " ").split()),
        same_as=said(element, "sameAs"),
        skills=tuple((said(element, "skills") or "").replace(",", " ").split()),
        keeps=keeps,
        confidential=said(element, "confidential"),
        suspends=said(element, "suspends") == "true",
        priority=_priority(element, faults),
        asks=_asks(element),
        legal_basis=said(element, "legalBasis"),
        keeps_all=not form and not keeps,
    )


def _foreign_form(element: etree._Element, forms: Collection[str] | None, faults: FaultList) -> str | None:
    form = form_of(element)
    if not form or form in (forms or ()):
        return form
    faults.add("foreign_form", element, form=form)
    return None


def _deadline(shape: Shape, faults: FaultList) -> DeadlineRule | None:
    """The deadline of a step: `masar:deadline`, else the span of time of a due date."""
    own = extensions(shape.element, "deadline")
    if own:
        return deadline_of(own[0], shape, faults)
    due = due_of(shape.element, faults)
    return DeadlineRule(*due) if due else None


def _keep(element: etree._Element, faults: FaultList) -> Keep | None:
    path = element.get("field", "").strip()
    name = element.get("as", "").strip() or path.rsplit(".", 1)[-1]
    if not PATH.fullmatch(path) or not NAME.fullmatch(name):
        faults.add("keeps_incomplete", element, field=path, name=name)
        return None
    return Keep(path, name)


def _asks(element: etree._Element) -> tuple[str, ...]:
    documents = [ask.get("document", "").strip() for ask in extensions(element, "asks")]
    return tuple(document for document in documents if document)


def _priority(element: etree._Element, faults: FaultList) -> int:
    own, foreign = said(element, "priority"), sister_word(element, "priority")
    for zeebe in extensions(element, "priorityDefinition", ZEEBE):
        foreign = foreign or zeebe.get("priority")
    text = own or foreign or "0"
    try:
        return int(text)
    except ValueError:
        if own:
            faults.add("bad_number", element, attribute="priority", value=text)
        return 0


def deadline_of(element: etree._Element, shape: Shape | None, faults: FaultList) -> DeadlineRule | None:
    """The rule of a `masar:deadline`; every attribute that is wrong is a fault."""
    said_here = {str(name): (element.get(name) or "").strip() for name in element.attrib}
    wrong = [name for name, right in _DEADLINE.items() if said_here.get(name) and not right(said_here[name])]
    wrong += [name for name in ("within", "unit") if not said_here.get(name)]
    wrong += [name for name in said_here if name not in _DEADLINE]
    expiry = said_here.get("onExpiry") or "breach"
    if expiry.startswith("path:") and not _is_way_out(expiry, shape):
        faults.add("bad_path", element, flow=expiry[5:])
    if expiry == "escalate" and not said_here.get("escalateTo"):
        wrong.append("escalateTo")
    if expiry == "refuse" and not said_here.get("basis"):
        wrong.append("basis")
    for name in wrong:
        faults.add("bad_deadline", element, attribute=name, value=said_here.get(name, ""))
    if wrong:
        return None
    return DeadlineRule(
        within=int(said_here["within"]),
        unit=said_here["unit"],
        nature="legal" if said_here.get("nature") == "legal" else "service",
        basis=said_here.get("basis") or None,
        roll=said_here.get("roll") or "none",  # type: ignore[arg-type]
        franc=said_here.get("franc") == "true",
        warn_at=tuple(sorted(int(part.rstrip("%")) for part in said_here.get("warnAt", "").split())),
        on_expiry=expiry,
        escalate_to=said_here.get("escalateTo") or None,
        calendar=said_here.get("calendar") or None,
    )


def _is_way_out(expiry: str, shape: Shape | None) -> bool:
    return shape is not None and expiry[5:] in {flow.id for flow in shape.outgoing}


_DEADLINE: dict[str, Callable[[str], object]] = {
    "within": lambda text: re.fullmatch(r"[1-9]\d{0,3}", text),
    "unit": lambda text: text in UNITS,
    "nature": lambda text: text in ("legal", "service"),
    "basis": lambda text: True,
    "roll": lambda text: text in ("none", "next", "previous"),
    "franc": lambda text: text in ("true", "false"),
    "warnAt": lambda text: all(re.fullmatch(r"[1-9]\d?%", part) for part in text.split()),
    "onExpiry": lambda text: text in ON_EXPIRY or text.startswith("path:"),
    "escalateTo": lambda text: True,
    "calendar": lambda text: re.fullmatch(r"[a-z][\w-]*", text, re.IGNORECASE),
}


def remedies_of(process: etree._Element, root: etree._Element, faults: FaultList) -> tuple[Remedy, ...]:
    """The ways to contest the decision that the process names."""
    remedies = []
    for element in extensions(process, "remedy"):
        code, within, unit = element.get("code", ""), element.get("within", ""), element.get("unit", "days")
        if not code or not re.fullmatch(r"[1-9]\d{0,3}", within) or unit not in UNITS:
            faults.add("bad_remedy", element, code=code)
        else:
            labels = names_of(element, root)
            remedies.append(Remedy(code, int(within), unit, element.get("basis") or None, labels))
    return tuple(remedies)


def is_step(shape: Shape) -> bool:
    return shape.kind in STEPS
