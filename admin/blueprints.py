"""The blueprints of the room: what inspectors, analysts and administrators come for."""

from flask import Blueprint


def _blueprint(name: str) -> Blueprint:
    return Blueprint(name, __name__, url_prefix="/admin", template_folder="templates")


inspection = _blueprint("inspection")
procedures = _blueprint("procedures")
people = _blueprint("people")
