"""Cases as an inspector reads them: found by reference, told hand-off by hand-off, verified."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Response, render_template, request

from admin.blueprints import inspection
from admin.drawing import (
    anchors,
    first_stretches,
    marks_of,
    names_drawn,
    open_tasks,
    passed_elements,
    step_names,
)
from admin.telling import Teller, lateness
from engine.case_access import readable_documents
from engine.database import now, reading, transaction
from engine.documents import is_intact
from engine.inspection import Break, Verdict, damaged_documents, inspect_case, inspected_case, verify_trail
from engine.permissions import Permission
from engine.queries.breaches import found_cases
from engine.queries.procedures import version_text
from engine.queries.stories import Story
from engine.versions import definition_of
from web.access import current, needs
from web.attachments import INERT, disposition
from wording import N_, say

BREAKS = {
    "altered": N_("Entry %(number)s was altered: its content is not what it was sealed with."),
    "missing": N_("Entry %(number)s is missing: it was removed."),
    "unlinked": N_("Entry %(number)s does not follow from the one before: one of them was replaced."),
    "answers_altered": N_("The answers of “%(about)s” were altered after entry %(number)s."),
    "answers_missing": N_("Answers of “%(about)s”, sealed by entry %(number)s, are gone."),
    "answers_added": N_("Answers of “%(about)s” were added without an entry."),
    "document_altered": N_("The document “%(about)s” is not the one of entry %(number)s."),
    "document_missing": N_("A document (%(about)s), attached by entry %(number)s, is gone."),
    "decision_altered": N_("The decision was altered after entry %(number)s."),
    "decision_missing": N_("The decision issued by entry %(number)s is gone."),
    "correction_altered": N_("The correction of data at “%(about)s” was altered after entry %(number)s."),
    "correction_missing": N_("The correction of data at “%(about)s”, sealed by entry %(number)s, is gone."),
}  #: by kind of engine.inspection.Break
LOOKED_AT = {
    "case": N_("the case"),
    "task": N_("a task"),
    "story": N_("the story"),
    "decision": N_("the decision"),
    "document": N_("a document"),
    "incident": N_("an incident with its data"),
}  #: by what a reading is of


@inspection.get("/cases")
@needs(Permission.INSPECT_CASES)
def cases() -> str:
    """Cases whose reference holds what was typed; without it, those opened last."""
    text = request.args.get("reference", "").strip()
    with reading() as session:
        found = found_cases(session, roots=current.standing.roots(Permission.INSPECT_CASES), text=text)
    return render_template("admin/cases.html", cases=found, text=text)


@inspection.get("/cases/<uuid:case_id>")
@needs(Permission.INSPECT_CASES)
def case(case_id: UUID) -> str:
    """The story of a case; that it was read is recorded."""
    with transaction(actor=current.actor) as tx:
        story = inspect_case(tx, case_id=case_id)
    return _page(story)


@inspection.post("/cases/<uuid:case_id>/verify")
@needs(Permission.INSPECT_CASES)
def verify(case_id: UUID) -> str:
    """The story again, with what verifying its trail found."""
    with reading() as session:
        damaged = damaged_documents(session, case_id=case_id, who=current.standing)
    with transaction(actor=current.actor) as tx:
        story, verdict = verify_trail(tx, case_id=case_id, damaged=damaged)
    return _page(story, verdict)


@inspection.get("/cases/<uuid:case_id>/diagram.bpmn")
@needs(Permission.INSPECT_CASES)
def case_diagram(case_id: UUID) -> Response:
    """The diagram of the version that the case follows."""
    with reading() as session:
        found = inspected_case(session, case_id=case_id, who=current.standing)
        xml = version_text(session, found.version_id)
    return diagram_response(xml)


def diagram_response(xml: bytes, name: str | None = None) -> Response:
    """A diagram's text: to be shown, or kept under a name."""
    headers = {"Content-Security-Policy": INERT}
    if name:
        headers["Content-Disposition"] = disposition(name)
    return Response(xml, mimetype="application/xml", headers=headers)


def _page(story: Story, verdict: Verdict | None = None) -> str:
    with reading() as session:
        known = definition_of(session, story.case)
        mine = readable_documents(session, case=story.case, who=current.standing)
        xml = version_text(session, story.case.version_id)
    teller, moment = Teller(story, known, frozenset(document.id for document in mine)), now()
    passed = passed_elements(story)
    return render_template(
        "admin/case.html",
        story=story,
        case=story.case,
        teller=teller,
        now=moment,
        late=_late(story),
        marks=marks_of(story, teller, moment),
        names=names_drawn(xml),
        anchors=anchors(story),
        first_stretches=first_stretches(story),
        steps=[(id_, name, id_ in passed) for id_, name in step_names(known.process).items()],
        waiting={task.step for task in open_tasks(story)},
        told={element for elements in anchors(story).values() for element in elements},
        intact={document.id: is_intact(document) for document in story.documents.values()},
        verdict=verdict,
        findings=_findings(verdict, teller) if verdict else (),
        gaps=_gaps(story, verdict) if verdict else {},
        looked_at={what: say(current.lang, sentence) for what, sentence in LOOKED_AT.items()},
    )


def _late(story: Story) -> dict[UUID, str]:
    """By how much each deadline was exceeded, by breach id."""
    moment = now()
    return {
        breach.id: lateness(breach, story.deadlines[breach.deadline_id].ended_at, moment)
        for breach in story.breaches
    }


def _findings(verdict: Verdict, teller: Teller) -> Sequence[tuple[int | None, str]]:
    """What broke, in words, each with the number of its entry."""
    return [(found.number, _finding(found, teller)) for found in verdict.breaks]


def _finding(found: Break, teller: Teller) -> str:
    is_document = found.kind.startswith("document_")
    about = teller.asked(found.about) if is_document else teller.element(found.about)
    return say(current.lang, BREAKS[found.kind], number=found.number, about=about)


def _gaps(story: Story, verdict: Verdict) -> dict[int, list[int]]:
    """The numbers of the entries that are missing, by the number of the one after the gap."""
    gaps: dict[int, list[int]] = {}
    before = 0
    for entry in story.entries if any(found.kind == "missing" for found in verdict.breaks) else ():
        gaps[entry.number] = list(range(before + 1, entry.number))
        before = entry.number
    return gaps
