"""The schemas of forms: read, checked, found by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from forms.conditions import Schema
from wording import LANGUAGES, N_, say

MOST_BYTES = 500_000
SCALARS = frozenset({"string", "integer", "number", "boolean"})
WIDGETS = frozenset(
    {"text", "textarea", "radio", "select", "checkbox", "checkboxes", "date", "money", "digits", "document"}
)

SENTENCES = {
    "not_json": N_("The form is not valid JSON: %(detail)s"),
    "too_large": N_("The form is larger than %(most)s bytes."),
    "not_an_object": N_("The form must be a JSON object of the type “object” with properties."),
    "invalid": N_("The form is not a valid JSON Schema at “%(path)s”: %(detail)s"),
    "reference": N_("The form refers to another schema at “%(path)s”: this is not allowed."),
    "unknown_type": N_("The field “%(path)s” has a type that no page can show."),
    "unknown_widget": N_("The field “%(path)s” asks for the unknown widget “%(widget)s”."),
    "money_not_integer": N_("The amount “%(path)s” must be an integer: centimes."),
    "condition_unknown": N_("The field “%(path)s” depends on “%(field)s”, which is not beside it."),
    "group_unknown": N_("A group names “%(field)s”, which is not a field."),
    "label_missing": N_("“%(path)s” has no label in the language “%(lang)s”."),
    "choice_missing": N_("The choice “%(value)s” of “%(path)s” has no label in the language “%(lang)s”."),
}


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """What is wrong with a form: a code of SENTENCES with its parameters; a warning does not refuse it."""

    code: str
    params: Mapping[str, str]
    refuses: bool = True


class SchemaRefused(Exception):
    """The form cannot be used; `fault` says why."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(f"Expected a form that can be used, but {code} {params}")
        self.fault = SchemaFault(code, params)


def read_schema(text: bytes | str) -> dict[str, Any]:
    """The schema in a JSON text. Raises SchemaRefused."""
    if len(text) > MOST_BYTES:
        raise SchemaRefused("too_large", most=str(MOST_BYTES))
    try:
        schema = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise SchemaRefused("not_json", detail=str(error)) from error
    if not isinstance(schema, dict):
        raise SchemaRefused("not_an_object")
    for fault in check_schema(schema):
        if fault.refuses:
            raise SchemaRefused(fault.code, **fault.params)
    return schema


def check_schema(schema: Schema) -> tuple[SchemaFault, ...]:
    """Everything wrong with a schema, as JSON Schema 2020-12 and as a form: what refuses, then what warns."""
    faults = tuple(_fundamental_faults(schema))
    if faults:
        return faults
    found = (*_object_faults(schema, ""), *_label_faults(schema, ""))
    return tuple(sorted(found, key=lambda fault: not fault.refuses))


def load_folder(folder: Path) -> dict[str, dict[str, Any]]:
    """Every form below a folder by its name, `sickness_benefit/application`. Raises SchemaRefused."""
    names = {path: str(path.relative_to(folder)) for path in sorted(folder.rglob("*.json"))}
    return {
        name.removesuffix(".json").removesuffix(".schema"): read_schema(path.read_bytes())
        for path, name in names.items()
    }


def property_at(schema: Schema, path: str) -> Schema | None:
    """The schema of the field at a path such as `ccp` or `children.0.name`; None when there is none."""
    about: Schema | None = schema
    for part in path.split("."):
        if about is None:
            return None
        about = about.get("items") if part.isdecimal() else about.get("properties", {}).get(part)
    return about


def fault_sentence(fault: SchemaFault, lang: str) -> str:
    """What is wrong, in words."""
    return say(lang, SENTENCES[fault.code], **fault.params)


def _fundamental_faults(schema: Schema) -> Iterator[SchemaFault]:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        path = "/".join(map(str, error.absolute_path))
        yield SchemaFault("invalid", {"path": path, "detail": error.message[:200]})
        return
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), dict):
        yield SchemaFault("not_an_object", {})
    yield from (SchemaFault("reference", {"path": path}) for path in _references(schema, ""))


def _references(part: Any, path: str) -> Iterator[str]:
    if isinstance(part, list):
        part = dict(enumerate(part))
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str):
                yield path
            yield from _references(value, f"{path}/{key}")


def _object_faults(schema: Schema, prefix: str) -> Iterator[SchemaFault]:
    properties = schema["properties"]
    for name, about in properties.items():
        path = prefix + name
        yield from _field_faults(about, path)
        field = about.get("shownIf", {}).get("field", name)
        if field not in properties:
            yield SchemaFault("condition_unknown", {"path": path, "field": str(field)})
    for group in schema.get("groups", ()):
        for field in group.get("fields", ()):
            if field not in properties:
                yield SchemaFault("group_unknown", {"field": str(field)})


def _field_faults(about: Schema, path: str) -> Iterator[SchemaFault]:
    kind, items = about.get("type"), about.get("items", {})
    inner = items if kind == "array" else about
    if inner.get("type") == "object" and isinstance(inner.get("properties"), dict):
        yield from _object_faults(inner, f"{path}.")
    elif kind not in SCALARS and not (items.get("type") == "string" and "enum" in items):
        yield SchemaFault("unknown_type", {"path": path})
    widget = about.get("widget", "text")
    if widget not in WIDGETS:
        yield SchemaFault("unknown_widget", {"path": path, "widget": str(widget)})
    if widget == "money" and kind != "integer":
        yield SchemaFault("money_not_integer", {"path": path})


def _label_faults(about: Schema, path: str) -> Iterator[SchemaFault]:
    for lang in LANGUAGES:
        if not about.get("labels", {}).get(lang):
            yield SchemaFault("label_missing", {"path": path or "/", "lang": lang}, refuses=False)
        for value in _choice_values(about):
            if not about.get("choices", {}).get(value, {}).get(lang):
                params = {"value": value, "path": path, "lang": lang}
                yield SchemaFault("choice_missing", params, refuses=False)
    items = about.get("items", {})
    for name, inner in {**about.get("properties", {}), **items.get("properties", {})}.items():
        yield from _label_faults(inner, f"{path}.{name}" if path else name)


def _choice_values(about: Schema) -> list[str]:
    return [str(value) for value in about.get("enum") or about.get("items", {}).get("enum") or ()]
