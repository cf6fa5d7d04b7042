"""What every command needs first: the database, connected and up to date; and what it says when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from commands.settings import Settings
from engine.actor import Actor
from engine.database import Database, connect
from engine.refusals import Refusal
from engine.runners import enqueue_with_redis
from engine.schema import upgrade
from wording.refusals import refusal

COMMAND = Actor.system("command")

P = ParamSpec("P")
R = TypeVar("R")


def connected(settings: Settings | None = None) -> Database:
    """Connect to the database of the environment and bring its schema up to date."""
    settings = settings or Settings.from_environment()
    settings.data.mkdir(parents=True, exist_ok=True)
    database = connect(settings.database_url, data=settings.data)
    upgrade(database)
    if settings.redis_url:
        enqueue_with_redis(settings.redis_url)
    return database


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Say a refusal as a sentence and end with status 1."""

    @wraps(command)
    def telling(*arguments: P.args, **options: P.kwargs) -> R:
        try:
            connected()
            return command(*arguments, **options)
        except Refusal as refused:
            raise click.ClickException(refusal("en", refused.code, **refused.params)) from refused

    return telling
