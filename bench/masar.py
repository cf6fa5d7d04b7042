"""Masar's engine without a database: read, start, act. Every act goes from a saved state to the next one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn import running
from engine.bpmn.model import Advance, Process
from engine.bpmn.reading import read_process


def read(xml: bytes, dmn: bytes | None = None) -> Process:
    """The process of a diagram; its table is the decision `level`."""
    reading = read_process(xml, decisions={"level": dmn} if dmn else {})
    refusing = [fault for fault in reading.faults if fault.refuses]
    assert reading.process is not None, f"Expected a diagram without refusing faults, but found {refusing}"
    return reading.process


def act(process: Process, advance: Advance, step: str, answers: Mapping[str, Any]) -> Advance:
    """A person does the first waiting task of a step: load, run to rest, save."""
    token = next(waiting.token for waiting in advance.steps if waiting.step == step)
    return running.complete(process, advance.state, token, data=answers)
