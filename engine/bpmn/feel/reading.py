"""The operands of expressions: literals, names, calls, paths, indexes, lists, contexts, ranges, iterations."""

from engine.bpmn.feel.cursor import Node
from engine.bpmn.feel.lexing import FUNCTION_NAMES, ExpressionRefused
from engine.bpmn.feel.parsing import CONSTANTS, ENDS, INFIX_WORDS, Parser

METHODS = {
    "size": "count", "length": "len", "isEmpty": "is empty", "equals": "==", "equalsIgnoreCase": "same text",
    "contains": "contains", "containsKey": "contains", "startsWith": "starts with", "endsWith": "ends with",
    "toUpperCase": "upper case", "toLowerCase": "lower case", "trim": "trim", "get": "get", "matches": "matches",
    "includes": "contains", "toString": "string", "intValue": "number", "longValue": "number",
    "doubleValue": "number", "booleanValue": "itself",
}  # fmt: skip
"""What other engines' files write as methods, and the functions that they are here."""
NULL = Node("constant")
PARTS_OF_TWO_WORDS = {("time", "offset"), ("start", "included"), ("end", "included")}
FUNCTIONS_THAT_READ_THE_CLOCK = ("now", "today")
SPACED = {name.replace(" ", "_"): name for name in FUNCTION_NAMES}


class Reader(Parser):
    """The whole grammar."""

    def is_negated(self) -> bool:
        """Whether the whole text is `not(…)`."""
        if not self.sees("not") or self.ahead().value != "(":
            return False
        depth = 0
        for number, token in enumerate(self._tokens[1:], start=1):
            if token.kind == "sign":
                depth += {"(": 1, ")": -1}.get(token.value, 0)
            if depth == 0:
                return self._tokens[number + 1].kind == "end"
        return False

    def postfix(self) -> Node:
        found = self._operand()
        while True:
            if self.sees("."):
                self._at += 1
                found = self._member(found)
            elif self.sees("[") and not self._closes_range():
                self._at += 1
                found = self.node("index", None, found, self.expression())
                self.expect("]")
            elif self.sees("(") and found.kind in ("path", "index", "lambda", "invoke"):
                self._at += 1
                found = self.node("invoke", None, found, *self._positional())
            else:
                return found

    def _member(self, base: Node) -> Node:
        if self.token.kind == "sign":
            raise self.wrong()
        name = self.name()
        if (name, self.token.value) in PARTS_OF_TWO_WORDS and self.token.kind == "word":
            name = f"{name} {self.name()}"
        if not self.sees("(") or self._feel:
            return self.node("path", name, base)
        self._at += 1
        arguments = self._positional()
        if base.kind == "name" and base.value == "execution":
            return self._of_execution(name, arguments)
        if name not in METHODS:
            raise ExpressionRefused("unknown_function", name=f".{name}"[:40])
        if METHODS[name] == "==" and len(arguments) == 1:
            return self.node("compare", ("==",), base, arguments[0])
        return self.node("call", (METHODS[name], None), base, *arguments)

    def _of_execution(self, name: str, arguments: list[Node]) -> Node:
        """`execution.getVariable("x")` of Camunda is the variable, null where there is none."""
        literal = (
            len(arguments) == 1 and arguments[0].kind == "constant" and isinstance(arguments[0].value, str)
        )
        if not literal or name not in ("getVariable", "getVariableLocal", "hasVariable"):
            raise ExpressionRefused("unknown_function", name=f"execution.{name}"[:40])
        variable = self.node("name", self._checked(str(arguments[0].value)))
        return self.node("call", ("is defined" if name == "hasVariable" else "or null", None), variable)

    def _checked(self, name: str) -> str:
        if name.startswith("__"):
            raise ExpressionRefused("not_allowed", what=name[:40])
        return name

    def _closes_range(self) -> bool:
        """Whether the `[` here closes a range such as `]1..5[`."""
        after = self.ahead()
        return self._closing and (after.kind == "end" or (after.kind != "text" and after.value in ENDS))

    # -- operands

    def _operand(self) -> Node:
        token = self.token
        if token.kind in ("number", "text"):
            self._at += 1
            return self.node("constant", token.value)
        if token.kind == "quoted":
            return self.node("name", self.name())
        if token.kind == "word":
            return self._word(str(token.value))
        reading = {"(": self._parenthesis, "[": self._bracket, "]": self._bracket, "{": self._context}
        if token.value in reading and token.kind == "sign":
            self._at += 1
            return reading[token.value]()
        if self.accept("?"):
            return self.node("name", "?")
        if self.accept("@") and self.token.kind == "text":
            self._at += 1
            return self.node("call", ("@", None), self.node("constant", self._tokens[self._at - 1].value))
        raise self.wrong()

    def _word(self, word: str) -> Node:
        after = self.ahead()
        if word in CONSTANTS:
            self._at += 1
            return self.node("constant", CONSTANTS[word])
        if after.value == "(" and after.kind == "sign" and word not in ("if", "empty"):
            return self._function(word)
        if word == "if":
            return self._condition()
        begins = after.kind in ("word", "quoted") and after.value not in INFIX_WORDS
        if word in ("for", "some", "every") and begins:
            return self._iteration(word)
        if word == "empty" and (begins or after.value == "(" or after.kind == "text"):
            self._at += 1
            return self.node("call", ("is empty", None), self.nested(self.postfix))
        self._at += 1
        return self.node("name", word)

    def _condition(self) -> Node:
        """FEEL's `if c then a else b`."""
        self.expect("if")
        test = self.expression()
        self.expect("then")
        yes = self.expression()
        return self.node("if", None, test, yes, self.expression() if self.accept("else") else NULL)

    def _function(self, word: str) -> Node:
        self._at += 2
        if word == "function":
            return self._lambda()
        if word in FUNCTIONS_THAT_READ_THE_CLOCK:
            raise ExpressionRefused("reads_clock", name=word)
        names, arguments = self._arguments()
        word = SPACED.get(word, word)
        if word == "not" and len(arguments) == 1:
            return self.node("not", None, *arguments)
        return self.node("call", (word, names), *arguments)

    def _arguments(self) -> tuple[tuple[str, ...] | None, list[Node]]:
        """Arguments by position, or with their names as in `round(n: 2.5, scale: 1)`."""
        if not (self.token.kind in ("word", "quoted") and self._named_ahead()):
            return None, self._positional()
        names: list[str] = []
        arguments = []
        while not self.accept(")"):
            names.append(self._key())
            self.expect(":")
            arguments.append(self.expression())
            if not self.sees(")"):
                self.expect(",")
        return tuple(names), arguments

    def _named_ahead(self) -> bool:
        count = 1
        while self.ahead(count).kind == "word":
            count += 1
        return self.ahead(count).value == ":" and self.ahead(count).kind == "sign"

    def _key(self) -> str:
        """A name of one or more words."""
        words = [self.name()]
        while self.token.kind == "word":
            words.append(self.name())
        return " ".join(words)

    def _positional(self) -> list[Node]:
        found: list[Node] = []
        while not self.accept(")"):
            found.append(self.test(self.expression))
            if not self.sees(")"):
                self.expect(",")
        return found

    def _lambda(self) -> Node:
        names: list[str] = []
        while not self.accept(")"):
            names.append(self._key())
            if self.accept(":"):
                self.type_name()
            if not self.sees(")"):
                self.expect(",")
        if self.sees("external"):
            raise ExpressionRefused("not_allowed", what="external")
        return self.node("lambda", tuple(names), self.expression())

    def _iteration(self, word: str) -> Node:
        self._at += 1
        names: list[str] = []
        sources = []
        while not names or self.accept(","):
            names.append(self._key_before_in())
            self.expect("in")
            source = self.expression()
            sources.append(
                self.node("count", None, source, self.expression()) if self.accept("..") else source
            )
        self.expect("return" if word == "for" else "satisfies")
        return self.node(word, tuple(names), *sources, self.expression())

    def _key_before_in(self) -> str:
        words = [self.name()]
        while self.token.kind == "word" and self.token.value != "in":
            words.append(self.name())
        return " ".join(words)

    # -- brackets

    def _parenthesis(self) -> Node:
        if self._is_half():
            sign = self._comparing_sign()
            found = self.node("half", sign, self._sum())
            self.expect(")")
            return found
        first = self.expression()
        if self.accept(".."):
            return self._range(False, first)
        if not self.sees(","):
            self.expect(")")
            return first
        items = [first]
        while self.accept(",") and not self.sees(")"):
            items.append(self.expression())
        self.expect(")")
        return self.node("list", None, *items)

    def _is_half(self) -> bool:
        return self.token.kind == "sign" and self.token.value in ("<", "<=", ">", ">=", "=", "!=", "==")

    def _bracket(self) -> Node:
        opening = self._tokens[self._at - 1].value
        items: list[Node] = []
        while not self.accept("]"):
            items.append(self.test(self.expression))
            if len(items) == 1 and self.accept(".."):
                return self._range(opening == "[", items[0])
            if not self.sees("]"):
                self.expect(",")
        if opening == "]":
            raise self.wrong()
        return self.node("list", None, *items)

    def _range(self, closed: bool, lower: Node) -> Node:
        self._closing = True
        upper = self._sum()
        self._closing = False
        return self.node("range", (closed, self.expect("]", ")", "[") == "]"), lower, upper)

    def _context(self) -> Node:
        keys, values = [], []
        while not self.accept("}"):
            if self.token.kind == "text":
                self._at += 1
                keys.append(str(self._tokens[self._at - 1].value))
            else:
                keys.append(self._key())
            self.expect(":")
            values.append(self.expression())
            if not self.sees("}"):
                self.expect(",")
        return self.node("context", tuple(keys), *values)
