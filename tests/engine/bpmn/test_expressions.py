from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.bpmn.expressions import ExpressionRefused, compile_expression, compile_script
from engine.bpmn.operations import EvaluationFailed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("amount > 1000", True),
        ("${amount > 1000}", True),
        ("#{ amount > 1000 && !done }", True),
        ("= amount > 1000", True),
        ('= kind = "sick"', True),
        ("kind == 'a = b'", False),
        ("amount != 3 || false", True),
        ("not done and null == missing", True),
        ("'yes' if done else 'no'", "no"),
        ("person['age'] + items[1]", 62),
        ("kind in ['sick', 'born']", True),
        ("amount / 2", 75000),
        ("amount * 0.1", 15000),
        ("7 / 2", Decimal("3.5")),
        ("amount // 7 * 7 + amount % 7", 150000),
        ("round(2.5) + round(-2.5)", 0),
        ("min(3, 2) + max(items) + sum(items) + len(items)", 2 + 20 + 30 + 2),
        ("floor(1.9) + ceiling(1.1)", 3),
        ("days_between('2026-03-01', when)", 14),
        ("date('2026-03-15') == when", True),
        ("1 == true", False),
        ("2 ** 10", 1024),
        ("price * 3", Decimal("0.3")),
        ("{'a': amount}", {"a": 150000}),
        ("${var:equals(kind, 'sick') && vars:contains(items, 20)}", True),
        ("return amount > 100;", True),
        ("${var:exists(nowhere) || variables:gte(amount, 200000)}", False),
    ],
)
def test_the_language_says_what_conditions_need(text: str, value: Any) -> None:
    names = {
        "amount": 150000, "kind": "sick", "done": False, "missing": None, "person": {"age": 42}, "items": [10, 20],
        "when": date(2026, 3, 15), "price": 0.1,
    }  # fmt: skip
    result = compile_expression(text).evaluate(names)
    assert result == value
    assert type(result) is type(value)


ATTACKS = [
    "__import__('os').system('id')",
    "().__class__.__bases__[0].__subclasses__()",
    "amount.__class__",
    "'{0.__class__}'.format(amount)",
    "f'{amount}'",
    "lambda: 1",
    "[x for x in items]",
    "eval('1')",
    "open('/etc/passwd')",
    "getattr(amount, 'real')",
    "(x := 5)",
    "items[0:1]",
    "len(*items)",
    "print(1)",
    "b'bytes'",
    "1j",
    "...",
    "await x",
    "{**person}",
    "exec('x=1')",
    "1 +",
    "",
    "a b",
    "x" * 5000,
    "(" * 300 + "1" + ")" * 300,
    "+".join("1" * 600),
    "__builtins__",
    "a\0b",
    "~1",
    "1 << 90",
    "amount @ 2",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_what_is_not_of_the_language_is_refused_when_it_is_compiled(text: str) -> None:
    with pytest.raises(ExpressionRefused):
        compile_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9",
        "'a' * 10**9",
        "items * 1000000",
        "2 ** 65",
        "10 ** 64 * 10 ** 64",
        "text + text",
        "1.5 ** 60 ** 9",
        "(-9)**64",
    ],
)
def test_work_and_sizes_are_bounded(text: str) -> None:
    with pytest.raises(EvaluationFailed):
        compile_expression(text).evaluate({"items": [1] * 9000, "text": "x" * 9000})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nowhere > 1", "unknown_name"), ("1 / 0", "division_by_zero"), ("1 // 0", "division_by_zero"),
        ("1 % 0", "division_by_zero"), ("0.5 / 0", "division_by_zero"), ("'a' < 1", "wrong_types"),
        ("null > 1", "wrong_types"), ("items[5]", "no_such_item"), ("len(5)", "wrong_types"),
        ("min()", "wrong_types"),
        ("date('soon')", "wrong_types"), ("true + 1", "wrong_types"), ("round('a')", "wrong_types"),
    ],
)  # fmt: skip
def test_an_expression_without_a_value_says_why(text: str, code: str) -> None:
    with pytest.raises(EvaluationFailed) as failed:
        compile_expression(text).evaluate({"items": [1]})
    assert failed.value.code == code


def test_free_names_are_known() -> None:
    assert compile_expression("a > 1 and len(b) < c['d']").names == {"a", "b", "c"}


def test_a_script_only_assigns_and_sees_its_own_values() -> None:
    script = compile_script("total = days * rate\nhalf = total / 2; kind = 'x'")
    assert script.run({"days": 20, "rate": 150000}) == {"total": 3000000, "half": 1500000, "kind": "x"}
    assert script.names == {"days", "rate"}
    assert script.writes == {"total", "half", "kind"}


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "a.b = 1",
        "a[0] = 1",
        "a.b += 1",
        "while x: y = 1",
        "date = date('2026-01-01'",
        "__x = 1",
        "for x in y: pass",
        "f()",
        "a = b = 1",
        "del a",
        "len = 1",
        "true = 1",
        "def f(): pass",
    ],
)
def test_a_script_of_more_than_assignments_is_refused(text: str) -> None:
    with pytest.raises(ExpressionRefused):
        compile_script(text)


NAMES = {
    "amount": 5000, "kind": "sick", "ok": True, "items": [10, 20, 30], "note": "", "missing": None,
    "person": {"age": 42, "city": {"name": "Oran"}}, "when": date(2026, 3, 15),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${ok}", True), ("${ok == true}", True), ("${!ok}", False), ("${not ok}", False), ("#{empty note}", True),
        ("${not empty items}", True), ("${empty nowhere}", True), ("${kind eq 'sick'}", True),
        ("${amount ne 1}", True),
        ("${amount gt 10 and amount le 5000}", True), ("${amount lt 10 || amount ge 5000}", True),
        ("${amount div 4}", 1250), ("${amount mod 3}", 2), ("${amount > 10 ? 'high' : 'low'}", "high"),
        ("${person.city.name == \"Oran\"}", True), ("${person['age']}", 42), ("${items.size() > 2}", True),
        ("${kind.equals('sick')}", True), ("${kind.equalsIgnoreCase('SICK')}", True), ("${items.contains(20)}", True),
        ("${items.isEmpty()}", False), ("${kind.startsWith('s') && kind.endsWith('k')}", True),
        ("${kind.toUpperCase()}", "SICK"), ("${kind.length()}", 4), ("${items.get(0)}", 10),
        ("${execution.getVariable('amount') == 5000}", True), ("${execution.getVariable(\"nowhere\") == null}", True),
        ("${execution.hasVariable('amount')}", True), ("${execution.hasVariable('nowhere')}", False),
        ("amount === 5000 && kind !== 'born'", True), ("kind <> 'born'", True), ("items.length == 3", True),
        ("!ok == false", True), ("${person.city == null}", False), ("${nowhere != null}", False),
        ("person.nothing.deeper == null", True), ("ok ? kind == 'a' ? 1 : 2 : 3", 2),
        ("/* why */ amount # because", 5000),
        ("amount between 1 and 5000", True), ("amount in [1..5000)", False), ("amount in (< 5, > 4999)", True),
        ("if amount > 1 then 'a' else 'b'", "a"), ("items[0] + items[-1]", 40), ("items[item > 10]", [20, 30]),
        ("for x in items return x / 10", [1, 2, 3]), ("some x in items satisfies x > 25", True),
        ("every x in items satisfies x > 25", False), ("string_length(kind) + string length('ab')", 6),
        ("when + duration('P1M')", date(2026, 4, 15)), ("when.year * 100 + when.month", 202603),
        ("@'PT36H'", "P1DT12H"), ("time('08:30:00').hour", 8), ("{a: 1, 'b c': 2}", {"a": 1, "b c": 2}),
        ("sum(items[item >= 20])", 50), ("1_000 + .5 * 2e1", 1010), ("empty", "is a name"),
        ("decimal(2.345, 2)", Decimal("2.34")), ("-2 ** 2", -4), ("نعم", "arabic"),
    ],
)  # fmt: skip
def test_what_other_engines_files_write_means_what_it_means_there(text: str, value: Any) -> None:
    assert compile_expression(text).evaluate({**NAMES, "empty": "is a name", "نعم": "arabic"}) == value


@pytest.mark.parametrize(
    ("text", "names", "optional"),
    [
        ("${a == null}", set(), {"a"}), ("${execution.getVariable('a') > b}", {"b"}, {"a"}),
        ("a != null and a > 1", {"a"}, set()), ("= is defined(a)", set(), {"a"}),
        ("= get or else(a, b)", {"b"}, {"a"}),
        ("= people[age > limit].name", {"people"}, {"age", "limit"}),
        ("= for x in xs return x + y", {"xs", "y"}, set()),
        ("= {a: 1, b: a + c}", {"c"}, set()),
    ],
)  # fmt: skip
def test_names_that_may_be_missing_are_told_from_those_that_must_be_there(
    text: str, names: set[str], optional: set[str]
) -> None:
    compiled = compile_expression(text)
    assert (compiled.names, compiled.optional) == (names, optional)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("now()", "reads_clock"), ("= today() > date('2026-01-01')", "reads_clock"), ("round()", "wrong_arguments"),
        ("= substring(text: 'a', start: 1)", "wrong_arguments"), ("x.delete()", "unknown_function"),
        ("execution.getProcessInstanceId()", "unknown_function"), ("a.__dict__", "not_allowed"), ("?", "not_allowed"),
        ("execution.getVariable('__x')", "not_allowed"), ("a ? b", "syntax"), ("[1..5", "syntax"),
        ("if a then", "syntax"),
        ("for x in xs", "syntax"), ("'open", "syntax"), ("a; b", "syntax"),
        ("function(x) external {}", "not_allowed"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_text_is_found_when_it_is_compiled(text: str, code: str) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        compile_expression(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "for a in 1..10000, b in 1..10000 return 1",
        "some a in 1..9999 satisfies some b in 1..9999 satisfies a = 0",
        "for a in 1..100001 return a",
        "= {f: function(x) f(x), y: f(1)}.y",
        "= {f: function(x) [f(x), f(x)], y: f(1)}.y",
        "= flatten(for a in 1..200 return for b in 1..200 return b)",
        "= string(for a in 1..9000 return 'aaaaaaaaaa')",
        "= replace(text, 'x', 'xxxxxxxxxxxxxxx')",
        "= matches(text, 'x+x+x+y')",
    ],
)
def test_iterations_and_patterns_are_bounded(text: str) -> None:
    with pytest.raises(EvaluationFailed) as failed:
        compile_expression(text).evaluate({"text": "x" * 9000})
    assert failed.value.code == "too_large"


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "((a)+b?)*c", "(.)\\\\1", "(?=a)b", "[a"]
)
def test_a_pattern_that_could_run_away_is_not_tried(pattern: str) -> None:
    assert compile_expression(f"= matches(text, '{pattern}')").evaluate({"text": "a" * 60}) is None
    with pytest.raises(EvaluationFailed):
        compile_expression(f"matches(text, '{pattern}')").evaluate({"text": "a" * 60})


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("n += 1; n *= 2", {"n": 12}), ("var x = 1;  // one\nlet y = x + 1", {"x": 1, "y": 2}),
        ("execution.setVariable('x', n + 1);", {"x": 6}), ("total = (1 +\n  2)  # three", {"total": 3}),
        ("total = 1 +\n 2\nrest = = if n > 3 then 'x' else 'y'", {"total": 3, "rest": "x"}),
        ("text = 'a; b = 1'", {"text": "a; b = 1"}), ("half = n // 2", {"half": 2}),
    ],
)  # fmt: skip
def test_scripts_of_other_engines_that_only_assign_run(text: str, written: dict[str, Any]) -> None:
    assert compile_script(text).run({"n": 5}) == written
