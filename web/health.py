"""What a supervisor of processes asks: does it answer, and does its database?"""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import select

from engine.database import reading
from web.access import public

bp = Blueprint("health", __name__)


@bp.get("/health")
@public
def health() -> tuple[str, int, dict[str, str]]:
    """``ok`` when the database answers; an error page otherwise. Nobody need be signed in."""
    with reading() as session:
        session.execute(select(1))
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}
