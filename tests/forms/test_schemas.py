"""Schemas are read, checked and found by name."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from forms.schemas import (
    SENTENCES,
    SchemaFault,
    SchemaRefused,
    check_schema,
    fault_sentence,
    load_folder,
    property_at,
    read_schema,
)
from tests.forms.schema import schema
from wording import LANGUAGES
from wording.catalogues import places

SHIPPED = Path(__file__).parents[2] / "forms" / "schemas"


def changed(name: str, **keywords: Any) -> dict[str, Any]:
    form = schema()
    form["properties"][name] = {**form["properties"].get(name, {}), **keywords}
    return form


def test_a_good_schema_has_no_fault() -> None:
    assert check_schema(schema()) == ()
    assert read_schema(orjson.dumps(schema())) == schema()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"{", "not_json"),
        (b"[]", "not_an_object"),
        (b'{"type": "object"}', "not_an_object"),
        (b'{"type": "object", "properties": {"a": {"type": "strnig"}}}', "invalid"),
        (b'{"type": "object", "properties": {"a": {"$ref": "http://elsewhere/"}}}', "reference"),
        (b" " * 600_000, "too_large"),
        (orjson.dumps(changed("wage", type="number")), "money_not_integer"),
        (orjson.dumps(changed("days", widget="slider")), "unknown_widget"),
        (orjson.dumps(changed("days", shownIf={"field": "nothing", "equals": 1})), "condition_unknown"),
        (orjson.dumps(changed("list", type="array", items={"type": "array"})), "unknown_type"),
        (orjson.dumps({**schema(), "groups": [{"fields": ["nothing"]}]}), "group_unknown"),
    ],
)
def test_what_cannot_be_a_form_is_refused(text: bytes, code: str) -> None:
    with pytest.raises(SchemaRefused) as refused:
        read_schema(text)
    assert refused.value.fault.code == code


def test_a_lacking_translation_is_a_warning() -> None:
    faults = check_schema(changed("days", labels={"ar": "أيام", "fr": "jours"}))
    assert faults == (SchemaFault("label_missing", {"path": "days", "lang": "en"}, refuses=False),)
    assert fault_sentence(faults[0], "en") == "“days” has no label in the language “en”."


def test_a_choice_without_label_is_a_warning() -> None:
    faults = check_schema(changed("pay_to", choices={}))
    assert {fault.code for fault in faults} == {"choice_missing"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", SENTENCES)
def test_every_fault_can_be_said(lang: str, code: str) -> None:
    fault = SchemaFault(code, dict.fromkeys(places(SENTENCES[code]), "x"))
    assert "%(" not in fault_sentence(fault, lang)


def test_properties_are_found_by_path() -> None:
    assert (
        property_at(schema(), "children.0.name")
        == schema()["properties"]["children"]["items"]["properties"]["name"]
    )
    assert property_at(schema(), "children.0.nothing.at.all") is None


def test_a_folder_is_read_by_name(tmp_path: Path) -> None:
    (tmp_path / "tax").mkdir()
    (tmp_path / "tax" / "first.json").write_bytes(orjson.dumps(schema()))
    (tmp_path / "tax" / "second.schema.json").write_bytes(orjson.dumps(schema()))
    assert set(load_folder(tmp_path)) == {"tax/first", "tax/second"}


def test_the_forms_shipped_have_no_fault_and_speak_three_languages() -> None:
    forms = load_folder(SHIPPED)
    assert forms
    assert {name: check_schema(form) for name, form in forms.items() if check_schema(form)} == {}
