"""What every answer tells the browser: load nothing from elsewhere, keep nothing of a signed-in page."""

from __future__ import annotations

from flask import Flask, Response, g

_POLICY = "; ".join(
    f"{name} {value}"
    for name, value in {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }.items()
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def give_headers(app: Flask) -> None:
    """Put the headers on every answer."""
    app.after_request(_with_headers)


def _with_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if g.get("visit") else "no-cache, private"
    if "lang" in g and response.mimetype == "text/html":
        response.headers["Content-Language"] = g.lang
        response.vary.update(("Cookie", "Accept-Language"))
    return response
