"""From what a page sends to answers."""

from typing import Any

import pytest

from forms.parsing import answers_from, cast, row_operation
from tests.forms.schema import schema

MONEY = {"type": "integer", "widget": "money"}


def answers(**values: str | list[str]) -> dict[str, Any]:
    texts = {name: [value] if isinstance(value, str) else value for name, value in values.items()}
    return answers_from(schema(), {name.replace("__", "."): text for name, text in texts.items()})


@pytest.mark.parametrize(
    ("typed", "centimes"),
    [
        ("1500", 150_000),
        ("1 500,50", 150_050),
        ("1\u00a0500,5", 150_050),
        ("1.500,50", 150_050),
        ("1500.50", 150_050),
        ("١٥٠٠٫٥٠", 150_050),
        ("0,05", 5),
        ("1,500", "1,500"),
        ("-3", "-3"),
        ("much", "much"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_money_is_typed_in_dinars_and_kept_in_centimes(typed: str, centimes: int | str) -> None:
    assert cast(MONEY, typed) == centimes


def test_numbers_accept_arabic_digits_and_keep_what_is_no_number() -> None:
    whole, any_number = {"type": "integer"}, {"type": "number"}
    assert [cast(whole, typed) for typed in ("٢٠", "-3", "2,5", "x")] == [20, -3, "2,5", "x"]
    assert [cast(any_number, typed) for typed in ("2,5", "۳", "x")] == [2.5, 3, "x"]


def test_dates_are_kept_in_iso_form_however_typed() -> None:
    about = {"type": "string", "format": "date"}
    typed = ("2026-02-15", "15/2/2026", "١٥/٠٢/٢٠٢٦", "31/02/2026", "soon")
    assert [cast(about, text) for text in typed] == [*["2026-02-15"] * 3, "31/02/2026", "soon"]


def test_answers_are_cast_trimmed_and_empty_ones_absent() -> None:
    assert answers(pay_to="bank", wage=" 2 000 ", hospitalised="false", days="", pieces=["a", "b", "a"]) == {
        "pay_to": "bank",
        "wage": 200_000,
        "hospitalised": False,
        "pieces": ["a", "b"],
    }


def test_hidden_fields_are_dropped() -> None:
    assert answers(pay_to="bank", ccp="32005068") == {"pay_to": "bank"}
    assert answers(pay_to="ccp", ccp="3200-50 68") == {"pay_to": "ccp", "ccp": "32005068"}


def test_what_hangs_on_a_hidden_field_is_hidden_too() -> None:
    chained = schema()
    chained["properties"]["wage"]["shownIf"] = {"field": "ccp", "equals": "32005068"}
    values = {"pay_to": ["bank"], "ccp": ["32005068"], "wage": ["2000"]}
    assert answers_from(chained, values) == {"pay_to": "bank"}


def test_names_that_the_form_does_not_have_are_ignored() -> None:
    assert answers(csrf_token="x", admin="true", pay_to="bank") == {"pay_to": "bank"}


def test_control_characters_are_removed_and_lines_kept() -> None:
    assert answers(remark="one\r\ntwo\x00\x1b\ud800") == {"remark": "one\ntwo"}


def test_rows_are_read_in_order_and_empty_ones_dropped() -> None:
    rows = answers(children__2__name="Lina", children__0__name="Adam", children__1__name=" ")
    assert rows == {"children": [{"name": "Adam"}, {"name": "Lina"}]}


def test_a_row_is_added_or_removed_without_losing_what_was_typed() -> None:
    two = {"children__0__name": "Adam", "children__1__name": "Lina"}
    added = answers(**two, _rows="add:children")
    removed = answers(**two, _rows="remove:children.0")
    assert added == {"children": [{"name": "Adam"}, {"name": "Lina"}, {}]}
    assert removed == {"children": [{"name": "Lina"}]}


def test_sending_the_form_is_no_row_operation() -> None:
    assert row_operation({"pay_to": ["ccp"]}) is None
    assert row_operation({"_rows": ["remove:children.x"]}) is None
    assert row_operation({"_rows": ["remove:children.2"]}) == ("remove", "children", 2)


def test_a_lone_checkbox_is_true_or_false() -> None:
    form = {"properties": {"agreed": {"type": "boolean", "widget": "checkbox"}}}
    assert answers_from(form, {"agreed": ["true"]}) == {"agreed": True}
    assert answers_from(form, {}) == {"agreed": False}
