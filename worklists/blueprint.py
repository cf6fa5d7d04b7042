"""The clerks' and supervisors' room: one blueprint that all its pages hang on."""

from flask import Blueprint

bp = Blueprint("worklists", __name__, template_folder="templates")
