"""What is wrong with a diagram: a code with parameters, where, and whether it refuses the deployment.

The sentences are in `wording.faults`.
"""

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from engine.bpmn.xml import line_of

CODES: dict[str, bool] = {
    "not_xml": True, "doctype": True, "too_large": True, "too_deep": True, "not_bpmn": True,
    "no_process": True, "several_processes": True, "not_executable": False, "no_id": True, "id_twice": True,
    "bad_id": True, "bad_key": True, "reserved_key": True,
    "unknown_element": True, "unsupported_element": True, "unsupported_event": True, "dangling_flow": True,
    "flow_across_scopes": True, "flow_into_start": True, "flow_out_of_end": True, "unreachable": False,
    "no_start": True, "several_starts": False, "no_end": False, "empty_process": True,
    "gateway_without_way_out": True, "flow_without_condition": True, "unknown_default": True,
    "unknown_attached": True, "unknown_reference": True, "message_without_name": False,
    "event_gateway_target": True, "one_way_gateway": False, "unsupported_combination": True,
    "unsupported_script": True, "link_without_pair": True, "unknown_called": True, "called_in_circle": True,
    "unsupported_repetition": True, "ignored_extension": False, "unknown_dialect": True,
    "misplaced_word": True, "bad_expression": True, "bad_script": True, "bad_timer": True, "bad_path": True,
    "no_lane": False, "no_form": False, "unknown_form": True, "no_deadline": False, "not_translated": False,
    "no_name": False, "bad_deadline": True, "bad_number": True, "unknown_step": True, "bad_remedy": True,
    "keeps_incomplete": True, "no_decision": True, "unknown_decision": True,
    "flow_to_apart": True,  "condition_without_effect": False, "called_without_start": True, "link_twice": True,
    "event_sub_start": True, "compensation_without_handler": True,
    "bad_decision": True, "lane_of_nothing": False,
    "deadlock": True, "deadlock_in_loop": True, "possible_deadlock": False, "livelock": True,
    "possible_livelock": False, "no_way_to_an_end": False, "lack_of_synchronisation": False,
    "never_reached": False, "soundness_not_explored": False, "dead_data": False, "unknown_variable": True,
    "doubtful_variable": False,
    "operation_by_id": False, "several_groups": False, "due_not_read": False, "foreign_form": False,
    "mapping_not_read": True, "odd_id": False,
}  # fmt: skip
"""Every code, and whether it refuses the deployment (else it warns)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its code, the element's id and line if any, what the sentence needs, its weight."""

    code: str
    element: str | None = None
    line: int | None = None
    params: dict[str, Any] = field(default_factory=dict)
    refuses: bool = True


class FaultList:
    """Collects all faults of a file, each once."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._told: set[tuple[str, str | None, int | None, str]] = set()

    def add(self, code: str, at: etree._Element | None = None, /, **params: Any) -> None:
        """Notes a fault at an element, or at the nearest element around it that has an id."""
        named = at
        while named is not None and not named.get("id"):
            named = named.getparent()
        fault = Fault(
            code,
            named.get("id") if named is not None else None,
            line_of(at) if at is not None else None,
            params,
            CODES[code],
        )
        told = (code, fault.element, fault.line, repr(params))
        if told not in self._told:
            self._told.add(told)
            self._faults.append(fault)

    def add_at_line(self, code: str, line: int | None, /, **params: Any) -> None:
        """Notes a fault that belongs to no element."""
        self._faults.append(Fault(code, None, line, params, CODES[code]))

    @property
    def refuse(self) -> bool:
        return any(fault.refuses for fault in self._faults)

    def has(self, code: str) -> bool:
        """Whether a fault of this code was noted."""
        return any(fault.code == code for fault in self._faults)

    def all(self) -> tuple[Fault, ...]:
        """All faults: those that refuse first, then by line."""
        return tuple(sorted(self._faults, key=lambda fault: (not fault.refuses, fault.line or 0)))
