"""A procedure as files: ``processes/<key>/`` (diagram, decision tables) and ``forms/schemas/<key>/`` (forms)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.database import Transaction
from engine.deployments import deploy_version
from engine.tables import ProcessVersion
from forms.schemas import load_folder


@dataclass(frozen=True)
class ProcedureFiles:
    """The files of one procedure, read: ``decisions`` by file stem, ``forms`` by name."""

    key: str
    xml: bytes
    decisions: dict[str, str]
    forms: dict[str, Any]


def read_folder(folder: Path, *, forms: Path) -> ProcedureFiles:
    """Read ``<key>.bpmn``, every ``*.dmn`` and the schemas below ``forms`` that belong to the procedure."""
    key = folder.name
    mine = {name: schema for name, schema in load_folder(forms).items() if name.startswith(f"{key}/")}
    decisions = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.dmn"))}
    return ProcedureFiles(key, (folder / f"{key}.bpmn").read_bytes(), decisions, mine)


def deploy_folder(tx: Transaction, folder: Path, *, forms: Path, note: str = "") -> ProcessVersion:
    """Deploy a procedure from its files. Raises what ``deploy_version`` raises."""
    files = read_folder(folder, forms=forms)
    return deploy_version(
        tx, xml=files.xml, decisions=files.decisions, forms=files.forms, key=files.key, note=note
    )
