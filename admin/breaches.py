"""The list of breached deadlines, its filters, and the file that takes it away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request, stream_with_context, url_for
from sqlalchemy.orm import Session

from admin.blueprints import inspection
from admin.telling import lateness
from engine.bpmn.model import Process
from engine.calendars import day_start, days_after
from engine.database import now, reading, transaction
from engine.inspection import export_breaches
from engine.permissions import Permission
from engine.queries.breaches import (
    WHOLE_CASE,
    BreachFilter,
    breach_page,
    breached_steps,
    every_breach,
    inspected_units,
)
from engine.queries.procedures import versions_in_service
from engine.tables import Breach, Unit
from engine.versions import definition, definition_of
from web.access import current, needs
from web.attachments import disposition
from web.words import _, name_of
from wording import codes, pick, times

PAGE = 50
LAST_PAGE = 1_000_000
YEARS = range(1962, 2101)  #: in which a day is looked for
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  #: what a spreadsheet would take for a formula


@dataclass(frozen=True, slots=True)
class Line:
    """A breach as it is shown."""

    breach: Breach
    step: str
    late: str
    holder: str
    role: str
    is_open: bool


@inspection.get("/breaches")
@needs(Permission.INSPECT_CASES)
def breaches() -> str:
    """The breaches in my units, newest first, filtered."""
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    with reading() as session:
        units = inspected_units(session, _roots())
        wanted = _wanted(request.args, units)
        page = breach_page(session, wanted, first=(number - 1) * PAGE, most=PAGE)
        lines = [_line(session, breach) for breach in page.breaches]
        steps = _step_choices(session)
    asked = {name: value for name, value in request.args.items() if name != "page" and value}
    return render_template(
        "admin/breaches.html",
        lines=lines,
        count=page.count,
        first=(number - 1) * PAGE,
        units=_unit_choices(units),
        steps=steps,
        asked=asked,
        previous=_address(asked, number - 1) if number > 1 else None,
        next=_address(asked, number + 1) if number * PAGE < page.count else None,
    )


@inspection.get("/breaches.csv")
@needs(Permission.INSPECT_CASES)
def breaches_csv() -> Response:
    """The filtered list as a file; that it was taken is recorded."""
    with reading() as session:
        wanted = _wanted(request.args, inspected_units(session, _roots()))
    with transaction(actor=current.actor) as tx:
        export_breaches(tx, wanted=wanted)
    return Response(
        stream_with_context(_csv_lines(wanted)),
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition("breaches.csv")},
    )


def step_name(process: Process, element: str | None) -> str:
    """The name of the step whose deadline it is, or the whole case."""
    if element is None:
        return str(_("The whole case"))
    known = process.elements.get(element)
    return (pick(known.names, current.lang) if known else "") or element


def _address(asked: Mapping[str, str], number: int) -> str:
    return f"{url_for('.breaches')}?{urlencode({**asked, 'page': number})}"


def _roots() -> tuple[str, ...]:
    return current.standing.roots(Permission.INSPECT_CASES)


def _wanted(asked: Mapping[str, str], units: Sequence[Unit]) -> BreachFilter:
    paths = {unit.code: unit.path for unit in units}
    procedure, _sep, step = asked.get("step", "").partition("/")
    until = _day(asked.get("until"))
    return BreachFilter(
        roots=_roots(),
        unit_path=paths.get(asked.get("unit", "")),
        holder_path=paths.get(asked.get("holder_unit", "")),
        procedure=procedure or None,
        step=step or None,
        since=_start(_day(asked.get("since"))),
        until=_start(days_after(until, 1)) if until else None,
        is_open={"open": True, "ended": False}.get(asked.get("state", "")),
    )


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _start(day: date | None) -> datetime | None:
    return day_start(day) if day else None


def _line(session: Session, breach: Breach) -> Line:
    process = definition_of(session, breach.case).process
    ended_at = breach.deadline.ended_at
    return Line(
        breach=breach,
        step=step_name(process, breach.deadline.element),
        late=lateness(breach, ended_at, now()),
        holder=name_of(breach.holder),
        role=_role_name(process, breach.role),
        is_open=ended_at is None,
    )


def _role_name(process: Process, role: str | None) -> str:
    names = process.roles.get(role or "")
    return pick(names, current.lang) or codes.role_name(current.lang, role or "")


def _unit_choices(units: Sequence[Unit]) -> list[tuple[str, str]]:
    """Codes and names of the units, each below the one it belongs to."""
    top = min((unit.path.count("/") for unit in units), default=0)
    indent = "\u2003"
    return [
        (unit.code, indent * (unit.path.count("/") - top) + pick(unit.names, current.lang)) for unit in units
    ]


def _step_choices(session: Session) -> list[tuple[str, str]]:
    versions = versions_in_service(session)
    choices = []
    for key, element in breached_steps(session, _roots()):
        process = definition(session, versions[key]).process
        name = f"{pick(process.names, current.lang)} · {step_name(process, element)}"
        choices.append((f"{key}/{element or WHOLE_CASE}", name))
    return choices


def _csv_lines(wanted: BreachFilter) -> Iterator[str]:
    yield "\ufeff" + _csv_row(_header())
    with reading() as session:
        for breach in every_breach(session, wanted):
            yield _csv_row(_cells(_line(session, breach)))


def _header() -> list[Any]:
    return [
        _("Case"),
        _("Unit"),
        _("Procedure"),
        _("Step"),
        _("Time ended on"),
        _("By how much"),
        _("Hours late"),
        _("In the hands of"),
        _("Role"),
        _("Holder’s unit"),
        _("State"),
    ]


def _cells(line: Line) -> list[Any]:
    breach, case, lang = line.breach, line.breach.case, current.lang
    late = (breach.deadline.ended_at or now()) - breach.at
    return [
        case.reference,
        pick(case.unit.names, lang) if case.unit else "",
        pick(case.procedure.names, lang),
        line.step,
        times.moment(lang, breach.at),
        line.late,
        max(int(late.total_seconds() // 3600), 0),
        line.holder,
        line.role,
        pick(breach.unit.names, lang) if breach.unit else "",
        _("Still open") if line.is_open else _("Ended"),
    ]


def _csv_row(cells: Sequence[Any]) -> str:
    row = io.StringIO()
    csv.writer(row).writerow([_harmless(str(cell)) for cell in cells])
    return row.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell
