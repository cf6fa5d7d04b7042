"""What every page must be, whoever opens it: read by axe, by the eye of a phone, and by who reads only Arabic."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.journeys.site import DESK, MARKS, PHONE, Visitor
from wording import direction
from wording.catalogues import AREAS, catalogue

AXE = Path(__file__).parents[2] / "web/assets/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Texts and spoken names in the language of the page: what is marked as another language is left out.
TEXTS = """() => {
  const lang = document.documentElement.lang, found = [document.title.split(" · ")[0]];
  const said = (element) => element && element.closest("[lang]").lang === lang && !element.closest("script, style");
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) if (said(node.parentElement)) found.push(node.data);
  for (const name of ["aria-label", "title", "placeholder", "alt", "data-saved", "data-failed"])
    for (const element of document.querySelectorAll(`[${name}]`))
      if (said(element)) found.push(element.getAttribute(name));
  return found;
}"""
STRUCTURE = """() => ({
  headings: [...document.querySelectorAll("h1")].map((heading) => heading.innerText),
  title: document.title,
  lang: document.documentElement.lang,
  dir: document.documentElement.dir,
})"""
RUN_AXE = """async ([tags, contrast]) => {
  const rules = { "color-contrast": { enabled: contrast } };
  const asked = { runOnly: tags, rules, resultTypes: ["violations"], preload: false, iframes: false };
  const { violations } = await axe.run(document, asked);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}"""
OVERFLOWING = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.right > wide + 1 || box.left < -1;
  }).map((element) => `wider than the screen: ${element.tagName}.${element.className}`).slice(0, 5);
}"""


def faults_of(visitor: Visitor) -> list[str]:
    """What is wrong with the page that the visitor is on, at the size of a desk, and in Arabic of a phone too.

    Contrast, which takes longest, is looked at once in each size: colours are the same in both languages.
    """
    is_arabic = visitor.lang == "ar"
    found = [*_structure(visitor), *_axe(visitor, contrast=not is_arabic)]
    if is_arabic:
        found += _untranslated(visitor)
        visitor.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        found += [
            f"{PHONE[0]} px: {fault}"
            for fault in (*_axe(visitor, contrast=True), *_evaluated(visitor, OVERFLOWING))
        ]
        visitor.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    return [f"{visitor.lang} {visitor.page.url}: {fault}" for fault in found]


def _structure(visitor: Visitor) -> list[str]:
    if visitor.page.locator("[data-diagram-url]").count():
        expect(visitor.page.locator("body[data-diagram-ready]")).to_be_attached()
    page = visitor.page.evaluate(STRUCTURE)
    headings, title = [_plain(heading) for heading in page["headings"]], _plain(page["title"])
    faults = [] if len(headings) == 1 else [f"not one h1, but {headings}"]
    if headings and not title.removeprefix(f"{visitor.say('Error:')} ").startswith(headings[0]):
        faults.append(f"the title {title!r} does not begin with the heading {headings[0]!r}")
    if (page["lang"], page["dir"]) != (visitor.lang, direction(visitor.lang)):
        faults.append("the language or the direction of the page is wrong")
    return faults


def _axe(visitor: Visitor, *, contrast: bool) -> list[str]:
    if not visitor.page.evaluate("() => 'axe' in window"):
        visitor.page.evaluate(_axe_source())
    return _evaluated(visitor, RUN_AXE, [TAGS, contrast])


def _evaluated(visitor: Visitor, script: str, argument: Any = None) -> list[str]:
    found: list[str] = visitor.page.evaluate(script, argument)
    return found


def _untranslated(visitor: Visitor) -> list[str]:
    texts = {_plain(text) for text in _evaluated(visitor, TEXTS)}
    exact, patterns = _english(visitor.lang)
    left = {text for text in texts if text in exact or any(pattern.fullmatch(text) for pattern in patterns)}
    return [f"left in English: {text!r}" for text in sorted(left)]


@cache
def _axe_source() -> str:
    return AXE.read_text()


@cache
def _english(lang: str) -> tuple[set[str], list[re.Pattern[str]]]:
    """The sentences that this language translates: those without parameters, and patterns of the others."""
    messages = [message for area in AREAS for message in catalogue(lang, area) if message.id]
    ids = {part for one in messages for part in ([one.id] if isinstance(one.id, str) else one.id)}
    places = re.compile(r"%\\?\(\w+\\?\)s")
    with_places = {sentence for sentence in ids if places.search(sentence)}
    worded = [one for one in with_places if re.search(r"[A-Za-z]{3}", places.sub("", one))]
    return ids - with_places, [re.compile(places.sub(".*", re.escape(one))) for one in worded]


def _plain(text: str | None) -> str:
    return re.sub(r"\s+", " ", MARKS.sub("", text or "")).strip()
