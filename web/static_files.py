"""Style sheets, scripts and pictures: served from web/static, kept by browsers until their content changes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_from_directory, url_for
from markupsafe import Markup

from web.access import public

FOLDER = Path(__file__).parent / "static" / "dist"
A_YEAR = 31_536_000
AN_HOUR = 3_600

bp = Blueprint("static_files", __name__)


@bp.get("/static/<path:name>")
@public
def file(name: str) -> Response:
    """A built asset; one asked for with its version never changes."""
    response = send_from_directory(FOLDER, name)
    lasting = f"max-age={A_YEAR}, immutable" if request.args.get("v") else f"max-age={AN_HOUR}"
    response.headers["Cache-Control"] = f"public, {lasting}"
    return response


def asset(name: str) -> str:
    """The address of a built asset, with its version."""
    return url_for(
        "static_files.file", name=name, v=_version(FOLDER / ".stamp") or _version(FOLDER / name) or "0"
    )


def icon(name: str, *, directional: bool = False) -> Markup:
    """A drawing beside words (hidden from readers of the screen); ``directional`` turns it in Arabic."""
    kind = "icon icon-directional" if directional else "icon"
    return Markup('<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>').format(
        kind, asset("icons.svg"), name
    )


def give_assets(app: Flask) -> None:
    """Serve the assets, and make ``asset`` and ``icon`` known to the templates."""
    app.register_blueprint(bp)
    app.jinja_env.globals.update(asset=asset, icon=icon)


def _version(path: Path) -> str:
    return _read_version(path, path.stat().st_mtime_ns) if path.exists() else ""


@cache
def _read_version(path: Path, changed_at: int) -> str:
    return path.read_text().strip()[:12] if path.name == ".stamp" else f"{changed_at:x}"
