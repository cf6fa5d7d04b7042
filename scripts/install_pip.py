"""Installs pip into this environment where Python came without it (Debian's python3 without python3-venv)."""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import Request, urlopen

WHEEL = "pip-26.3-py3-none-any.whl"
DIGEST = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
INDEX = Request("https://pypi.org/simple/pip/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})


def main() -> None:
    """Download the one wheel whose digest is known, and let it install itself."""
    with urlopen(INDEX, timeout=60) as answer:
        address = next(file["url"] for file in json.load(answer)["files"] if file["filename"] == WHEEL)
    with urlopen(address, timeout=60) as answer:
        content = answer.read()
    if (digest := hashlib.sha256(content).hexdigest()) != DIGEST:
        sys.exit(f"Expected {WHEEL} with the digest {DIGEST}, but it is {digest}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / WHEEL
        path.write_bytes(content)
        subprocess.run([sys.executable, f"{path}/pip", "install", "--quiet", "--no-index", path], check=True)


if __name__ == "__main__":
    main()
