"""Putting versions into service: who may, what is refused, and which cases follow which version."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.database import Database, reading, transaction
from engine.deployments import AlreadyDeployed, DiagramRefused, deploy_version
from engine.folders import deploy_folder
from engine.refusals import NotPermitted
from engine.roles import grant_role
from engine.tables import Procedure, ProcessVersion
from engine.versions import current_version
from tests.builders import HEAD, bpmn, case, complete, deploy, dump, opened, waiting
from tests.engine.test_called import callee, caller
from tests.people import ROOT, TESTS, Cast

TWO = "start > a@rights_officer > b@validator > end"
ONE = "start > a@rights_officer > end"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def test_new_cases_follow_the_new_version_and_running_ones_stay(cast: Cast) -> None:
    key = deploy(bpmn(TWO), by=cast.nadia)
    before = opened(key, by=cast.samir, unit=cast.centre)
    deploy(bpmn(ONE), by=cast.nadia, note="one step less")
    after = opened(key, by=cast.samir, unit=cast.centre)
    for case_id in (before, after):
        complete(case_id, "a", by=cast.amina)
    assert waiting(before) == ["b"]
    assert case(before).closed_at is None
    assert case(after).closed_at is not None
    with reading() as session:
        version = current_version(session, key)
        assert (version.number, version.note, version.deployed_by) == (2, "one step less", "person:nadia")


def test_an_analyst_of_one_centre_deploys_nothing_for_the_whole_fund(cast: Cast) -> None:
    with transaction(actor=TESTS) as tx:
        grant_role(tx, person_id=cast.amina.person_id, unit_id=cast.centre, role="analyst")
    with pytest.raises(NotPermitted):
        deploy(bpmn(TWO), by=cast.amina)


@pytest.mark.parametrize("name", ["amina", "omar", "ines", "salim", "samir"])
def test_only_who_may_deploy_does(database: Database, cast: Cast, name: str) -> None:
    before = dump(database)
    with pytest.raises(NotPermitted):
        deploy(bpmn(ONE), by=cast.actors[name])
    assert dump(database) == before


def test_the_same_to_the_byte_is_no_new_version(database: Database, cast: Cast) -> None:
    deploy(bpmn(ONE))
    before = dump(database)
    with pytest.raises(AlreadyDeployed):
        deploy(bpmn(ONE))
    assert dump(database) == before


def test_a_changed_form_alone_is_a_new_version(cast: Cast) -> None:
    xml = bpmn("start > a@rights_officer;form=f/a > end")
    key = deploy(xml, forms={"f/a": {"type": "object"}})
    deploy(xml, forms={"f/a": {"type": "object", "required": ["x"]}})
    with reading() as session:
        assert current_version(session, key).number == 2


def test_forms_and_tables_left_out_are_those_in_service(cast: Cast) -> None:
    with reading() as session:
        served = current_version(session, "sickness_benefit")
        session.refresh(served, ["xml", "forms", "decisions"])
        xml = served.xml
    changed = xml.replace(b'name="', b'name=" ', 1)
    for given in ({}, {"key": "sickness_benefit"}):
        key = deploy(changed, **given)
        with reading() as session:
            version = current_version(session, key)
            assert version.id != served.id
            assert (version.forms, version.decisions) == (served.forms, served.decisions)
        changed = changed.replace(b'name=" ', b'name="  ', 1)


def test_a_form_that_nobody_gave_refuses(database: Database, cast: Cast) -> None:
    before = dump(database)
    with pytest.raises(DiagramRefused) as refused:
        deploy(bpmn("start > a@rights_officer;form=f/none > end"))
    assert ("unknown_form", "a") in [(fault.code, fault.element) for fault in refused.value.faults]
    assert dump(database) == before


def broken(**changes: str) -> bytes:
    [(old, new)] = changes.items()
    return bpmn(TWO).replace(old.encode(), new.encode())


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"", "not_xml"),
        (b"<html/>", "not_bpmn"),
        (bpmn(TWO)[:-30], "not_xml"),
        (ENTITIES + bpmn(TWO), "doctype"),
        (OUTSIDE + bpmn(TWO), "doctype"),
        (f"{HEAD}</definitions>".encode(), "no_process"),
        (bpmn(TWO).replace(b'targetRef="b"', b'targetRef="nowhere"'), "dangling_flow"),
        (bpmn(TWO).replace(b'id="b" name="b"', b'id="a" name="a"'), "id_twice"),
        (bpmn(TWO).replace(b"userTask", b"wizardTask"), "unknown_element"),
        (bpmn("start > n=x = open('/etc/passwd') > end"), "bad_script"),
        (bpmn("start > n=x = ().__class__ > end"), "bad_script"),
        (bpmn("start > a@rights_officer;other=nobody > end"), "unknown_step"),
        (bpmn("start > a@rights_officer[0wd] > end"), "bad_deadline"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_or_hostile_diagram_is_refused_and_nothing_is_stored(
    database: Database, cast: Cast, xml: bytes, code: str
) -> None:
    before = dump(database)
    with pytest.raises(DiagramRefused) as refused:
        deploy(xml, by=cast.nadia)
    assert code in [fault.code for fault in refused.value.faults if fault.refuses]
    assert refused.value.status == 422
    assert dump(database) == before


def test_a_file_of_several_processes_runs_the_one_it_was_deployed_for(cast: Cast) -> None:
    one, two = bpmn(ONE, key="one").decode(), bpmn(TWO, key="two").decode()
    second = two[two.index("<process") : two.index("</definitions>")]
    for name in ("start", "end", "a", "b", "flow", "lane", "lane_rights_officer"):
        second = second.replace(f'"{name}', f'"two_{name}').replace(f">{name}<", f">two_{name}<")
    both = one.replace("</definitions>", second + "</definitions>").encode()
    key = deploy(both, key="one")
    assert waiting(opened(key, by=cast.samir, unit=cast.centre)) == ["a"]


def test_every_shipped_procedure_deploys_from_its_folder(empty_database: Database) -> None:
    from engine.tables import Base

    Base.metadata.create_all(empty_database.engine)
    for folder in sorted((ROOT / "processes").iterdir()):
        if folder.is_dir():
            with transaction(actor=TESTS) as tx:
                deploy_folder(tx, folder, forms=ROOT / "forms" / "schemas")
    with reading() as session:
        versions = session.scalar(select(func.count()).select_from(ProcessVersion))
        assert versions == session.scalar(select(func.count()).select_from(Procedure))
        assert versions


def test_a_diagram_may_be_deployed_under_a_key_of_its_own(cast: Cast) -> None:
    def version_of(**given: Any) -> ProcessVersion:
        with transaction(actor=TESTS) as tx:
            return deploy_version(tx, xml=bpmn(ONE), **given)

    assert version_of(key="elsewhere").number == 1
    assert waiting(opened("elsewhere", by=cast.samir, unit=cast.centre)) == ["a"]
    assert Path(ROOT / "processes").is_dir()


def test_the_diagrams_beside_it_in_its_folder_are_deployed_with_a_procedure(
    cast: Cast, tmp_path: Path
) -> None:
    folder = tmp_path / "caller"
    folder.mkdir()
    for name, xml in (("caller", caller()), ("callee", callee("one"))):
        (folder / f"{name}.bpmn").write_bytes(xml)
    with transaction(actor=TESTS) as tx:
        assert deploy_folder(tx, folder, forms=tmp_path).procedure.key == "caller"
    case_id = opened("caller", by=cast.samir, unit=cast.centre)
    complete(case_id, "before", by=cast.amina)
    assert waiting(case_id) == ["one"]
