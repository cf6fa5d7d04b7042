"""Takes a picture of each person's first page from a running demonstration.

    python -m tests.journeys.pictures FOLDER [--at http://127.0.0.1:8000]

In Arabic on a phone (360 px) and on a desk (1280 px), in French on a desk.
"""

from __future__ import annotations

from pathlib import Path

import click
from playwright.sync_api import Browser, sync_playwright

from demo.cast import PASSWORD, SHOWN
from tests.journeys.site import DESK, LOCALES, PHONE
from tests.servers import CHROMIUM_ARGUMENTS, chromium_path

FORMATS = (("ar", PHONE), ("ar", DESK), ("fr", DESK))
PAGES = ("", *SHOWN)  #: who opens their first page; nobody first
MORE = {
    "amina": ("/workqueue",),
    "omar": ("/unit/tasks",),
    "ines": ("/admin/cases",),
    "nadia": ("/admin/procedures/sickness_benefit", "/admin/procedures/upload"),
    "salim": ("/admin/units", "/admin/roles"),
    "samir@example.dz": ("/services/sickness_benefit",),
}  #: other pages worth a look, by who opens them
FOLLOWED = {
    "amina": "main tbody a[href*='/tasks/']",
    "ines": "main tbody a[href*='/cases/']",
    "salim": "main tbody a[href*='/people/']",
    "samir@example.dz": "main h3 a[href*='/my/cases/']",
}  #: the first link of this kind on the first page leads to one more


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--at", "address", default="http://127.0.0.1:8000", show_default=True)
@click.option("--whole/--window", default=True, help="The whole page, or what the window shows of it.")
def main(folder: Path, address: str, whole: bool) -> None:
    """Take the pictures into FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(CHROMIUM_ARGUMENTS))
        for username in PAGES:
            for lang, size in FORMATS:
                _take(browser, folder, address, username, lang, size, whole)
        browser.close()


def _take(
    browser: Browser,
    folder: Path,
    address: str,
    username: str,
    lang: str,
    size: tuple[int, int],
    whole: bool,
) -> None:
    width, height = size
    context = browser.new_context(
        base_url=address, locale=LOCALES[lang], viewport={"width": width, "height": height}
    )
    page = context.new_page()
    page.goto(f"/sign-in?lang={lang}")
    if username:
        page.fill("#field-username", username)
        page.fill("#field-password", PASSWORD)
        page.click("main button")
        page.goto(f"{page.url}?lang={lang}")
    name = f"{username.partition('@')[0] or 'visitor'}-{lang}-{width}"
    first = page.url
    page.screenshot(path=folder / f"{name}.png", full_page=whole)
    addresses = list(MORE.get(username, ()))
    if username in FOLLOWED and (link := page.locator(FOLLOWED[username]).first).count():
        addresses.append(link.get_attribute("href") or first)
    for number, more in enumerate(addresses, start=2):
        page.goto(more)
        if page.locator("[data-diagram-url]").count():
            page.wait_for_selector("body[data-diagram-ready]", state="attached")
        page.screenshot(path=folder / f"{name}-{number}.png", full_page=whole)
    context.close()


if __name__ == "__main__":
    main()
