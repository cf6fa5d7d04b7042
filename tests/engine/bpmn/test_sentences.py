"""Every fault and failure of the engine has its sentence in three languages."""

import re

import pytest

from engine.bpmn.faults import CODES
from engine.bpmn.reading import read_process
from tests.engine.bpmn.drawing import ENDS, drawn, users
from tests.engine.bpmn.test_decisions import table
from tests.engine.bpmn.test_reading import WRONG
from wording.faults import FAILURES, FAULTS, failure, fault

LANGUAGES = ("ar", "fr", "en")


def test_every_code_has_a_sentence() -> None:
    assert set(CODES) <= set(FAULTS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_faults_of_real_files_are_said_in_every_language(lang: str) -> None:
    decision = '<businessRuleTask id="d" masar:decision="decide"/>'
    files = [drawn(elements, *ways) for _, _, ways, elements in WRONG] + [
        b"",
        b"<a/>",
        b"<!DOCTYPE a []><a/>",
    ]
    files += [drawn(ENDS + decision + users("a"), "s > a > d > e").replace(b' isExecutable="true"', b"")]
    tables = [table("x.y -> 1"), table("1 | 2 -> 3"), table("1 -> 1", policy="BEST"), b"<a/>", b""]
    for xml in files:
        for number, dmn in enumerate(tables):
            for found in read_process(xml, forms=(), decisions={f"t{number}": dmn}).faults:
                sentence = fault(lang, found.code, **found.params)
                assert "%(" not in sentence
                assert bool(re.search("[\u0600-\u06ff]", sentence)) == (lang == "ar"), sentence


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_failures_are_said_in_every_language(lang: str) -> None:
    params = dict.fromkeys(
        ("name", "operation", "key", "value", "code", "most", "decision", "rules", "count", "process", "why"),
        "x",
    )
    for code in FAILURES:
        assert "%(" not in failure(
            lang, code, **{k: v for k, v in params.items() if k != "code" or "caught" in code}
        )
    assert failure("en", "unheard_of") == "The case cannot go on (unheard_of)."
