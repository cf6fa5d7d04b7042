"""Small changes to the text of an XML file: tags are edited where they stand, the rest stays as it was written."""

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from engine.bpmn.xml import XmlRefused, parsed

_TOKENS = re.compile(
    r"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?P<end>/?)(?P<name>[^\s<>/!?]+)(?P<rest>(?:[^<>"']|"[^"]*"|'[^']*')*)>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""(?P<before>\s+)(?P<name>[^\s=]+)\s*=\s*(?P<value>"[^"]*"|'[^']*')""", re.DOTALL)
_BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(slots=True)
class _Tags:
    """Where an element stands: its start tag, and its end tag unless it closes itself."""

    start: re.Match[str]
    end: re.Match[str] | None = None

    @property
    def name(self) -> str:
        return self.start["name"]


class Source:
    """A file that is read as XML, hardened, and edited as text; raises XmlRefused for what is not read here."""

    def __init__(self, xml: bytes) -> None:
        self.root = parsed(xml)
        self.encoding = _BOMS.get(xml[:2], self.root.getroottree().docinfo.encoding or "utf-8")
        try:
            self.text = xml.decode(self.encoding)
            self._tags = dict(zip(self.root.iter("*"), _tags(self.text), strict=True))
        except (LookupError, ValueError) as error:
            raise XmlRefused("not_xml", detail=str(error)[:200]) from None
        self._by_id = {one.get("id"): one for one in reversed(list(self._tags)) if one.get("id")}
        self._edits: list[tuple[int, int, str]] = []

    def by_id(self, name: str | None) -> etree._Element | None:
        """The first element of that id."""
        return self._by_id.get(name)

    def prefix(self, element: etree._Element) -> str:
        """The prefix that the element is written with, its colon included; empty without one."""
        before, colon, _ = self._tags[element].name.rpartition(":")
        return before + colon

    def set(self, element: etree._Element, name: str, value: str) -> None:
        """Gives an attribute, as it is to be written, this value."""
        found = self._attribute(element, name)
        if found is None:
            at = self._tags[element].start.end("name")
            self._edits.append((at, at, f" {name}={quoteattr(value)}"))
        else:
            self._edits.append((*found.span("value"), quoteattr(value)))

    def drop(self, element: etree._Element, name: str) -> None:
        """Takes an attribute away."""
        found = self._attribute(element, name)
        if found is not None:
            self._edits.append((*found.span(), ""))

    def rename(self, element: etree._Element, name: str) -> None:
        """Makes it an element of another name, in the same namespace."""
        tags, name = self._tags[element], self.prefix(element) + name
        for tag in filter(None, (tags.start, tags.end)):
            self._edits.append((*tag.span("name"), name))

    def fill(self, element: etree._Element, text: str) -> None:
        """Replaces all that is inside an element by a text."""
        self._write_inside(element, escape(text), whole=True)

    def append(self, element: etree._Element, written: str) -> None:
        """Puts elements, as they are to be written, at the end of an element."""
        self._write_inside(element, written, whole=False)

    def insert_before(self, element: etree._Element, written: str) -> None:
        """Puts elements before another one, on a line of their own where that has one."""
        at = self._tags[element].start.start()
        self._edits.append((at, at, written + self._indentation(at)))

    def remove(self, element: etree._Element) -> None:
        """Takes an element away, with the white space before it."""
        tags = self._tags[element]
        start = len(self.text[: tags.start.start()].rstrip())
        self._edits.append((start, (tags.end or tags.start).end(), ""))

    def result(self) -> bytes:
        """The file with all changes; of two that touch the same place the first counts."""
        text, edited = self.text, len(self.text) + 1
        for start, end, written in sorted(self._edits, key=lambda edit: edit[:2], reverse=True):
            if end <= edited:
                text, edited = text[:start] + written + text[end:], start
        return text.encode(self.encoding, "xmlcharrefreplace")

    def _write_inside(self, element: etree._Element, written: str, *, whole: bool) -> None:
        tags = self._tags[element]
        if tags.end is None:
            slash = self.text.rindex("/", tags.start.start(), tags.start.end())
            self._edits.append((slash, tags.start.end(), f">{written}</{tags.name}>"))
        else:
            start = tags.start.end() if whole else tags.end.start()
            self._edits.append((start, tags.end.start(), written))

    def _attribute(self, element: etree._Element, name: str) -> re.Match[str] | None:
        tag = self._tags[element].start
        found = _ATTRIBUTE.finditer(self.text, tag.start("rest"), tag.end("rest"))
        return next((one for one in found if one["name"] == name), None)

    def _indentation(self, at: int) -> str:
        line = self.text[:at].rpartition("\n")[2]
        ending = "\r\n" if "\r\n" in self.text else "\n"
        return ending + line if not line.strip() else ""


def _tags(text: str) -> list[_Tags]:
    """The tags of each element, in the order of the document; the text is well-formed."""
    found: list[_Tags] = []
    opened: list[_Tags] = []
    for token in _TOKENS.finditer(text):
        if token["name"] is None:
            continue
        if token["end"]:
            opened.pop().end = token
            continue
        found.append(_Tags(token))
        if not token["rest"].endswith("/"):
            opened.append(found[-1])
    return found
