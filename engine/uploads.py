"""A changed procedure on its way into service: checked against what it would replace, kept, then deployed."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, undefer

from engine.bpmn.differences import Difference, differences
from engine.bpmn.dmn.tables import DecisionRefused, read_decisions
from engine.bpmn.names import executable_processes, process_ids
from engine.bpmn.reading import Reading
from engine.database import Transaction, current, now
from engine.deployments import deploy_version, read_with_calls
from engine.queries.procedures import versions_in_service
from engine.refusals import Refusal
from engine.tables import Case, ProcessVersion
from engine.versions import definition
from forms.schemas import SchemaFault, SchemaRefused, check_schema, read_schema

KEPT = timedelta(days=1)  #: how long a checked upload waits to be deployed
DIGEST = re.compile(r"[0-9a-f]{64}")


class UploadGone(Refusal):
    """The upload was never kept, or too long ago."""

    status = 410


class ServiceMoved(Refusal):
    """Another version was deployed since the upload was checked."""


@dataclass(frozen=True)
class Upload:
    """The files as sent: a diagram; decision tables and forms by file name without its ending."""

    xml: bytes
    decisions: Mapping[str, bytes] = field(default_factory=dict)
    forms: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """What a check found.

    ``changes`` against the version in service (None: a new procedure), on which ``running`` cases still run (all
    versions counted). ``decisions`` and ``forms`` are whole: what is in service with what was sent put over it;
    ``replaced`` names the tables and forms that are new or differ.
    """

    reading: Reading
    form_faults: tuple[tuple[str, SchemaFault], ...]
    in_service: ProcessVersion | None
    running: int
    changes: tuple[Difference, ...]
    decisions: Mapping[str, str]
    forms: Mapping[str, Any]
    replaced: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """Whether it cannot be deployed."""
        return self.reading.process is None or any(fault.refuses for _, fault in self.form_faults)

    @property
    def is_same(self) -> bool:
        """Whether nothing that Masar reads differs from the version in service."""
        return self.in_service is not None and not self.changes and not self.replaced


def check_upload(session: Session, upload: Upload) -> Checked:
    """Read an upload against the decision tables and forms in service. Stores nothing."""
    version = _in_service(session, upload.xml)
    decisions = _decisions(upload, version)
    forms, form_faults = _forms(upload, version)
    found = _read(session, upload.xml, decisions, set(forms))
    changes = (
        differences(definition(session, version.id).process, found.process)
        if version is not None and found.process is not None
        else ()
    )
    return Checked(
        reading=found,
        form_faults=form_faults,
        in_service=version,
        running=_running(session, version),
        changes=changes,
        decisions=decisions,
        forms=forms,
        replaced=_replaced(version, decisions, forms),
    )


def keep_upload(upload: Upload) -> str:
    """Keep an upload until it is deployed, for a day; its name is the digest (SHA-256, hex) of its content."""
    content = json.dumps(
        {
            "xml": _text(upload.xml),
            "decisions": {name: _text(content) for name, content in upload.decisions.items()},
            "forms": {name: _text(content) for name, content in upload.forms.items()},
        },
        sort_keys=True,
    ).encode()
    digest = hashlib.sha256(content).hexdigest()
    path = _folder() / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    _forget_old(path.parent)
    path.write_bytes(content)
    return digest


def kept_upload(digest: str) -> Upload:
    """An upload kept before. Raises UploadGone, also when its content is no longer what was kept."""
    path = _folder() / digest
    if not DIGEST.fullmatch(digest) or not path.is_file():
        raise UploadGone("upload_gone")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise UploadGone("upload_gone")
    kept = json.loads(content)
    return Upload(
        base64.b64decode(kept["xml"]),
        {name: base64.b64decode(text) for name, text in kept["decisions"].items()},
        {name: base64.b64decode(text) for name, text in kept["forms"].items()},
    )


def deploy_upload(
    tx: Transaction, *, digest: str, replacing: int, note: str = ""
) -> tuple[ProcessVersion, int]:
    """Deploy a kept upload over the version of this number (0: none).

    The new version, and how many cases run on older ones. Raises UploadGone, ServiceMoved, and what
    ``deploy_version`` raises.
    """
    upload = kept_upload(digest)
    checked = check_upload(tx.session, upload)
    number = checked.in_service.number if checked.in_service else 0
    if number != replacing:
        raise ServiceMoved("service_moved", number=number)
    version = deploy_version(tx, xml=upload.xml, decisions=checked.decisions, forms=checked.forms, note=note)
    return version, checked.running


def _in_service(session: Session, xml: bytes) -> ProcessVersion | None:
    """The newest version of the procedure that the file draws, with its tables and forms."""
    newest = versions_in_service(session)
    version_id = next((newest[key] for key in process_ids(xml) if key in newest), None)
    whole = (
        undefer(ProcessVersion.decisions),
        undefer(ProcessVersion.forms),
        joinedload(ProcessVersion.procedure),
    )
    return None if version_id is None else session.get_one(ProcessVersion, version_id, options=whole)


def _read(session: Session, xml: bytes, decisions: Mapping[str, str], forms: set[str]) -> Reading:
    """The reading of the diagram; of one with several pools, that of the first, with what is wrong in any."""
    pools = executable_processes(xml)
    keys = pools if len(pools) > 1 else (None,)
    first, *others = [
        read_with_calls(session, xml, decisions=decisions, forms=forms, key=key) for key in keys
    ]
    is_whole = all(reading.process is not None for reading in (first, *others))
    faults = {repr(fault): fault for reading in (first, *others) for fault in reading.faults}
    return replace(first, process=first.process if is_whole else None, faults=tuple(faults.values()))


def _decisions(upload: Upload, version: ProcessVersion | None) -> dict[str, str]:
    """The tables in service, less those that define a decision sent anew, with those sent."""
    sent = {name: content.decode("utf-8", "replace") for name, content in upload.decisions.items()}
    anew = {id_ for content in upload.decisions.values() for id_ in _decision_ids(content)}
    stays = {
        name: text
        for name, text in (version.decisions if version else {}).items()
        if not anew & _decision_ids(text.encode())
    }
    return {**stays, **sent}


def _decision_ids(content: bytes) -> set[str]:
    try:
        return set(read_decisions(content))
    except DecisionRefused:
        return set()


def _forms(
    upload: Upload, version: ProcessVersion | None
) -> tuple[dict[str, Any], tuple[tuple[str, SchemaFault], ...]]:
    forms: dict[str, Any] = dict(version.forms) if version else {}
    faults: list[tuple[str, SchemaFault]] = []
    folder = next(iter(process_ids(upload.xml)), "")
    for stem, content in upload.forms.items():
        name = next((known for known in forms if known.rpartition("/")[2] == stem), f"{folder}/{stem}")
        try:
            forms[name] = read_schema(content)
        except SchemaRefused as refused:
            faults.append((name, refused.fault))
        else:
            faults += [(name, fault) for fault in check_schema(forms[name])]
    return forms, tuple(faults)


def _running(session: Session, version: ProcessVersion | None) -> int:
    if version is None:
        return 0
    cases = select(func.count()).where(Case.procedure_id == version.procedure_id, Case.closed_at.is_(None))
    return session.scalar(cases) or 0


def _replaced(
    version: ProcessVersion | None, decisions: Mapping[str, str], forms: Mapping[str, Any]
) -> tuple[str, ...]:
    if version is None:
        return ()
    tables = [name for name, text in decisions.items() if version.decisions.get(name) != text]
    schemas = [name for name, schema in forms.items() if version.forms.get(name) != schema]
    return (*sorted(tables), *sorted(schemas))


def _folder() -> Path:
    return current().data / "uploads"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _forget_old(folder: Path) -> None:
    oldest = (now() - KEPT).timestamp()
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
