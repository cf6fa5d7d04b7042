"""The simple messages sent to people: one sentence a code, said in the reader's language."""

from wording.catalogues import N_, say
from wording.parameters import said

NOTICES = {
    "case_received": N_("Your request was received under the reference %(reference)s."),
    "completion_requested": N_("Your case %(reference)s needs something from you."),
    "completion_received": N_("What you added to your case %(reference)s was received."),
    "decision_ready": N_("A decision was issued on your case %(reference)s: you can read it."),
    "decision_notified": N_("The decision on your case %(reference)s is notified to you."),
    "task_assigned": N_("A task of the case %(reference)s was given to you: %(step)s."),
    "deadline_warning": N_("The deadline of the case %(reference)s is close: %(day)s."),
    "deadline_breached": N_("The deadline of the case %(reference)s has passed."),
    "recovery_link": N_(
        "Someone asked to recover the password of your account. The link serves until %(until)s."
    ),
    "case_message": N_("A message about your case %(reference)s: %(text)s"),
}


def notice(lang: str, code: str, /, **params: object) -> str:
    """The sentence of a notice. Raises KeyError for an unknown code or a parameter that is lacking."""
    return say(lang, NOTICES[code], **said(lang, params))
