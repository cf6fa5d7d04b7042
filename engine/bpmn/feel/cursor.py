"""Where a parser stands in the tokens of a text, and the nodes that it makes, bounded in number and depth."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from engine.bpmn.feel.lexing import ExpressionRefused, Token, refused, tokens

MOST_NODES = 500
DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Node:
    """One part of an expression: `kind`, what it says (`value`), and its parts."""

    kind: str
    value: Any = None
    parts: "tuple[Node, ...]" = ()


def mentions(node: Node, name: str) -> bool:
    """Whether a name stands anywhere in a tree."""
    return (node.kind == "name" and node.value == name) or any(mentions(part, name) for part in node.parts)


class Cursor:
    """A place in a text; `feel`: whether it is a FEEL text."""

    def __init__(self, text: str, *, feel: bool, names: Iterable[str] = (), slashes: bool = False) -> None:
        self._text = text
        self._feel = feel
        self._tokens = tokens(text, names=names, hashes=not feel, slashes=slashes)
        self._at = 0
        self._nodes = 0
        self._depth = 0
        self._closing = False  # whether `[` may close a range here

    @property
    def token(self) -> Token:
        return self._tokens[self._at]

    def ahead(self, count: int = 1) -> Token:
        return self._tokens[min(self._at + count, len(self._tokens) - 1)]

    def sees(self, *values: str) -> bool:
        return self.token.kind in ("sign", "word") and self.token.value in values

    def accept(self, *values: str) -> bool:
        if self.sees(*values):
            self._at += 1
            return True
        return False

    def expect(self, *values: str) -> str:
        if not self.sees(*values):
            raise self.wrong()
        self._at += 1
        return str(self._tokens[self._at - 1].value)

    def name(self) -> str:
        """The name that stands here."""
        if self.token.kind not in ("word", "quoted"):
            raise self.wrong()
        self._at += 1
        return str(self._tokens[self._at - 1].value)

    def wrong(self) -> ExpressionRefused:
        return refused(self._text, self.token.at)

    def node(self, kind: str, value: Any, *parts: Node) -> Node:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise ExpressionRefused("too_long", most=MOST_NODES)
        return Node(kind, value, parts)

    def nested(self, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionRefused("too_long", most=DEEPEST)
        found = read()
        self._depth -= 1
        return found

    def type_name(self) -> str:
        """A type behind `instance of`; what stands between `<` and `>` is not looked at."""
        words = [self.name()]
        if (
            words[0] in ("date", "days", "years")
            and self.sees("and")
            and self.ahead().value in ("time", "months")
        ):
            words += [self.name(), self.name()]
        if self.sees("duration"):
            words.append(self.name())
        while self.accept("."):
            words.append(self.name())
        if words[0] in ("list", "context", "range", "function"):
            self._skip_type()
        return " ".join(words)

    def _skip_type(self) -> None:
        depth = 0
        while self.token.kind != "end" and self.sees("<") | (depth > 0):
            depth += {"<": 1, ">": -1}.get(self.token.value, 0)
            self._at += 1
            if depth == 0:
                break
        if self.sees("!=") and self.ahead().value == "->":
            self._at += 1  # `<>` is read as one sign
        if self.accept("->"):
            self.type_name()
