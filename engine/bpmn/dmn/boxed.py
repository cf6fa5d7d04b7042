"""Boxed expressions of DMN: literal, context, invocation, list, relation, condition, function; tables within them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lxml import etree

from engine.bpmn.dmn.hits import DecisionBroken, Table, matched
from engine.bpmn.dmn.texts import DecisionRefused, Setting, child, children, text_in
from engine.bpmn.expressions import Expression
from engine.bpmn.feel.scopes import Closure, Local, Names, take
from engine.bpmn.feel.types import ANY
from engine.bpmn.operations import EvaluationFailed, Lambda
from engine.bpmn.xml import line_of, local

TableReader = Callable[[etree._Element, Setting], Table]
BOXES = (
    "literalExpression", "context", "invocation", "list", "relation", "functionDefinition", "conditional",
    "decisionTable",
)  # fmt: skip


class Boxes:
    """Reads boxed expressions; `tables` reads the decision tables among them."""

    def __init__(self, tables: TableReader) -> None:
        self._tables = tables

    def inside(self, element: etree._Element, setting: Setting) -> Expression:
        """The expression that an element holds; raises DecisionRefused."""
        found = next((one for one in element.iterchildren(etree.Element) if local(one) in BOXES), None)
        if found is None:
            other = next(
                (local(one) for one in element.iterchildren(etree.Element) if local(one) in OTHERS), ""
            )
            raise DecisionRefused("no_table", line_of(element), decision=setting.decision, found=other)
        return self.read(found, setting)

    def read(self, element: etree._Element, setting: Setting) -> Expression:
        """One boxed expression; raises DecisionRefused."""
        made: Expression = getattr(self, f"_{local(element).lower()}")(element, setting)
        return made

    def function(self, element: etree._Element, setting: Setting) -> Expression:
        """What makes the function of a `functionDefinition` or of a model's `encapsulatedLogic`."""
        if element.get("kind", "FEEL") not in ("FEEL", "F"):
            raise DecisionRefused(
                "language", line_of(element), decision=setting.decision, language=element.get("kind")
            )
        parameters = tuple(p.get("name", "") for p in children(element, "formalParameter"))
        kinds = [setting.kinds.get(p.get("typeRef", ""), ANY) for p in children(element, "formalParameter")]
        body = self.inside(element, setting.within(*parameters))

        def made(names: Names) -> Lambda:
            def run(*arguments: Any) -> Any:
                take(names, 20)
                fitted = [kind.fitted(value) for kind, value in zip(kinds, arguments, strict=True)]
                return body.closure(Local(names, dict(zip(parameters, fitted, strict=True))))

            return Lambda(parameters, run)

        return _expression(made, body)

    _functiondefinition = function

    def _literalexpression(self, element: etree._Element, setting: Setting) -> Expression:
        text = text_in(element)
        return setting.expression(text, element) if text else _expression(lambda names: None)

    def _context(self, element: etree._Element, setting: Setting) -> Expression:
        entries: list[tuple[str, Expression]] = []
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            name = variable.get("name", "") if variable is not None else ""
            kind = setting.kinds.get(variable.get("typeRef", ""), ANY) if variable is not None else ANY
            inner = setting.within(*(key for key, _ in entries if key), *([name] if name else []))
            found = self.inside(entry, inner)
            entries.append((name, replace(found, closure=_fitting(found.closure, kind.fitted))))

        def made(names: Names) -> Any:
            scope = Local(names, {})
            for name, entry in entries:
                value = entry.closure(scope)
                if not name:
                    return value
                scope[name] = value
            return dict(scope)

        return _expression(made, *(entry for _, entry in entries))

    def _invocation(self, element: etree._Element, setting: Setting) -> Expression:
        called = self.inside(element, setting)
        bindings: list[tuple[str, Expression]] = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            name = parameter.get("name", "") if parameter is not None else ""
            bindings.append((name, self.inside(binding, setting)))

        def made(names: Names) -> Any:
            function = called.closure(names)
            given = {name: value.closure(names) for name, value in bindings}
            if not isinstance(function, Lambda) or set(given) - set(function.names):
                return None
            return function.run(*(given.get(name) for name in function.names))

        return _expression(made, called, *(value for _, value in bindings))

    def _list(self, element: etree._Element, setting: Setting) -> Expression:
        items = [
            self.read(one, setting) for one in element.iterchildren(etree.Element) if local(one) in BOXES
        ]
        return _expression(lambda names: [item.closure(names) for item in items], *items)

    def _relation(self, element: etree._Element, setting: Setting) -> Expression:
        columns = [column.get("name", "") for column in children(element, "column")]
        rows = [
            [self.read(one, setting) for one in row.iterchildren(etree.Element) if local(one) in BOXES]
            for row in children(element, "row")
        ]
        if any(len(row) != len(columns) for row in rows):
            raise DecisionRefused("ragged_rule", line_of(element), decision=setting.decision, rule="row")
        return _expression(
            lambda names: [
                dict(zip(columns, (one.closure(names) for one in row), strict=True)) for row in rows
            ],
            *(one for row in rows for one in row),
        )

    def _conditional(self, element: etree._Element, setting: Setting) -> Expression:
        parts = [child(element, name) for name in ("if", "then", "else")]
        test, yes, no = (
            self.inside(part, setting) if part is not None else _expression(lambda names: None)
            for part in parts
        )
        made: Closure = lambda names: (yes if test.closure(names) is True else no).closure(names)  # noqa: E731
        return _expression(made, test, yes, no)

    def _decisiontable(self, element: etree._Element, setting: Setting) -> Expression:
        table = self._tables(element, setting)

        def made(names: Names) -> Any:
            try:
                return matched(table, names)[0].value
            except DecisionBroken as broken:
                raise EvaluationFailed(broken.code, **broken.params) from None

        return Expression("", table.names - set(setting.bound), made, works=True)


OTHERS = ("for", "some", "every", "filter")


def _fitting(closure: Closure, fitted: Callable[[Any], Any]) -> Closure:
    return lambda names: fitted(closure(names))


def _expression(closure: Closure, *parts: Expression) -> Expression:
    names = frozenset[str]().union(*(part.names for part in parts))
    return Expression("", names, closure, works=True)
