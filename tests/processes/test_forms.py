"""Every shipped form: a valid schema, in three languages, each field in its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from forms.schemas import check_schema

SCHEMAS = Path(__file__).parents[2] / "forms" / "schemas"
FORMS = sorted(SCHEMAS.rglob("*.json"))
LANGUAGES = {"ar", "fr", "en"}


def named(path: Path) -> str:
    return path.relative_to(SCHEMAS).with_suffix("").as_posix()


def loaded(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def trilingual(labels: Any) -> bool:
    return isinstance(labels, dict) and set(labels) == LANGUAGES and all(labels.values())


def values_of(field: dict[str, Any]) -> set[str]:
    return set(field.get("enum") or field.get("items", {}).get("enum", ()))


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_each_form_can_be_used_without_a_warning(path: Path) -> None:
    assert check_schema(loaded(path)) == ()


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_everything_a_person_reads_in_a_form_is_in_three_languages(path: Path) -> None:
    form = loaded(path)
    fields = form["properties"].values()
    assert trilingual(form["labels"])
    assert trilingual(form["helps"])
    assert all(trilingual(group["labels"]) for group in form["groups"])
    assert all(trilingual(field["labels"]) for field in fields)
    assert all(trilingual(field["helps"]) for field in fields if "helps" in field)
    assert all(trilingual(choice) for field in fields for choice in field.get("choices", {}).values())


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_each_choice_of_a_form_has_its_words(path: Path) -> None:
    for name, field in loaded(path)["properties"].items():
        assert set(field.get("choices", {})) == values_of(field), name


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_each_field_stands_in_exactly_one_group_and_depends_on_a_field_before_it(path: Path) -> None:
    form = loaded(path)
    shown = [name for group in form["groups"] for name in group["fields"]]
    assert shown == list(dict.fromkeys(shown))
    assert set(shown) == set(form["properties"])
    for name, field in form["properties"].items():
        if "shownIf" in field:
            assert shown.index(field["shownIf"]["field"]) < shown.index(name)


@pytest.mark.parametrize("path", FORMS, ids=named)
def test_a_field_that_may_be_hidden_is_never_required_outright(path: Path) -> None:
    form = loaded(path)
    assert not [name for name in form["required"] if "shownIf" in form["properties"][name]]
