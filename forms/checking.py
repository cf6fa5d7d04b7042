"""What is wrong with answers: one problem a field, as a code with parameters, said in three languages."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry

from forms.conditions import Answers, Schema, is_shown
from forms.formats import CHECKER
from forms.schemas import property_at
from wording import N_, pick, say
from wording.times import day, money

SENTENCES = {
    "required": N_("“%(label)s” needs an answer."),
    "document_required": N_("“%(label)s” needs a file."),
    "one_needed": N_("Give at least one of these: %(labels)s."),
    "too_short": N_("“%(label)s” needs at least %(limit)s characters."),
    "too_long": N_("“%(label)s” takes at most %(limit)s characters."),
    "too_small": N_("“%(label)s” must be %(limit)s or more."),
    "too_large": N_("“%(label)s” must be %(limit)s or less."),
    "not_a_choice": N_("“%(label)s”: choose one of the answers offered."),
    "not_whole": N_("“%(label)s” must be a whole number, such as 12."),
    "not_number": N_("“%(label)s” must be a number, such as 12,5."),
    "not_money": N_("“%(label)s” must be an amount in dinars, such as 1 500,50."),
    "not_date": N_("“%(label)s” must be a date, such as 15/02/2026."),
    "not_after": N_("“%(label)s” cannot be after %(limit)s."),
    "not_before": N_("“%(label)s” cannot be before %(limit)s."),
    "not_nin": N_("“%(label)s” must have 18 digits."),
    "not_nss": N_("“%(label)s” must have 12 digits."),
    "not_ccp": N_("“%(label)s”: the account number and its two-digit key do not agree."),
    "not_rib": N_("“%(label)s” must have 20 digits whose last two agree with the others."),
    "not_phone": N_("“%(label)s” must be an Algerian number, such as 0550 12 34 56."),
    "not_email": N_("“%(label)s” must be an e-mail address, such as name@example.dz."),
    "not_document": N_("“%(label)s”: send the file again."),
    "wrong_form": N_("“%(label)s” is not written in the form expected."),
    "too_few_rows": N_("“%(label)s” needs at least %(limit)s."),
    "too_many_rows": N_("“%(label)s” takes at most %(limit)s."),
    "twice_the_same": N_("“%(label)s” holds the same answer twice."),
    "unexpected": N_("These answers hold something that the form does not ask."),
    "wrong": N_("“%(label)s” cannot be accepted as it is."),
}

_FORMAT_CODES = {"phone-dz": "not_phone"}
_TYPE_CODES = {"integer": "not_whole", "number": "not_number", "boolean": "required"}
_LIMIT_CODES = {
    "minLength": "too_short",
    "maxLength": "too_long",
    "minimum": "too_small",
    "exclusiveMinimum": "too_small",
    "maximum": "too_large",
    "exclusiveMaximum": "too_large",
    "minItems": "too_few_rows",
    "maxItems": "too_many_rows",
}
_PLAIN_CODES = {
    "enum": "not_a_choice",
    "const": "not_a_choice",
    "pattern": "wrong_form",
    "uniqueItems": "twice_the_same",
    "additionalProperties": "unexpected",
    "unevaluatedProperties": "unexpected",
}

_ORDER = {code: rank for rank, code in enumerate(SENTENCES)}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the answer at a path (`ccp`, `children.0.name`, `` for the form as a whole)."""

    path: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def problems(schema: Schema, answers: Answers, *, today: date) -> list[Problem]:
    """What is wrong with the answers, at most one problem a path, in the order of the form."""
    validator = Draft202012Validator(dict(schema), format_checker=CHECKER, registry=Registry())
    found = [problem for error in validator.iter_errors(answers) for problem in _problems_of(error, schema)]
    found += _date_problems(schema, answers, "", today)
    first: dict[str, Problem] = {}
    for problem in sorted(found, key=_urgency):
        if _concerns_something_shown(problem, schema, answers):
            first.setdefault(problem.path, problem)
    order = list(schema.get("properties", {}))
    return sorted(first.values(), key=lambda problem: _rank(problem.path, order))


def sentence(problem: Problem, schema: Schema, lang: str) -> str:
    """The problem in words, with the label of its field and its limits as a person reads them."""
    about = property_at(schema, problem.path) or {}
    said: dict[str, str] = {"label": pick(about.get("labels"), lang) or problem.path}
    if "limit" in problem.params:
        said["limit"] = _limit(problem.params["limit"], about, lang)
    if "fields" in problem.params:
        labels = (property_at(schema, path) or {} for path in problem.params["fields"])
        said["labels"] = ("، " if lang == "ar" else ", ").join(
            pick(one.get("labels"), lang) for one in labels
        )
    return say(lang, SENTENCES[problem.code], **said)


def _problems_of(error: ValidationError, schema: Schema) -> Iterator[Problem]:
    path = ".".join(map(str, error.absolute_path))
    instance: Any = error.instance
    if error.validator == "required":
        for name in _value(error):
            if name not in instance:
                yield _lacking(f"{path}.{name}" if path else name, schema)
    elif error.validator in ("anyOf", "oneOf"):
        yield _alternatives(error, path)
    else:
        yield Problem(path, *_code(error))


def _lacking(path: str, schema: Schema) -> Problem:
    about = property_at(schema, path) or {}
    return Problem(path, "document_required" if about.get("format") == "document" else "required")


def _alternatives(error: ValidationError, path: str) -> Problem:
    options = [option.get("required", ()) for option in _value(error) if isinstance(option, dict)]
    fields = [f"{path}.{name}" if path else name for names in options for name in names]
    return Problem(fields[0], "one_needed", {"fields": tuple(fields)}) if fields else Problem(path, "wrong")


def _code(error: ValidationError) -> tuple[str, dict[str, Any]]:
    kind, about = str(error.validator), error.schema if isinstance(error.schema, dict) else {}
    if kind in _LIMIT_CODES:
        return _LIMIT_CODES[kind], {"limit": _value(error)}
    if kind == "format":
        code = _FORMAT_CODES.get(_value(error), f"not_{_value(error)}")
        return (code if code in SENTENCES else "wrong_form"), {}
    if kind == "type":
        return (
            "not_money" if about.get("widget") == "money" else _TYPE_CODES.get(about["type"], "wrong")
        ), {}
    if kind == "const" and error.instance is False:
        return "required", {}
    return _PLAIN_CODES.get(kind, "wrong"), {}


def _value(error: ValidationError) -> Any:
    """The keyword's value: the limit, the names required, the alternatives."""
    return error.validator_value


def _date_problems(schema: Schema, answers: Answers, prefix: str, today: date) -> Iterator[Problem]:
    for name, about in schema.get("properties", {}).items():
        answer, path = answers.get(name), prefix + name
        if isinstance(answer, dict):
            yield from _date_problems(about, answer, f"{path}.", today)
        elif isinstance(answer, list):
            for index, row in enumerate(answer):
                if isinstance(row, dict):
                    yield from _date_problems(about.get("items", {}), row, f"{path}.{index}.", today)
        elif isinstance(answer, str):
            yield from _bounds(about, answers, Problem(path, ""), answer, today)


def _bounds(about: Schema, answers: Answers, at: Problem, answer: str, today: date) -> Iterator[Problem]:
    on = _date(answer)
    checks: tuple[tuple[str, str, Callable[[date, date], bool]], ...] = (
        ("notAfter", "not_after", date.__gt__),
        ("notBefore", "not_before", date.__lt__),
    )
    for keyword, code, breaks in checks:
        limit = _date(_named_day(about.get(keyword), answers, today))
        if on and limit and breaks(on, limit):
            yield Problem(at.path, code, {"limit": limit})


def _named_day(named: Any, answers: Answers, today: date) -> Any:
    """`today`, a date in ISO form, or the name of a field beside this one."""
    return today.isoformat() if named == "today" else answers.get(named, named)


def _date(text: Any) -> date | None:
    if not isinstance(text, str):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _concerns_something_shown(problem: Problem, schema: Schema, answers: Answers) -> bool:
    """Hidden fields are asked of nobody: what is lacking there, or wrong there, is no problem."""
    name = problem.path.partition(".")[0]
    return name not in schema.get("properties", {}) or is_shown(schema, name, answers)


def _urgency(problem: Problem) -> int:
    """Where a field has several problems, the one that stands first in SENTENCES is said."""
    return _ORDER[problem.code]


def _rank(path: str, order: list[str]) -> tuple[int, str]:
    name = path.partition(".")[0]
    return (order.index(name) if name in order else len(order)), path


def _limit(limit: Any, about: Schema, lang: str) -> str:
    if isinstance(limit, date):
        return day(lang, limit)
    return money(lang, limit) if about.get("widget") == "money" else str(limit)
