"""The door before every view: a request with a NUL character is not understood, for no database keeps one."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, abort, request

NUL = "\0"


def refuse_nul(app: Flask) -> None:
    """Answer such requests with 400, before anything else looks at them."""
    app.before_request(_check)


def _check() -> None:
    if any(NUL in text for text in _texts()):
        abort(400)


def _texts() -> Iterator[str]:
    """All that a view may read as text: the path, the names and values sent, the names of files."""
    yield request.path
    for sent in (request.args, request.form):
        for name, value in sent.items(multi=True):
            yield from (name, value)
    for name, file in request.files.items(multi=True):
        yield from (name, file.filename or "")
