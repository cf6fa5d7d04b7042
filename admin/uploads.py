"""A changed procedure: files sent, checked, compared with what is in service, deployed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from admin.blueprints import procedures as bp
from admin.cases import diagram_response
from admin.drawing import names_drawn
from admin.procedures import deadline_words, listed, role_words
from engine.bpmn.differences import Difference
from engine.bpmn.faults import Fault
from engine.bpmn.mending import mends_of
from engine.bpmn.mending_changes import Mend
from engine.bpmn.model import DeadlineRule, Process
from engine.database import reading, transaction
from engine.deployments import AlreadyDeployed
from engine.permissions import Permission
from engine.uploads import (
    Checked,
    ServiceMoved,
    Upload,
    UploadGone,
    check_upload,
    deploy_upload,
    keep_upload,
    kept_upload,
)
from engine.versions import definition
from forms.schemas import fault_sentence
from web.access import current, needs
from web.words import _, ngettext, refused
from wording import N_, pick
from wording.faults import fault
from wording.mends import mend as mend_sentence

MOST_BYTES = 5 * 1024 * 1024  #: of all files together
MOST_FILES = 60
STEM = re.compile(r"[A-Za-z0-9_-]+")  #: what tables and forms may be called, without the ending
MOST_NOTE = 500

REFUSED = {
    "upload_gone": N_("The files that were checked are kept for one day only. Send them again."),
    "service_moved": N_(
        "Another version was put into service meanwhile. Send the files again to compare with it."
    ),
}  #: by code of the refusals that only these pages meet
WHAT = {
    "names": N_("name"),
    "kind": N_("kind of element"),
    "targets": N_("what follows"),
    "role": N_("role"),
    "form": N_("form"),
    "unit": N_("unit it goes to"),
    "deadline": N_("deadline"),
    "other_than": N_("must be another person than"),
    "same_as": N_("must be the same person as"),
    "confidential": N_("confidentiality"),
    "suspends": N_("stops the clock"),
    "priority": N_("priority"),
    "keeps": N_("answers kept as data of the case"),
    "asks": N_("documents asked for"),
    "remedies": N_("remedies"),
}  #: by what a Difference is about


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault as it is shown: its sentence, and where it stands: an element's id and name, or a form; a line.

    `mends`: sentences that say what could be done about it.
    """

    sentence: str
    where: str
    name: str | None
    line: int | None
    mends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A difference as it is shown."""

    kind: str
    name: str
    what: str
    before: str
    after: str
    is_step: bool


@bp.get("/procedures/upload")
@needs(Permission.DEPLOY_PROCEDURES)
def upload() -> str:
    """Choose the files of a changed or new procedure."""
    return render_template("admin/upload.html", note="", problem="")


@bp.post("/procedures/check")
@needs(Permission.DEPLOY_PROCEDURES)
def check() -> ResponseReturnValue:
    """What is wrong with the files, and what they would change. Nothing is deployed."""
    note = request.form.get("note", "").strip()[:MOST_NOTE]
    sent, problem = _sent()
    if sent is None:
        return render_template("admin/upload.html", note=note, problem=problem), 422
    with reading() as session:
        checked = check_upload(session, sent)
        before = definition(session, checked.in_service.id).process if checked.in_service else None
    digest = "" if checked.is_refused else keep_upload(sent)
    page = _check_page(checked, before, sent.xml, digest=digest, note=note)
    return page, 422 if checked.is_refused else 200


@bp.get("/procedures/uploads/<digest>.bpmn")
@needs(Permission.DEPLOY_PROCEDURES)
def upload_diagram(digest: str) -> Response:
    """The diagram of an upload that was checked and waits to be deployed."""
    return diagram_response(kept_upload(digest).xml)


@bp.post("/procedures/deploy")
@needs(Permission.DEPLOY_PROCEDURES)
def deploy() -> ResponseReturnValue:
    """Put what was checked into service."""
    note = request.form.get("note", "").strip()[:MOST_NOTE]
    replacing = request.form.get("replacing", 0, type=int)
    try:
        with transaction(actor=current.actor) as tx:
            version, running = deploy_upload(
                tx, digest=request.form.get("upload", ""), replacing=replacing, note=note
            )
            key = version.procedure.key
    except (UploadGone, ServiceMoved, AlreadyDeployed) as problem:
        sentence = _(REFUSED[problem.code]) if problem.code in REFUSED else refused(problem)
        return render_template("admin/upload.html", note=note, problem=sentence), problem.status
    flash(_("Version %(number)s is in service: new cases follow it.", number=version.number))
    if running:
        stays = ("%(n)s running case stays on its version.", "%(n)s running cases stay on their version.")
        flash(ngettext(*stays, running))
    return redirect(url_for(".procedure", key=key), 303)


def _sent() -> tuple[Upload | None, str]:
    """The files sent; or None, and what is wrong with them."""
    diagrams = [file for file in request.files.getlist("diagram") if file.filename]
    others = [file for file in request.files.getlist("others") if file.filename]
    if not diagrams:
        return None, str(_("Choose a diagram: a file that ends in .bpmn."))
    problem = _problem_of_names(others)
    if problem:
        return None, problem
    contents = {file: file.stream.read(MOST_BYTES + 1) for file in (diagrams[0], *others)}
    if sum(map(len, contents.values())) > MOST_BYTES:
        return None, str(
            _("The files are larger than %(most)s MB together.", most=MOST_BYTES // 1024 // 1024)
        )
    return (
        Upload(
            xml=contents[diagrams[0]],
            decisions={_stem(file): contents[file] for file in others if _ending(file) == ".dmn"},
            forms={_stem(file): contents[file] for file in others if _ending(file) == ".json"},
        ),
        "",
    )


def _problem_of_names(files: Sequence[FileStorage]) -> str:
    """What is wrong with the number and the names of the tables and forms; empty if nothing is."""
    if len(files) > MOST_FILES:
        return str(_("At most %(most)s decision tables and forms can be sent at once.", most=MOST_FILES))
    seen: set[tuple[str, str]] = set()
    for file in files:
        name, known_as = str(file.filename), (_stem(file), _ending(file))
        if _ending(file) not in (".dmn", ".json"):
            return str(_("“%(name)s” is neither a decision table (.dmn) nor a form (.json).", name=name))
        if not STEM.fullmatch(_stem(file)):
            return str(_("The name of “%(name)s” must be of letters a–z, digits, “-” and “_”.", name=name))
        if known_as in seen:
            return str(_("“%(name)s” was sent twice.", name=name))
        seen.add(known_as)
    return ""


def _ending(file: FileStorage) -> str:
    return PurePath(file.filename or "").suffix.lower()


def _stem(file: FileStorage) -> str:
    return (
        PurePath(file.filename or "").name.removesuffix(".json").removesuffix(".dmn").removesuffix(".schema")
    )


def _check_page(checked: Checked, before: Process | None, xml: bytes, *, digest: str, note: str) -> str:
    process, names = checked.reading.process, names_drawn(xml)
    mends = mends_of(xml, checked.reading.faults)
    return render_template(
        "admin/check.html",
        checked=checked,
        refusing=_findings(checked, names, mends, refuses=True),
        warnings=_findings(checked, names, mends, refuses=False),
        changes=[_change(change, before, process) for change in checked.changes if before and process],
        name=next((pick(known.names, current.lang) for known in (process, before) if known), ""),
        names=names,
        marks=_marks(checked),
        digest=digest,
        note=note,
        replacing=checked.in_service.number if checked.in_service else 0,
    )


def _marks(checked: Checked) -> dict[str, tuple[str, str]]:
    """What the drawing points out: elements added and changed."""
    words = {"added": str(_("added")), "changed": str(_("changed"))}
    return {
        change.element.id: ("current", words[change.kind])
        for change in checked.changes
        if change.element is not None and change.kind in words
    }


def _findings(
    checked: Checked, names: Mapping[str, str], mends: Iterable[Mend], *, refuses: bool
) -> list[Finding]:
    offered: dict[tuple[str | None, str | None], list[str]] = {}
    for mend in mends:
        sentence = mend_sentence(current.lang, mend.code, **mend.params)
        offered.setdefault((mend.fault, mend.element), []).append(sentence)
    found = [
        Finding(
            _sentence(one),
            one.element or "",
            names.get(one.element or ""),
            one.line,
            tuple(offered.get((one.code, one.element), offered.get((one.code, None), []))),
        )
        for one in checked.reading.faults
        if one.refuses is refuses
    ]
    forms = [
        Finding(fault_sentence(one, current.lang), name, None, None)
        for name, one in checked.form_faults
        if one.refuses is refuses
    ]
    return found + forms


def _sentence(one: Fault) -> str:
    return fault(current.lang, one.code, **one.params)


def _change(change: Difference, before: Process | None, after: Process | None) -> Change:
    element = change.element
    name = (pick(element.names, current.lang) or element.id) if element else str(_("The whole case"))
    return Change(
        kind=change.kind,
        name=name,
        what=str(_(WHAT[change.what])) if change.what else "",
        before=_value(change.what, change.before, before),
        after=_value(change.what, change.after, after),
        is_step=change.is_step,
    )


def _value(what: str, value: Any, process: Process | None) -> str:
    """A value of a step in words; “—” for none."""
    if value in (None, (), "", {}):
        return "—"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, DeadlineRule):
        return deadline_words(value)
    if isinstance(value, dict):
        return pick(value, current.lang)
    if what == "role" and process is not None:
        return role_words(process, value)
    return _listed(what, value if isinstance(value, tuple) else (value,), process)


def _listed(what: str, values: Sequence[Any], process: Process | None) -> str:
    if what in ("targets", "other_than", "same_as") and process is not None:
        return listed(_element_names(process, values))
    return listed(str(getattr(value, "name", None) or getattr(value, "code", value)) for value in values)


def _element_names(process: Process, ids: Iterable[str]) -> list[str]:
    known = process.elements
    return [(pick(known[id_].names, current.lang) if id_ in known else "") or id_ for id_ in ids]
