"""Plain SpiffWorkflow beside Masar: its parser, its serializer and its acts, as its documentation uses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState

__all__ = [
    "SERIALIZER",
    "SpiffBpmnParser",
    "StoppedSilently",
    "ValidationException",
    "act",
    "begun",
    "durable_act",
    "parsed",
]

SERIALIZER = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))


def parsed(xml: bytes, dmn: bytes | None = None) -> Any:
    """The specification of the process `p`."""
    parser = SpiffBpmnParser()
    parser.add_bpmn_xml(etree.fromstring(xml))
    if dmn is not None:
        parser.add_dmn_xml(etree.fromstring(dmn))
    return parser.get_spec("p")


def begun(spec: Any, data: Mapping[str, Any]) -> Any:
    """A new workflow that has come to rest."""
    workflow = BpmnWorkflow(spec)
    workflow.get_next_task(state=TaskState.READY).data.update(data)
    workflow.do_engine_steps()
    return workflow


def act(workflow: Any, step: str | None, answers: Mapping[str, Any]) -> None:
    """A person does the first waiting task of a step (None: of any); then everything that needs nobody."""
    named = {"spec_name": step} if step else {}
    task = workflow.get_next_task(state=TaskState.READY, manual=True, **named)
    if task is None:
        raise StoppedSilently(f"{step} never came")
    task.data.update(answers)
    task.run()
    workflow.do_engine_steps()


def durable_act(state: str, step: str, answers: Mapping[str, Any]) -> str:
    """The same from a saved state to the next one."""
    workflow = SERIALIZER.deserialize_json(state)
    act(workflow, step, answers)
    return str(SERIALIZER.serialize_json(workflow))


class StoppedSilently(Exception):
    """The step that should wait is not found, and nothing has said why."""
