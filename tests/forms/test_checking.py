"""What is wrong with answers, and how it is said."""

from datetime import date
from typing import Any

import pytest

from forms.checking import SENTENCES, Problem, problems, sentence
from tests.forms.schema import labels, schema
from wording import LANGUAGES

TODAY = date(2026, 2, 15)
NOTE = "6f1c2a3e-1111-4222-8333-444455556666"
GOOD: dict[str, Any] = {"pay_to": "bank", "hospitalised": True, "note": NOTE}


def codes(**changes: Any) -> dict[str, str]:
    answers = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return {problem.path: problem.code for problem in problems(schema(), answers, today=TODAY)}


def test_good_answers_have_no_problem() -> None:
    assert codes() == {}
    assert codes(pay_to="ccp", ccp="32005068", children=[{"name": "Lina", "born_on": "2020-01-01"}]) == {}


def test_what_lacks_is_said_in_the_order_of_the_form() -> None:
    found = problems(schema(), {"wage": 1}, today=TODAY)
    assert [(problem.path, problem.code) for problem in found] == [
        ("pay_to", "required"),
        ("wage", "too_small"),
        ("hospitalised", "required"),
        ("note", "document_required"),
    ]


def test_a_branch_asks_for_its_fields_only() -> None:
    assert codes(pay_to="ccp") == {"ccp": "required"}


def test_a_hidden_field_is_asked_of_nobody() -> None:
    strict = {**schema(), "required": ["ccp"]}
    assert problems(strict, {"pay_to": "bank"}, today=TODAY) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"wage": "much"}, {"wage": "not_money"}),
        ({"days": "x"}, {"days": "not_whole"}),
        ({"days": 400}, {"days": "too_large"}),
        ({"pay_to": "cash"}, {"pay_to": "not_a_choice"}),
        ({"hospitalised": "perhaps"}, {"hospitalised": "required"}),
        ({"pay_to": "ccp", "ccp": "32005069"}, {"ccp": "not_ccp"}),
        ({"starts_on": "soon"}, {"starts_on": "not_date"}),
        ({"starts_on": "2026-02-10", "ends_on": "2026-02-09"}, {"ends_on": "not_before"}),
        ({"note": "passwd"}, {"note": "not_document"}),
        ({"pieces": ["a", "z"]}, {"pieces.1": "not_a_choice"}),
        ({"children": [{}]}, {"children.0.name": "required"}),
        ({"children": [{"name": "x"}]}, {"children.0.name": "too_short"}),
        ({"children": [{"name": "Lina", "born_on": "2026-02-16"}]}, {"children.0.born_on": "not_after"}),
        ({"children": [{"name": "Lina"}] * 4}, {"children": "too_many_rows"}),
        ({"surprise": 1}, {"": "unexpected"}),
    ],
)
def test_each_mistake_has_its_code(changes: dict[str, Any], found: dict[str, str]) -> None:
    assert codes(**changes) == found


def test_one_of_several_is_asked_at_the_first_of_them() -> None:
    form = {
        "type": "object",
        "properties": {name: {"type": "string", "labels": labels(name)} for name in ("letter", "card")},
        "anyOf": [{"required": ["letter"]}, {"required": ["card"]}],
    }
    (problem,) = problems(form, {}, today=TODAY)
    assert sentence(problem, form, "en") == "Give at least one of these: letter, card."
    assert sentence(problem, form, "ar") == "قدّم واحدا على الأقل مما يلي: ع letter، ع card."
    assert problem.path == "letter"


def test_limits_are_said_as_people_read_them() -> None:
    said = [
        sentence(problem, schema(), "en") for problem in problems(schema(), {**GOOD, "wage": 5}, today=TODAY)
    ]
    assert said == ["“wage” must be 1\u00a0000,00\u00a0DA or more."]
    late = Problem("starts_on", "not_after", {"limit": TODAY})
    assert sentence(late, schema(), "fr") == "«\u00a0fr starts on\u00a0»\u00a0: pas après le 15/02/2026."


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", SENTENCES)
def test_every_problem_can_be_said(lang: str, code: str) -> None:
    assert "%(" not in sentence(Problem("wage", code, {"limit": 3, "fields": ("wage",)}), schema(), lang)


def test_an_agreement_left_unticked_is_asked_for() -> None:
    form = {"properties": {"agreed": {"type": "boolean", "const": True, "labels": labels("agreed")}}}
    assert [problem.code for problem in problems(form, {"agreed": False}, today=TODAY)] == ["required"]
