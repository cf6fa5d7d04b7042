"""Which fields are shown and which are required, given the answers so far."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

Schema = Mapping[str, Any]
Answers = Mapping[str, Any]


def is_shown(schema: Schema, name: str, answers: Answers) -> bool:
    """Whether the property's `shownIf` holds, and that of the field it looks at, and so on."""
    properties, seen = schema.get("properties", {}), {name}
    condition = properties[name].get("shownIf")
    while condition:
        field = condition["field"]
        if not _holds(condition, answers.get(field)) or field in seen:
            return False
        seen.add(field)
        condition = properties.get(field, {}).get("shownIf")
    return True


def wanted_values(condition: Schema) -> tuple[Any, ...]:
    """The values for which a `shownIf` shows its field."""
    return tuple(condition["in"]) if "in" in condition else (condition.get("equals"),)


def is_required(schema: Schema, name: str, answers: Answers) -> bool:
    """Whether an answer is needed: always, or by the branch (`then`/`else`) that the answers are in.

    A conditional field counts as required when any branch requires it: it is seen only in that branch.
    """
    if name in schema.get("required", ()):
        return True
    conditional = "shownIf" in schema["properties"][name]
    return any(
        name in branch.get("required", ())
        for branch, holds in _branches(schema, answers)
        if holds or conditional
    )


def _branches(schema: Schema, answers: Answers) -> Iterator[tuple[Schema, bool]]:
    for part in (schema, *schema.get("allOf", ())):
        if "if" in part:
            holds = Draft202012Validator(part["if"]).is_valid(answers)
            yield part.get("then", {}), holds
            yield part.get("else", {}), not holds


def _holds(condition: Schema, answer: Any) -> bool:
    candidates = answer if isinstance(answer, list) else [answer]
    return any(
        type(candidate) is type(value) and candidate == value
        for candidate in candidates
        for value in wanted_values(condition)
    )
