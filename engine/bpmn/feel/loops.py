"""Indexes and filters, iterations, quantifiers, functions and contexts: what opens a scope of its own."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from engine.bpmn.feel.compiling import Compiler
from engine.bpmn.feel.cursor import Node, mentions
from engine.bpmn.feel.scopes import Closure, Local, Names, take
from engine.bpmn.operations import MOST_ITEMS, EvaluationFailed, Lambda, Range, exact, is_number, wrong

TESTS = {"compare", "and", "or", "not", "between", "in", "instance", "some", "every"}


class FullCompiler(Compiler):
    """The whole language."""

    # -- indexes and filters

    def _index(self, node: Node) -> Closure:
        self.loops = True
        base, key = node.parts
        whole, chosen = self.closure(base), self._key(key)
        base_place = 1 if self.feel else 0
        if key.kind in TESTS or mentions(key, "item"):
            return lambda names: _filtered(whole(names), chosen, names, self.feel)

        def indexed(names: Names) -> Any:
            found = whole(names)
            try:
                value = chosen(names)
            except EvaluationFailed as failed:
                if failed.code != "unknown_name":
                    raise
                return _filtered(found, chosen, names, self.feel)
            if is_number(value):
                return self._at(found, value, base_place)
            return self._by_key(found, value, chosen, names)

        return indexed

    def _key(self, key: Node) -> Closure:
        """The text in brackets: names in it may be keys of the items, so none of them must be there."""
        if key.kind == "constant":
            return self.closure(key)
        before = set(self.reads)
        plain = key.kind in ("name", "arithmetic", "sign", "path", "call") and not self.feel
        chosen = self.inside(("item",), key)
        if not plain:
            self.optional |= self.reads - before
            self.reads = before
        return chosen

    def _at(self, whole: Any, place: Any, first: int) -> Any:
        if first and whole is not None and not isinstance(whole, list):
            whole = [whole]
        if not isinstance(whole, list | str) or place != int(place):
            if self.feel:
                return None
            raise wrong("[]")
        at = int(place) - first if place > 0 else int(place)
        if (first and place == 0) or not -len(whole) <= at < len(whole):
            if self.feel:
                return None
            raise EvaluationFailed("no_such_item", key=str(place))
        return exact(whole[at])

    def _by_key(self, whole: Any, key: Any, chosen: Closure, names: Names) -> Any:
        if isinstance(key, str) and isinstance(whole, dict):
            if key in whole or self.feel:
                return exact(whole.get(key))
            raise EvaluationFailed("no_such_item", key=key)
        if self.feel or isinstance(key, bool):
            return _filtered(whole, chosen, names, self.feel)
        raise wrong("[]")

    # -- iterations

    def _for(self, node: Node) -> Closure:
        each, body = self._iterated(node, ("partial",))

        def collected(names: Names) -> Any:
            found: list[Any] = []
            rounds = each(Local(names, {"partial": found}))
            if rounds is None:
                return None
            for scope in rounds:
                found.append(body(scope))
                if len(found) > MOST_ITEMS:
                    raise EvaluationFailed("too_large")
            return found

        return collected

    def _some(self, node: Node) -> Closure:
        return self._quantified(node, stops=True)

    def _every(self, node: Node) -> Closure:
        return self._quantified(node, stops=False)

    def _quantified(self, node: Node, *, stops: bool) -> Closure:
        each, body = self._iterated(node, ())

        def asked(names: Names) -> bool | None:
            rounds = each(names)
            if rounds is None:
                return None
            result: bool | None = not stops
            for scope in rounds:
                value = body(scope)
                if value is stops:
                    return bool(stops)
                if not isinstance(value, bool):
                    result = None
            return result

        return asked

    def _iterated(
        self, node: Node, more: tuple[str, ...]
    ) -> tuple[Callable[[Names], Iterator[Names] | None], Closure]:
        """The scopes of all rounds, and what is done in each."""
        self.loops = True
        variables = node.value
        self._bound.extend(more)
        sources = [self.inside(variables[:number], part) for number, part in enumerate(node.parts[:-1])]
        body = self.inside(variables, node.parts[-1])
        del self._bound[len(self._bound) - len(more) :]

        def rounds(names: Names, level: int) -> Iterator[Names]:
            for item in self._iterable(sources[level](names)):
                take(names)
                scope = Local(names, {variables[level]: exact(item)})
                if level + 1 == len(variables):
                    yield scope
                else:
                    yield from rounds(scope, level + 1)

        def each(names: Names) -> Iterator[Names] | None:
            return None if self.feel and sources[0](names) is None else rounds(names, 0)

        return each, body

    def _iterable(self, value: Any) -> Iterable[Any]:
        if isinstance(value, Range):
            return _counted(value.low, value.high)
        if isinstance(value, list):
            return value
        if value is None or not self.feel:
            if self.feel:
                return []
            raise wrong("in")
        return [value]

    def _count(self, node: Node) -> Closure:
        low, high = (self.closure(part) for part in node.parts)
        return self.quiet(lambda names: _listed(low(names), high(names)))

    # -- functions and contexts

    def _lambda(self, node: Node) -> Closure:
        self.loops = True
        parameters = node.value
        body = self.inside(parameters, node.parts[0])

        def made(names: Names) -> Lambda:
            def run(*arguments: Any) -> Any:
                take(names, 20)
                return body(Local(names, dict(zip(parameters, arguments, strict=False))))

            return Lambda(parameters, run)

        return made

    def _context(self, node: Node) -> Closure:
        keys: tuple[str, ...] = node.value
        values = []
        for number, part in enumerate(node.parts):
            known = keys if part.kind == "lambda" else keys[:number]
            values.append(self.inside(known if self.feel else (), part))

        def made(names: Names) -> Any:
            scope = Local(names, {})
            for key, value in zip(keys, values, strict=True):
                scope[key] = value(scope)
            return dict(scope) if len(scope) == len(keys) else None

        return made


def _filtered(whole: Any, chosen: Closure, names: Names, feel: bool) -> Any:
    """The items for which the test holds; the keys of an item that is a map are names in it."""
    if whole is None or (not isinstance(whole, list) and not feel):
        if feel:
            return None
        raise wrong("[]")
    found = []
    for item in whole if isinstance(whole, list) else [whole]:
        take(names)
        own = {key: exact(value) for key, value in item.items()} if isinstance(item, dict) else {}
        own.setdefault("item", exact(item))
        scope = _Item(names, own)
        if chosen(scope) is True:
            found.append(item)
    return found


class _Item(Local):
    """The scope of a list's item: a key that a map does not have is null."""

    __slots__ = ()

    def __missing__(self, name: str) -> Any:
        try:
            return self.outer[name]
        except KeyError:
            return None


def _listed(low: Any, high: Any) -> list[Any]:
    return list(_counted(low, high))


def _counted(low: Any, high: Any) -> list[Any]:
    """Whole numbers or days from one to the other, upwards or downwards."""
    if isinstance(low, date) and type(low) is type(high) is date:
        days = _counted(low.toordinal(), high.toordinal())
        return [low + timedelta(days=day - low.toordinal()) for day in days]
    if not (is_number(low) and is_number(high)) or low != int(low) or high != int(high):
        raise wrong("..")
    if abs(high - low) > MOST_ITEMS:
        raise EvaluationFailed("too_large")
    step = 1 if low <= high else -1
    return list(range(int(low), int(high) + step, step))
