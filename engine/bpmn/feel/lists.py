"""Functions on lists and maps."""

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from engine.bpmn.arithmetic import ARITHMETIC, EXACT, add
from engine.bpmn.comparisons import COMPARISONS, contained, equal
from engine.bpmn.feel.texts import texts
from engine.bpmn.operations import MOST_ITEMS, EvaluationFailed, Lambda, exact, is_number


def _items(values: tuple[Any, ...]) -> list[Any]:
    found = values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)
    return [exact(item) for item in found]


def _list(value: Any) -> list[Any]:
    """A list, or the list of one value; null is none."""
    if value is None:
        raise TypeError
    return value if isinstance(value, list) else [value]


def _length(value: Any) -> int:
    if not isinstance(value, str | list | dict):
        raise TypeError
    return len(value)


def _extreme(sign: str) -> Callable[..., Any]:
    def found(*values: Any) -> Any:
        items = _items(values)
        best = items[0] if items else None
        if not items or (len(items) == 1 and best is None):
            raise ValueError
        for item in items[1:]:
            best = item if COMPARISONS[sign](item, best) else best
        return best

    return found


def _sum(*values: Any) -> Any:
    total: Any = 0
    for item in _items(values):
        total = add(total, item)
    return total


def _feel_sum(*values: Any) -> Any:
    return _sum(*values) if _items(values) else None


def _product(*values: Any) -> Any:
    total: Any = 1
    for item in _some(values):
        total = ARITHMETIC["*"](total, item)
    return total


def _some(values: tuple[Any, ...]) -> list[Any]:
    items = _items(values)
    if not items or not all(is_number(item) for item in items):
        raise TypeError
    return items


def _mean(*values: Any) -> Any:
    return ARITHMETIC["/"](_sum(*_some(values)), len(_items(values)))


def _median(*values: Any) -> Any:
    items = sorted(_some(values))
    middle = len(items) // 2
    return items[middle] if len(items) % 2 else ARITHMETIC["/"](items[middle - 1] + items[middle], 2)


def _stddev(*values: Any) -> Any:
    items = _some(values)
    mean = Decimal(_mean(*items))
    squares = sum((EXACT.power(Decimal(item) - mean, 2) for item in items), Decimal(0))
    return EXACT.sqrt(EXACT.divide(squares, Decimal(len(items) - 1)))


def _mode(*values: Any) -> list[Any]:
    items = sorted(_some(values)) if _items(values) else []
    most = max((items.count(item) for item in set(items)), default=0) if len(items) <= 1_000 else 0
    if items and not most:
        raise EvaluationFailed("too_large")
    return [
        item for number, item in enumerate(items) if items.count(item) == most and item not in items[:number]
    ]


def _all(*values: Any) -> bool | None:
    items = _items(values)
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


def _any(*values: Any) -> bool | None:
    items = _items(values)
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


def _flattened(value: Any) -> list[Any]:
    found: list[Any] = []
    waiting = [iter(_list(value))]
    while waiting:
        for item in waiting[-1]:
            if isinstance(item, list):
                waiting.append(iter(item))
                break
            found.append(item)
        else:
            waiting.pop()
        if len(found) > MOST_ITEMS or len(waiting) > 100:
            raise EvaluationFailed("too_large")
    return found


def _concatenated(*lists: Any) -> list[Any]:
    found = [item for one in lists for item in _list(one)]
    if len(found) > MOST_ITEMS:
        raise EvaluationFailed("too_large")
    return found


def _distinct(value: Any) -> list[Any]:
    found: list[Any] = []
    seen: set[Any] = set()
    for item in _list(value):
        if isinstance(item, str):
            if item not in seen:
                found.append(item)
            seen.add(item)
        elif not any(equal(item, other) for other in found):
            found.append(item)
        if len(found) > 2_000:
            raise EvaluationFailed("too_large")
    return found


def _place(items: list[Any], position: Any) -> int:
    """The place from 0 of a position from 1, or from -1 backwards."""
    if not is_number(position) or position != int(position) or position == 0 or abs(position) > len(items):
        raise ValueError
    return int(position) - 1 if position > 0 else len(items) + int(position)


def _sublist(value: Any, start: Any, length: Any = None) -> list[Any]:
    items = _list(value)
    begin = _place(items, start)
    end = len(items) if length is None else begin + int(length)
    if end < begin or end > len(items):
        raise ValueError
    return items[begin:end]


def _inserted(value: Any, position: Any, item: Any) -> list[Any]:
    items = _list(value)
    place = _place(items, position)
    return [*items[:place], item, *items[place:]]


def _removed(value: Any, position: Any) -> list[Any]:
    items = _list(value)
    place = _place(items, position)
    return items[:place] + items[place + 1 :]


def _replaced(value: Any, position: Any, new: Any) -> list[Any]:
    items = _list(value)
    if isinstance(position, Lambda):
        chosen = [position.run(item, new) for item in items]
        if not all(isinstance(flag, bool) for flag in chosen):
            raise TypeError
        return [new if flag else item for item, flag in zip(items, chosen, strict=True)]
    place = _place(items, position)
    return [*items[:place], new, *items[place + 1 :]]


def _index_of(value: Any, match: Any) -> list[int]:
    return [number for number, item in enumerate(_list(value), start=1) if equal(item, match)]


def _sorted(value: Any, precedes: Any = None) -> list[Any]:
    """Sorted by a function that tells whether its first argument comes first, else by size."""
    items = [exact(item) for item in _list(value)]
    if precedes is not None and not isinstance(precedes, Lambda):
        raise TypeError

    def first(one: Any, other: Any) -> bool:
        return (precedes.run(one, other) if precedes else COMPARISONS["<"](one, other)) is True

    return sorted(
        items, key=cmp_to_key(lambda one, other: -1 if first(one, other) else int(first(other, one)))
    )


def _contains(whole: Any, item: Any) -> bool:
    if isinstance(whole, str) and not isinstance(item, str):
        raise TypeError
    return contained(item, whole)


def _list_contains(items: Any, item: Any) -> bool:
    return any(equal(exact(member), item) for member in _list(items))


# -- maps


def _map(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _get(whole: Any, key: Any) -> Any:
    """A key's value, null without it; of a list the item at a place from 0."""
    return whole[key] if isinstance(whole, list) and isinstance(key, int) else _value(whole, key)


def _value(whole: Any, key: Any) -> Any:
    path = key if isinstance(key, list) else [key]
    for name in path:
        if not isinstance(name, str):
            raise TypeError
        whole = _map(whole).get(name)
    return exact(whole)


def _entries(value: Any) -> list[dict[str, Any]]:
    return [{"key": key, "value": item} for key, item in _map(value).items()]


def _put(value: Any, key: Any, new: Any) -> dict[str, Any]:
    path = key if isinstance(key, list) else [key]
    if not path or not all(isinstance(name, str) for name in path):
        raise TypeError
    if len(path) > 1:
        new = _put(_map(value).get(path[0]), path[1:], new)
    return {**_map(value), path[0]: new}


def _merged(*values: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in _items(values):
        found |= _map(item)
    return found


def _context(entries: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in _list(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            raise TypeError
        if entry["key"] in found:
            raise ValueError
        found[entry["key"]] = entry["value"]
    return found


def _is_empty(value: Any) -> bool:
    """Null, or a text, list or map without anything in it."""
    return value is None or (isinstance(value, str | list | dict) and not value)


LISTS: dict[str, tuple[Callable[..., Any], str]] = {
    "len": (_length, "list"), "count": (lambda items: _length(items) if isinstance(items, str | dict) else
                                        len(_list(items)), "list"),
    "min": (_extreme("<"), "list*"), "max": (_extreme(">"), "list*"), "sum": (_sum, "list*"),
    "product": (_product, "list*"), "mean": (_mean, "list*"), "median": (_median, "list*"),
    "stddev": (_stddev, "list*"), "mode": (_mode, "list*"), "all": (_all, "list*"), "any": (_any, "list*"),
    "contains": (_contains, "string, match"), "list contains": (_list_contains, "list, element"),
    "append": (lambda items, *more: _concatenated(_list(items), list(more)), "list, item*"),
    "concatenate": (_concatenated, "list*"), "union": (lambda *lists: _distinct(_concatenated(*lists)), "list*"),
    "flatten": (_flattened, "list"), "reverse": (lambda items: _list(items)[::-1], "list"),
    "distinct values": (_distinct, "list"), "index of": (_index_of, "list, match"),
    "sublist": (_sublist, "list, start position, length?"),
    "insert before": (_inserted, "list, position, newItem"), "remove": (_removed, "list, position"),
    "list replace": (_replaced, "list, position|match, newItem"), "sort": (_sorted, "list, precedes?"),
    "get": (_get, "map, key"), "get value": (_value, "m|context, key"), "get entries": (_entries, "m|context"),
    "context": (_context, "entries"), "context put": (_put, "context, key|keys, value"),
    "context merge": (_merged, "contexts*"), "is empty": (_is_empty, "list"), "itself": (lambda value: value, "value"),
}  # fmt: skip
"""Each function with the names of its parameters; `?` marks those that may be left out, `*` any number of them."""

FEEL_LISTS: dict[str, tuple[Callable[..., Any], str]] = {
    "contains": (texts(lambda whole, part: part in whole), "string, match"),
    "count": (lambda items: len(_list(items)), "list"),
    "sum": (_feel_sum, "list*"),
}
"""What FEEL defines more narrowly."""
