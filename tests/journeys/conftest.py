"""A browser, and the real application over a temporary database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from app import create_app
from engine import database as frame
from engine.database import Database
from tests.journeys.site import Site, served
from tests.people import use_cheap_digests
from tests.servers import CHROMIUM_ARGUMENTS, chromium_path, is_required


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium; where there is none the test is skipped, or fails if MASAR_REQUIRE names it."""
    path = chromium_path()
    if path is None:
        if is_required("browser"):
            pytest.fail("A browser is required, but Chromium is not here: scripts/browser")
        pytest.skip("Chromium is not here")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        yield found
        found.close()


@pytest.fixture
def site(database: Database, browser: Browser) -> Iterator[Site]:
    """The application over the test's database, served."""
    use_cheap_digests()
    before = list(frame._default)
    url = database.url.render_as_string(hide_password=False)
    app = create_app(database_url=url, data=database.data, secret_key="of-the-tests")
    opened = frame._default[0]
    try:
        with served(app) as address:
            site = Site(address, database, browser)
            yield site
            site.close()
    finally:
        opened.dispose()
        frame._default[:] = before
