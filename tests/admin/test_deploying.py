import io
import json
import re
import zipfile

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from engine.database import current, reading
from engine.queries.procedures import procedure_figures
from engine.tables import Case, ProcessVersion
from tests.admin.house import DIAGRAM, KEY, Office, hidden, words
from tests.engine.test_pools import two_pools
from web.attachments import INERT

XML = DIAGRAM.read_text(encoding="utf-8")
BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "boom"><!ENTITY c "&b;&b;">]><a>&c;</a>'


def check(office: Office, xml: str, *others: tuple[str, str]) -> TestResponse:
    files = [(io.BytesIO(text.encode()), name) for name, text in others]
    data = {
        "diagram": (io.BytesIO(xml.encode()), "changed.bpmn"),
        "others": files,
        "note": "Less to wait for.",
    }
    return office.client("nadia").post("/admin/procedures/check", data=data)


def deploy(office: Office, checked: TestResponse) -> TestResponse:
    data = {name: hidden(checked, name) for name in ("upload", "replacing")} | {"note": "Less to wait for."}
    return office.client("nadia").post("/admin/procedures/deploy", data=data)


def without_step(xml: str, step: str, into: str, out_of: str) -> str:
    """The diagram with a user task taken out, its incoming flow led where the outgoing one led."""
    target = re.search(rf'<bpmn:sequenceFlow id="{out_of}" sourceRef="{step}" targetRef="(\w+)"', xml)
    assert target
    xml = re.sub(rf'<bpmn:userTask id="{step}".*?</bpmn:userTask>', "", xml, flags=re.DOTALL)
    xml = re.sub(rf"<bpmn:flowNodeRef>{step}</bpmn:flowNodeRef>", "", xml)
    xml = re.sub(
        rf'<bpmn:sequenceFlow id="{out_of}"[^>]*?(/>|>.*?</bpmn:sequenceFlow>)', "", xml, flags=re.DOTALL
    )
    xml = re.sub(rf'(<bpmn:sequenceFlow id="{into}"[^>]*targetRef=")\w+"', rf'\g<1>{target[1]}"', xml)
    xml = xml.replace(f"<bpmn:incoming>{out_of}</bpmn:incoming>", f"<bpmn:incoming>{into}</bpmn:incoming>")
    xml = re.sub(
        rf'<bpmndi:BPMNShape[^>]*bpmnElement="{step}".*?</bpmndi:BPMNShape>', "", xml, flags=re.DOTALL
    )
    return re.sub(
        rf'<bpmndi:BPMNEdge[^>]*bpmnElement="{out_of}".*?</bpmndi:BPMNEdge>', "", xml, flags=re.DOTALL
    )


def versions() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(ProcessVersion)) or 0


def uploads_kept() -> int:
    folder = current().data / "uploads"
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_the_procedure_is_shown_with_its_steps_and_versions(office: Office) -> None:
    office.open_case()
    client = office.client("nadia", "fr")
    assert "Indemnités journalières" in words(client.get("/admin/procedures"))
    response = client.get(f"/admin/procedures/{KEY}")
    page = words(response)
    assert response.status_code == 200
    assert "3 jours ouvrés" in page
    assert "sickness_benefit/check_rights" in page
    assert "Contrôle des droits" in response.text
    assert client.get("/admin/procedures/none").status_code == 404


def test_the_files_of_a_version_are_those_deployed(office: Office) -> None:
    client = office.client("ines")
    assert client.get(f"/admin/procedures/{KEY}/versions/1.bpmn").data == DIAGRAM.read_bytes()
    assert client.get(f"/admin/procedures/{KEY}/versions/2.bpmn").status_code == 404
    for number in (10**7, 10**11, 10**30):
        assert client.get(f"/admin/procedures/{KEY}/versions/{number}.bpmn").status_code == 404
    packed = zipfile.ZipFile(io.BytesIO(client.get(f"/admin/procedures/{KEY}/versions/1.zip").data))
    assert f"processes/{KEY}/{KEY}.bpmn" in packed.namelist()
    assert len(packed.namelist()) == 7


def test_an_inspector_looks_but_deploys_nothing(office: Office) -> None:
    client = office.client("ines")
    assert client.get("/admin/procedures/upload").status_code == 403
    assert client.post("/admin/procedures/deploy").status_code == 403


def test_a_diagram_with_one_step_removed_goes_into_service(office: Office) -> None:
    running = office.open_case()
    changed = without_step(XML, "medical_opinion", *flows_of("medical_opinion"))
    checked = check(office, changed)
    page = words(checked)
    assert checked.status_code == 200, page
    assert "Medical opinion" in page
    assert "removed" in page
    assert "New cases will follow version 2. 1 running case stays on its version." in page
    assert versions() == 1
    response = deploy(office, checked)
    assert response.status_code == 303
    assert response.location == f"/admin/procedures/{KEY}"
    newcomer = office.open_case(citizen="lila@example.dz")
    with reading() as session:
        figures = procedure_figures(session, KEY)
        assert figures is not None
        assert [(one.version.number, one.running) for one in figures.versions] == [(2, 1), (1, 1)]
        assert figures.in_service.version.note == "Less to wait for."
        assert session.get_one(Case, running).version_id != session.get_one(Case, newcomer).version_id


def flows_of(step: str) -> tuple[str, str]:
    into = re.search(rf'<bpmn:sequenceFlow id="(\w+)" sourceRef="\w+" targetRef="{step}"', XML)
    out_of = re.search(rf'<bpmn:sequenceFlow id="(\w+)" sourceRef="{step}"', XML)
    assert into
    assert out_of
    return into[1], out_of[1]


def test_a_changed_deadline_is_told_in_words(office: Office) -> None:
    checked = check(office, XML.replace('within="10" unit="workingDays"', 'within="7" unit="workingDays"', 1))
    page = words(checked)
    assert checked.status_code == 200
    assert "10 working days" in page
    assert "7 working days" in page


@pytest.mark.parametrize(
    ("xml", "sentence"),
    [
        (BOMB, "DOCTYPE"),
        ("this is no xml", "not XML"),
        (
            XML.replace('masar:form="sickness_benefit/validate"', 'masar:form="sickness_benefit/none"'),
            "does not exist",
        ),
        (XML.replace('targetRef="compute"', 'targetRef="nowhere"'), "nowhere"),
        (XML.replace("bpmn:businessRuleTask", "bpmn:transmogrify"), "transmogrify"),
    ],
)
def test_what_cannot_run_is_refused_by_element_and_line_and_nothing_is_stored(
    office: Office, xml: str, sentence: str
) -> None:
    checked = check(office, xml)
    page = words(checked)
    assert checked.status_code == 422
    assert sentence in page
    assert "Nothing was stored" in page
    assert (versions(), uploads_kept()) == (1, 0)


def test_a_fault_names_its_element_and_line(office: Office) -> None:
    broken = XML.replace('masar:form="sickness_benefit/validate"', 'masar:form="sickness_benefit/none"')
    line = next(
        number for number, text in enumerate(broken.splitlines(), 1) if "sickness_benefit/none" in text
    )
    page = words(check(office, broken))
    assert "validate" in page
    assert any(f" {near} " in page for near in (line, line - 1))


def test_a_mend_is_offered_beside_its_fault(office: Office) -> None:
    page = words(check(office, XML.replace('isExecutable="true"', 'isExecutable="false"')))
    assert "Possible: Mark the process as executable." in page


def test_a_form_sent_along_replaces_the_one_in_service(office: Office) -> None:
    form = json.loads(
        (DIAGRAM.parents[2] / "forms/schemas/sickness_benefit/validate.json").read_text("utf-8")
    )
    form["title"] = "changed"
    checked = check(office, XML, ("validate.json", json.dumps(form)))
    assert checked.status_code == 200
    assert "sickness_benefit/validate" in words(checked)
    assert deploy(office, checked).status_code == 303
    with reading() as session:
        newest = session.scalars(select(ProcessVersion).order_by(ProcessVersion.number.desc()).limit(1)).one()
        assert newest.forms["sickness_benefit/validate"]["title"] == "changed"
        assert len(newest.forms) == 5
        assert len(newest.decisions) == 1


def test_a_form_that_is_no_form_is_refused(office: Office) -> None:
    checked = check(office, XML, ("validate.json", "{"))
    assert checked.status_code == 422
    assert "not valid JSON" in words(checked)


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ([("../x.json", "{}"), ("x.json", "{}")], "was sent twice"),
        ([("rates.v2.dmn", "")], "must be of letters"),
        ([(".json", "{}")], "neither a decision table"),
        ([("a b.json", "{}")], "must be of letters"),
        ([(f"f{number}.json", "{}") for number in range(61)], "At most 60"),
    ],
)
def test_files_by_names_that_cannot_be_kept_are_refused_in_words(
    office: Office, others: list[tuple[str, str]], sentence: str
) -> None:
    checked = check(office, XML, *others)
    assert checked.status_code == 422
    assert sentence in words(checked)
    assert uploads_kept() == 0


def test_a_diagram_is_handed_out_under_its_name_and_can_do_nothing(office: Office) -> None:
    client = office.client("nadia")
    diagram = client.get(f"/admin/procedures/{KEY}/versions/1.bpmn")
    packed = client.get(f"/admin/procedures/{KEY}/versions/1.zip")
    checked = check(office, XML.replace('within="10" unit="workingDays"', 'within="7" unit="workingDays"', 1))
    waiting = client.get(f"/admin/procedures/uploads/{hidden(checked, 'upload')}.bpmn")
    assert diagram.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{KEY}-1.bpmn"
    assert packed.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{KEY}-1.zip"
    assert waiting.status_code == 200
    assert {one.headers["Content-Security-Policy"] for one in (diagram, waiting)} == {INERT}


def test_the_same_files_again_change_nothing(office: Office) -> None:
    checked = check(office, XML)
    assert "Nothing that Masar reads differs" in words(checked)
    response = deploy(office, checked)
    assert response.status_code == 409
    assert "already in service" in words(response)
    assert versions() == 1


def test_what_was_checked_against_an_older_version_is_not_deployed(office: Office) -> None:
    first = check(office, XML.replace('within="10" unit="workingDays"', 'within="7" unit="workingDays"', 1))
    second = check(office, XML.replace('within="10" unit="workingDays"', 'within="8" unit="workingDays"', 1))
    assert deploy(office, first).status_code == 303
    response = deploy(office, second)
    assert response.status_code == 409
    assert "Another version was put into service meanwhile" in words(response)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "0" * 64])
def test_an_upload_that_was_never_kept_is_gone(office: Office, digest: str) -> None:
    response = office.client("nadia").post(
        "/admin/procedures/deploy", data={"upload": digest, "replacing": "1"}
    )
    assert response.status_code == 410


def test_without_a_file_the_note_stays(office: Office) -> None:
    response = office.client("nadia").post("/admin/procedures/check", data={"note": "Why not"})
    assert response.status_code == 422
    assert "Why not" in response.text
    assert "Choose a diagram" in words(response)


def test_the_pools_of_a_file_go_into_service_together(office: Office) -> None:
    checked = check(office, two_pools().decode())
    assert checked.status_code == 200, words(checked)
    assert deploy(office, checked).status_code == 303
    with reading() as session:
        figures = [procedure_figures(session, key) for key in ("customer", "office")]
    assert [len(found.versions) for found in figures if found] == [1, 1]


def test_what_is_wrong_in_any_pool_refuses_the_file(office: Office) -> None:
    wrong = (
        two_pools()
        .decode()
        .replace('<userTask id="read"/>', '<scriptTask id="read"><script>import os</script></scriptTask>')
    )
    page = words(check(office, wrong))
    assert "read" in page
    assert "New cases will follow" not in page
