"""FEEL texts: null instead of failure, three values of logic, places from 1, and the standard functions."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.bpmn.expressions import compile_expression, compile_feel

DATA = {
    "a": 5, "t": True, "n": None, "xs": [1, 2, 3], "people": [{"name": "Ali", "age": 20}, {"name": "Zoé", "age": 50}],
}  # fmt: skip


def feel(text: str) -> Any:
    return compile_feel(text).value(DATA)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("n > 1", None), ("n = null", True), ('a = "5"', None), ("a + n", None), ("1 / 0", None), ('"a" < 1', None),
        ("n and false", False), ("n and true", None), ("n or true", True), ("n or false", None), ("not(n)", None),
        ("not(t) = false", True), ("if n then 1 else 2", 2), ("a between 1 and n", None),
        ("a between 9 and n", False),
        ("xs[9]", None), ("n.x", None), ("a.x", None), ("{x: 1}.y", None), ("n[1]", None), ("-n", None),
    ],
)  # fmt: skip
def test_what_has_no_value_is_null(text: str, value: Any) -> None:
    assert feel(text) == value
    assert type(feel(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("xs[1]", 1), ("xs[-1]", 3), ("a[1]", 5), ("xs[item > 1]", [2, 3]), ("people[age > 30].name", ["Zoé"]),
        ("people[1].name", "Ali"), ("people.name", ["Ali", "Zoé"]), ("xs[even(item)]", [2]),
        ('people[name = "Ali"].age', [20]), ("[{item: 1}, {item: 2}][item = 2]", [{"item": 2}]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ("for i in 3..1, j in [i] return i + j", [6, 4, 2]), ("every x in [] satisfies x", True),
        ("some p in people satisfies p.age > 30 and p.name = \"Zoé\"", True),
        ("{full name: \"x\", copy: full name}.copy", "x"), ("{f: function(x) x * 2, y: f(4)}.y", 8),
        ("(function(x, y) x - y)(5, 3)", 2), ("a in (1, > 4)", True), ("5 in ]1..5[", False), ("2 in [[1..3]]", True),
        ("a instance of number", True), ("n instance of Any", False), ("@\"2026-01-01\" instance of date", True),
        ("duration(\"P1D\") instance of days and time duration", True), ("-3 ** 2", 9), ("2 ** 3 ** 2", 64),
        ("1 // why so", 1), ("a // 2", 2), ("`a` + 1", 6), ('"\\u0041\\n"', "A\n"),
        ("[1, 2] = [1, 2]", True),
        ("{a: 1} = {a: 1.0}", True), ("true = 1", None),
    ],
)  # fmt: skip
def test_paths_filters_and_iterations(text: str, value: Any) -> None:
    assert feel(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('substring("foobar", 3)', "obar"), ('substring("foobar", -2, 1)', "a"),
        ('substring(string: "ab", start position: 2)', "b"),
        ('string length("نص")', 2), ('upper case("é")', "É"), ('substring before("foobar", "bar")', "foo"),
        ('substring after("foobar", "ob")', "ar"), ('contains("foobar", "of")', False),
        ('starts with("foo", "f")', True),
        ('matches("Foo", "^f", "i")', True), ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
        ('split("a;b;;c", ";")', ["a", "b", "", "c"]), ('string join(["a", null, "b"], ", ")', "a, b"),
        ('number("1 500,75", " ", ",")', Decimal("1500.75")), ('number("x")', None),
        ("string([1, \"a\", null])", '[1, "a", null]'),
        ("string(null)", None), ("decimal(2.5, 0)", 2), ("floor(-1.5)", -2), ("ceiling(1.234, 2)", Decimal("1.24")),
        ("round half up(-2.5, 0)", -3), ("round half down(2.5, 0)", 2), ("round up(1.121, 2)", Decimal("1.13")),
        ("round down(-1.129, 2)", Decimal("-1.12")), ("abs(-3)", 3), ("modulo(-12, 5)", 3), ("modulo(12, -5)", -3),
        ("sqrt(16)", 4), ("odd(3)", True), ("even(3)", False), ("count([1, null])", 2), ("min(3, 1, 2)", 1),
        ("max([])", None),
        ("sum([])", None), ("sum([1, null])", None), ("mean([1, 2, 3, 4])", Decimal("2.5")),
        ("median(8, 2, 5, 3, 4)", 4),
        ("mode([6, 3, 9, 6, 6, 3, 3])", [3, 6]), ("stddev(2, 4, 7, 5) > 2.08", True), ("product([2, 3, 4])", 24),
        ("all([true, null])", None), ("all([false, null])", False), ("any([null, true])", True),
        ("list contains([1, null], null)", True),
        ("sublist([4, 5, 6], -2)", [5, 6]), ("append([1], 2, 3)", [1, 2, 3]), ("concatenate([1], [2, 3])", [1, 2, 3]),
        ("insert before([1, 3], 1, 2)", [2, 1, 3]), ("remove([1, 2, 3], 2)", [1, 3]), ("reverse([1, 2])", [2, 1]),
        ("index of([1, 2, 1], 1)", [1, 3]), ("union([1, 2], [2, 3])", [1, 2, 3]),
        ("distinct values([1, 2, 1])", [1, 2]),
        ("flatten([[1, [2]], 3])", [1, 2, 3]), ("sort([3, 1, 2], function(x, y) x > y)", [3, 2, 1]),
        ("list replace([1, 2, 3], 2, 9)", [1, 9, 3]), ('get value({a: {b: 1}}, ["a", "b"])', 1),
        ("get entries({a: 1})", [{"key": "a", "value": 1}]), ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
        ("context merge([{a: 1}, {a: 2}])", {"a": 2}), ('context([{key: "a", value: 1}])', {"a": 1}),
        ("get or else(n, 3)", 3), ("is defined(nowhere)", False), ("min(\"b\", \"a\")", "a"),
    ],
)  # fmt: skip
def test_the_standard_functions(text: str, value: Any) -> None:
    assert feel(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('date("2026-02-30")', None), ("date(2026, 2, 28)", date(2026, 2, 28)),
        ('date("2026-01-31") + duration("P1M")', date(2026, 2, 28)),
        ('date("2026-03-01") - date("2026-02-01")', timedelta(days=28)), ('@"2026-01-01" < @"2026-01-02"', True),
        ('date and time("2026-01-01T10:00:00") + @"PT90M"', datetime(2026, 1, 1, 11, 30)),  # noqa: DTZ001
        ('date and time("2026-01-01T00:00:00Z") = date and time("2026-01-01T01:00:00+01:00")', True),
        ('duration("P1Y2M").months', 2), ('duration("P1DT2H").hours', 2), ('@"P1Y" + @"P2M" = @"P14M"', True),
        ('@"PT1H" * 2 = @"PT2H"', True), ('@"P1D" / @"PT12H"', 2), ('string(duration("P1DT2H"))', "P1DT2H"),
        ('string(-@"P14M")', "-P1Y2M"),
        ('years and months duration(date("2024-02-29"), date("2026-02-28")) = @"P1Y11M"', True),
        ('day of week(date("2026-03-15"))', "Sunday"), ('month of year(date("2026-03-15"))', "March"),
        ('day of year(date("2026-02-01"))', 32), ('week of year(date("2026-01-01"))', 1),
        ('last day of month(@"2024-02-03")', date(2024, 2, 29)),
        ('time("10:30:00") + @"PT14H" = time("00:30:00")', True),
        ('time("08:00:00+01:00").time offset = @"PT1H"', True),
        ('date("2026-03-15").weekday', 7), ('date("2026-03-15") > "x"', None),
        ('is(@"2026-01-01", @"2026-01-01")', True),
        ('before([1..5], 6)', True), ("overlaps([1..5], [5..8])", True), ("overlaps([1..5), [5..8])", False),
        ("includes([1..9], 9)", True),
        ("during([2..3], [1..9])", True), ("meets([1..5], [5..8])", True), ("starts([1..2], [1..9])", True),
        ("coincides(1, 1)", True),
        ("finishes(9, [1..9])", True), ("[1..10].start included", True), ("]1..10[.end included", False),
        ('for d in @"2026-01-01"..@"2026-01-03" return d.day', [1, 2, 3]),
    ],
)  # fmt: skip
def test_dates_durations_and_ranges(text: str, value: Any) -> None:
    assert feel(text) == value


def test_names_with_spaces_are_read_where_they_are_known() -> None:
    names = ("Applicant Age", "Loan-to-value", "days in weekend")
    text = 'Applicant   Age > 18 and Loan-to-value < 1 and (some d in days in weekend satisfies d = "sunday")'
    compiled = compile_feel(text, names=names)
    assert (
        compiled.evaluate({"Applicant Age": 20, "Loan-to-value": 0.5, "days in weekend": ["sunday"]}) is True
    )


def test_a_whole_text_is_feel_behind_an_equals_sign() -> None:
    assert compile_expression("= xs[1]").evaluate(DATA) == 1
    assert compile_expression("${xs[1]}").evaluate(DATA) == 2
    assert compile_expression('= duration("PT36H")').evaluate({}) == "P1DT12H"
