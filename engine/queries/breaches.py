"""Breached deadlines, as an inspector looks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from engine.tables import Breach, Case, Deadline, Procedure, Unit

WHOLE_CASE = "case"  #: stands for the deadline of the whole case where a step's id is expected
Columns = TypeVarTuple("Columns")

CHUNK = 500  #: rows fetched at once while a list is streamed


@dataclass(frozen=True, slots=True)
class BreachFilter:
    """Which breaches are wanted; what is None does not filter.

    ``roots``: paths of the units that the reader may inspect. ``unit_path``: the case's unit or one above it,
    ``holder_path``: the same of the unit that held the file. ``step``: an id, or ``case``. ``since`` is
    included, ``until`` is not. ``is_open``: whether the deadline still binds someone.
    """

    roots: tuple[str, ...]
    unit_path: str | None = None
    holder_path: str | None = None
    procedure: str | None = None
    step: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_open: bool | None = None


@dataclass(frozen=True, slots=True)
class BreachPage:
    """Some breaches, newest first, with their case, deadline, unit and holder; and how many there are."""

    breaches: Sequence[Breach]
    count: int


def breach_page(session: Session, wanted: BreachFilter, *, first: int, most: int) -> BreachPage:
    """A page of the list: ``most`` breaches after the ``first`` ones."""
    count = session.scalar(_joined(select(func.count()), wanted)) or 0
    page = _whole(wanted).order_by(Breach.at.desc(), Breach.id).offset(first).limit(most)
    return BreachPage(session.scalars(page).all(), count)


def every_breach(session: Session, wanted: BreachFilter) -> Iterator[Breach]:
    """All breaches of the list, newest first, fetched as they are read."""
    rows = _whole(wanted).order_by(Breach.at.desc(), Breach.id).execution_options(yield_per=CHUNK)
    yield from session.scalars(rows)


def breach_count(session: Session, wanted: BreachFilter) -> int:
    """How many breaches the list holds."""
    return session.scalar(_joined(select(func.count()), wanted)) or 0


def breached_steps(session: Session, roots: Sequence[str]) -> Sequence[tuple[str, str | None]]:
    """The steps (None: the whole case) whose deadlines were breached, each with the key of its procedure."""
    wanted = BreachFilter(tuple(roots))
    rows = session.execute(
        _joined(select(Procedure.key, Deadline.element), wanted)
        .join(Procedure, Procedure.id == Case.procedure_id)
        .distinct()
        .order_by(Procedure.key, Deadline.element)
    )
    return [(key, element) for key, element in rows]


def inspected_units(session: Session, roots: Sequence[str]) -> Sequence[Unit]:
    """The units at and below these paths, in the order of the tree."""
    return session.scalars(select(Unit).where(_within(Unit.path, roots)).order_by(Unit.path)).all()


def found_cases(session: Session, *, roots: Sequence[str], text: str, most: int = 50) -> Sequence[Case]:
    """Cases whose reference holds this text, within the units that the reader may inspect; newest first."""
    cases = (
        select(Case)
        .join(Unit, Unit.id == Case.unit_id)
        .where(_within(Unit.path, roots), Case.reference.contains(text.strip(), autoescape=True))
        .options(contains_eager(Case.unit), joinedload(Case.procedure), joinedload(Case.applicant))
        .order_by(Case.opened_at.desc(), Case.reference.desc())
    )
    return session.scalars(cases.limit(most)).all()


def _whole(wanted: BreachFilter) -> Select[Breach]:
    case = contains_eager(Breach.case)
    return _joined(select(Breach), wanted).options(
        case.contains_eager(Case.unit),
        case.joinedload(Case.procedure),
        contains_eager(Breach.deadline),
        joinedload(Breach.unit),
        joinedload(Breach.holder),
    )


def _joined(statement: Select[*Columns], wanted: BreachFilter) -> Select[*Columns]:
    """The statement over the breaches wanted, joined to their cases, units and deadlines."""
    holding = aliased(Unit)
    return (
        statement.select_from(Breach)
        .join(Case, Case.id == Breach.case_id)
        .join(Unit, Unit.id == Case.unit_id)
        .join(Deadline, Deadline.id == Breach.deadline_id)
        .outerjoin(holding, holding.id == Breach.unit_id)
        .where(_within(Unit.path, wanted.roots), *_conditions(wanted, holding.path))
    )


def _conditions(wanted: BreachFilter, holder_path: Any) -> Iterator[ColumnElement[bool]]:
    if wanted.unit_path is not None:
        yield _within(Unit.path, [wanted.unit_path])
    if wanted.holder_path is not None:
        yield _within(holder_path, [wanted.holder_path])
    if wanted.procedure is not None:
        yield Case.procedure_id.in_(select(Procedure.id).where(Procedure.key == wanted.procedure))
    if wanted.step is not None:
        whole = wanted.step == WHOLE_CASE
        yield Deadline.element.is_(None) if whole else Deadline.element == wanted.step
    if wanted.since is not None:
        yield Breach.at >= wanted.since
    if wanted.until is not None:
        yield Breach.at < wanted.until
    if wanted.is_open is not None:
        yield Deadline.ended_at.is_(None) if wanted.is_open else Deadline.ended_at.is_not(None)


def _within(path: Any, roots: Sequence[str]) -> ColumnElement[bool]:
    below = [or_(path == root, path.startswith(f"{root}/", autoescape=True)) for root in roots]
    return or_(*below) if below else false()
