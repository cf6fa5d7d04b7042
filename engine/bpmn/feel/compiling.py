"""A syntax tree to closures: what the operators, names, paths and calls of an expression do.

Two moods. In plain texts (`amount > 1000`, `${…}`) an operation on values that it does not fit fails, places in
lists count from 0, and `and`, `or`, `not` and `if` take what Python takes for true. In FEEL texts (`= …`, DMN) such
an operation is null, places count from 1, and logic has three values.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from engine.bpmn.arithmetic import ARITHMETIC, signed
from engine.bpmn.comparisons import COMPARISONS, FEEL_COMPARISONS, KINDS, contained, half, kind_of, passes
from engine.bpmn.feel.cursor import Node
from engine.bpmn.feel.functions import FEEL_FUNCTIONS, FUNCTIONS
from engine.bpmn.feel.lexing import ExpressionRefused
from engine.bpmn.feel.scopes import Closure, Names, call, invoked, looked_up, part_of
from engine.bpmn.operations import Range, or_null

LENIENT_CALLS = {"is defined", "or null", "get or else", "is empty", "get value"}
ALIASES: Mapping[str, tuple[str, ...]] = {}


class Compiler:
    """Makes closures of one text's tree, and notes the variables that it reads.

    `reads`: the variables that must be there. `optional`: those that may be missing: compared with null, asked for
    by `is defined`, or possibly keys of a list's items. `callables`: names that hold functions. `aliases`: other
    names under which the value of a name may be found. `asks`: whether `?` is there. `bound`: names
    given by what stands around the text.
    """

    def __init__(
        self,
        *,
        feel: bool,
        callables: Collection[str] = (),
        aliases: Mapping[str, tuple[str, ...]] = ALIASES,
        asks: bool = False,
        bound: Collection[str] = (),
    ) -> None:
        self.feel = feel
        self.reads: set[str] = set()
        self.optional: set[str] = set()
        self.loops = False
        self._callables = callables
        self._aliases = aliases
        self._asks = asks
        self._bound: list[str] = list(bound)
        self._lenient = 0
        self._functions = FEEL_FUNCTIONS if feel else FUNCTIONS

    def closure(self, node: Node) -> Closure:
        """What computes the node on names; raises ExpressionRefused."""
        made: Closure = getattr(self, f"_{node.kind}")(node)
        return made

    def lenient(self, node: Node) -> Closure:
        """The same, but a variable that is missing is null."""
        self._lenient += 1
        made = self.closure(node)
        self._lenient -= 1
        return made

    def inside(self, names: Collection[str], node: Node) -> Closure:
        """The same where some names are bound around it."""
        self._bound.extend(names)
        made = self.closure(node)
        del self._bound[len(self._bound) - len(names) :]
        return made

    def quiet(self, apply: Callable[..., Any]) -> Callable[..., Any]:
        """The operation as it is in this mood."""
        return or_null(apply) if self.feel else apply

    # -- values

    def _constant(self, node: Node) -> Closure:
        value = node.value
        return lambda names: value

    def _name(self, node: Node) -> Closure:
        name = node.value
        if name == "?" and not self._asks:
            raise ExpressionRefused("not_allowed", what="?")
        if name in self._bound or name == "?":
            return looked_up((name,), lenient=False)
        others = self._aliases.get(name, (name,))
        (self.optional if self._lenient else self.reads).add(others[0])
        return looked_up(others, lenient=self._lenient > 0)

    def _list(self, node: Node) -> Closure:
        items = [self.closure(part) for part in node.parts]
        return lambda names: [item(names) for item in items]

    def _range(self, node: Node) -> Closure:
        low, high = (self.closure(part) for part in node.parts)
        with_low, with_high = node.value

        def made(names: Names) -> Any:
            first, last = low(names), high(names)
            if first is None or last is None or COMPARISONS[">"](first, last):
                return None
            return Range(first, last, with_low, with_high)

        return self.quiet(made)

    def _half(self, node: Node) -> Closure:
        bound, sign = self.closure(node.parts[0]), node.value
        return self.quiet(lambda names: half(sign, bound(names)))

    # -- operators

    def _and(self, node: Node) -> Closure:
        return self._logic(node, stops=False)

    def _or(self, node: Node) -> Closure:
        return self._logic(node, stops=True)

    def _logic(self, node: Node, *, stops: bool) -> Closure:
        parts = [self.closure(part) for part in node.parts]
        if not self.feel:
            return (
                (lambda names: any(part(names) for part in parts))
                if stops
                else (lambda names: all(part(names) for part in parts))
            )

        def joined(names: Names) -> bool | None:
            result: bool | None = not stops
            for part in parts:
                value = part(names)
                if value is stops:
                    return bool(stops)
                if not isinstance(value, bool):
                    result = None
            return result

        return joined

    def _not(self, node: Node) -> Closure:
        part = self.closure(node.parts[0])
        if not self.feel:
            return lambda names: not part(names)

        def negated(names: Names) -> bool | None:
            value = part(names)
            return not value if isinstance(value, bool) else None

        return negated

    def _sign(self, node: Node) -> Closure:
        part, apply = self.closure(node.parts[0]), self.quiet(signed(node.value))
        return lambda names: apply(part(names))

    def _arithmetic(self, node: Node) -> Closure:
        apply = self.quiet(ARITHMETIC[node.value])
        left, right = (self.closure(part) for part in node.parts)
        return lambda names: apply(left(names), right(names))

    def _compare(self, node: Node) -> Closure:
        parts = self._compared_parts(node)
        signs = [self._comparison(sign) for sign in node.value]
        if len(signs) == 1:
            holds, left, right = signs[0], parts[0], parts[1]
            if node.parts[1].kind == "constant":
                value = node.parts[1].value
                return lambda names: holds(left(names), value)
            return lambda names: holds(left(names), right(names))

        def chained(names: Names) -> Any:
            result, former = True, parts[0](names)
            for holds, part in zip(signs, parts[1:], strict=True):
                value = part(names)
                result = holds(former, value)
                if result is not True:
                    return result
                former = value
            return result

        return chained

    def _comparison(self, sign: str) -> Callable[[Any, Any], Any]:
        return or_null(FEEL_COMPARISONS[sign]) if self.feel else COMPARISONS[sign]

    def _compared_parts(self, node: Node) -> list[Closure]:
        """The operands; beside a literal null a variable may be missing."""
        with_null = any(part.kind == "constant" and part.value is None for part in node.parts)
        return [
            self.lenient(p) if with_null and p.kind in ("name", "path") else self.closure(p)
            for p in node.parts
        ]

    def _between(self, node: Node) -> Closure:
        value, low, high = (self.closure(part) for part in node.parts)
        at_least, at_most = self._comparison(">="), self._comparison("<=")

        def between(names: Names) -> Any:
            found = value(names)
            after, before = at_least(found, low(names)), at_most(found, high(names))
            return False if after is False or before is False else after and before

        return between

    def _in(self, node: Node) -> Closure:
        value = self.closure(node.parts[0])
        tests = [self._membership(part) for part in node.parts[1:]]
        if len(tests) == 1:
            only = tests[0]
            return lambda names: only(value(names), names)

        def within(names: Names) -> bool | None:
            found = value(names)
            results = [test(found, names) for test in tests]
            return True if True in results else None if None in results else False

        return within

    def _membership(self, node: Node) -> Callable[[Any, Names], Any]:
        """One of the alternatives behind `in`."""
        if node.kind == "half" and node.value in ("==", "!="):
            bound, holds = self.closure(node.parts[0]), self._comparison(node.value)
            return lambda value, names: holds(value, bound(names))
        whole = self.closure(node)
        if self.feel:
            apply = or_null(passes)
            return lambda value, names: apply(value, whole(names))
        return lambda value, names: contained(value, whole(names))

    def _if(self, node: Node) -> Closure:
        test, yes, no = (self.closure(part) for part in node.parts)
        if self.feel:
            return lambda names: yes(names) if test(names) is True else no(names)
        return lambda names: yes(names) if test(names) else no(names)

    def _instance(self, node: Node) -> Closure:
        value, kind = self.closure(node.parts[0]), str(node.value)
        if kind != "Any" and kind not in {name for _, name in KINDS}:
            raise ExpressionRefused("not_allowed", what=kind[:40])

        def is_of_kind(names: Names) -> bool:
            own = kind_of(value(names))
            return own != "null" and (kind == "Any" or own == kind)

        return is_of_kind

    # -- access and calls

    def _path(self, node: Node) -> Closure:
        base, name, feel = self.closure(node.parts[0]), node.value, self.feel
        return lambda names: part_of(base(names), name, feel)

    def _call(self, node: Node) -> Closure:
        word, given = node.value
        if word in self._callables or (word in self._bound and word not in self._functions):
            return self._invoked(Node("name", word), node.parts, given)
        if word in LENIENT_CALLS and node.parts:
            return self._lenient_call(word, node.parts)
        function = self._functions.get(word)
        if function is None:
            raise ExpressionRefused("unknown_function", name=word[:40])
        arguments: list[Closure] = [self.closure(part) for part in node.parts]
        if given is None:
            function.check(word, len(arguments))
        else:
            null: Closure = lambda names: None  # noqa: E731
            arguments = [null if place is None else arguments[place] for place in function.order(word, given)]
        return call(word, function.apply, arguments, self.feel)

    def _lenient_call(self, word: str, parts: tuple[Node, ...]) -> Closure:
        first = self.lenient(parts[0])
        if word == "is defined" and parts[0].kind == "name":
            return looked_up(
                self._aliases.get(parts[0].value, (parts[0].value,)), lenient=True, only_asks=True
            )
        if word == "is defined":
            return lambda names: first(names) is not None
        if word == "or null":
            return first
        others = [self.closure(part) for part in parts[1:]]
        if word == "get or else" and len(others) == 1:
            return lambda names: others[0](names) if (value := first(names)) is None else value
        function = self._functions.get(word)
        if function is None:
            raise ExpressionRefused("wrong_arguments", name=word)
        function.check(word, len(parts))
        return call(word, function.apply, [first, *others], self.feel)

    def _invoke(self, node: Node) -> Closure:
        return self._invoked(node.parts[0], node.parts[1:], None)

    def _invoked(self, function: Node, parts: tuple[Node, ...], given: tuple[str, ...] | None) -> Closure:
        self.loops = True
        made, arguments = self.closure(function), [self.closure(part) for part in parts]
        return invoked(made, arguments, given, self.feel)
