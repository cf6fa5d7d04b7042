"""Calls of procedures in other files: which version is called, and that a running call keeps it."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from engine.actor import Actor
from engine.database import Database, reading, transaction
from engine.deployments import DiagramFile, DiagramRefused, deploy_files
from engine.trial import Trial
from engine.versions import definition_of
from tests.builders import HEAD, MONDAY, bpmn, case, complete, deploy, opened, waiting
from tests.engine.test_statements import counted
from tests.people import Cast

CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'


def caller(
    words: str = "",
    *,
    key: str = "caller",
    called: str = "callee",
    before: str = "before",
    after: str = "after",
) -> bytes:
    """A step, a call of another file, and a step; its ids begin with the key."""
    nodes = [f"{key}_start", before, f"{key}_call", after, f"{key}_end"]
    flows = "".join(
        f'<sequenceFlow id="{key}_f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(pairwise(nodes))
    )
    drawn = (
        f'<startEvent id="{nodes[0]}"/><userTask id="{before}"/><callActivity id="{nodes[2]}" calledElement="{called}" '
        f'{words}/><userTask id="{after}"/><endEvent id="{nodes[4]}"/>{flows}'
    )
    head = HEAD.replace("<definitions ", f"<definitions {CAMUNDA} ")
    return f'{head}<process id="{key}" isExecutable="true">{drawn}</process></definitions>'.encode()


def callee(step: str, *, key: str = "callee", tag: str = "", form: str = "") -> bytes:
    words = f";form={form}" if form else ""
    xml = bpmn(f"start > {step}@rights_officer{words} > end", key=key)
    tagged = f'<process {CAMUNDA} camunda:versionTag="{tag}"'.encode() if tag else b"<process"
    return xml.replace(b"<process", tagged, 1)


def begun(cast: Cast, key: str = "caller") -> UUID:
    return opened(key, by=cast.samir, unit=cast.centre)


def called(cast: Cast, case_id: UUID) -> list[str]:
    complete(case_id, "before", by=cast.amina)
    return waiting(case_id)


def test_the_latest_version_is_the_newest_when_the_call_is_reached(cast: Cast) -> None:
    deploy(callee("one"))
    deploy(caller())
    first, second = begun(cast), begun(cast)
    assert called(cast, first) == ["one"]
    deploy(callee("two"))
    assert called(cast, second) == ["two"]


def test_a_running_call_stays_on_the_version_that_it_was_begun_with(cast: Cast) -> None:
    deploy(callee("one"))
    deploy(caller())
    case_id = begun(cast)
    called(cast, case_id)
    assert list(case(case_id).called) == ["callee"]
    deploy(callee("two"))
    with reading() as session:
        assert "one" in definition_of(session, case(case_id)).process.steps
    complete(case_id, "one", by=cast.amina)
    assert (waiting(case_id), case(case_id).called) == (["after"], {})
    complete(case_id, "after", by=cast.amina)
    assert case(case_id).closed_at is not None


def test_the_version_of_the_deployment_stays(cast: Cast) -> None:
    deploy(callee("one"))
    deploy(caller('camunda:calledElementBinding="deployment"'))
    deploy(callee("two"))
    assert called(cast, begun(cast)) == ["one"]
    deploy(caller('camunda:calledElementBinding="deployment"'))
    assert called(cast, begun(cast)) == ["two"], "deployed again, the same text is bound anew"


@pytest.mark.parametrize(
    "words",
    [
        'camunda:calledElementBinding="version" camunda:calledElementVersion="2"',
        'camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="summer"',
    ],
)
def test_a_version_is_called_by_its_number_or_its_tag(cast: Cast, words: str) -> None:
    for step, tag in (("one", "winter"), ("two", "summer"), ("three", "")):
        deploy(callee(step, tag=tag))
    deploy(caller(words))
    deploy(callee("four"))
    assert called(cast, begun(cast)) == ["two"]


@pytest.mark.parametrize(
    "words",
    [
        "",
        'camunda:calledElementBinding="version" camunda:calledElementVersion="7"',
        'camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="summer"',
    ],
)
def test_a_call_of_what_is_not_in_service_is_refused(cast: Cast, words: str) -> None:
    if words:
        deploy(callee("one"))
    with pytest.raises(DiagramRefused) as refused:
        deploy(caller(words))
    assert "unknown_called" in {fault.code for fault in refused.value.faults}


def deploy_together(*files: bytes, **given: Any) -> list[str]:
    with transaction(actor=Actor.system("tests"), at=MONDAY) as tx:
        deployed = deploy_files(tx, [DiagramFile(xml) for xml in files], **given)
        return [version.procedure.key for version in deployed]


def test_files_deployed_together_call_each_other_in_any_order(cast: Cast) -> None:
    middle = caller(key="middle", called="callee", before="within", after="without")
    keys = deploy_together(caller(called="middle"), middle, callee("one"))
    assert keys == ["caller", "middle", "callee"]
    case_id, seen = begun(cast), list[str]()
    while steps := waiting(case_id):
        seen += steps
        complete(case_id, steps[0], by=cast.amina)
    assert seen == ["before", "within", "one", "without", "after"]
    assert case(case_id).closed_at is not None


def test_files_that_call_each_other_in_a_circle_are_refused(database: Database, cast: Cast) -> None:
    one, two = caller(key="one", called="two"), caller(key="two", called="one")
    with pytest.raises(DiagramRefused) as refused:
        deploy_together(one, two)
    assert {fault.code for fault in refused.value.faults} >= {"called_in_circle"}


def test_a_circle_through_what_is_in_service_is_refused(cast: Cast) -> None:
    deploy(callee("one", key="two"))
    deploy(caller(key="one", called="two"))
    with pytest.raises(DiagramRefused) as refused:
        deploy(caller(key="two", called="one"))
    assert "called_in_circle" in {fault.code for fault in refused.value.faults}


def test_forms_of_the_called_are_those_deployed_with_it(cast: Cast) -> None:
    schema = {"type": "object", "properties": {"amount": {"type": "integer"}}, "required": ["amount"]}
    deploy(callee("one", form="callee/one"), forms={"callee/one": schema})
    deploy(caller())
    case_id = begun(cast)
    assert called(cast, case_id) == ["one"]
    with reading() as session:
        assert definition_of(session, case(case_id)).form("callee/one") == schema


def test_a_call_of_another_file_costs_one_statement_more(database: Database, cast: Cast) -> None:
    deploy(callee("one"))
    deploy(caller())
    deploy(bpmn("start > before > after > end", key="plain"))
    costs = []
    for key in ("plain", "caller", "caller"):
        case_id = begun(cast, key)
        with counted(database) as cost:
            complete(case_id, "before", by=cast.amina)
        costs.append(len(cost.statements))
    assert costs[2] - costs[0] <= 4, costs


def test_a_trial_takes_its_files_in_any_order(tmp_path: Path) -> None:
    paths = []
    for name, xml in (("caller", caller()), ("callee", callee("one", form="callee/one"))):
        paths.append(tmp_path / f"{name}.bpmn")
        paths[-1].write_bytes(xml)
    with Trial(paths) as trial:
        case_id = trial.open()
        trial.complete(case_id, "before", {"x": 1})
        assert trial.waiting(case_id) == ["one"]
        trial.complete(case_id, "one")
        assert trial.waiting(case_id) == ["after"]
        trial.complete(case_id, "after")
        assert trial.is_closed(case_id)


def dmn(id_: str, value: int) -> str:
    return (
        f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        f'<decision id="{id_}" name="{id_}"><variable name="{id_}"/><literalExpression><text>{value}</text>'
        "</literalExpression></decision></definitions>"
    )


def test_tables_of_one_name_in_two_files_do_not_hide_each_other(cast: Cast) -> None:
    def deciding(xml: bytes, step: str, decision: str) -> bytes:
        task = f'<businessRuleTask id="{step}" masar:decision="{decision}" masar:result="{decision}"/>'
        return re.sub(rf'<userTask id="{step}".*?(/>|</userTask>)'.encode(), task.encode(), xml)

    called_one = deciding(bpmn("start > rate > one@rights_officer > end", key="callee"), "rate", "theirs")
    for theirs in (2, 3):
        deploy(called_one, decisions={"table": dmn("theirs", theirs)})
        if theirs == 2:
            deploy(deciding(caller(), "after", "ours"), decisions={"table": dmn("ours", 1)})
    case_id = begun(cast)
    assert called(cast, case_id) == ["one"]
    complete(case_id, "one", by=cast.amina)
    data = case(case_id).data
    assert (data["ours"], data["theirs"], case(case_id).closed_at is not None) == (1, 3, True)
