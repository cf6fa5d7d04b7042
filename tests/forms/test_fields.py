"""A schema and its answers as groups of fields, and as lines to read."""

from datetime import date
from typing import Any

from forms.checking import problems
from forms.fields import Field, form_fields, summary
from forms.parsing import answers_from
from forms.reading import readable
from tests.forms.schema import schema

TODAY = date(2026, 2, 15)
ANSWERS: dict[str, Any] = {
    "pay_to": "ccp",
    "ccp": "32005068",
    "wage": 150_050,
    "hospitalised": False,
    "starts_on": "2026-02-15",
    "note": "6f1c2a3e-1111-4222-8333-444455556666",
    "remark": "secret",
    "pieces": ["b"],
    "children": [{"name": "Lina", "born_on": "2020-01-31"}],
}


def fields(answers: dict[str, Any] | None = None, lang: str = "en") -> dict[str, Field]:
    groups = form_fields(schema(), ANSWERS if answers is None else answers, (), lang)
    return {field.path: field for group in groups for field in group.fields}


def test_groups_come_in_their_order_and_the_ungrouped_last() -> None:
    groups = form_fields(schema(), {}, (), "fr")
    assert [group.label for group in groups] == ["fr payment", ""]
    assert [field.path for field in groups[0].fields] == ["pay_to", "ccp", "wage"]
    assert groups[0].fields[2].help == "fr per month"


def test_each_property_is_asked_in_its_way() -> None:
    assert {path: field.widget for path, field in fields().items()} == {
        "pay_to": "radio",
        "ccp": "digits",
        "wage": "money",
        "hospitalised": "radio",
        "days": "digits",
        "starts_on": "date",
        "ends_on": "date",
        "note": "document",
        "remark": "textarea",
        "pieces": "checkboxes",
        "children": "rows",
    }


def test_values_are_shown_as_typed_and_choices_ticked() -> None:
    shown = fields()
    assert (shown["wage"].value, shown["ccp"].value) == ("1\u00a0500,50", "320050 68")
    assert [(one.value, one.label, one.checked) for one in shown["hospitalised"].choices] == [
        ("true", "Yes", False),
        ("false", "No", True),
    ]
    assert [one.checked for one in shown["pieces"].choices] == [False, True]
    assert [one.id for one in shown["pay_to"].choices] == ["field-pay_to", "field-pay_to-1"]


def test_conditions_and_needs_are_told() -> None:
    ccp = fields({"pay_to": "bank"})["ccp"]
    assert (ccp.visible, ccp.required, ccp.shown_if_id, ccp.shown_if_values) == (
        *(False, True),
        *("field-pay_to", ("ccp",)),
    )
    note = fields()["note"]
    assert (note.accept, note.max_bytes, note.required) == ("application/pdf,image/png", 5000, True)


def test_rows_have_their_fields_and_buttons() -> None:
    children = fields()["children"]
    (row,) = children.rows
    assert [(field.name, field.value) for field in row.fields] == [
        ("children.0.name", "Lina"),
        ("children.0.born_on", "2020-01-31"),
    ]
    assert (row.remove, children.add) == ("remove:children.0", "add:children")


def test_what_could_not_be_cast_is_shown_again_with_its_problem() -> None:
    answers = answers_from(schema(), {"wage": ["plenty"], "children.0.name": ["x"]})
    found = problems(schema(), answers, today=TODAY)
    groups = form_fields(schema(), answers, found, "en")
    shown = {field.path: field for group in groups for field in group.fields}
    assert (shown["wage"].value, shown["wage"].problems) == (
        "plenty",
        ("“wage” must be an amount in dinars, such as 1 500,50.",),
    )
    assert shown["children"].rows[0].fields[0].problems == ("“name” needs at least 2 characters.",)
    assert summary(schema(), found, "en")[0] == ("field-pay_to", "“pay to” needs an answer.")


def test_what_is_shown_again_is_read_the_same() -> None:
    typed = {field.name: [field.value] for field in fields().values() if field.value}
    typed |= {
        field.name: [one.value for one in field.choices if one.checked]
        for field in fields().values()
        if field.choices
    }
    typed |= {field.name: [field.value] for row in fields()["children"].rows for field in row.fields}
    assert answers_from(schema(), typed) == ANSWERS


def test_answers_are_read_in_words() -> None:
    lines = {line.label: line.text for line in readable(schema(), ANSWERS, "en")}
    assert lines == {
        "pay to": "post",
        "account": "\u2066320050 68\u2069",
        "wage": "1\u00a0500,50\u00a0DA",
        "hospitalised": "No",
        "starts on": "15/02/2026",
        "note": ANSWERS["note"],
        "pieces": "piece B",
        "children 1 – name": "Lina",
        "children 1 – born on": "31/01/2020",
    }


def test_secrets_are_read_by_those_allowed_only() -> None:
    lines = {line.label: line.text for line in readable(schema(), ANSWERS, "en", secrets={"medical"})}
    assert lines["remark"] == "secret"
    assert "remark" not in {line.label for line in readable(schema(), ANSWERS, "en")}
