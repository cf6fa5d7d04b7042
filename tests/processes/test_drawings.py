"""Every shipped diagram is drawn whole, without overlap or crossing, and named in three languages."""

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

DIAGRAMS = sorted((Path(__file__).parents[2] / "processes").glob("*/*.bpmn"))

NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "masar": "https://masar.dz/bpmn/1.0",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@pytest.fixture(params=DIAGRAMS, ids=lambda path: path.stem)
def drawing(request: pytest.FixtureRequest) -> etree._Element:
    return etree.fromstring(request.param.read_bytes())


def found(element: etree._Element, path: str) -> list[etree._Element]:
    return list(element.iterfind(path, NS))


def nodes(drawing: etree._Element) -> dict[str, etree._Element]:
    inner = found(drawing, "bpmn:process/*[@id]")
    skipped = {f"{{{NS['bpmn']}}}{name}" for name in ("laneSet", "sequenceFlow")}
    return {str(node.get("id")): node for node in inner if node.tag not in skipped}


def boxes(drawing: etree._Element) -> dict[str, Box]:
    return {str(shape.get("bpmnElement")): box_of(shape) for shape in found(drawing, ".//bpmndi:BPMNShape")}


def box_of(shape: etree._Element) -> Box:
    bounds = found(shape, "dc:Bounds")[0]
    x, y, width, height = (float(str(bounds.get(side))) for side in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def routes(drawing: etree._Element) -> dict[str, list[Point]]:
    return {
        str(edge.get("bpmnElement")): [
            (float(str(p.get("x"))), float(str(p.get("y")))) for p in found(edge, "di:waypoint")
        ]
        for edge in found(drawing, ".//bpmndi:BPMNEdge")
    }


def inside(inner: Box, outer: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def apart(one: Box, other: Box) -> bool:
    return one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]


def on_edge(point: Point, box: Box) -> bool:
    x, y = point
    within = box[0] <= x <= box[2] and box[1] <= y <= box[3]
    return within and (x in (box[0], box[2]) or y in (box[1], box[3]))


def segments(route: list[Point]) -> list[Box]:
    return [(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])) for a, b in pairwise(route)]


def test_everything_is_drawn(drawing: etree._Element) -> None:
    lanes = {lane.get("id") for lane in found(drawing, ".//bpmn:lane")}
    pools = {pool.get("id") for pool in found(drawing, ".//bpmn:participant")}
    flows = {flow.get("id") for flow in found(drawing, ".//bpmn:sequenceFlow")}
    assert set(boxes(drawing)) == set(nodes(drawing)) | lanes | pools
    assert set(routes(drawing)) == flows


def test_no_two_shapes_overlap_and_each_stands_in_its_lane(drawing: etree._Element) -> None:
    drawn = boxes(drawing)
    for one, other in combinations(nodes(drawing), 2):
        assert apart(drawn[one], drawn[other]), (one, other)
    for lane in found(drawing, ".//bpmn:lane"):
        for reference in found(lane, "bpmn:flowNodeRef"):
            assert inside(drawn[str(reference.text)], drawn[str(lane.get("id"))]), reference.text


def test_each_flow_touches_its_two_ends_in_straight_lines(drawing: etree._Element) -> None:
    drawn, drawn_routes = boxes(drawing), routes(drawing)
    for flow in found(drawing, ".//bpmn:sequenceFlow"):
        route = drawn_routes[str(flow.get("id"))]
        assert on_edge(route[0], drawn[str(flow.get("sourceRef"))]), flow.get("id")
        assert on_edge(route[-1], drawn[str(flow.get("targetRef"))]), flow.get("id")
        assert all(left == right or top == bottom for left, top, right, bottom in segments(route))


def test_no_flow_crosses_another_or_runs_through_a_shape(drawing: etree._Element) -> None:
    drawn, drawn_routes = boxes(drawing), routes(drawing)
    for one, other in combinations(drawn_routes, 2):
        for first in segments(drawn_routes[one]):
            assert all(apart(first, second) for second in segments(drawn_routes[other])), (one, other)
    for flow in found(drawing, ".//bpmn:sequenceFlow"):
        ends = {flow.get("sourceRef"), flow.get("targetRef")}
        for node in set(nodes(drawing)) - ends:
            for segment in segments(drawn_routes[str(flow.get("id"))]):
                assert apart(segment, drawn[node]), (flow.get("id"), node)


def test_every_name_is_in_three_languages_and_drawn_in_arabic(drawing: etree._Element) -> None:
    for element in drawing.iterfind(".//*[@name]"):
        if not str(element.tag).startswith(f"{{{NS['bpmn']}}}"):
            continue
        labels = {
            label.get(LANG): label.text for label in found(element, "bpmn:extensionElements/masar:label")
        }
        assert {language for language, text in labels.items() if text} == {"ar", "fr", "en"}, element.get(
            "id"
        )
        assert element.get("name") == labels["ar"]
