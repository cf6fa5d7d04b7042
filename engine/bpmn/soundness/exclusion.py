"""Whether two conditions can hold at once, as far as their texts tell."""

import re

WRAPPED = re.compile(r"^\s*(?:[$#]\{(.*)\}|=(?!=)(.*))\s*$", re.DOTALL)
NEGATED = re.compile(r"^(?:!(?!=)|not\b)\s*\(?\s*(.+?)\s*\)?$", re.DOTALL)
COMPARED = re.compile(r"""^([^\W\d][\w.]*)\s*(==|!=|<=|>=|<|>|=)\s*("[^"]*"|'[^']*'|-?[\w.]+)$""")
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
LITERAL = re.compile(r"""^("[^"]*"|'[^']*'|-?\d[\d.]*|true|false|null)$""")


def exclude_each_other(one: str, other: str) -> bool:
    """True when the conditions certainly never hold together: one negates the other, or the values differ."""
    one, other = _bare(one), _bare(other)
    if one == _negation(other) or other == _negation(one):
        return True
    first, second = COMPARED.match(one), COMPARED.match(other)
    if not first or not second or first.group(1) != second.group(1):
        return False
    signs = [_sign(first.group(2)), _sign(second.group(2))]
    values = [_value(first.group(3)), _value(second.group(3))]
    if values[0] == values[1]:
        return OPPOSITE[signs[0]] == signs[1] or sorted(signs) in (["<", ">"], ["<", "=="], ["==", ">"])
    return signs == ["==", "=="] and all(LITERAL.match(value) for value in values)


def _bare(text: str) -> str:
    wrapped = WRAPPED.match(text)
    inner = (wrapped.group(1) or wrapped.group(2) or "") if wrapped else text
    return " ".join(inner.split())


def _negation(text: str) -> str | None:
    """What a negated condition negates."""
    negated = NEGATED.match(text)
    return negated.group(1) if negated else None


def _sign(sign: str) -> str:
    return "==" if sign == "=" else sign


def _value(text: str) -> str:
    return text.replace("'", '"').replace("True", "true").replace("False", "false")
