"""Where Masar finds its database, its data and its secrets: the environment, else the folder ``var``."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
PROCESSES = ROOT / "processes"
FORMS = ROOT / "forms" / "schemas"


@dataclass(frozen=True)
class Settings:
    """What the environment says.

    ``MASAR_DATA`` (folder, default ``var``), ``MASAR_DATABASE_URL`` (default an SQLite file in it),
    ``MASAR_REDIS_URL`` (RQ workers instead of the embedded runner), ``MASAR_SECRET_KEY`` (else made once and kept in
    the data folder), ``MASAR_SECURE_COOKIES=1`` behind TLS, ``MASAR_PUBLIC_URL`` (what links in
    e-mails begin with; ``serve`` asks for it).
    """

    data: Path
    database_url: str
    redis_url: str | None
    secure_cookies: bool
    public_url: str | None

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the environment."""
        data = Path(os.environ.get("MASAR_DATA", ROOT / "var")).resolve()
        return cls(
            data=data,
            database_url=os.environ.get("MASAR_DATABASE_URL", f"sqlite:///{data / 'masar.db'}"),
            redis_url=os.environ.get("MASAR_REDIS_URL"),
            secure_cookies=os.environ.get("MASAR_SECURE_COOKIES") == "1",
            public_url=os.environ.get("MASAR_PUBLIC_URL"),
        )

    def secret_key(self) -> str:
        """The key that signs cookies; made at first use where the environment gives none."""
        given = os.environ.get("MASAR_SECRET_KEY")
        if given:
            return given
        path = self.data / "secret_key"
        if not path.exists():
            _make_key(path)
        key = path.read_text().strip()
        if not key:
            raise click.ClickException(
                f"Expected a key in {path}, but it is empty: delete it to have one made."
            )
        return key

    def required_public_url(self) -> str:
        """What links in e-mails begin with, where strangers reach the server: never what a request says."""
        if not self.public_url:
            raise click.ClickException(
                "Expected MASAR_PUBLIC_URL to say what links in e-mails begin with (https://masar.example.dz), "
                "but it is not set."
            )
        return self.public_url


def _make_key(path: Path) -> None:
    """Put a new key there whole, unless another process was faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, written = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(written, path)
    finally:
        os.unlink(written)
