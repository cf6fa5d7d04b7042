"""The citizens' room: one blueprint that all its pages hang on."""

from flask import Blueprint

bp = Blueprint("portal", __name__, url_prefix="/", template_folder="templates")
