"""A case's audit entries in words: codes, ids and moments made human."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from engine.bpmn.model import Process
from engine.queries.stories import Story
from engine.tables import AuditEntry, Breach, Document
from engine.versions import Definition
from web.access import current
from web.questions import question
from web.words import _, name_of, ref
from wording import codes, pick, times

LONGEST_VALUE = 80  #: characters of a value that was corrected


@dataclass(frozen=True)
class Teller:
    """Says what the entries of a story mean, with the names of its process.

    ``readable``: ids of the documents that the reader may open; the names of the others are not told.
    """

    story: Story
    known: Definition
    readable: frozenset[UUID]

    @property
    def process(self) -> Process:
        """The process that the case follows."""
        return self.known.process

    def sentence(self, entry: AuditEntry) -> Markup | str:
        """What the entry says beyond its event; empty when there is nothing to add."""
        tell = _SENTENCES.get(entry.event)
        if tell is not None:
            return tell(self, entry.facts)
        element = entry.facts.get("step") or entry.facts.get("element")
        return self.element(element) if element else ""

    def event(self, entry: AuditEntry) -> str:
        """What happened."""
        return codes.event_name(current.lang, entry.event)

    def who(self, entry: AuditEntry) -> str:
        """Who did it: the person's name, or the part of the system."""
        person = self.story.people.get(entry.actor_id) if entry.actor_id else None
        return name_of(person) if person else codes.actor_name(current.lang, entry.actor)

    def element(self, id_: str | None) -> str:
        """The name of a step or other element; its id when it has none."""
        known = self.process.elements.get(id_ or "")
        return (pick(known.names, current.lang) if known else "") or str(id_ or "")

    def role(self, code: str | None) -> str:
        """The name of a role: as the diagram's lane has it, else as its row."""
        names = self.process.roles.get(code or "") or self.story.roles.get(code or "")
        return pick(names, current.lang) or codes.role_name(current.lang, code or "")

    def person(self, id_: object) -> str:
        """The name of a person whom a fact names."""
        return name_of(self.story.people.get(_as_id(id_)))

    def unit(self, id_: object) -> str:
        """The name of a unit whose id or code a fact holds."""
        unit = self.story.case.unit
        found = unit if unit and id_ == unit.code else self.story.units.get(_as_id(id_))
        return pick(found.names, current.lang) if found else str(id_ or "")

    def asked(self, field: str | None) -> str:
        """The question that a field of a form answers."""
        return question(self.known, field or "")

    def document(self, document: Document) -> str:
        """The name of a document; where the reader may not open it, the question it answers and its digest."""
        if document.id in self.readable:
            return document.name
        return f"{self.asked(document.field)} ({document.digest[:16]})"

    def what_is_due(self, facts: dict[str, Any]) -> str:
        """The step that a deadline bounds, or the whole case."""
        element = facts.get("element")
        return self.element(element) if element else str(_("The whole case"))

    def holder(self, breach: Breach) -> str:
        """In whose hands the file was: a name, else the role that had to act."""
        return name_of(breach.holder) or self.role(breach.role)


def lateness(breach: Breach, ended_at: datetime | None, now: datetime) -> str:
    """By how much a deadline was exceeded, or is by now: “late by 2 days”."""
    return times.time_left(current.lang, breach.at, max(ended_at or now, breach.at))


def _offered(teller: Teller, facts: dict[str, Any]) -> Markup:
    step = teller.element(facts.get("step"))
    if facts.get("to"):
        return _("“%(step)s”: given to %(person)s.", step=step, person=teller.person(facts["to"]))
    unit, role = teller.unit(facts.get("unit")), teller.role(facts.get("role"))
    return _("“%(step)s”: waits in %(unit)s for the role “%(role)s”.", step=step, unit=unit, role=role)


def _released(teller: Teller, facts: dict[str, Any]) -> Markup:
    step, person = teller.element(facts.get("step")), teller.person(facts.get("held_by"))
    return _("“%(step)s”: put back; it was with %(person)s.", step=step, person=person)


def _assigned(teller: Teller, facts: dict[str, Any]) -> Markup:
    step, person = teller.element(facts.get("step")), teller.person(facts.get("to"))
    return _("“%(step)s”: given to %(person)s.", step=step, person=person)


def _armed(teller: Teller, facts: dict[str, Any]) -> Markup:
    span = codes.time_span(current.lang, facts["within"], facts["unit"])
    return _(
        "%(what)s: %(span)s, until %(day)s.",
        what=teller.what_is_due(facts),
        span=span,
        day=_day(facts["due_on"]),
    )


def _about_deadline(teller: Teller, facts: dict[str, Any]) -> str:
    return teller.what_is_due(facts)


def _timer(teller: Teller, facts: dict[str, Any]) -> Markup:
    at = times.moment(current.lang, datetime.fromisoformat(facts["fires_at"]))
    return _("%(what)s: until %(day)s.", what=teller.what_is_due(facts), day=ref(at))


def _warned(teller: Teller, facts: dict[str, Any]) -> Markup:
    return _(
        "%(what)s: %(rung)s per cent of the time have passed.",
        what=teller.what_is_due(facts),
        rung=facts["rung"],
    )


def _breached(teller: Teller, facts: dict[str, Any]) -> Markup:
    at = times.moment(current.lang, datetime.fromisoformat(facts["fired_at"]))
    holder = teller.person(facts.get("holder")) or teller.role(facts.get("role")) or "—"
    return _(
        "%(what)s: the time ended on %(at)s, in the hands of: %(holder)s.",
        what=teller.what_is_due(facts),
        at=ref(at),
        holder=holder,
    )


def _suspended(teller: Teller, facts: dict[str, Any]) -> Markup:
    because = teller.element(facts.get("because"))
    return _(
        "%(what)s: the clock stands still during “%(step)s”.", what=teller.what_is_due(facts), step=because
    )


def _resumed(teller: Teller, facts: dict[str, Any]) -> Markup:
    return _(
        "%(what)s: the end moves from %(was)s to %(is)s.",
        **{
            "what": teller.what_is_due(facts),
            "was": _day(facts.get("was_due_on")),
            "is": _day(facts.get("due_on")),
        },
    )


def _attached(teller: Teller, facts: dict[str, Any]) -> Markup | str:
    document = teller.story.documents.get(_as_id(facts.get("document")))
    size = times.file_size(current.lang, facts.get("size", 0))
    if document is None:
        return teller.asked(facts.get("field"))
    return _("“%(name)s”, %(size)s.", name=teller.document(document), size=size)


def _evaluated(teller: Teller, facts: dict[str, Any]) -> Markup:
    rules = ref(", ".join(facts.get("rules", ())))
    return _("%(step)s: rules that apply: %(rules)s.", step=teller.element(facts.get("element")), rules=rules)


def _issued(teller: Teller, facts: dict[str, Any]) -> Markup:
    outcome = codes.case_state(current.lang, facts.get("outcome", ""))
    return _(
        "%(outcome)s; signed by %(person)s.", outcome=outcome, person=teller.person(facts.get("signed_by"))
    )


def _sent(teller: Teller, facts: dict[str, Any]) -> Markup:
    return _("To %(person)s.", person=teller.person(facts.get("to")))


def _opened(teller: Teller, facts: dict[str, Any]) -> Markup:
    return _(
        "In %(unit)s, by version %(number)s.",
        unit=teller.unit(facts.get("unit")),
        number=facts.get("version"),
    )


def _corrected(teller: Teller, facts: dict[str, Any]) -> Markup:
    incident = next((row for row in teller.story.incidents if str(row.id) == facts["incident"]), None)
    kept = incident.correction if incident else None
    step, names = teller.element(facts.get("element")), ref(", ".join(facts.get("names", ())))
    if not kept:
        return _("“%(step)s”: %(names)s.", step=step, names=names)
    values = ref("; ".join(_change(name, kept) for name in facts.get("names", ())))
    return _(
        "“%(step)s”: %(values)s. Reason given: %(reason)s", step=step, values=values, reason=kept["reason"]
    )


def _change(name: str, kept: dict[str, Any]) -> str:
    """A variable with its value before and after, long ones cut."""
    before, after = (_short(kept[part][name]) if name in kept[part] else "—" for part in ("before", "after"))
    return f"{name}: {before} → {after}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _closed(_teller: Teller, facts: dict[str, Any]) -> str:
    return codes.case_state(current.lang, facts["outcome"]) if facts.get("outcome") else ""


_SENTENCES: dict[str, Callable[[Teller, dict[str, Any]], Markup | str]] = {
    "task.offered": _offered,
    "task.released": _released,
    "task.assigned": _assigned,
    "deadline.armed": _armed,
    "deadline.met": _about_deadline,
    "deadline.met_late": _about_deadline,
    "deadline.withdrawn": _about_deadline,
    "deadline.warned": _warned,
    "deadline.breached": _breached,
    "deadline.suspended": _suspended,
    "deadline.resumed": _resumed,
    "timer.armed": _timer,
    "document.attached": _attached,
    "decision.evaluated": _evaluated,
    "decision.issued": _issued,
    "notice.sent": _sent,
    "case.opened": _opened,
    "case.closed": _closed,
    "case.data_corrected": _corrected,
}


def _day(text: object) -> Markup:
    return ref(times.day(current.lang, date.fromisoformat(str(text)))) if text else Markup("—")


def _as_id(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        return UUID(int=0)
