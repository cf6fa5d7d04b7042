"""Tokens to a syntax tree, by operator precedence: one grammar reads the Python-like and the FEEL spelling."""

from collections.abc import Callable

from engine.bpmn.feel.cursor import DEEPEST, Cursor, Node
from engine.bpmn.feel.lexing import ExpressionRefused

CONSTANTS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
COMPARING = {"=": "==", "==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
WORDS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
TIMES = {"*": "*", "/": "/", "//": "//", "%": "%", "div": "/", "mod": "%"}
INFIX_WORDS = {
    "and",
    "or",
    "in",
    "not",
    "between",
    "is",
    "instance",
    "div",
    "mod",
    "if",
    "else",
    "then",
    *WORDS,
}
ENDS = {"", ",", ".", ")", "]", "}", "else", "then", "return", "satisfies", "and", "or"}


class Parser(Cursor):
    """Reads operators; in FEEL the precedence of `-` and of `not` is not Python's."""

    # -- whole texts

    def whole(self) -> Node:
        """One expression and nothing behind it."""
        found = self.expression()
        self.end()
        return found

    def end(self) -> None:
        if self.token.kind != "end":
            raise self.wrong()

    def expression(self) -> Node:
        """Anything: choices, iterations, functions, operators."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionRefused("too_long", most=DEEPEST)
        closing, self._closing = self._closing, False
        found = self._choice()
        self._closing = closing
        self._depth -= 1
        return found

    def _choice(self) -> Node:
        found = self._either()
        if self.accept("?"):
            yes = self.expression()
            self.expect(":")
            return self.node("if", None, found, yes, self.expression())
        if self.sees("if"):
            self._at += 1
            test = self._either()
            self.expect("else")
            return self.node("if", None, test, found, self.expression())
        return found

    def _either(self) -> Node:
        parts = [self._both()]
        while self.accept("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else self.node("or", None, *parts)

    def _both(self) -> Node:
        parts = [self._negated()]
        while self.accept("and"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else self.node("and", None, *parts)

    def _negated(self) -> Node:
        if self.sees("not") and not self.is_function():
            self._at += 1
            return self.node("not", None, self.nested(self._negated))
        return self._compared()

    def is_function(self) -> bool:
        """FEEL's `not(x)` is a function; Python's `not (x)` is an operator that binds less than comparisons."""
        return self._feel and self.ahead().value == "("

    # -- comparisons

    def _compared(self) -> Node:
        first, links, parts = self._sum(), [], []
        while True:
            sign = self._comparing_sign()
            if sign:
                links.append(sign)
                parts.append(self._sum())
                continue
            if links:
                first = self.node("compare", tuple(links), first, *parts)
                links, parts = [], []
            wider = self._asked(first)
            if wider is None:
                return first
            first = wider

    def _comparing_sign(self) -> str | None:
        if self.token.kind == "sign" and self.token.value in COMPARING:
            self._at += 1
            return COMPARING[self._tokens[self._at - 1].value]
        if self.token.kind == "word" and self.token.value in WORDS:
            self._at += 1
            return WORDS[self._tokens[self._at - 1].value]
        if self.sees("is"):
            self._at += 1
            return "!=" if self.accept("not") else "=="
        return None

    def _asked(self, found: Node) -> Node | None:
        """`between`, `in`, `not in`, `instance of` behind a value; None when none of them follows."""
        if self.accept("between"):
            lower = self._sum()
            self.expect("and")
            return self.node("between", None, found, lower, self._sum())
        if self.sees("not") and self.ahead().value == "in":
            self._at += 2
            return self.node("not", None, self.node("in", None, found, *self._within()))
        if self.accept("in"):
            return self.node("in", None, found, *self._within())
        if self.sees("instance") and self.ahead().value == "of":
            self._at += 2
            return self.node("instance", self.type_name(), found)
        return None

    def _within(self) -> list[Node]:
        """What stands behind `in`: a value, a list, a range, or unary tests in parentheses."""
        if self.sees("(") and self._is_list_of_tests():
            self._at += 1
            tests = self.tests(")")
            self.expect(")")
            return tests
        return [self.test(self._sum)]

    def _is_list_of_tests(self) -> bool:
        """Whether the parenthesis here holds more than a range such as `(1..5]`."""
        depth = 0
        for number, token in enumerate(self._tokens[self._at :]):
            if token.kind == "sign" and token.value in "([{":
                depth += 1
            elif token.kind == "sign" and token.value in ")]}":
                depth -= 1
                if depth == 0:
                    return bool(token.value == ")") and number > 1
            elif token.value == ".." and depth == 1:
                return False
        return False

    def tests(self, end: str) -> list[Node]:
        """Unary tests separated by commas, as in a cell of a decision table."""
        found = [self.test(self.expression)]
        while self.accept(","):
            if self.sees(end):
                break
            found.append(self.test(self.expression))
        return found

    def test(self, read: Callable[[], Node]) -> Node:
        """One unary test: `< 5`, a range, or a value."""
        if self.token.kind == "sign" and self.token.value in COMPARING:
            return self.node("half", self._comparing_sign(), self._sum())
        return read()

    # -- arithmetic

    def _sum(self, product: bool = False) -> Node:
        """Sums of products; only a product with `product`."""
        found = self._signed()
        while self.token.kind in ("sign", "word"):
            sign = TIMES.get(self.token.value)
            if sign is not None:
                self._at += 1
                found = self.node("arithmetic", sign, found, self._signed())
            elif self.token.value in ("+", "-") and not product:
                sign = self.expect("+", "-")
                found = self.node("arithmetic", sign, found, self._sum(product=True))
            else:
                break
        return found

    def _signed(self) -> Node:
        """Signs and powers: FEEL negates first and goes from the left, Python raises first, from the right."""
        if self.token.kind == "sign" and self.token.value in ("-", "+", "!"):
            found = self._with_sign()
        else:
            found = self.postfix()
        if not self.accept("**"):
            return found
        if not self._feel:
            return self.node("arithmetic", "**", found, self.nested(self._signed))
        found = self.node("arithmetic", "**", found, self._raised())
        while self.accept("**"):
            found = self.node("arithmetic", "**", found, self._raised())
        return found

    def _raised(self) -> Node:
        return self._with_sign() if self.sees("-", "+", "!") else self.postfix()

    def _with_sign(self) -> Node:
        sign = self.expect("-", "+", "!")
        part = self.nested(self._raised if sign == "!" or self._feel else self._signed)
        return self.node("not", None, part) if sign == "!" else self.node("sign", sign, part)

    def postfix(self) -> Node:
        """A value with its paths, indexes and calls; given by the subclass that knows the values."""
        raise NotImplementedError
