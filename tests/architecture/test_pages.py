"""The house rules of pages: every route marked, every form sealed against forgery, nothing that the CSP forbids."""

import re

import pytest
from flask import Flask

from tests.architecture.reading_code import templates

FORM = re.compile(r"<form\b(?P<attributes>[^>]*)>(?P<inner>.*?)</form>", re.IGNORECASE | re.DOTALL)
COMMENT = re.compile(r"{#.*?#}|<!--.*?-->", re.DOTALL)
FORBIDDEN = {
    "an inline script": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*\btype=\"application/json\")[^>]*>", re.IGNORECASE
    ),
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an inline handler": re.compile(
        r"<[^>]*\son(click|change|submit|load|input|key\w+|focus|blur)\s*=", re.IGNORECASE
    ),
    "an address of another machine": re.compile(r"(src|href|action)=\"(https?:)?//", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "an unescaped value": re.compile(r"\|\s*safe\b|autoescape false"),
}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_every_route_is_marked(app: Flask) -> None:
    unmarked = [
        endpoint for endpoint, view in app.view_functions.items() if getattr(view, "__access__", None) is None
    ]
    assert unmarked == []
    assert len(app.view_functions) > 20


@pytest.mark.parametrize("kind", ["sqlite"])
def test_no_address_serves_both_reading_and_writing_by_an_action_field(app: Flask) -> None:
    writing = [rule for rule in app.url_map.iter_rules() if rule.methods and "POST" in rule.methods]
    assert writing
    assert [rule.rule for rule in writing if rule.methods and "PUT" in rule.methods] == []


@pytest.mark.parametrize("path", sorted(templates()))
def test_a_form_that_writes_carries_its_token(path: str) -> None:
    text = COMMENT.sub("", templates()[path])
    bare = [
        found["attributes"].strip()
        for found in FORM.finditer(text)
        if re.search(r"method=\"?post", found["attributes"], re.IGNORECASE) and "csrf" not in found["inner"]
    ]
    assert bare == []


@pytest.mark.parametrize("path", sorted(templates()))
def test_a_template_holds_nothing_that_the_policy_forbids(path: str) -> None:
    text = COMMENT.sub("", templates()[path])
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", sorted(path for path, text in templates().items() if "{% extends" in text))
def test_a_page_has_one_heading_of_the_first_order(path: str) -> None:
    text = COMMENT.sub("", templates()[path])
    headings = len(re.findall(r"<h1\b", text, re.IGNORECASE))
    assert headings <= 1 or "{% else" in text or "{% elif" in text, f"{headings} h1"
