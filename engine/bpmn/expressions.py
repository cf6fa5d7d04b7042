"""The safe expression language of conditions, scripts, timers, mappings and decision cells.

One grammar reads two spellings of the same thing: Python-like (`amount > 1000 and kind == "sick"`), with what other
engines' files write (`${amount > 1000}`, `#{…}`, `&&`, `===`, `x eq 'a'`, `empty x`, `c ? a : b`), and FEEL behind
a `=` and in DMN. Texts are parsed by our own parser and turned into closures: nothing is handed to Python's `eval`.
There are no attributes and no names but the data's and a fixed set of functions; sizes and work are bounded.

Numbers are exact: integers stay integers, decimals (literals and JSON floats alike) become `decimal.Decimal`,
`/` gives an integer when the division comes out even and a 34-digit Decimal otherwise, `//` floors. So money
in centimes never meets a float.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.bpmn.feel.cursor import DEEPEST, Node
from engine.bpmn.feel.functions import FUNCTIONS
from engine.bpmn.feel.lexing import LONGEST, WORD, ExpressionRefused, refused
from engine.bpmn.feel.loops import FullCompiler
from engine.bpmn.feel.parsing import CONSTANTS
from engine.bpmn.feel.reading import Reader
from engine.bpmn.feel.scopes import WORK, Closure, Names, bounded
from engine.bpmn.operations import EvaluationFailed, plain

__all__ = [
    "Expression",
    "ExpressionRefused",
    "Script",
    "compile_expression",
    "compile_feel",
    "compile_script",
]

WRAPPED = re.compile(r"\s*[$#]\{(.*)\}\s*", re.DOTALL)
FLOWABLE = re.compile(r"""\b(?:vars?|variables):(\w+)\(\s*(?:"(\w+)"|'(\w+)'|(\w+))\s*(?:,|(?=\)))""")
FLOWABLE_OPERATIONS = {
    "get": "(x", "exists": "(x != null", "isEmpty": "(empty x", "isNotEmpty": "(not empty x", "contains": "contains(x,",
    "eq": "(x ==", "equals": "(x ==", "ne": "(x !=", "notEquals": "(x !=", "lt": "(x <", "lessThan": "(x <",
    "lte": "(x <=", "lessThanOrEquals": "(x <=", "gt": "(x >", "greaterThan": "(x >", "gte": "(x >=",
    "greaterThanOrEquals": "(x >=",
}  # fmt: skip
"""What the beginning of `var:equals(x, …)` means, up to the comma."""
RETURN = re.compile(r"return\s+(.+?)\s*;?", re.DOTALL)  #: how conditions are written in Java-like languages
MOST_LINES = 200
ASSIGNMENT = re.compile(
    rf"(?:(?:var|let|const|def)\s+)?({WORD})\s*(\*\*|//|[-+*/%:])?=(?!=)\s*(.+)", re.DOTALL
)
SET_VARIABLE = re.compile(
    r"""(?:execution|kcontext)\.setVariable(?:Local)?\(\s*(?:"([^"\\]+)"|'([^'\\]+)')\s*,(.+)\)""", re.DOTALL
)
PIECE = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<comment>/\*.*?\*/|\#[^\n]*)|(?P<sign>[\[\](){};\n])""",
    re.DOTALL,
)
GOES_ON = re.compile(r"(?:[-+*/%=<>!&|,?:\\]|\b(?:and|or|not|in|if|else|then|return|satisfies))\s*$")


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; `names` are the variables it needs, `optional` those it reads where they are there."""

    text: str
    names: frozenset[str]
    closure: Closure
    optional: frozenset[str] = frozenset()
    works: bool = False

    def evaluate(self, names: Names) -> Any:
        """Value of the expression as it is kept; raises EvaluationFailed when it has none."""
        return plain(self.value(names))

    def value(self, names: Names) -> Any:
        """The value as other expressions see it: durations, times and ranges are values of their own."""
        if not self.works:
            return self.closure(names)
        try:
            return self.closure(names if WORK in names else bounded(names))
        except RecursionError:
            raise EvaluationFailed("too_large") from None


@dataclass(frozen=True, slots=True)
class Script:
    """Compiled assignments; `names` are read before they are written, `writes` are assigned."""

    text: str
    names: frozenset[str]
    writes: frozenset[str]
    lines: tuple[tuple[str, Expression], ...]

    def run(self, names: Names) -> dict[str, Any]:
        """The assigned variables with their values; `names` is not changed."""
        written: dict[str, Any] = {}
        for target, expression in self.lines:
            written[target] = expression.evaluate({**names, **written})
        return written


@lru_cache(maxsize=8_192)
def compile_expression(text: str) -> Expression:
    """One expression; FEEL behind a leading `=`, else plain; raises ExpressionRefused."""
    _check_length(text)
    bare = text.strip()
    if bare.startswith("=") and not bare.startswith("=="):
        return _compiled(text, bare[1:], feel=True)
    returned = RETURN.fullmatch(bare)
    wrapped = WRAPPED.fullmatch(bare)
    if returned:
        return _compiled(text, returned[1], feel=False)
    inner = FLOWABLE.sub(_of_flowable, wrapped[1]) if wrapped else bare
    return _compiled(text, inner, feel=False)


def _of_flowable(match: re.Match[str]) -> str:
    """The beginning of a call of Flowable's functions on variables, as an operation on the variable, null without."""
    name, variable = match[1], next(filter(None, match.group(2, 3, 4)))
    operation = FLOWABLE_OPERATIONS.get(name)
    if operation is None:
        raise ExpressionRefused("unknown_function", name=name)
    return operation.replace("x", f'execution.getVariable("{variable}")')


def compile_feel(
    text: str,
    *,
    names: tuple[str, ...] = (),
    callables: frozenset[str] = frozenset(),
    aliases: Mapping[str, tuple[str, ...]] | None = None,
    bound: tuple[str, ...] = (),
) -> Expression:
    """One FEEL expression of a DMN file; raises ExpressionRefused.

    `names`: the names with spaces that the file declares. `callables`: those of them that are functions. `aliases`:
    for a name those under which its value may be found. `bound`: names given by what stands around the text.
    """
    _check_length(text)
    tree = tree_of(text, names=names)
    return built(text, tree, FullCompiler(feel=True, callables=callables, aliases=aliases or {}, bound=bound))


def compile_script(text: str) -> Script:
    """Assignments `name = expression`, one a line or separated by `;`; raises ExpressionRefused."""
    return _script(text)


@lru_cache(maxsize=1_024)
def _script(text: str) -> Script:
    _check_length(text)
    lines: list[tuple[str, Expression]] = []
    reads: set[str] = set()
    for statement in _statements(text):
        target, value = _assignment(statement)
        lines.append((target, value))
        reads |= value.names - {name for name, _ in lines[:-1]}
    if not lines or len(lines) > MOST_LINES:
        raise ExpressionRefused("empty") if not lines else ExpressionRefused("too_long", most=MOST_LINES)
    return Script(text, frozenset(reads), frozenset(name for name, _ in lines), tuple(lines))


def compile_result(name: str, text: str) -> Script:
    """The script that assigns one expression, FEEL behind a leading `=`; raises ExpressionRefused."""
    value = compile_expression(text)
    return Script(text, value.names, frozenset({_target(name)}), ((name, value),))


def tree_of(
    text: str,
    *,
    feel: bool = True,
    names: tuple[str, ...] = (),
    read: Callable[[Reader], Node] = Reader.whole,
) -> Node:
    """The tree of a text; in FEEL what stands behind `//` is a comment where it cannot be a divisor."""
    try:
        return read(Reader(text, feel=feel, names=names))
    except RecursionError:
        raise ExpressionRefused("too_long", most=DEEPEST) from None
    except ExpressionRefused as refusal:
        if refusal.code != "syntax" or "//" not in text or not feel:
            raise
        return read(Reader(text, feel=True, names=names, slashes=True))


def built(text: str, tree: Node, compiler: FullCompiler) -> Expression:
    """The expression of a tree."""
    closure = compiler.closure(tree)
    optional = frozenset(compiler.optional - compiler.reads)
    return Expression(text, frozenset(compiler.reads), closure, optional, compiler.loops)


def _compiled(text: str, inner: str, *, feel: bool) -> Expression:
    if not inner.strip():
        raise ExpressionRefused("empty")
    return built(text, tree_of(inner, feel=feel), FullCompiler(feel=feel))


def _check_length(text: str) -> None:
    if not text.strip():
        raise ExpressionRefused("empty")
    if len(text) > LONGEST:
        raise ExpressionRefused("too_long", most=LONGEST)


def _assignment(statement: str) -> tuple[str, Expression]:
    found = SET_VARIABLE.fullmatch(statement)
    if found:
        return _target(found[1] or found[2]), compile_expression(found[3])
    found = ASSIGNMENT.fullmatch(statement)
    if found is None:
        raise ExpressionRefused("only_assignments")
    name, sign, value = found.groups()
    if ASSIGNMENT.fullmatch(value):
        raise ExpressionRefused("only_assignments")
    if sign and sign != ":":
        value = f"{name} {sign} ({value})"
    return _target(name), compile_expression(value)


def _target(name: str) -> str:
    if not re.fullmatch(WORD, name) or name in FUNCTIONS or name in CONSTANTS or name.startswith("__"):
        raise ExpressionRefused("only_assignments")
    return name


def _statements(text: str) -> list[str]:
    """The lines of a script: a line goes on in the next within brackets and behind an operator."""
    found, statement, depth, at = [], "", 0, 0
    for piece in PIECE.finditer(text):
        statement += text[at : piece.start()]
        at = piece.end()
        if piece["comment"]:
            continue
        if piece["sign"] and depth == 0 and piece[0] in ";\n":
            if piece[0] == ";" or not GOES_ON.search(statement):
                found.append(statement)
                statement = ""
                continue
            statement = statement.rstrip("\\")
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(piece[0], 0)
        if depth < 0:
            raise refused(text, piece.start())
        statement += piece[0]
    parts = [part.strip() for part in [*found, statement + text[at:]]]
    return [part for part in parts if part and not part.startswith("//")]
