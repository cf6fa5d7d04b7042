"""``masar message``: telling cases, and opening them, from outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import click
from sqlalchemy import select

from commands.connecting import COMMAND, told
from engine.database import Transaction, transaction
from engine.messages import TTL, broadcast, publish
from engine.refusals import NotFound
from engine.tables import Unit
from engine.timers import TimerUnreadable, first_round

OUTCOMES = {
    "delivered": "The message is on its way to the case that waits for it.",
    "started": "The message is on its way to open a case.",
    "kept": "Nobody waits for the message yet: it is kept.",
    "dropped": "Nobody waits for the message, and it is not kept.",
    "repeated": "This message has come before: nothing was done.",
}


def _what_it_carries(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments that messages and signals share."""
    data = click.option(
        "--data",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A JSON object as a file.",
    )
    unit = click.option("--unit", help="Code of the unit of a case that it opens (else the one at the top).")
    return click.argument("name")(data(unit(command)))


@click.group()
def message() -> None:
    """Send messages and signals to cases."""


@message.command("send")
@_what_it_carries
@click.option(
    "--key", "keys", multiple=True, metavar="NAME=VALUE", help="A correlation key; several may be given."
)
@click.option("--id", "dedupe", help="A second message of this name and id is ignored.")
@click.option("--ttl", metavar="P30D", help="How long it is kept while nobody waits, as ISO 8601.")
@told
def send(
    name: str, data: Path | None, unit: str | None, keys: tuple[str, ...], dedupe: str | None, ttl: str | None
) -> None:
    """Send a message to the one case that it is for."""
    correlation, payload = dict(_pair(key) for key in keys), _payload(data)
    with transaction(actor=COMMAND) as tx:
        sent = publish(
            tx,
            name=name,
            payload=payload,
            correlation=correlation,
            ttl=TTL if ttl is None else _span(tx, ttl),
            dedupe=dedupe,
            unit_id=_unit(tx, unit),
        )
    click.echo(OUTCOMES[sent.outcome])


@message.command("signal")
@_what_it_carries
@told
def signal(name: str, data: Path | None, unit: str | None) -> None:
    """Broadcast a signal to all cases that wait for it, and open one of each procedure that it starts."""
    payload = _payload(data)
    with transaction(actor=COMMAND) as tx:
        sent = broadcast(tx, name=name, payload=payload, unit_id=_unit(tx, unit))
    click.echo(f"The signal is on its way to {len(sent.items)} cases.")


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        _refuse("--key", "NAME=VALUE", text)
    return name.strip(), value.strip()


def _payload(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        _refuse("--data", "a JSON object", str(path))
    return dict(found)


def _span(tx: Transaction, text: str) -> timedelta:
    try:
        return first_round("duration", text, now=tx.at).due_at - tx.at
    except TimerUnreadable:
        _refuse("--ttl", "an ISO 8601 duration such as P30D", text)


def _unit(tx: Transaction, code: str | None) -> UUID | None:
    if code is None:
        return None
    found = tx.session.scalars(select(Unit.id).where(Unit.code == code)).first()
    if found is None:
        raise NotFound(what="unit")
    return found


def _refuse(option: str, expected: str, found: str) -> NoReturn:
    raise click.BadParameter(f"Expected {expected}, but is {found!r}.", param_hint=option)
