"""Diagrams and cases in one line.

>>> bpmn("start > check@rights_officer[2wd] > {opinion@physician & visit@validator} > end")
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import count, pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.actor import Actor
from engine.cases import open_case
from engine.database import Database, reading, transaction
from engine.deployments import deploy_version
from engine.tables import AuditEntry, Base, Case, Task, TaskStatus
from engine.tasks import claim_task, complete_task

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  #: a working day, 09:00 in Algiers
NOTHING: Mapping[str, Any] = {}

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:masar="https://masar.dz/bpmn/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="https://masar.dz/tests">'
)
NODE = re.compile(
    r"(?P<id>\w+)(?P<mark>[!~?^=][^@\[;]*)?(@(?P<role>\w+))?(\[(?P<within>\d+)(?P<unit>wd|wh|d|h|w)(?P<clock>[^\]]*)\])?(?P<words>(;[^;]+)*)"
)
UNITS = {"wd": "workingDays", "wh": "workingHours", "d": "days", "h": "hours", "w": "weeks"}
REMEDY = (
    '<masar:remedy code="appeal" within="15" unit="days" basis="Loi 08-08, art. 8">'
    '<masar:label xml:lang="en">Appeal</masar:label></masar:remedy>'
)


def bpmn(path: str, *, key: str = "p", clock: str = "", remedy: bool = False) -> bytes:
    """A diagram as BPMN, from steps joined by `` > ``.

    A node is ``id@role[2wd warnAt="50%"];form=f;keeps=a,b;other=check;suspends;medical``; the mark after its id makes
    it a call (``ask!register/person``), a timer (``wait~PT1H``), a message awaited (``paid?payment``) or thrown
    (``tell^payment``), or a script (``count=n = n + 1``). ``{a & b}`` are parallel branches, ``{a | b}`` exclusive,
    taken where the variable ``way`` names the branch's first node, else the last; ``{a * b}`` repeats a, with b before
    each round but the first, until the variable ``again`` is not true. ``clock`` is the deadline of the whole case.
    """
    drawing = _Drawing()
    first, last = drawing.chain(path)
    assert (first, last) == ("start", "end"), f"Expected a path from start to end, but it is {path!r}"
    around = _clock(*_whole(clock)) if clock else ""
    around += REMEDY if remedy else ""
    inner = f"<extensionElements>{around}</extensionElements>" if around else ""
    drawn = f'<process id="{key}" name="{key}" isExecutable="true">{inner}{drawing.drawn()}</process>'
    messages = "".join(f'<message id="m_{name}" name="{name}"/>' for name in sorted(drawing.messages))
    return f"{HEAD}{messages}{drawn}</definitions>".encode()


class _Drawing:
    def __init__(self) -> None:
        self.nodes: list[str] = []
        self.flows: list[str] = []
        self.lanes: dict[str, list[str]] = {}
        self.messages: set[str] = set()
        self.numbers = count(1)

    def drawn(self) -> str:
        lanes = "".join(
            f'<lane id="lane_{role}" name="{role}" masar:role="{role}">'
            + "".join(f"<flowNodeRef>{node}</flowNodeRef>" for node in nodes)
            + "</lane>"
            for role, nodes in self.lanes.items()
        )
        lane_set = f'<laneSet id="lanes">{lanes}</laneSet>' if lanes else ""
        return lane_set + "".join(self.nodes) + "".join(self.flows)

    def chain(self, path: str) -> tuple[str, str]:
        """Draw a sequence; its first and last node."""
        ends = [self.part(part) for part in _split(path, " > ")]
        for (_, source), (target, _) in pairwise(ends):
            self.flow(source, target)
        return ends[0][0], ends[-1][1]

    def part(self, text: str) -> tuple[str, str]:
        if not text.startswith("{"):
            return (node := self.node(text)), node
        inner = text[1:-1]
        for sign, draw in ((" & ", self.parallel), (" | ", self.exclusive), (" * ", self.repeated)):
            branches = _split(inner, sign)
            if len(branches) > 1:
                return draw(branches)
        return self.chain(inner)

    def parallel(self, branches: list[str]) -> tuple[str, str]:
        split, join = self.gateway("parallelGateway"), self.gateway("parallelGateway")
        for first, last in map(self.chain, branches):
            self.flow(split, first)
            self.flow(last, join)
        return split, join

    def exclusive(self, branches: list[str]) -> tuple[str, str]:
        number = next(self.numbers)
        split, join = f"choice{number}", self.gateway("exclusiveGateway")
        self.nodes.append(f'<exclusiveGateway id="{split}" default="default{number}"/>')
        *chosen, other = map(self.chain, branches)
        for first, last in chosen:
            self.flow(split, first, f'way == "{first}"')
            self.flow(last, join)
        self.flow(split, other[0], id_=f"default{number}")
        self.flow(other[1], join)
        return split, join

    def repeated(self, branches: list[str]) -> tuple[str, str]:
        (first, last), (back, back_last) = map(self.chain, branches)
        number = next(self.numbers)
        entry, ask = self.gateway("exclusiveGateway"), f"ask{number}"
        self.nodes.append(f'<exclusiveGateway id="{ask}" default="default{number}"/>')
        self.flow(entry, first)
        self.flow(last, ask)
        self.flow(ask, back, "again == true")
        self.flow(back_last, entry)
        leave = self.gateway("exclusiveGateway")
        self.flow(ask, leave, id_=f"default{number}")
        return entry, leave

    def gateway(self, kind: str) -> str:
        name = f"gateway{next(self.numbers)}"
        self.nodes.append(f'<{kind} id="{name}"/>')
        return name

    def flow(self, source: str, target: str, condition: str = "", id_: str = "") -> None:
        inner = f"<conditionExpression>{_escaped(condition)}</conditionExpression>" if condition else ""
        id_ = id_ or f"flow{next(self.numbers)}"
        self.flows.append(
            f'<sequenceFlow id="{id_}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
        )

    def node(self, text: str) -> str:
        found = NODE.fullmatch(text.strip())
        assert found is not None, f"Expected a node, but is {text!r}"
        name = found["id"]
        words = dict(word.partition("=")[::2] for word in (found["words"] or "").split(";") if word)
        if found["role"]:
            self.lanes.setdefault(found["role"], []).append(name)
        self.nodes.append(self.element(found, name, words))
        return name

    def element(self, found: re.Match[str], name: str, words: dict[str, str]) -> str:
        if name == "end" or name.startswith("end_"):
            return f'<endEvent id="{name}"/>'
        if found["mark"]:
            return self.marked(name, found["mark"][0], found["mark"][1:])
        clock = _clock(found["within"], found["unit"], found["clock"]) if found["within"] else ""
        keeps = "".join(
            f'<masar:keeps field="{field}"/>' for field in words.get("keeps", "").split(",") if field
        )
        inner = f"<extensionElements>{keeps}{clock}</extensionElements>" if keeps or clock else ""
        kind = "startEvent" if name == "start" else "userTask"
        return f'<{kind} id="{name}" name="{name}"{_attributes(words)}>{inner}</{kind}>'

    def marked(self, name: str, mark: str, rest: str) -> str:
        if mark == "!":
            return f'<serviceTask id="{name}" masar:call="{rest}"/>'
        if mark == "=":
            return f'<scriptTask id="{name}"><script>{_escaped(rest.strip())}</script></scriptTask>'
        if mark == "~":
            inner = f"<timerEventDefinition><timeDuration>{rest}</timeDuration></timerEventDefinition>"
            return f'<intermediateCatchEvent id="{name}">{inner}</intermediateCatchEvent>'
        self.messages.add(rest)
        kind = "intermediateCatchEvent" if mark == "?" else "intermediateThrowEvent"
        return f'<{kind} id="{name}"><messageEventDefinition messageRef="m_{rest}"/></{kind}>'


def deploy(xml: bytes, *, at: datetime = MONDAY, by: Actor | None = None, **given: Any) -> str:
    """Put a diagram into service, in a transaction of its own; the procedure's key."""
    with transaction(actor=by or Actor.system("tests"), at=at) as tx:
        version = deploy_version(tx, xml=xml, **given)
        tx.session.flush()
        return version.procedure.key


def opened(
    key: str, *, by: Actor, unit: UUID | None, answers: Mapping[str, Any] = NOTHING, at: datetime = MONDAY
) -> UUID:
    """Open a case of which ``by`` is the applicant; its id."""
    with transaction(actor=by, at=at) as tx:
        return open_case(tx, key=key, answers=answers, unit_id=unit, applicant_id=by.person_id).id


def task_id(case_id: UUID, step: str) -> UUID:
    """The open task of a step, else the one that ended last."""
    with reading() as session:
        tasks = session.scalars(select(Task).where(Task.case_id == case_id, Task.step == step)).all()
    assert tasks, f"Expected a task of {step}"
    return max(
        tasks, key=lambda task: (task.ended_at is None, task.offered_at, task.ended_at or task.offered_at)
    ).id


def claim(case_id: UUID, step: str, *, by: Actor, at: datetime = MONDAY) -> UUID:
    """Claim the open task of a step; its id."""
    wanted = task_id(case_id, step)
    with transaction(actor=by, at=at) as tx:
        claim_task(tx, task_id=wanted)
    return wanted


def complete(
    case_id: UUID, step: str, answers: Mapping[str, Any] = NOTHING, *, by: Actor, at: datetime = MONDAY
) -> UUID:
    """Complete the open task of a step, claiming it first where nobody holds it; its id."""
    wanted = task_id(case_id, step)
    if task(wanted).status == TaskStatus.OFFERED:
        claim(case_id, step, by=by, at=at)
    with transaction(actor=by, at=at) as tx:
        complete_task(tx, task_id=wanted, answers=answers)
    return wanted


def task(wanted: UUID) -> Task:
    """A task as it stands."""
    with reading() as session:
        return session.get_one(Task, wanted)


def case(case_id: UUID) -> Case:
    """A case as it stands, with its data."""
    with reading() as session:
        found = session.get_one(Case, case_id)
        assert found.data is not None
        assert found.state
        return found


def waiting(case_id: UUID) -> list[str]:
    """The steps with an open task, in order of their names."""
    with reading() as session:
        return sorted(
            session.scalars(select(Task.step).where(Task.case_id == case_id, Task.ended_at.is_(None)))
        )


def events(subject_id: UUID) -> list[str]:
    """The audit events of a subject, in order."""
    return [entry.event for entry in entries(subject_id)]


def entries(subject_id: UUID) -> list[AuditEntry]:
    """The audit entries of a subject, in order."""
    with reading() as session:
        found = select(AuditEntry).where(AuditEntry.subject_id == subject_id).order_by(AuditEntry.number)
        return list(session.scalars(found))


def dump(database: Database) -> dict[str, list[Any]]:
    """All rows of all tables, in order of id: for comparing before with after."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=lambda row: str(row[0]))
            for table in Base.metadata.sorted_tables
        }


def _split(text: str, sign: str) -> list[str]:
    """The parts between the signs that stand outside of braces."""
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0 and text.startswith(sign, index):
            parts.append(text[start:index].strip())
            start = index + len(sign)
    return [*parts, text[start:].strip()]


def _whole(clock: str) -> Iterable[str]:
    found = re.fullmatch(r"(\d+)(wd|wh|d|h|w)(.*)", clock)
    assert found is not None, f"Expected a deadline such as 10wd, but is {clock!r}"
    return found.groups()


def _clock(within: str, unit: str, rest: str) -> str:
    return f'<masar:deadline within="{within}" unit="{UNITS[unit]}" nature="service" {rest.strip()}/>'


def _attributes(words: Mapping[str, str]) -> str:
    said = {
        "masar:form": words.get("form"),
        "masar:otherThan": words.get("other"),
        "masar:sameAs": words.get("same"),
        "masar:unit": words.get("unit"),
        "masar:suspends": "true" if "suspends" in words else None,
        "masar:confidential": "medical" if "medical" in words else None,
    }
    return "".join(f' {name}="{value}"' for name, value in said.items() if value)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
