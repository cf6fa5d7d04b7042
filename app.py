"""Puts Masar together: the web application and the ``masar`` command line. Nothing imports it."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import Flask
from waitress import serve as serve_embedded

import admin
import portal
import worklists
from commands import bpmn, messages, operation, people
from commands.connecting import connected
from commands.settings import FORMS, PROCESSES, Settings
from demo import life
from demo.cast import PASSWORD, SHOWN
from engine.database import connect, now
from engine.runners import EmbeddedRunner
from web import health
from web.shell import init_shell

MAX_REQUEST_BYTES = 40 * 1024 * 1024
THREADS = 8
LOCAL_HOSTS = ("127.0.0.1", "localhost")  #: from where health is asked


def create_app(
    *,
    database_url: str,
    data: Path,
    secret_key: str,
    secure_cookies: bool = False,
    public_url: str | None = None,
) -> Flask:
    """The web application over a database whose schema is up to date."""
    connect(database_url, data=data)
    return _assembled(secret_key=secret_key, secure_cookies=secure_cookies, public_url=public_url)


def serving() -> Flask:
    """The application that gunicorn serves, from the environment."""
    settings = Settings.from_environment()
    public_url = settings.required_public_url()
    connected(settings)
    app = _assembled(
        secret_key=settings.secret_key(),
        secure_cookies=settings.secure_cookies,
        public_url=public_url,
        hosts=[urlsplit(public_url).hostname or "", *LOCAL_HOSTS],
    )
    if settings.redis_url is None:
        EmbeddedRunner().start()
    return app


@click.group()
def main() -> None:
    """Masar: administrative procedures as diagrams that run."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option(
    "--demo/--no-demo", default=True, help="Fill an empty database with the demonstration, keep it in use."
)
def run(host: str, port: int, demo: bool) -> None:
    """Serve on this machine: embedded database, embedded runner, the demonstration."""
    settings = Settings.from_environment()
    connected(settings)
    if demo:
        _demonstrate()
    app = _assembled(
        secret_key=settings.secret_key(),
        secure_cookies=settings.secure_cookies,
        public_url=settings.public_url or f"http://{host}:{port}",
    )
    runner = EmbeddedRunner()
    runner.start()
    _greet(host, port, demo)
    try:
        serve_embedded(app, host=host, port=port, threads=THREADS, ident=None)
    finally:
        runner.stop()


@main.command()
@click.option("--bind", default="0.0.0.0:8000", show_default=True)
@click.option("--workers", default=2, show_default=True)
def serve(bind: str, workers: int) -> None:
    """Serve with gunicorn, without the demonstration."""
    settings = Settings.from_environment()
    settings.required_public_url()
    connected(settings)
    settings.secret_key()  # made before the workers ask for it, all at once
    arguments = ["gunicorn", "--bind", bind, "--workers", str(workers), "--threads", str(THREADS)]
    os.execvp("gunicorn", [*arguments, "--worker-tmp-dir", "/dev/shm", "app:serving()"])  # noqa: S606, S607, S108


@main.command("demo")
def make_demo() -> None:
    """Fill an empty database with the demonstration, or let the one that is there live on until now."""
    connected()
    _demonstrate()


def _assembled(
    *, secret_key: str, secure_cookies: bool, public_url: str | None, hosts: list[str] | None = None
) -> Flask:
    """The web application over the database that is connected; it answers to ``hosts`` alone, if they are named."""
    app = Flask("masar", static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=secret_key,
        SECURE_COOKIES=secure_cookies,
        PUBLIC_URL=public_url,
        TRUSTED_HOSTS=hosts,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
    )
    init_shell(app)
    for blueprint in (health.bp, *portal.BLUEPRINTS, worklists.bp, *admin.BLUEPRINTS):
        app.register_blueprint(blueprint)
    return app


def _demonstrate() -> None:
    until = now()
    with click.progressbar(length=100, label="The demonstration lives through its past weeks") as bar:

        def told(share: float) -> None:
            bar.update(int(share * 100) - bar.pos)

        if life.is_empty():
            life.make(until=until, processes=PROCESSES, forms=FORMS, told=told)
        else:
            life.age(until=until, told=told)
        bar.update(100 - bar.pos)


def _greet(host: str, port: int, demo: bool) -> None:
    click.echo(f"\nMasar is at http://{host}:{port}")
    if demo:
        click.echo(f"Sign in as one of these, with the password {PASSWORD}:")
        for username, who in SHOWN.items():
            click.echo(f"  {username:<20} {who}")


for _group in (bpmn.bpmn, people.people, people.units, people.roles, messages.message, operation.audit_group):
    main.add_command(_group)
for _command in (operation.upgrade, operation.deploy, operation.worker, operation.clock):
    main.add_command(_command)

if __name__ == "__main__":
    main()
