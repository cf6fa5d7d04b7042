"""XML in, elements out, hardened: no document type, no entities, no network, bounded size and depth."""

import re
from collections.abc import Iterator

from lxml import etree

LARGEST = 4 * 1024 * 1024
DEEPEST = 100

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
MASAR = "https://masar.dz/bpmn/1.0"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
XML = "http://www.w3.org/XML/1998/namespace"
DMN = (
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
)

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


def walk(element: etree._Element, uri: str = BPMN) -> Iterator[etree._Element]:
    """All elements of a namespace, in the order of the document."""
    return element.iter(f"{{{uri}}}*")


def _refuse_doctype(text: bytes) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise XmlRefused("doctype", 1)


def _check_depth(root: etree._Element) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise XmlRefused("too_deep", line_of(element), str(DEEPEST))
