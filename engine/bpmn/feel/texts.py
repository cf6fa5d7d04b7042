"""Functions on texts; patterns are bounded so that no text makes one run away."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.bpmn.operations import LARGEST, MOST_ITEMS, EvaluationFailed, Number, is_number, plain_text

LONGEST_PATTERN = 300
MOST_STEPS = 200_000_000
FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}
REPEATED = re.compile(r"[*+]|\{\d*,\}|\{(?:\d+,)?\d{2,}\}")
PART = re.compile(
    r"\\(?P<escaped>.)|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<open>\((?:\?:)?)|(?P<close>\))|.", re.DOTALL
)


@lru_cache(maxsize=512)
def _pattern(pattern: str, flags: str) -> tuple[re.Pattern[str], int]:
    """The compiled pattern, and of how many texts' lengths its work may be the product; raises ValueError.

    Repetitions within repetitions, choices within repetitions, references back and looks around are refused.
    """
    if len(pattern) > LONGEST_PATTERN or set(flags) - set(FLAGS):
        raise ValueError("pattern")
    power = _power(pattern) + (0 if pattern.startswith("^") else 1)
    compiled = 0
    for flag in flags:
        compiled |= FLAGS[flag]
    try:
        return re.compile(pattern, compiled), max(power, 1)
    except (re.error, OverflowError, RecursionError):
        raise ValueError("pattern") from None


def _power(pattern: str) -> int:
    """How many unbounded repetitions stand beside one another; raises ValueError where they are nested."""
    repeats, groups, at = 0, [[False, False]], 0
    while at < len(pattern):
        part = PART.match(pattern, at)
        assert part is not None  # noqa: S101 - the last alternative takes any character
        at, closed = part.end(), None
        _refuse_costly(part, pattern)
        if part["open"]:
            groups.append([False, False])
            continue
        if part["close"] and len(groups) > 1:
            closed = groups.pop()
            groups[-1][0] |= closed[0]
        elif part[0] == "|":
            groups[-1][1] = True
        repeated = REPEATED.match(pattern, at)
        if repeated:
            if closed and any(closed):
                raise ValueError("nested repetition")
            groups[-1][0] = True
            repeats, at = repeats + 1, repeated.end()
    return repeats


def _refuse_costly(part: re.Match[str], pattern: str) -> None:
    """Raises ValueError for a reference back, or a group that looks around."""
    if (part["escaped"] or "a") in "123456789" or (part["open"] and pattern.startswith("?", part.end())):
        raise ValueError("pattern")


def _bounded(text: str, pattern: str, flags: str) -> re.Pattern[str]:
    compiled, power = _pattern(pattern, flags or "")
    if len(text) ** power > MOST_STEPS:
        raise EvaluationFailed("too_large")
    return compiled


def texts(apply: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose arguments must all be texts."""

    def applied(*values: Any) -> Any:
        if not all(isinstance(value, str) for value in values):
            raise TypeError
        return apply(*values)

    return applied


def matches(text: Any, pattern: Any, flags: Any = None) -> bool:
    if not isinstance(text, str) or not isinstance(pattern, str) or not isinstance(flags, str | None):
        raise TypeError
    return _bounded(text, pattern, flags or "").search(text) is not None


def replace(text: Any, pattern: Any, by: Any, flags: Any = None) -> str:
    """Every match replaced; `$1` in `by` is its first group."""
    if not all(isinstance(value, str) for value in (text, pattern, by)) or not isinstance(flags, str | None):
        raise TypeError
    compiled = _bounded(text, pattern, flags or "")
    expected = 0
    template = re.sub(r"\\(?![\\$])", r"\\\\", by)
    template = re.sub(r"(\\\$)|\$(\d)", lambda m: "$" if m[1] else rf"\g<{m[2]}>", template)
    for found in compiled.finditer(text):
        expected += len(by) + (found.end() - found.start()) * by.count("$")
        if expected > MOST_ITEMS:
            raise EvaluationFailed("too_large")
    try:
        return compiled.sub(template, text)
    except re.error:
        raise ValueError("replacement") from None


def split(text: Any, pattern: Any) -> list[str]:
    if not isinstance(text, str) or not isinstance(pattern, str):
        raise TypeError
    found, start = [], 0
    for match in _bounded(text, pattern, "").finditer(text):
        if match.end() > match.start():
            found.append(text[start : match.start()])
            start = match.end()
    return [*found, text[start:]]


def substring(text: Any, start: Any, length: Any = None) -> str:
    """From the position `start` (1 is the first, -1 the last character)."""
    if not isinstance(text, str) or not is_number(start) or (length is not None and not is_number(length)):
        raise TypeError
    begin = int(start) - 1 if start > 0 else len(text) + int(start)
    if start == 0 or begin < 0 or (length is not None and length < 1):
        raise ValueError
    return text[begin:] if length is None else text[begin : begin + int(length)]


def join(items: Any, delimiter: Any = None, prefix: Any = None, suffix: Any = None) -> str:
    if isinstance(items, str):
        items = [items]
    if not isinstance(items, list) or not all(isinstance(item, str | None) for item in items):
        raise TypeError
    if not all(isinstance(text, str | None) for text in (delimiter, prefix, suffix)):
        raise TypeError
    parts = [item for item in items if item is not None]
    if sum(map(len, parts)) + len(parts) * len(delimiter or "") > MOST_ITEMS:
        raise EvaluationFailed("too_large")
    return (prefix or "") + (delimiter or "").join(parts) + (suffix or "")


def number(value: Any, grouping: Any = None, point: Any = None) -> Number:
    """The number that a text writes, with the separators said."""
    if is_number(value) and grouping is None and point is None:
        return value  # type: ignore[no-any-return]
    if not isinstance(value, str) or len(value) > 40 or grouping not in (None, " ", ",", "."):
        raise TypeError
    if point not in (None, ",", ".") or (grouping is not None and grouping == point):
        raise TypeError
    digits = value.strip().replace(grouping, "") if grouping else value.strip()
    found = Decimal(digits.replace(point, ".") if point else digits)
    if not found.is_finite() or abs(found) > LARGEST:
        raise ValueError
    return int(found) if found == found.to_integral_value() else found


def string(value: Any) -> str:
    """A value as text; null is the empty text."""
    return "" if value is None else value if isinstance(value, str) else _written(value, [MOST_ITEMS])


def feel_string(value: Any) -> str | None:
    """A value as FEEL writes it; null stays null."""
    return None if value is None else string(value)


def _written(value: Any, left: list[int]) -> str:
    """A value inside of another, with quotes around texts."""
    left[0] -= 1 + (len(value) if isinstance(value, str) else 0)
    if left[0] < 0:
        raise EvaluationFailed("too_large")
    if isinstance(value, list):
        return f"[{', '.join(_written(item, left) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_written(item, left)}' for key, item in value.items())}}}"
    if isinstance(value, str):
        return '"' + value.replace('"', '\\"') + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, int) else plain_text(value) or "function"


def _before(text: str, match: str) -> str:
    return text.split(match, 1)[0] if match and match in text else ""


def _after(text: str, match: str) -> str:
    return text.split(match, 1)[1] if match and match in text else "" if match else text


TEXTS: dict[str, tuple[Callable[..., Any], str]] = {
    "substring": (substring, "string, start position, length?"),
    "string length": (texts(len), "string"),
    "upper case": (texts(str.upper), "string"), "upper": (texts(str.upper), "string"),
    "lower case": (texts(str.lower), "string"), "lower": (texts(str.lower), "string"),
    "strip": (texts(str.strip), "string"), "trim": (texts(str.strip), "string"),
    "substring before": (texts(_before), "string, match"),
    "substring after": (texts(_after), "string, match"),
    "starts with": (texts(str.startswith), "string, match"), "starts_with": (texts(str.startswith), "string, match"),
    "ends with": (texts(str.endswith), "string, match"), "ends_with": (texts(str.endswith), "string, match"),
    "same text": (texts(lambda one, other: one.casefold() == other.casefold()), "string, match"),
    "matches": (matches, "input, pattern, flags?"),
    "replace": (replace, "input, pattern, replacement, flags?"),
    "split": (split, "string, delimiter"),
    "string join": (join, "list, delimiter?, prefix?, suffix?"),
    "number": (number, "from, grouping separator?, decimal separator?"),
    "string": (string, "from"),
}  # fmt: skip
"""Each function with the names of its parameters; `?` marks those that may be left out."""
