"""The peer in Node.js, npm `bpmn-engine`: one process that runs a case for every line it is given."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PEERS = Path(__file__).parent / "peers"
OWN_NODE = Path(__file__).parent.parent / ".venv" / ".node"


class NotAvailable(Exception):
    """There is no Node.js, or npm cannot bring the package; the measurement goes on without."""


class Peer:
    """The process; its first line says what to run."""

    def __init__(self, **given: Any) -> None:
        path = f"{os.environ.get('PATH', '')}{os.pathsep}{OWN_NODE}"
        node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
        if node is None or npm is None:
            raise NotAvailable("no Node.js with npm on this machine")
        if not (PEERS / "node_modules").is_dir():
            _install(npm, path)
        self._node = node
        self._process = subprocess.Popen(
            [node, "step.mjs"], cwd=PEERS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._say(json.dumps(given))

    def case(self) -> dict[str, Any]:
        """One case run to its end: `seconds` and `bytes` by step, and its `data` at the end."""
        self._say("case")
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise NotAvailable("the process has ended")
        found: dict[str, Any] = json.loads(line)
        return found

    def version(self) -> str:
        """Versions of the package and of Node.js."""
        package = json.loads((PEERS / "node_modules" / "bpmn-engine" / "package.json").read_text("utf-8"))
        node = subprocess.run([self._node, "--version"], capture_output=True, text=True, check=True)
        return f"bpmn-engine {package['version']}, Node.js {node.stdout.strip()}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise NotAvailable("the process has ended") from None


def _install(npm: str, path: str) -> None:
    done = subprocess.run(
        [npm, "ci", "--prefer-offline", "--fetch-retries=1"],
        cwd=PEERS,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        raise NotAvailable(f"npm ci failed: {(said or ['no reason given'])[0]}")
