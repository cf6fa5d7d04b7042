"""How a file is handed out: under which name, and unable to do anything in the browser."""

from __future__ import annotations

from urllib.parse import quote

INERT = (
    "sandbox; default-src 'none'"  #: the policy of a file that others made: it can do nothing in the browser
)


def disposition(name: str, *, way: str = "attachment") -> str:
    """The header Content-Disposition: a name in any script (RFC 6266), to be saved or shown ``inline``."""
    return f"{way}; filename*=UTF-8''{quote(name, safe='')}"
