"""A procedure as files: ``processes/<key>/`` (diagram, decision tables) and ``forms/schemas/<key>/`` (forms)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.database import Transaction
from engine.deployments import DiagramFile, deploy_files
from engine.tables import ProcessVersion
from forms.schemas import load_folder


@dataclass(frozen=True)
class ProcedureFiles:
    """The files of one procedure, read: ``decisions`` by file stem, ``forms`` by name.

    ``others`` are further diagrams, of the procedures that it calls or talks to.
    """

    key: str
    xml: bytes
    others: tuple[bytes, ...]
    decisions: dict[str, str]
    forms: dict[str, Any]


def read_folder(folder: Path, *, forms: Path) -> ProcedureFiles:
    """Read ``<key>.bpmn``, the other ``*.bpmn`` and ``*.dmn``, and their schemas below ``forms``."""
    key = folder.name
    beside = sorted(path for path in folder.glob("*.bpmn") if path.stem != key)
    owners = {key, *(path.stem for path in beside)}
    mine = {name: schema for name, schema in load_folder(forms).items() if name.partition("/")[0] in owners}
    decisions = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.dmn"))}
    others = tuple(path.read_bytes() for path in beside)
    return ProcedureFiles(key, (folder / f"{key}.bpmn").read_bytes(), others, decisions, mine)


def deploy_folder(tx: Transaction, folder: Path, *, forms: Path, note: str = "") -> ProcessVersion:
    """Deploy a procedure from its files, with the other diagrams beside it. Raises what ``deploy_files`` raises."""
    files = read_folder(folder, forms=forms)
    diagrams = [DiagramFile(files.xml, files.key), *(DiagramFile(xml) for xml in files.others)]
    return deploy_files(tx, diagrams, decisions=files.decisions, forms=files.forms, note=note)[0]
