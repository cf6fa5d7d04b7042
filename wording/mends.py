"""What could be done about a fault of a diagram: one sentence a code of `engine.bpmn.mending`."""

from wording.catalogues import N_, say
from wording.languages import embed

MENDS = {
    "mark_executable": N_("Mark the process as executable."),
    "manual_task": N_("Make it a manual task: a person does it and says so."),
    "condition": N_("Give this flow a condition, such as “amount > 1000”."),
    "default_flow": N_("Make it the default flow of “%(gateway)s”, taken when no condition holds."),
    "no_default": N_("Take away the default flow that does not leave here."),
    "time": N_("Give the time to wait for, such as P5D, PT1H or R3/P1D."),
    "number": N_("Say how many times it is done, as a number or an expression."),
    "decision": N_("Name the decision that it evaluates."),
    "form": N_("Name one of Masar's forms instead."),
    "message_name": N_("Name the message that is sent or awaited here."),
    "remove_flow": N_("Remove this flow."),
    "rename_id": N_("Give the element “%(id)s” an id that BPMN allows, wherever it is referred to."),
    "rename_second": N_("Give the second element with the id “%(id)s” an id of its own."),
    "give_ids": N_("Give an id to every element that has none."),
}  #: by code of `engine.bpmn.mending.Mend`


def mend(lang: str, code: str, /, **params: object) -> str:
    """The sentence that offers a mend. Raises KeyError for an unknown code."""
    shown = {name: embed(lang, str(value)) for name, value in params.items()}
    return say(lang, MENDS[code], **shown)
