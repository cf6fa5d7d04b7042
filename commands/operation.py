"""``masar deploy``, ``audit``, ``worker``, ``clock``, ``upgrade``: running the house."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

import click
from sqlalchemy import select

from commands.connecting import COMMAND, connected, told
from commands.settings import FORMS, Settings
from engine import audit, runners
from engine.database import reading, transaction
from engine.deployments import DiagramRefused
from engine.folders import deploy_folder
from engine.tables import AuditEntry
from wording.faults import fault as fault_sentence


@click.command()
def upgrade() -> None:
    """Bring the database's schema up to date."""
    connected()
    click.echo("The schema is up to date.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--forms", type=click.Path(exists=True, file_okay=False, path_type=Path), default=FORMS)
@click.option("--note", default="")
@told
def deploy(folder: Path, forms: Path, note: str) -> None:
    """Deploy a procedure from its folder (processes/<key>) as a new version."""
    try:
        with transaction(actor=COMMAND) as tx:
            version = deploy_folder(tx, folder.resolve(), forms=forms, note=note)
    except DiagramRefused as refused:
        for fault in refused.faults:
            said = fault_sentence("en", fault.code, **fault.params)
            click.echo(f"{fault.line or '-'}: {fault.element or '-'}: {said}", err=True)
        raise click.ClickException("The diagram is refused; nothing was stored.") from refused
    click.echo(f"Deployed {folder.resolve().name} version {version.number}.")


@click.group("audit")
def audit_group() -> None:
    """The trail."""


@audit_group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="The outcome as one JSON object on the last line.")
@told
def verify(as_json: bool) -> None:
    """Walk every chain; end with status 1 if one is broken."""
    with reading() as session:
        subjects = session.execute(
            select(AuditEntry.subject_kind, AuditEntry.subject_id).distinct().order_by(AuditEntry.subject_id)
        ).all()
        entries, broken = 0, []
        for kind, subject_id in subjects:
            found = audit.verify(session, subject_id)
            session.expunge_all()
            entries += found.count
            if not found.holds:
                broken.append(
                    {"subject": f"{kind}/{subject_id}", "entry": found.broken_at, "fault": found.fault}
                )
    for breakage in broken:
        click.echo(f"{breakage['subject']}: entry {breakage['entry']} {breakage['fault']}", err=True)
    outcome = {"entries": entries, "chains": len(subjects), "broken": broken}
    click.echo(
        json.dumps(outcome)
        if as_json
        else f"{entries} entries in {len(subjects)} chains; {len(broken)} broken."
    )
    if broken:
        raise click.exceptions.Exit(1)


@click.command()
def worker() -> None:
    """Do background work from the queue (needs MASAR_REDIS_URL)."""
    settings = Settings.from_environment()
    if settings.redis_url is None:
        raise click.ClickException(
            "Expected MASAR_REDIS_URL to name a Redis or Valkey server, but it is not set."
        )
    connected(settings)
    runners.work(settings.redis_url)


@click.command()
def clock() -> None:
    """Sweep deadlines and timers, and do background work that no worker has done, until stopped."""
    connected()
    ending = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ending.set())
    runners.keep_time(ending)
