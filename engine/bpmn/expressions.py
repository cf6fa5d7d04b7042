"""The safe expression language of conditions, scripts, timers and decision cells.

Python-like (`amount > 1000 and kind == "sick"`), with the wrappers other modelers write: `${amount > 1000}`,
`#{…}`, `= amount > 1000`, `&&`, `||`, `!`, `true`, `false`, `null`. Text is parsed to a syntax tree, checked
against a whitelist and turned into closures: nothing is ever handed to Python's `eval`. There are no
attributes, no loops, no names but the data's and a fixed set of functions; sizes of texts, lists and numbers
are bounded.

Numbers are exact: integers stay integers, decimals (literals and JSON floats alike) become `decimal.Decimal`,
`/` gives an integer when the division comes out even and a 28-digit Decimal otherwise, `//` floors. So money
in centimes never meets a float.
"""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.bpmn.operations import BINARY, COMPARISONS, FUNCTIONS, UNARY, EvaluationFailed, exact, plain

LONGEST = 4_000
MOST_NODES = 500
DEEPEST = 60
CONSTANTS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
WRAPPED = re.compile(r"^\s*[$#]\{(.*)\}\s*$", re.DOTALL)
LITERAL_OR_SIGN = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(&&)|(\|\|)|(!(?!=))|((?<![=<>!:])=(?!=))"""
)

Names = Mapping[str, Any]
Closure = Callable[[Names], Any]


class ExpressionRefused(Exception):
    """The text is not of the expression language; `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; `names` are the variables it reads."""

    text: str
    names: frozenset[str]
    closure: Closure

    def evaluate(self, names: Names) -> Any:
        """Value of the expression; raises EvaluationFailed when it has none."""
        return plain(self.closure(names))


@dataclass(frozen=True, slots=True)
class Script:
    """Compiled assignments; `names` are read before they are written, `writes` are assigned."""

    text: str
    names: frozenset[str]
    writes: frozenset[str]
    lines: tuple[tuple[str, Closure], ...]

    def run(self, names: Names) -> dict[str, Any]:
        """The assigned variables with their values; `names` is not changed."""
        written: dict[str, Any] = {}
        for target, closure in self.lines:
            written[target] = plain(closure({**names, **written}))
        return written


@lru_cache(maxsize=4_096)
def compile_expression(text: str) -> Expression:
    """One expression; raises ExpressionRefused."""
    compiler = _Compiler()
    closure = compiler.closure(_parsed(_unwrapped(text)))
    return Expression(text, frozenset(compiler.reads), closure)


@lru_cache(maxsize=1_024)
def compile_script(text: str) -> Script:
    """Assignments `name = expression`, one a line or separated by `;`; raises ExpressionRefused."""
    compiler = _Compiler()
    lines: list[tuple[str, Closure]] = []
    reads: set[str] = set()
    for statement in _statements(text):
        target, value = _assignment(statement)
        lines.append((target, compiler.closure(value)))
        reads |= compiler.reads - {name for name, _ in lines[:-1]}
        compiler.reads = set()
    return Script(text, frozenset(reads), frozenset(name for name, _ in lines), tuple(lines))


def _unwrapped(text: str) -> str:
    """The text without wrappers, in this language's spelling of the signs."""
    _check_length(text)
    text = text.strip()
    wrapped = WRAPPED.match(text)
    if wrapped:
        text = wrapped.group(1)
    elif text.startswith("=") and not text.startswith("=="):
        text = text[1:]
    return " ".join(LITERAL_OR_SIGN.sub(_respelled, text).split("\n")).strip()


def _respelled(match: re.Match[str]) -> str:
    literal, conjunction, disjunction, negation, _ = match.groups()
    if literal:
        return str(literal)
    return " and " if conjunction else " or " if disjunction else " not " if negation else "=="


def _check_length(text: str) -> None:
    if not text.strip():
        raise ExpressionRefused("empty")
    if len(text) > LONGEST:
        raise ExpressionRefused("too_long", most=LONGEST)


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionRefused("syntax", text=text[:80], detail=_detail(error)) from None


def _statements(text: str) -> list[ast.stmt]:
    _check_length(text)
    try:
        body = ast.parse("\n".join(line.strip() for line in text.strip().splitlines())).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionRefused("syntax", text=text.strip()[:80], detail=_detail(error)) from None
    if not body:
        raise ExpressionRefused("empty")
    return body


def _detail(error: BaseException) -> str:
    return error.msg if isinstance(error, SyntaxError) and error.msg else type(error).__name__


def _assignment(statement: ast.stmt) -> tuple[str, ast.expr]:
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        raise ExpressionRefused("only_assignments")
    target = statement.targets[0]
    if not isinstance(target, ast.Name) or target.id in FUNCTIONS or target.id in CONSTANTS:
        raise ExpressionRefused("only_assignments")
    return target.id, statement.value


class _Compiler:
    """Turns checked syntax into closures and notes the names read on the way."""

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self._nodes = 0
        self._depth = 0

    def closure(self, node: ast.expr) -> Closure:
        self._nodes += 1
        if self._nodes > MOST_NODES or self._depth > DEEPEST:
            raise ExpressionRefused("too_long", most=MOST_NODES)
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise ExpressionRefused("not_allowed", what=type(node).__name__)
        self._depth += 1
        closure: Closure = method(node)
        self._depth -= 1
        return closure

    def _constant(self, node: ast.Constant) -> Closure:
        if not isinstance(node.value, str | int | float | bool | None):
            raise ExpressionRefused("not_allowed", what=type(node.value).__name__)
        value = exact(node.value)
        return lambda names: value

    def _name(self, node: ast.Name) -> Closure:
        name = node.id
        if name in CONSTANTS:
            value = CONSTANTS[name]
            return lambda names: value
        if name.startswith("__"):
            raise ExpressionRefused("not_allowed", what=name)
        self.reads.add(name)
        return lambda names: _looked_up(names, name)

    def _boolop(self, node: ast.BoolOp) -> Closure:
        parts = [self.closure(value) for value in node.values]
        if isinstance(node.op, ast.And):
            return lambda names: all(part(names) for part in parts)
        return lambda names: any(part(names) for part in parts)

    def _unaryop(self, node: ast.UnaryOp) -> Closure:
        operation = UNARY.get(type(node.op))
        if operation is None:
            raise ExpressionRefused("not_allowed", what=type(node.op).__name__)
        operand = self.closure(node.operand)
        return lambda names: operation(operand(names))

    def _binop(self, node: ast.BinOp) -> Closure:
        operation = BINARY.get(type(node.op))
        if operation is None:
            raise ExpressionRefused("not_allowed", what=type(node.op).__name__)
        left, right = self.closure(node.left), self.closure(node.right)
        return lambda names: operation(left(names), right(names))

    def _compare(self, node: ast.Compare) -> Closure:
        first = self.closure(node.left)
        links = [
            (self._comparison(op), self.closure(value))
            for op, value in zip(node.ops, node.comparators, strict=True)
        ]

        def compared(names: Names) -> bool:
            left = first(names)
            for holds, closure in links:
                right = closure(names)
                if not holds(left, right):
                    return False
                left = right
            return True

        return compared

    def _comparison(self, operator: ast.cmpop) -> Callable[[Any, Any], bool]:
        if type(operator) not in COMPARISONS:
            raise ExpressionRefused("not_allowed", what=type(operator).__name__)
        return COMPARISONS[type(operator)]

    def _ifexp(self, node: ast.IfExp) -> Closure:
        test, yes, no = self.closure(node.test), self.closure(node.body), self.closure(node.orelse)
        return lambda names: yes(names) if test(names) else no(names)

    def _list(self, node: ast.List | ast.Tuple) -> Closure:
        items = [self.closure(item) for item in node.elts]
        return lambda names: [item(names) for item in items]

    _tuple = _list

    def _dict(self, node: ast.Dict) -> Closure:
        pairs = []
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                raise ExpressionRefused("not_allowed", what="Dict")
            pairs.append((key.value, self.closure(value)))
        return lambda names: {key: value(names) for key, value in pairs}

    def _subscript(self, node: ast.Subscript) -> Closure:
        if isinstance(node.slice, ast.Slice):
            raise ExpressionRefused("not_allowed", what="Slice")
        whole, key = self.closure(node.value), self.closure(node.slice)
        return lambda names: _item(whole(names), key(names))

    def _call(self, node: ast.Call) -> Closure:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            raise ExpressionRefused("unknown_function", name=ast.unparse(node.func)[:40])
        if node.keywords:
            raise ExpressionRefused("not_allowed", what="keyword")
        name = node.func.id
        function = FUNCTIONS[name]
        arguments = [self.closure(argument) for argument in node.args]
        return lambda names: _called(name, function, [argument(names) for argument in arguments])


def _looked_up(names: Names, name: str) -> Any:
    try:
        return exact(names[name])
    except KeyError:
        raise EvaluationFailed("unknown_name", name=name) from None


def _item(whole: Any, key: Any) -> Any:
    fits = (
        isinstance(key, str)
        if isinstance(whole, dict)
        else isinstance(whole, list | str) and isinstance(key, int)
    )
    if not fits:
        raise EvaluationFailed("wrong_types", operation="[]")
    try:
        return exact(whole[key])
    except LookupError:
        raise EvaluationFailed("no_such_item", key=str(key)) from None


def _called(name: str, function: Callable[..., Any], arguments: list[Any]) -> Any:
    try:
        return function(*arguments)
    except (TypeError, ValueError, ArithmeticError):
        raise EvaluationFailed("wrong_types", operation=name) from None
