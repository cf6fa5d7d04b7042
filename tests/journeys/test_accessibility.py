"""Every page of each person: WCAG 2.2 AA holds, nothing is off the screen of a phone, nothing is left in English."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select

from engine import jobs
from engine.database import reading, transaction
from engine.drafts import begin_draft
from engine.tables import Incident, Procedure
from tests import builders
from tests.journeys.acts import NSS
from tests.journeys.inspection import faults_of
from tests.journeys.site import PDF, File, Site, Visitor
from tests.people import ROOT, Cast
from tests.worklists.house import COMPLETE, MISSING, OPINION, House

pytestmark = pytest.mark.parametrize("kind", ["sqlite"])
KEY = "sickness_benefit"
DIAGRAM = ROOT / "processes" / KEY / f"{KEY}.bpmn"
GRANT = {"decision": "grant"}
Pages = Callable[[Visitor, "Scene"], Iterator[None]]


@dataclass(frozen=True)
class Scene:
    """Cases at every stage: just filed and claimed by amina, returned for a piece, decided, decided and read, late."""

    fresh: UUID
    claimed: UUID
    asked: UUID
    decided: UUID
    late: UUID
    draft: UUID
    cast: Cast


@pytest.fixture
def scene(site: Site, cast: Cast) -> Scene:
    house = House(site.database, cast)
    decided, late, asked = (house.filed(days_ago=days) for days in (3, 30, 2))
    for step, answers, by in (
        ("check_rights", COMPLETE, "badr"),
        ("medical_opinion", OPINION, "yasmine"),
        ("validate", GRANT, "karim"),
    ):
        house.done(decided, step, answers, by, days_ago=2)
    house.done(asked, "check_rights", MISSING, "amina", days_ago=1)
    fresh, claimed = house.filed(), house.filed(days_ago=0.1)
    task_id = house.claimed(claimed, "check_rights", "amina")
    house.claimed(fresh, "medical_opinion", "yasmine")
    jobs.sweep()
    return Scene(fresh, task_id, asked, decided, late, _draft(cast), cast)


def _draft(cast: Cast) -> UUID:
    with transaction(actor=cast.samir) as tx:
        procedure_id = tx.session.scalars(select(Procedure.id)).one()
        draft = begin_draft(tx, procedure_id=procedure_id, content={"nss": NSS})
        tx.session.flush()
        return draft.id


def each(addresses: list[str]) -> Pages:
    """Pages opened one after the other."""

    def opened(visitor: Visitor, _scene: Scene) -> Iterator[None]:
        for address in addresses:
            visitor.opens(address)
            yield

    return opened


def of_a_visitor(visitor: Visitor, scene: Scene) -> Iterator[None]:
    """Before signing in."""
    pages = [
        "/",
        f"/services/{KEY}",
        "/sign-in",
        "/register",
        "/recover",
        f"/check/{scene.decided}",
        "/nowhere",
    ]
    yield from each(pages)(visitor, scene)
    visitor.opens("/register")
    visitor.presses("Open my account")
    yield
    visitor.opens("/sign-in")
    visitor.answers(username="samir@example.dz", password="wrong")
    visitor.presses("Sign in")
    yield


def of_samir(samir: Visitor, scene: Scene) -> Iterator[None]:
    """The citizen: to file, to follow, to answer, to read."""
    case, asked = f"/my/cases/{scene.decided}", builders.task_id(scene.asked, "provide_pieces")
    pages = ["/", f"/services/{KEY}", "/my/cases", case, f"{case}/receipt", f"/my/cases/{scene.asked}"]
    pages += [f"/my/cases/{scene.late}", f"/my/tasks/{asked}", f"/applications/{scene.draft}", "/account"]
    yield from each(pages)(samir, scene)
    samir.opens(f"/applications/{scene.draft}")
    samir.answers(hospitalised=True, pay_to="ccp", sick_note=File("note.pdf", b"no document"))
    samir.presses("Continue and check")
    yield
    samir.opens(f"/my/tasks/{asked}")
    samir.answers(answer="sent", sick_note=File("note.pdf", PDF))
    samir.presses("Continue and check")
    yield
    samir.opens(f"{case}/decision")
    yield
    if samir.page.locator("main form").count():
        samir.presses("Open the decision")
        yield


def of_amina(amina: Visitor, scene: Scene) -> Iterator[None]:
    """The clerk: the lists, a task in hand, one that is not hers, a case."""
    not_hers = builders.task_id(scene.fresh, "medical_opinion")
    mine = f"/tasks/{scene.claimed}"
    pages = ["/worklist", "/workqueue", "/workqueue?held=any", "/workqueue?q=nothing", mine, "/account"]
    pages += [f"/tasks/{not_hers}", f"/cases/{scene.decided}", f"/cases/{scene.late}", "/admin/people"]
    yield from each(pages)(amina, scene)
    amina.opens(mine)
    amina.answers(outcome="complete", rights_open=True, daily_net="abc")
    amina.presses("Complete the task")
    yield


def of_omar(omar: Visitor, scene: Scene) -> Iterator[None]:
    """The director: the load, the tasks, giving one to somebody."""
    choose = f"/tasks/{scene.claimed}/assign"
    yield from each(["/unit", "/unit/tasks", choose, f"/cases/{scene.late}", "/admin/breaches"])(omar, scene)
    omar.opens(choose)
    omar.presses("Give the task")
    yield
    yield from each(["/admin/incidents", f"/admin/incidents/{failed_element(scene.cast)}"])(omar, scene)
    omar.presses("Correct and try again")
    yield


def failed_element(cast: Cast) -> UUID:
    """The incident of an element that reads a number, a text and a variable that is not there."""
    with reading() as session:
        known = session.scalars(select(Incident.id)).first()
    if known is None:
        path = "start > count=n = 10 / divisor + len(place) + absent > more@rights_officer > end"
        key = builders.deploy(builders.bpmn(path, key="counted"))
        data = {"divisor": 0, "place": "وهران"}
        builders.opened(key, by=cast.samir, unit=cast.centre, answers=data)
        return failed_element(cast)
    return known


def of_ines(ines: Visitor, scene: Scene) -> Iterator[None]:
    """The inspector: breaches, cases, a story and its verification."""
    case = f"/admin/cases/{scene.late}"
    yield from each(["/admin/breaches", "/admin/cases", "/admin/incidents", case])(ines, scene)
    ines.presses("Verify the trail")
    yield
    ines.opens(f"/admin/cases/{scene.decided}")
    yield


def of_nadia(nadia: Visitor, scene: Scene) -> Iterator[None]:
    """The analyst: procedures, an upload with faults, one without."""
    yield from each(["/admin/procedures", f"/admin/procedures/{KEY}", "/admin/procedures/upload"])(
        nadia, scene
    )
    nadia.presses("Check")
    yield
    for xml in (DIAGRAM.read_bytes().replace(b'within="3"', b'within="4"'), b"<definitions/>"):
        nadia.opens("/admin/procedures/upload")
        nadia.answers(diagram=File("changed.bpmn", xml))
        nadia.presses("Check")
        yield


def of_salim(salim: Visitor, scene: Scene) -> Iterator[None]:
    """The administrator: people, units, roles."""
    person = f"/admin/people/{scene.cast.id('amina')}"
    pages = ["/admin/people", "/admin/people/new", person, f"{person}/details", f"{person}/deactivate"]
    pages += [f"{person}/roles/cnas-16-01/rights_officer/revoke", "/admin/units", "/admin/units/new"]
    pages += [f"/admin/units/{scene.cast.centre}", "/admin/roles", "/admin/roles/new"]
    yield from each(pages)(salim, scene)
    salim.opens("/admin/people/new")
    salim.presses("Add")
    yield


EVERYONE: dict[str, Pages] = {
    "": of_a_visitor,
    "samir@example.dz": of_samir,
    "amina": of_amina,
    "yasmine": each(["/worklist", "/workqueue"]),
    "omar": of_omar,
    "ines": of_ines,
    "nadia": of_nadia,
    "salim": of_salim,
}


@pytest.mark.parametrize("username", EVERYONE, ids=lambda username: username.partition("@")[0] or "visitor")
def test_every_page_is_accessible(username: str, site: Site, scene: Scene) -> None:
    visitor = site.person(username) if username else site.visitor()
    pages, faults = EVERYONE[username], []
    for _page in pages(visitor, scene):
        faults += faults_of(visitor)
    visitor.speaks("fr")
    for _page in pages(visitor, scene):
        faults += faults_of(visitor)
    assert not faults, "\n".join(faults)
