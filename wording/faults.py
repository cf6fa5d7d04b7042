"""What is wrong with a diagram, and why a case cannot go on: one sentence a code of `engine.bpmn`."""

from collections.abc import Mapping

from wording.catalogues import N_, say
from wording.languages import embed

FAULTS = {
    "not_xml": N_("This file is not XML: it cannot be read."),
    "doctype": N_("The file declares a document type or entities. That is not accepted: remove the DOCTYPE."),
    "too_large": N_("The file is larger than %(detail)s MB."),
    "too_deep": N_("The file is nested deeper than %(detail)s levels."),
    "not_bpmn": N_("This is XML, but not a BPMN 2.0 diagram (its root is “%(found)s”)."),
    "no_process": N_("The diagram holds no process."),
    "several_processes": N_("The diagram holds several processes (%(ids)s): mark only one as executable."),
    "not_executable": N_("The process is not marked as executable. It runs all the same."),
    "no_id": N_("An element “%(kind)s” has no id."),
    "id_twice": N_("The id “%(id)s” is used twice (first on line %(first)s)."),
    "bad_id": N_(
        "“%(id)s” cannot be an id: it must begin with a letter or “_”, and hold letters, digits, “.”, “_” and “-” only."
    ),
    "bad_key": N_("“%(id)s” cannot be the id of a procedure: it must hold %(most)s characters at most."),
    "reserved_key": N_("“%(id)s” cannot be the id of a procedure: Masar's own pages have this name."),
    "unknown_element": N_("“%(kind)s” is not an element of BPMN."),
    "unsupported_element": N_("“%(kind)s” is not executed here. Draw this part otherwise."),
    "unsupported_event": N_("An event of kind “%(kind)s” is not executed at this place (%(where)s)."),
    "dangling_flow": N_("This sequence flow leads nowhere: its %(side)s “%(missing)s” does not exist."),
    "flow_across_scopes": N_(
        "This sequence flow crosses the border of a sub-process or pool, from “%(source)s” to “%(target)s”."
    ),
    "flow_into_start": N_("No sequence flow may lead into “%(target)s”."),
    "flow_out_of_end": N_("No sequence flow may leave the end event “%(source)s”."),
    "unreachable": N_("Nothing leads to this element: no case will ever come to it."),
    "no_start": N_("There is no place to start: every element has a flow leading into it."),
    "several_starts": N_(
        "There are several start events without a trigger (%(ids)s): a case begins at the first."
    ),
    "no_end": N_("There is no end event: the case ends where no flow leads on."),
    "empty_process": N_("This process or sub-process is empty."),
    "gateway_without_way_out": N_("No sequence flow leaves this gateway."),
    "flow_without_condition": N_(
        "This flow out of the gateway “%(gateway)s” needs a condition, or must be its default flow."
    ),
    "odd_id": N_(
        "The id “%(id)s” does not begin with a letter or “_”, as BPMN asks. It is read all the same."
    ),
    "operation_by_id": N_(
        "It is not said which operation this service task calls: the one named “%(operation)s”, "
        "as the task itself, is called."
    ),
    "several_groups": N_(
        "A step has one role here: it is that of the first group, “%(first)s”; the others have no effect (%(others)s)."
    ),
    "due_not_read": N_(
        "The due date “%(text)s” has no effect: only a span of time such as P3D or PT4H becomes a deadline."
    ),
    "foreign_form": N_("There is no form “%(form)s” here: the step has none, and all its answers are kept."),
    "mapping_not_read": N_(
        "A value handed over here (“%(name)s”) is not read: give it one name and an expression."
    ),
    "unknown_default": N_("The default flow “%(flow)s” does not leave this element."),
    "unknown_attached": N_(
        "This boundary event is attached to “%(reference)s”, which is no activity of this scope."
    ),
    "unknown_reference": N_("“%(reference)s” is referred to, but not defined in the file."),
    "message_without_name": N_(
        "This element sends or awaits a message or signal without saying which: it is known by the element's own id."
    ),
    "condition_without_effect": N_(
        "Conditions and a default flow have no effect out of this gateway: all its flows are taken."
    ),
    "called_without_start": N_(
        "The called process “%(process)s” begins only by an event: it needs a start event without a trigger to be "
        "called."
    ),
    "link_twice": N_("Two events catch the link “%(name)s”: only one may."),
    "flow_to_apart": N_(
        "No sequence flow may lead to or from an event sub-process or an activity for compensation (“%(source)s” to "
        "“%(target)s”)."
    ),
    "event_sub_start": N_("An event sub-process needs exactly one start event, and that one with a trigger."),
    "compensation_without_handler": N_(
        "This compensation event has no activity for compensation: draw an association to one."
    ),
    "event_gateway_target": N_(
        "After the event-based gateway “%(gateway)s” only events to wait for may stand, each with "
        "this one flow leading to it."
    ),
    "one_way_gateway": N_("This gateway has one way in and one way out: it decides nothing."),
    "unsupported_combination": N_(
        "Conditions or further flows on this element (%(kind)s) would have no effect. Draw them otherwise."
    ),
    "unsupported_script": N_(
        "The script is written in “%(format)s”. Only assignments in Masar's expression language run here."
    ),
    "link_without_pair": N_("The link “%(name)s” is thrown here, but caught nowhere."),
    "unknown_called": N_("The called process “%(process)s” is neither in the file nor in service."),
    "called_in_circle": N_("The called process “%(process)s” calls itself in the end."),
    "unsupported_repetition": N_(
        "It is not said how often this element is repeated: give a collection, a number or a condition."
    ),
    "ignored_extension": N_("“%(word)s” of another modeler has no effect here."),
    "unknown_dialect": N_("“masar:%(word)s” is not a word of the dialect. Is it misspelled?"),
    "misplaced_word": N_("“masar:%(word)s” has no meaning on this element (%(kind)s)."),
    "bad_expression": N_("The expression “%(text)s” cannot be used: %(why)s"),
    "bad_script": N_("The script “%(text)s” cannot be used: %(why)s"),
    "bad_timer": N_(
        "“%(value)s” is not a time as ISO 8601 writes it (such as P5D, PT1H, R3/P1D or 2030-01-31T08:00:00+01:00)."
    ),
    "bad_path": N_("The deadline's expiry should take the flow “%(flow)s”, which does not leave this step."),
    "no_lane": N_("This step stands in no lane: no role is in charge of it."),
    "no_form": N_("This step has no form."),
    "unknown_form": N_("The form “%(form)s” does not exist."),
    "no_deadline": N_("This step has no deadline."),
    "not_translated": N_("The name is not given in: %(languages)s."),
    "no_name": N_("This step has no name."),
    "start_not_served": N_(
        "No condition opens a case by itself: people, messages, signals and timers do. This start event waits for "
        "nothing."
    ),
    "expiry_not_served": N_("What expiry does here (“%(expiry)s”) is not carried out yet. Only “breach” is."),
    "word_not_served": N_("“%(word)s” is not carried out yet: remove it."),
    "bad_unit": N_("“%(value)s” is not a unit a step can go to: “case” or “parent”."),
    "unknown_calendar": N_("There is no calendar “%(calendar)s” here."),
    "bad_term": N_("A délai franc cannot be counted in “%(unit)s”: count it in days."),
    "bad_deadline": N_("The deadline's “%(attribute)s” is missing or wrong (“%(value)s”)."),
    "bad_number": N_("“%(attribute)s” must be a whole number, but is “%(value)s”."),
    "unknown_step": N_("“%(reference)s” is not a step of this process."),
    "bad_remedy": N_("The remedy “%(code)s” needs a code, a time limit and its unit."),
    "keeps_incomplete": N_("A value cannot be taken over from “%(field)s” as “%(name)s”."),
    "no_decision": N_("It is not said which decision this task evaluates."),
    "unknown_decision": N_("The decision “%(decision)s” does not exist."),
    "bad_decision": N_("The decision file “%(file)s” cannot be used: %(why)s"),
    "lane_of_nothing": N_("The lane names “%(reference)s”, which is not in the process."),
    "other_procedure": N_("This diagram is of another procedure (“%(key)s”)."),
    "deadlock": N_(
        "Every case gets stuck here: this gateway waits for all its branches, but the one from "
        "“%(missing)s” does not come, because the ways part at “%(parting)s”. Bring them together "
        "with a gateway of the same kind."
    ),
    "deadlock_in_loop": N_(
        "Every case gets stuck here: this gateway waits for the branch from “%(missing)s”, which "
        "comes only after it. Where a loop comes back, use an exclusive gateway."
    ),
    "possible_deadlock": N_(
        "A case can get stuck here: this gateway waits for all its branches, but the one from "
        "“%(missing)s” may not come, because the ways can part at “%(parting)s”."
    ),
    "livelock": N_(
        "Here every case goes round for ever (%(nodes)s): nothing in the loop waits for anyone and "
        "nothing leads out of it. Draw a way out."
    ),
    "possible_livelock": N_(
        "Here a case can go round for ever (%(nodes)s): nothing in the loop waits for anyone or "
        "changes what its conditions ask."
    ),
    "no_way_to_an_end": N_("Once here, a case never ends (%(nodes)s): no way leads out of this loop."),
    "lack_of_synchronisation": N_(
        "What follows can be done more than once: the branches from %(ways)s run side by side since "
        "“%(fork)s”, and this element does not wait for all of them. Bring them together with a "
        "gateway that joins."
    ),
    "never_reached": N_("No case ever comes here, although a flow leads here from “%(before)s”."),
    "soundness_not_explored": N_(
        "This diagram has too many possible courses to check all of them for deadlocks. It runs all the same."
    ),
    "dead_data": N_("“%(name)s” is computed here, but nothing reads it."),
    "unknown_variable": N_(
        "“%(name)s” is read here, but nothing in the procedure writes it. Known names: %(known)s"
    ),
    "doubtful_variable": N_(
        "“%(name)s” is read here, but no step, script or decision writes it. Is “%(nearest)s” meant?"
    ),
}  #: by code of `engine.bpmn.faults.CODES`

FAILURES = {
    "unknown_name": N_("The case has no value named “%(name)s”."),
    "wrong_types": N_("“%(operation)s” cannot be applied to these values."),
    "division_by_zero": N_("A division by zero came up."),
    "too_large": N_("A value has become too large."),
    "no_such_item": N_("There is no item “%(key)s”."),
    "bad_timer": N_("“%(value)s” is not a time that can be waited for."),
    "not_repeatable": N_("“%(value)s” does not say how often the step is repeated."),
    "no_flow_taken": N_("No condition holds at this gateway, and it has no default flow."),
    "error_not_caught": N_("The error “%(code)s” was raised and nothing catches it."),
    "cancel_not_caught": N_("The transaction was cancelled and nothing catches that."),
    "never_activated": N_(
        "The condition of this complex gateway does not hold with the %(count)s tokens that have come, and no more can."
    ),
    "called_unreadable": N_(
        "The called process “%(process)s” can no longer be read together with this diagram (%(why)s)."
    ),
    "no_rest": N_("The case runs in circles: %(most)s steps without waiting for anyone."),
    "not_unique": N_("More than one rule of the decision “%(decision)s” matches (%(rules)s)."),
    "not_the_same": N_("The matching rules of the decision “%(decision)s” disagree (%(rules)s)."),
    "not_allowed": N_("“%(value)s” is not one of the values allowed for “%(name)s”."),
    "no_rule_matched": N_("No rule of the decision “%(decision)s” matches."),
    "decision_circle": N_("The decision “%(decision)s” depends on itself."),
}  #: by code of `engine.bpmn.failures.ActFailed`

REASONS = {
    "syntax": N_("it is not written correctly."),
    "empty": N_("it is empty."),
    "too_long": N_("it is too long."),
    "not_allowed": N_("“%(what)s” is not allowed in expressions."),
    "unknown_function": N_("there is no function “%(name)s”."),
    "wrong_arguments": N_("the function “%(name)s” is given too few, too many or unknown arguments."),
    "reads_clock": N_(
        "“%(name)s” reads the clock, which expressions do not: give the date as data of the case."
    ),
    "language": N_("“%(decision)s” is written in “%(language)s”, which is not understood here."),
    "only_assignments": N_("a script holds only assignments such as “total = days * rate”."),
    "not_xml": N_("it is not XML."),
    "doctype": N_("it declares a document type."),
    "too_large": N_("it is too large."),
    "too_deep": N_("it is nested too deep."),
    "not_dmn": N_("it is not DMN 1.3."),
    "no_table": N_("the decision “%(decision)s” has no table."),
    "hit_policy": N_("the hit policy of “%(decision)s” is unknown."),
    "ragged_rule": N_("the rule “%(rule)s” of “%(decision)s” has too many or too few cells."),
    "bad_cell": N_("the cell “%(text)s” of “%(decision)s” is not understood."),
    "bad_kind": N_("an output of “%(decision)s” is of the kind “%(kind)s”, not “money”, “number” or “code”."),
    "decision_circle": N_("the decision “%(decision)s” depends on itself."),
    "unknown_decision": N_("the decision “%(decision)s” is not in the file."),
}  #: by the parameter `why` of a fault

UNKNOWN_FAULT = N_("The diagram has a fault (%(code)s).")
UNKNOWN_FAILURE = N_("The case cannot go on (%(code)s).")


def fault(lang: str, code: str, /, **params: object) -> str:
    """The sentence of a fault of a diagram; where it stands (element, line) is shown beside it."""
    shown = _shown(lang, params)
    if "why" in params:
        shown["why"] = say(lang, REASONS.get(str(params["why"]), UNKNOWN_FAULT), **{"code": code, **shown})
    return say(lang, FAULTS.get(code, UNKNOWN_FAULT), **{"code": code, **shown})


def failure(lang: str, code: str, /, **params: object) -> str:
    """The sentence of an act that could not go on, for the owner of its incident."""
    return say(lang, FAILURES.get(code, UNKNOWN_FAILURE), **{"code": code, **_shown(lang, params)})


def _shown(lang: str, params: Mapping[str, object]) -> dict[str, object]:
    return {name: embed(lang, _text(value)) for name, value in params.items()}


def _text(value: object) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)
