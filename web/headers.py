"""What every answer tells the browser: load nothing from elsewhere, keep nothing of a signed-in page."""

from __future__ import annotations

from flask import Flask, Response, g

_POLICY = {
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
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def allow_inline_styles() -> str:
    """Call in a view (or a template) that draws a diagram: bpmn-js writes style attributes."""
    g.inline_styles = True
    return ""


def give_headers(app: Flask) -> None:
    """Put the headers on every answer."""
    app.after_request(_with_headers)
    app.jinja_env.globals["allow_inline_styles"] = allow_inline_styles


def _with_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _policy())
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if g.get("visit") else "no-cache, private"
    if "lang" in g and response.mimetype == "text/html":
        response.headers["Content-Language"] = g.lang
        response.vary.update(("Cookie", "Accept-Language"))
    return response


def _policy() -> str:
    policy = dict(_POLICY)
    if g.get("inline_styles"):
        policy["style-src"] += " 'unsafe-inline'"
    return "; ".join(f"{name} {value}" for name, value in policy.items())
