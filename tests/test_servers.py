"""The programs that the tests stand on, and the locks they are installed from."""

import re
from pathlib import Path

import psycopg
import pytest

from tests.servers import is_required, postgresql, postgresql_folder

ROOT = Path(__file__).parents[1]


def test_a_private_server_makes_copies_and_drops_databases() -> None:
    programs = postgresql_folder()
    if programs is None and not is_required("postgresql"):
        pytest.skip("PostgreSQL is not here")
    assert programs is not None
    with postgresql(programs) as server:
        server.new_database("first")
        address = server.new_database("second", template="first").replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        server.drop_database("second")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(address)


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements/*.txt")), ids=lambda path: path.stem)
def test_a_python_lock_has_hashes_and_names_no_server(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)
    packages = re.split(r"\n(?=\w)", text.split("\n", 2)[2])
    assert packages
    assert all("--hash=sha256:" in package for package in packages)


def test_the_npm_lock_has_digests_and_names_no_server() -> None:
    text = (ROOT / "web/assets/package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity": "sha512-') == text.count('"node_modules/')
