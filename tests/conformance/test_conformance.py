"""Every construct in every position that it can stand in; `make conformance` prints the outcome as a table."""

from collections.abc import Callable
from pathlib import Path

import pytest
import SpiffWorkflow
from lxml import etree

from engine.bpmn.reading import read_process
from tests.conformance.constructs import CONSTRUCTS
from tests.conformance.fragments import Fragment
from tests.conformance.positions import POSITIONS, Position

SCHEMA = Path(SpiffWorkflow.__file__).parent / "bpmn" / "parser" / "schema" / "BPMN20.xsd"
CELLS = [
    pytest.param(fragment, position, id=f"{fragment.name} | {position.name}")
    for fragment in CONSTRUCTS
    for position in POSITIONS
    if position.takes(fragment)
]


@pytest.mark.parametrize(("fragment", "position"), CELLS)
def test_a_construct_behaves_as_specified(
    fragment: Fragment, position: Position, record_property: Callable[[str, object], None]
) -> None:
    reading = read_process(position.file(fragment), decisions=position.tables(fragment))
    codes = sorted({fault.code for fault in reading.faults if fault.refuses})
    if codes:
        record_property("refused", ", ".join(codes))
        said = [(fault.code, fault.element, fault.params) for fault in reading.faults if fault.refuses]
        assert codes == [fragment.refused], said
        return
    assert fragment.refused is None, "expected to be refused"
    assert reading.process is not None
    position.check(reading.process, fragment)


def test_the_drawings_are_valid_by_the_schema_of_bpmn() -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for fragment in CONSTRUCTS:
        for position in (POSITIONS[0], POSITIONS[-1]):
            drawing = etree.fromstring(position.file(fragment))
            drawing.set("targetNamespace", "conformance")
            assert schema.validate(drawing), (fragment.name, position.name, str(schema.error_log))


def test_every_construct_has_a_name_of_its_own() -> None:
    names = [fragment.name for fragment in CONSTRUCTS]
    assert sorted(names) == sorted(set(names))
