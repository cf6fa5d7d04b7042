"""Where to go next: only pages of our own, never an address that a link smuggled in."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request, url_for

_NEVER = ("/sign-in", "/sign-out", "/static/", "/language")


def is_safe(address: str | None) -> bool:
    """Whether this is a path on this site that may follow signing in."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return False
    if "\\" in address or any(character < " " for character in address):
        return False
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc and not parts.path.startswith(_NEVER)


def safe_next() -> str | None:
    """The page asked for before signing in, if it is one of ours."""
    address = request.values.get("next")
    return address if is_safe(address) else None


def page_to_return_to() -> str | None:
    """This page, or for a form the page it is on (a form that was sent is not sent again)."""
    is_read = request.method in ("GET", "HEAD")
    address = request.full_path.rstrip("?") if is_read else path_of_referrer()
    return address if is_safe(address) and address != "/" else None


def path_of_referrer() -> str:
    """The path of the page that the request comes from, if that is one of ours; else nothing."""
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:
        return ""
    return came_from.path if came_from.netloc == request.host else ""


def public_address(page: str) -> str:
    """A page's whole address for e-mails: by the configured `PUBLIC_URL`, which every server has.

    Without one (tests alone) it is the request's host: whoever asks could then choose where a link leads.
    """
    base = current_app.config.get("PUBLIC_URL")
    return f"{str(base).rstrip('/')}{url_for(page)}" if base else url_for(page, _external=True)
