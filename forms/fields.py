"""A schema and its answers as groups of fields, ready for the macros of `web/forms.html`.

For the macros: `Field.widget` is one of text, textarea, radio, select, checkbox, checkboxes, date, money,
digits, decimal, tel, email, document, rows, object.

- `name` is the input's name, `id` its id; the first choice of a radio or of checkboxes has the field's own
  id, so that the error summary can link to `#id`.
- Choices send `Choice.value`, and `Choice.checked` tells which are chosen; a lone checkbox sends `true` and
  is checked when `value` is `true`.
- A document sends its file under `name`, and `value` (the id of the one already uploaded) in a hidden input
  of the same name.
- Rows and objects hold their fields in `rows`; a row's button is
  `<button name="_rows" value="{{ row.remove }}">` and the field's is
  `<button name="_rows" value="{{ field.add }}">`; an empty value means no button.
- A conditional field carries `shown_if_id` (the id of the field it looks at) and `shown_if_values` (the
  values that show it); `visible` is whether it is shown now. Fields that are not visible are still rendered,
  for the script to show; without script they are all seen, and what does not apply is ignored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forms.checking import Problem, sentence
from forms.conditions import Answers, Schema, is_required, is_shown, wanted_values
from forms.formats import DIGIT_FORMATS, shown
from forms.parsing import MOST_ROWS
from wording import N_, pick, say
from wording.times import dinars

YES, NO = N_("Yes"), N_("No")
LONG_TEXT = 200
MOST_RADIOS = 6

_FORMAT_WIDGETS = {"date": "date", "document": "document", "email": "email", "phone-dz": "tel"}
_TYPE_WIDGETS = {"boolean": "radio", "integer": "digits", "number": "decimal", "object": "object"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer offered."""

    value: str
    label: str
    id: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One repetition of a group of fields; `remove` is the value of its button, empty when it must stay."""

    number: int
    fields: tuple["Field", ...]
    remove: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question with what was answered, as typed; see the module for how it is shown."""

    path: str
    name: str
    id: str
    label: str
    help: str
    widget: str
    required: bool
    value: str
    choices: tuple[Choice, ...]
    rows: tuple[Row, ...]
    add: str
    accept: str
    max_bytes: int | None
    max_length: int | None
    confidential: str | None
    problems: tuple[str, ...]
    shown_if_id: str | None
    shown_if_values: tuple[str, ...]
    visible: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together, under one legend (empty for the ungrouped)."""

    label: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    """What stays the same from field to field."""

    said: dict[str, tuple[str, ...]]
    lang: str


def form_fields(schema: Schema, answers: Answers, problems: Sequence[Problem], lang: str) -> list[Group]:
    """The groups of the form with their fields, in this language; fields in no group come last."""
    said: dict[str, tuple[str, ...]] = {}
    for problem in problems:
        said[problem.path] = (*said.get(problem.path, ()), sentence(problem, schema, lang))
    fields = {field.path: field for field in _fields(schema, answers, "", _Page(said, lang))}
    groups = [
        Group(
            pick(group.get("labels"), lang),
            tuple(fields.pop(name) for name in group["fields"] if name in fields),
        )
        for group in schema.get("groups", ())
    ]
    return [*groups, Group("", tuple(fields.values()))] if fields else groups


def summary(schema: Schema, problems: Sequence[Problem], lang: str) -> list[tuple[str, str]]:
    """For the error summary: each faulty field's id with its sentence; the id is empty for the whole form."""
    return [(field_id(problem.path), sentence(problem, schema, lang)) for problem in problems]


def field_id(path: str) -> str:
    """The id in the page of the field at a path."""
    return f"field-{path.replace('.', '-')}" if path else ""


def typed(about: Schema, answer: Any) -> str:
    """An answer as a person types it: `1 500,50`, `0550 12 34 56`, `true`; nothing is ''."""
    if answer is None:
        return ""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if about.get("widget") == "money" and isinstance(answer, int):
        return dinars(answer)
    if isinstance(answer, float):
        return str(answer).replace(".", ",")
    return shown(about.get("format", ""), str(answer))


def widget_of(about: Schema) -> str:
    """How a property is asked: its own `widget`, else by its type, format and choices."""
    if about.get("type") == "array":
        return "rows" if about.get("items", {}).get("type") == "object" else "checkboxes"
    if "widget" in about:
        return str(about["widget"])
    if "enum" in about:
        return "radio" if len(about["enum"]) <= MOST_RADIOS else "select"
    if about.get("type") in _TYPE_WIDGETS:
        return _TYPE_WIDGETS[about["type"]]
    if about.get("format") in DIGIT_FORMATS:
        return "digits"
    long = about.get("maxLength", 0) > LONG_TEXT
    return _FORMAT_WIDGETS.get(about.get("format", ""), "textarea" if long else "text")


def _fields(schema: Schema, answers: Answers, prefix: str, page: _Page) -> list[Field]:
    return [_field(schema, name, answers, prefix, page) for name in schema.get("properties", {})]


def _field(schema: Schema, name: str, answers: Answers, prefix: str, page: _Page) -> Field:
    about, path, answer = schema["properties"][name], prefix + name, answers.get(name)
    condition = about.get("shownIf")
    watched = schema["properties"].get(condition["field"], {}) if condition else {}
    widget = widget_of(about)
    return Field(
        path=path,
        name=path,
        id=field_id(path),
        label=pick(about.get("labels"), page.lang) or name,
        help=pick(about.get("helps"), page.lang),
        widget=widget,
        required=is_required(schema, name, answers),
        value="" if isinstance(answer, (list, dict)) else typed(about, answer),
        choices=_choices(about, path, answer, page.lang),
        rows=_rows(about, path, answer, page),
        add=_add_button(about, path, answer) if widget == "rows" else "",
        accept=",".join(about.get("accept", ())),
        max_bytes=about.get("maxBytes"),
        max_length=about.get("maxLength"),
        confidential=about.get("confidential"),
        problems=page.said.get(path, ()),
        shown_if_id=field_id(prefix + condition["field"]) if condition else None,
        shown_if_values=tuple(typed(watched, value) for value in wanted_values(condition))
        if condition
        else (),
        visible=is_shown(schema, name, answers),
    )


def _choices(about: Schema, path: str, answer: Any, lang: str) -> tuple[Choice, ...]:
    offered = _offered(about, lang)
    chosen = {typed({}, one) for one in (answer if isinstance(answer, list) else [answer])}
    ids = (field_id(path) + (f"-{number}" if number else "") for number in range(len(offered)))
    return tuple(
        Choice(value, label, id_, value in chosen)
        for (value, label), id_ in zip(offered.items(), ids, strict=True)
    )


def _offered(about: Schema, lang: str) -> dict[str, str]:
    if about.get("type") == "boolean" and "enum" not in about:
        return {"true": say(lang, YES), "false": say(lang, NO)} if widget_of(about) != "checkbox" else {}
    values = about.get("enum") or about.get("items", {}).get("enum") or ()
    labels = about.get("choices", {})
    return {typed({}, value): pick(labels.get(typed({}, value)), lang) or str(value) for value in values}


def _rows(about: Schema, path: str, answer: Any, page: _Page) -> tuple[Row, ...]:
    widget = widget_of(about)
    if widget == "object":
        inner = answer if isinstance(answer, dict) else {}
        return (Row(1, tuple(_fields(about, inner, f"{path}.", page)), ""),)
    if widget != "rows":
        return ()
    least = about.get("minItems", 0)
    given = [row for row in answer or () if isinstance(row, dict)]
    given += [{}] * (least - len(given))
    return tuple(
        Row(
            index + 1,
            tuple(_fields(about["items"], row, f"{path}.{index}.", page)),
            f"remove:{path}.{index}" if len(given) > least else "",
        )
        for index, row in enumerate(given)
    )


def _add_button(about: Schema, path: str, answer: Any) -> str:
    return f"add:{path}" if len(answer or ()) < about.get("maxItems", MOST_ROWS) else ""
