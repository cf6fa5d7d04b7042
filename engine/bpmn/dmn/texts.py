"""The texts of a DMN file compiled: expressions and cells, with the names and types that the file declares."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from engine.bpmn.comparisons import FEEL_COMPARISONS, alike, passes
from engine.bpmn.dmn.hits import Cell, Test
from engine.bpmn.expressions import (
    Expression,
    ExpressionRefused,
    built,
    compile_expression,
    compile_feel,
    tree_of,
)
from engine.bpmn.feel.cursor import Node, mentions
from engine.bpmn.feel.loops import FullCompiler
from engine.bpmn.feel.reading import Reader
from engine.bpmn.feel.scopes import Names
from engine.bpmn.feel.types import Kind
from engine.bpmn.xml import line_of, namespace

LITERAL = re.compile(r'"[^"\\]*"')
PLAIN = ("juel", "python", "masar")


class DecisionRefused(Exception):
    """A DMN file that cannot be evaluated here; `code`, `line` and `params` say why."""

    def __init__(self, code: str, line: int | None, /, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.line = line
        self.params = params


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a text stands: in which decision, with which names (those with spaces too), functions and types.

    `bound`: the names that the boxed expressions around it give. `language`: that of the whole file. `cells`: those
    compiled already, since tables repeat them.
    """

    decision: str
    names: tuple[str, ...] = ()
    callables: frozenset[str] = frozenset()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    bound: tuple[str, ...] = ()
    language: str = ""
    cells: dict[tuple[Any, ...], Cell] = field(default_factory=dict)

    def within(self, *bound: str) -> "Setting":
        """The same inside of what gives these names."""
        return replace(self, bound=(*self.bound, *bound))

    def expression(self, text: str, at: etree._Element) -> Expression:
        """A compiled text; raises DecisionRefused."""
        try:
            if self._is_plain(text, at):
                return compile_expression(text)
            return compile_feel(
                text, names=self.names, callables=self.callables, aliases=self.aliases, bound=self.bound
            )
        except ExpressionRefused as refused:
            raise self._bad(text, at, refused) from None

    def cell(self, text: str, at: etree._Element) -> Cell:
        """The unary tests of a cell; raises DecisionRefused."""
        if text in ("", "-"):
            return Cell(None)
        key = (text, str(at.get("expressionLanguage")), self.bound, self.decision)
        if key not in self.cells:
            self.cells[key] = self._cell(text, at)
        return self.cells[key]

    def _cell(self, text: str, at: etree._Element) -> Cell:
        if LITERAL.fullmatch(text):
            return Cell(_same_as(text[1:-1]))
        if self._is_plain(text, at):
            asked = self.expression(text, at)
            return Cell(lambda value, names: asked.closure(names) is True, asked.names)
        compiler = FullCompiler(
            feel=True, callables=self.callables, aliases=self.aliases, asks=True, bound=self.bound
        )
        try:
            tree = tree_of(text, names=self.names, read=_tests)
            holds = _any_of(tree.parts, compiler)
        except ExpressionRefused as refused:
            raise self._bad(text, at, refused) from None
        names = frozenset(compiler.reads)
        return Cell((lambda value, scope: not holds(value, scope)) if tree.value else holds, names)

    def _is_plain(self, text: str, at: etree._Element) -> bool:
        language = _language(at, self.language)
        if language not in ("", "feel", "s-feel", *PLAIN):
            raise DecisionRefused("language", line_of(at), decision=self.decision, language=language[:40])
        return language in PLAIN or text.lstrip().startswith(("${", "#{"))

    def _bad(self, text: str, at: etree._Element, refused: ExpressionRefused) -> DecisionRefused:
        shown = " ".join(text.split())[:60]
        if refused.code == "reads_clock":
            return DecisionRefused("reads_clock", line_of(at), decision=self.decision, **refused.params)
        return DecisionRefused("bad_cell", line_of(at), decision=self.decision, text=shown, why=refused.code)


def _language(at: etree._Element, of_file: str) -> str:
    """The language that an element says its texts are in; the file's where it says none."""
    said = str(at.get("expressionLanguage") or of_file).strip()
    return "feel" if "FEEL" in said or said.lower().endswith("feel/") else said.lower()


def _tests(reader: Reader) -> Node:
    """All the tests of a cell; its value tells whether they are negated."""
    if reader.is_negated():
        reader.expect("not")
        reader.expect("(")
        found = reader.tests(")")
        reader.expect(")")
        reader.end()
        return Node("tests", True, tuple(found))
    found = reader.tests("")
    reader.end()
    return Node("tests", False, tuple(found))


def _any_of(parts: tuple[Node, ...], compiler: FullCompiler) -> Test:
    tests = [_test(part, compiler) for part in parts]
    if len(tests) == 1:
        return tests[0]
    return lambda value, names: any(test(value, names) for test in tests)


def _test(node: Node, compiler: FullCompiler) -> Test:
    """One alternative of a cell: a comparison with the input, a value or range it must be in, or a question."""
    if node.kind == "half":
        return _compared(node.value, compiler.closure(node.parts[0]))
    if node.kind == "constant":
        return _same_as(node.value)
    found = compiler.closure(node)
    if mentions(node, "?"):
        return lambda value, names: found(names) is True

    def holds(value: Any, names: Names) -> bool:
        bound = found(names)
        if isinstance(bound, bool) and not isinstance(value, bool):
            return bound
        return passes(value, bound) is True

    return holds


def _same_as(constant: Any) -> Test:
    return lambda value, names: alike(value, constant) is True


def _compared(sign: str, bound: Callable[[Names], Any]) -> Test:
    compare = FEEL_COMPARISONS[sign]
    if sign in ("==", "!="):
        return lambda value, names: compare(value, bound(names)) is True

    def holds(value: Any, names: Names) -> bool:
        limit = bound(names)
        return value is not None and limit is not None and compare(value, limit) is True

    return holds


def constants(text: str, names: tuple[str, ...] = ()) -> tuple[Any, ...]:
    """The literal values among the tests of a text, in their order; () where it cannot be read."""
    try:
        tree = tree_of(text, names=names, read=_tests)
        built(
            text,
            Node("list", None, tuple(p for p in tree.parts if p.kind != "half")),
            FullCompiler(feel=True),
        )
    except ExpressionRefused:
        return ()
    return tuple(part.value for part in tree.parts if part.kind == "constant")


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """The children of a name in the namespace of the element."""
    return element.findall(f"{{{namespace(element)}}}{name}")


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of a name in the namespace of the element."""
    return element.find(f"{{{namespace(element)}}}{name}")


def text_in(element: etree._Element | None) -> str:
    """The text of an element's `text`."""
    inner = child(element, "text") if element is not None else None
    return ((inner.text if inner is not None else None) or "").strip()
