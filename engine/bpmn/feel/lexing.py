"""Texts of expressions to tokens: what Python, FEEL, JUEL and JavaScript write differently is one sign after this.

Names may hold spaces, as in FEEL: those of the functions always, others when they are `known` (declared in the
DMN file, or a key or variable of the same text), or written between backticks.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

LONGEST = 4_000
MOST_TOKENS = 1_500

WORD = (
    r"(?:[^\W\d]|[\U00010000-\U000effff])"
    r"[\w\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u200c\u200d\u203f\u2040\U00010000-\U000effff]*"
)
NUMBER = r"\d+(?:_\d+)*(?:\.(?!\.)\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?"
TEXT = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
SIGNS = r"\*\*|===|!==|==|!=|<>|<=|>=|&&|\|\||\.\.|->|//|[-+*/%()\[\]{}<>=!?:,.@;]"
TOKEN = re.compile(
    rf"(?P<space>\s+|/\*.*?\*/)|(?P<number>(?:{NUMBER}))|(?P<text>{TEXT})|`(?P<quoted>[^`\n]+)`"
    rf"|(?P<word>{WORD})|(?P<sign>{SIGNS})",
    re.DOTALL,
)
SPACED = rf"{WORD}(?:[ '+*/.-]+[\w\u064b-\u065f]+)+"
KEY = re.compile(rf"[{{,]\s*({SPACED})\s*:(?!\s*=)")
ITERATOR = re.compile(rf"\b(?:for|some|every)\s+({WORD}(?:[ '+*/.-]+[\w\u064b-\u065f]+)*?)\s+in\b")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
SAME = {"===": "==", "!==": "!=", "<>": "!=", "&&": "and", "||": "or"}


class ExpressionRefused(Exception):
    """The text is not of the expression language; `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: number, text, word, quoted (a name between backticks), sign, end; `at`: its place in the text."""

    kind: str
    value: Any
    at: int


def refused(text: str, at: int) -> ExpressionRefused:
    """The refusal of a text that is not written correctly, with the part where it goes wrong."""
    part = " ".join(text[at : at + 20].split())
    return ExpressionRefused("syntax", text=" ".join(text.split())[:80], detail=part or "…")


def tokens(
    text: str, *, names: Iterable[str] = (), hashes: bool = False, slashes: bool = False
) -> list[Token]:
    """The tokens of a text, with one of the kind "end" behind them; raises ExpressionRefused.

    `names`: names that hold spaces or signs. `hashes`, `slashes`: whether `#` and `//` begin a comment.
    """
    text = _without_comments(text, hashes, slashes)
    spaced = _spaced(tuple(sorted({*names, *_own_names(text)})))
    found: list[Token] = []
    at = 0
    while at < len(text):
        long = spaced.match(text, at)
        if long and _is_name_here(found):
            found.append(Token("word", " ".join(long[0].split()), at))
            at = long.end()
            continue
        match = TOKEN.match(text, at)
        if match is None or len(found) > MOST_TOKENS:
            raise refused(text, at)
        if match.lastgroup != "space":
            found.append(_token(match, text))
        at = match.end()
    return [*found, Token("end", "", len(text))]


def _token(match: re.Match[str], text: str) -> Token:
    kind, at = str(match.lastgroup), match.start()
    value: Any = match[kind]
    if kind == "number":
        value = _number(value, text, at)
    elif kind == "text":
        value = _unescaped(value)
    elif kind == "sign":
        value = SAME.get(value, value)
    elif kind == "quoted":
        value = " ".join(value.split())
    if kind in ("word", "quoted") and value.startswith("__"):
        raise ExpressionRefused("not_allowed", what=value[:40])
    return Token(kind, value, at)


def _number(digits: str, text: str, at: int) -> int | Decimal:
    digits = digits.replace("_", "")
    try:
        number = int(digits) if digits.isdigit() else Decimal(digits)
    except (InvalidOperation, ValueError):
        raise refused(text, at) from None
    if isinstance(number, Decimal) and not -400 < number.adjusted() < 400:
        raise ExpressionRefused("too_long", most=400)
    return number


def _unescaped(literal: str) -> str:
    inner = literal[1:-1]
    return ESCAPE.sub(_character, inner) if "\\" in inner else inner


def _character(match: re.Match[str]) -> str:
    short, long, other = match.groups()
    if other is not None:
        return ESCAPES.get(other, "\\" + other)
    number = int(short or long, 16)
    return chr(number) if number < 0x110000 else match[0]


def _is_name_here(found: list[Token]) -> bool:
    """Two names never follow one another, except after a word such as `and` or `return`."""
    return not found or found[-1].kind in ("sign", "word")


def _own_names(text: str) -> list[str]:
    """Keys of contexts and variables of iterations that hold spaces."""
    if "{" not in text and " in " not in text:
        return []
    keys = KEY.findall(text) if "{" in text else []
    return [
        " ".join(name.split()) for name in (*keys, *ITERATOR.findall(text)) if not re.fullmatch(WORD, name)
    ]


def _without_comments(text: str, hashes: bool, slashes: bool) -> str:
    if not (hashes and "#" in text) and not (slashes and "//" in text):
        return text
    signs = "|".join(sign for sign, on in (("#", hashes), ("//", slashes)) if on)
    return re.sub(rf"({TEXT})|(?:{signs})[^\n]*", lambda match: match[1] or "", text, flags=re.DOTALL)


@lru_cache(maxsize=256)
def _spaced(names: tuple[str, ...]) -> re.Pattern[str]:
    """Matches the longest of the names; those of functions only before an opening parenthesis."""
    own = sorted((name for name in names if not re.fullmatch(WORD, name)), key=len, reverse=True)
    functions = "|".join(_pattern(name) for name in sorted(FUNCTION_NAMES, key=len, reverse=True))
    others = "|".join(_pattern(name) for name in own)
    return re.compile(
        rf"(?:{others})(?!\w)|(?:{functions})(?=\s*\()" if own else rf"(?:{functions})(?=\s*\()"
    )


def _pattern(name: str) -> str:
    return r"\s+".join(re.escape(part) for part in name.split())


FUNCTION_NAMES = (
    "date and time", "years and months duration", "string length", "upper case", "lower case", "substring before",
    "substring after", "starts with", "ends with", "string join", "round up", "round down", "round half up",
    "round half down", "round half even", "list contains", "insert before", "index of", "distinct values", "get value",
    "get entries", "context put", "context merge", "day of year", "day of week", "month of year", "week of year",
    "met by", "overlaps before", "overlaps after", "finished by", "started by", "is defined", "get or else",
    "is empty", "last day of month", "list replace", "days between", "years between",
)  # fmt: skip
"""The functions of FEEL whose names hold spaces."""
