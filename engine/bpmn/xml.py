"""XML in, elements out, hardened: no document type, no entities, no network, bounded size and depth."""

import re
from collections.abc import Iterator

from lxml import etree

LARGEST = 4 * 1024 * 1024
DEEPEST = 100

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
MASAR = "https://masar.dz/bpmn/1.0"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
FLOWABLE = "http://flowable.org/bpmn"
ACTIVITI = "http://activiti.org/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
SISTERS = (CAMUNDA, FLOWABLE, ACTIVITI)
"""Namespaces of engines of one family: the same words with the same meaning."""
XML = "http://www.w3.org/XML/1998/namespace"
DMN = (
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
)

TRUTHS = frozenset((
    "isExecutable", "cancelActivity", "isInterrupting", "isSequential", "parallelMultiple", "triggeredByEvent",
    "instantiate", "isForCompensation", "testBefore", "waitForCompletion", "cancelRemainingInstances",
))  # fmt: skip
TEXTS_THAT_REFER = frozenset((
    "flowNodeRef", "incoming", "outgoing", "sourceRef", "targetRef", "eventDefinitionRef", "resourceRef",
    "loopDataInputRef", "loopDataOutputRef", "inMessageRef", "dataInputRefs", "dataOutputRefs",
))  # fmt: skip

_FIRST = (
    r"A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    r"\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NCNAME = re.compile(rf"[{_FIRST}][{_FIRST}.0-9\u00b7\u0300-\u036f\u203f\u2040-]*")
"""NCName of “Namespaces in XML 1.0”, the type of every id in BPMN's schema (xsd:ID)."""


class XmlRefused(Exception):
    """The text is no XML that is read here; `code`, `line` and `detail` say why."""

    def __init__(self, code: str, line: int | None = None, detail: str = "") -> None:
        super().__init__(f"{code} {detail}")
        self.code = code
        self.line = line
        self.detail = detail


def parsed(text: bytes) -> etree._Element:
    """The root element; raises XmlRefused."""
    if len(text) > LARGEST:
        raise XmlRefused("too_large", detail=str(LARGEST // 1024 // 1024))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        _refuse_doctype(text)
        raise XmlRefused("not_xml", getattr(error, "lineno", None), str(error)[:200]) from None
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise XmlRefused("doctype", 1)
    _check_depth(root)
    for element in root.iter(f"{{{BPMN}}}*"):
        _make_plain(element)
    return root


def is_ncname(text: str) -> bool:
    """Whether a text may be an id."""
    return _NCNAME.fullmatch(text) is not None


def local(element: etree._Element) -> str:
    """Name without namespace."""
    return etree.QName(element).localname


def namespace(element: etree._Element) -> str | None:
    return etree.QName(element).namespace


def line_of(element: etree._Element) -> int | None:
    """Line in the file where the element begins."""
    line = element.sourceline
    return line if isinstance(line, int) else None


def children(element: etree._Element, name: str, uri: str = BPMN) -> list[etree._Element]:
    return element.findall(f"{{{uri}}}{name}")


def child(element: etree._Element, name: str, uri: str = BPMN) -> etree._Element | None:
    return element.find(f"{{{uri}}}{name}")


def text_of(element: etree._Element | None) -> str:
    """Text within an element, stripped; empty when there is none."""
    return (element.text or "").strip() if element is not None else ""


def extensions(element: etree._Element, name: str, uri: str = MASAR) -> list[etree._Element]:
    """Elements of a dialect on an element: inside its `extensionElements`, or directly below it."""
    inside = child(element, "extensionElements", namespace(element) or BPMN)
    return (children(inside, name, uri) if inside is not None else []) + children(element, name, uri)


def said(element: etree._Element, name: str, uri: str = MASAR) -> str | None:
    """Attribute of a dialect, stripped; None when missing or empty."""
    value = element.get(f"{{{uri}}}{name}")
    return value.strip() or None if value is not None else None


def sister_word(element: etree._Element, name: str) -> str | None:
    """Attribute in the words of Camunda 7, Flowable or Activiti, stripped; None when missing or empty."""
    return next((found for uri in SISTERS if (found := said(element, name, uri))), None)


def sister_elements(element: etree._Element, name: str) -> list[etree._Element]:
    """Extension elements in the words of Camunda 7, Flowable or Activiti."""
    return [found for uri in SISTERS for found in extensions(element, name, uri)]


def walk(element: etree._Element, uri: str = BPMN) -> Iterator[etree._Element]:
    """All elements of a namespace, in the order of the document."""
    return element.iter(f"{{{uri}}}*")


def _make_plain(element: etree._Element) -> None:
    """Truth values as words, and references without the prefix that their type (xsd:QName) allows."""
    for name, value in ((str(name), str(value)) for name, value in element.attrib.items()):
        if name in TRUTHS and value.strip() in ("0", "1"):
            element.set(name, "true" if value.strip() == "1" else "false")
        elif ":" in value and (name.endswith("Ref") or name in ("calledElement", "default")):
            element.set(name, _unprefixed(element, value))
    if element.text and ":" in element.text and local(element) in TEXTS_THAT_REFER:
        element.text = _unprefixed(element, element.text.strip())


def _unprefixed(element: etree._Element, reference: str) -> str:
    prefix, _, name = reference.partition(":")
    return name if prefix in element.nsmap and is_ncname(name) else reference


def _refuse_doctype(text: bytes) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise XmlRefused("doctype", 1)


def _check_depth(root: etree._Element) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise XmlRefused("too_deep", line_of(element), str(DEEPEST))
