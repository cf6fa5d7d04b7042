"""The procedures in service: their diagrams, versions, steps and rules, for those who look and those who change."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template

from admin.blueprints import procedures as bp
from admin.cases import diagram_response
from admin.drawing import names_drawn
from engine.bpmn.model import DeadlineRule, Process, Step
from engine.database import reading
from engine.permissions import Permission
from engine.queries.procedures import procedure_figures, process_version
from engine.queries.procedures import procedures as all_procedures
from engine.refusals import NotFound
from engine.tables import ProcessVersion
from engine.versions import ProcedureUnknown, definition
from web.access import current, needs
from web.attachments import disposition
from web.words import _
from wording import codes, pick

READERS = (Permission.VIEW_PROCEDURES, Permission.DEPLOY_PROCEDURES)


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step as the table shows it."""

    id: str
    name: str
    role: str
    form: str | None
    deadline: str
    rules: tuple[str, ...]


@bp.get("/procedures")
@needs(*READERS)
def procedures() -> str:
    """Every procedure, its version in service and how many cases run."""
    with reading() as session:
        found = all_procedures(session)
    return render_template("admin/procedures.html", found=found)


@bp.get("/procedures/<key>")
@needs(*READERS)
def procedure(key: str) -> str:
    """One procedure: its diagram, its steps, its versions."""
    with reading() as session:
        figures = procedure_figures(session, key)
        if figures is None:
            raise ProcedureUnknown("procedure_unknown", key=key)
        process = definition(session, figures.in_service.version.id).process
        text = process_version(session, key=key, number=figures.in_service.version.number)
    return render_template(
        "admin/procedure.html",
        figures=figures,
        process=process,
        names=names_drawn(text.xml) if text else {},
        steps=step_lines(process),
        deadline=deadline_words(process.deadline),
    )


@bp.get("/procedures/<key>/versions/<int(max=999999):number>.bpmn")
@needs(*READERS)
def version_diagram(key: str, number: int) -> Response:
    """The diagram of a version, to the byte as it was deployed."""
    return diagram_response(_version(key, number).xml, f"{key}-{number}.bpmn")


@bp.get("/procedures/<key>/versions/<int(max=999999):number>.zip")
@needs(*READERS)
def version_files(key: str, number: int) -> Response:
    """All that was deployed: diagram, decision tables and forms."""
    return Response(
        _zipped(key, _version(key, number)),
        mimetype="application/zip",
        headers={"Content-Disposition": disposition(f"{key}-{number}.zip")},
    )


def step_lines(process: Process) -> list[StepLine]:
    """The steps in the order they are drawn, the opening one first."""
    steps = ([process.opening] if process.opening else []) + list(process.steps.values())
    return [_line(process, step) for step in steps]


def deadline_words(rule: DeadlineRule | None) -> str:
    """“5 working days · Service commitment · …”; empty where there is none."""
    if rule is None:
        return ""
    parts = [
        codes.time_span(current.lang, rule.within, rule.unit),
        codes.nature_name(current.lang, rule.nature),
    ]
    if rule.basis:
        parts.append(rule.basis)
    if rule.warn_at:
        parts.append(str(_("warnings at %(rungs)s", rungs=listed(f"{rung} %" for rung in rule.warn_at))))
    return " · ".join(parts)


def listed(words: Iterable[str]) -> str:
    """Words one after the other, with the comma of the reader's language."""
    return str(_(", ")).join(words)


def role_words(process: Process, role: str | None) -> str:
    """The name of a role as its lane has it."""
    return pick(process.roles.get(role or ""), current.lang) or codes.role_name(current.lang, role or "")


def _line(process: Process, step: Step) -> StepLine:
    return StepLine(
        id=step.id,
        name=pick(step.names, current.lang) or step.id,
        role=role_words(process, step.role),
        form=step.form,
        deadline=deadline_words(step.deadline),
        rules=tuple(_rules(process, step)),
    )


def _rules(process: Process, step: Step) -> list[str]:
    names = {id_: pick(element.names, current.lang) or id_ for id_, element in process.elements.items()}
    rules = [
        str(_("not by whoever did “%(step)s”", step=names.get(other, other))) for other in step.other_than
    ]
    if step.same_as:
        rules.append(str(_("by whoever did “%(step)s”", step=names.get(step.same_as, step.same_as))))
    if step.confidential:
        rules.append(codes.confidentiality(current.lang, step.confidential))
    if step.suspends:
        rules.append(str(_("the case’s clock stands still meanwhile")))
    if step.unit != "case":
        rules.append(str(_("goes to the unit: %(unit)s", unit=step.unit)))
    return rules


def _version(key: str, number: int) -> ProcessVersion:
    with reading() as session:
        version = process_version(session, key=key, number=number)
    if version is None:
        raise NotFound(what="process_version")
    return version


def _zipped(key: str, version: ProcessVersion) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"processes/{key}/{key}.bpmn", version.xml)
        for name, text in version.decisions.items():
            archive.writestr(f"processes/{key}/{name}.dmn", text)
        for name, schema in version.forms.items():
            archive.writestr(f"forms/schemas/{name}.json", _pretty(schema))
    return packed.getvalue()


def _pretty(schema: Any) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
