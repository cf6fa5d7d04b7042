"""A small application with the shell around it, and a browser that sends its forms as pages do."""

from __future__ import annotations

import re

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.permissions import Permission
from engine.refusals import NotPermitted, Refusal
from forms.fields import form_fields, summary
from tests.people import PASSWORD
from web.access import current, needs, public, record_refusal, signed_in
from web.shell import init_shell

PAGE = '{% extends "web/layout.html" %}{% block h1 %}Probe{% endblock %}{% block content %}{{ text }}{% endblock %}'
FORM = """{% extends "web/narrow.html" %}{% from "web/forms.html" import csrf, error_summary, form_fields %}
{% block h1 %}Form{% endblock %}{% block before_h1 %}{{ error_summary(problems) }}{% endblock %}
{% block content %}
<form method="post" novalidate>{{ csrf() }}{{ form_fields(groups, documents) }}</form>{% endblock %}"""


@public
def open_to_all() -> str:
    return render_template_string(PAGE, text="")


@signed_in
def mine() -> str:
    return render_template_string(PAGE, text=current.person.username)


@needs(Permission.WORK_TASKS)
def work() -> str:
    return render_template_string(PAGE, text="")


@signed_in
def write() -> str:
    return render_template_string(PAGE, text="")


@signed_in
def refused(code: str) -> str:
    raise NotPermitted(permission=Permission.DEPLOY_PROCEDURES) if code == "no_permission" else Refusal(code)


@signed_in
def answered() -> str:
    record_refusal(Refusal("case_closed"))
    record_refusal(NotPermitted(permission=Permission.DEPLOY_PROCEDURES))
    return "no"


@public
def broken() -> str:
    raise ZeroDivisionError("a secret of the house")


def unmarked() -> str:
    return "served to nobody"


def make_site() -> Flask:
    """An application with one view of each kind."""
    app = Flask("masar", static_folder=None)
    app.config.update(SECRET_KEY="of-the-tests", PUBLIC_URL="https://masar.example.dz")
    init_shell(app)
    app.add_url_rule("/open", view_func=open_to_all)
    app.add_url_rule("/mine", view_func=mine)
    app.add_url_rule("/work", view_func=work)
    app.add_url_rule("/write", view_func=write, methods=["POST"])
    app.add_url_rule("/refused/<code>", view_func=refused)
    app.add_url_rule("/answered", view_func=answered)
    app.add_url_rule("/broken", view_func=broken)
    app.add_url_rule("/unmarked", view_func=unmarked)
    return app


def rendered(schema: dict, answers: dict, problems: list, lang: str, documents: dict) -> str:
    """The page of a form; within a request."""
    groups = form_fields(schema, answers, problems, lang)
    return render_template_string(
        FORM, groups=groups, problems=summary(schema, problems, lang), documents=documents
    )


class Browser:
    """Sends forms with the token of the page they are on."""

    def __init__(self, app: Flask, lang: str = "en") -> None:
        self.client: FlaskClient = app.test_client()
        self.client.get(f"/sign-in?lang={lang}")

    def get(self, address: str, **options: object) -> TestResponse:
        """Open a page."""
        return self.client.get(address, **options)

    def send(self, address: str, page: str = "/open", **typed: str) -> TestResponse:
        """Send a form with the token of a page."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)
        return self.client.post(address, data={"csrf_token": token[1] if token else "", **typed})

    def sign_in(self, username: str, password: str = PASSWORD, **typed: str) -> TestResponse:
        """Sign somebody in."""
        return self.send("/sign-in", "/sign-in", username=username, password=password, **typed)
