"""The real application on a port of its own, and people who use it with a browser."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect
from waitress import create_server, wasyncore

from engine import jobs
from engine.database import Database
from tests.people import PASSWORD
from wording import say

DESK = (1280, 800)
PHONE = (360, 740)
OWN_LANGUAGE = "ar"  #: of everybody in the cast
LOCALES = {"ar": "ar-DZ", "fr": "fr-DZ", "en": "en-GB"}
TIMEOUT = 10_000  #: milliseconds
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
#: What Chromium writes on the console for a page that was answered with a refusal: expected, and no fault of the page.
REFUSED_PAGE = re.compile(
    r"Failed to load resource: the server responded with a status of (403|404|409|410|422)"
)
MARKS = re.compile("[\u200e\u200f\u2066-\u2069]")


@dataclass(frozen=True)
class File:
    """A file that a person attaches."""

    name: str
    content: bytes = PDF


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application as ``masar run`` does; its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4, ident=None)
    thread = threading.Thread(target=server.run, name="masar-web")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join()
        server.task_dispatcher.shutdown()


@dataclass
class Site:
    """The application at its address, its database, and the browser that opens its pages."""

    address: str
    database: Database
    browser: Browser
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self, lang: str = "ar", size: tuple[int, int] = DESK) -> Visitor:
        """Somebody with a browser of their own."""
        context = self.browser.new_context(
            base_url=self.address,
            locale=LOCALES[lang],
            timezone_id="Africa/Algiers",
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
        )
        context.set_default_timeout(TIMEOUT)
        found = Visitor(self, context, context.new_page(), lang)
        self.visitors.append(found)
        return found

    def person(self, username: str, lang: str = "ar", size: tuple[int, int] = DESK) -> Visitor:
        """Somebody of the cast, signed in."""
        found = self.visitor(lang, size)
        found.signs_in(username)
        return found

    def settle(self) -> None:
        """Do the background work that waits."""
        jobs.drain()

    def mails(self) -> list[Path]:
        """The e-mails sent."""
        return sorted((self.database.data / "mail").glob("*.eml"))

    def close(self) -> None:
        """Close every browser window; whatever a page complained of fails the test."""
        complaints = [line for visitor in self.visitors for line in visitor.complaints]
        for visitor in self.visitors:
            visitor.context.close()
        assert not complaints, complaints


class Visitor:
    """A person in front of a page. Sentences are named in English and looked for in the language of the pages."""

    def __init__(self, site: Site, context: BrowserContext, page: Page, lang: str) -> None:
        self.site = site
        self.context = context
        self.page = page
        self.lang = lang
        self.complaints: list[str] = []
        self.status = 0
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self.complaints.append(f"{error.error}"))
        page.on("response", self._note_status)

    def say(self, msgid: str, **params: object) -> str:
        """A sentence in the language of the pages, without its marks of direction."""
        return MARKS.sub("", say(self.lang, msgid, **params))

    def signs_in(self, username: str, password: str = PASSWORD) -> None:
        """Sign in; the account's own language gives way to that of this visit."""
        self.opens(f"/sign-in?lang={self.lang}")
        self.answers(username=username, password=password)
        self.presses("Sign in")
        if self.lang != OWN_LANGUAGE:
            self.speaks(self.lang)

    def speaks(self, lang: str) -> None:
        """Go on in this language."""
        self.lang = lang
        self.opens(f"/?lang={lang}")

    def opens(self, address: str) -> None:
        """Open a page by its address."""
        self.page.goto(address)

    def follows(self, msgid: str, *, within: str = "main", **params: object) -> None:
        """Follow the first link that says this."""
        links = self.page.locator(within).get_by_role("link", name=self.say(msgid, **params))
        links.first.click()

    def presses(self, msgid: str, *, within: str = "main", **params: object) -> None:
        """Press the first button that says this."""
        self.page.locator(within).get_by_role("button", name=self.say(msgid, **params)).first.click()

    def answers(self, **typed: str | int | bool | list[str] | File) -> None:
        """Answer questions, by the names of their fields."""
        for name, answer in typed.items():
            self._answer(name, answer)

    def reads(self, *sentences: str) -> None:
        """See all of this on the page."""
        for sentence in sentences:
            expect(self.page.locator("main")).to_contain_text(sentence)

    def reads_words(self, *msgids: str) -> None:
        """See all of these sentences on the page, in its language."""
        self.reads(*map(self.say, msgids))

    def is_on_step(self, name: str) -> None:
        """Be on the page of a step, named by the diagram."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    def is_on(self, msgid: str, **params: object) -> None:
        """Be on the page with this heading."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(self.say(msgid, **params))

    def text(self) -> str:
        """The words of the page, spaces and marks of direction evened out."""
        return re.sub(r"\s+", " ", MARKS.sub("", self.page.locator("main").inner_text()))

    def row(self, reference: str) -> str:
        """The words of the first row of a table that names this."""
        return self.page.locator("main tbody tr", has_text=reference).first.inner_text()

    def _answer(self, name: str, answer: str | int | bool | list[str] | File) -> None:
        fields = self.page.locator(f'main [name="{name}"]:not([type="hidden"])')
        kind = fields.first.evaluate("field => field.type")
        if isinstance(answer, File):
            given = {"name": answer.name, "mimeType": "application/octet-stream", "buffer": answer.content}
            fields.set_input_files(given)  # type: ignore[arg-type]
        elif kind in ("radio", "checkbox"):
            for value in answer if isinstance(answer, list) else [answer]:
                self.page.check(f'main [name="{name}"][value="{_typed(value)}"]')
        elif kind == "select-one":
            fields.select_option(label=str(answer))
        else:
            fields.fill(_typed(answer))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not REFUSED_PAGE.match(message.text):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _note_status(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status


def _typed(answer: object) -> str:
    return str(answer).lower() if isinstance(answer, bool) else str(answer)
