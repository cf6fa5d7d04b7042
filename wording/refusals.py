"""Why an act was refused, and who can: one sentence a code."""

from wording.catalogues import N_, say
from wording.parameters import said

REFUSED = {
    "task_unknown": N_("There is no such task."),
    "task_held_by_other": N_("This task is in the hands of %(holder)s. A supervisor can reassign it."),
    "task_not_offered": N_("This task no longer waits to be claimed: %(holder)s has it."),
    "task_not_claimed": N_("Claim this task before completing it."),
    "task_withdrawn": N_("This task was withdrawn: the case has moved on without it."),
    "task_is_the_applicants": N_("This task belongs to the applicant: nobody can claim it in their place."),
    "already_completed_by_you": N_("You have already completed this task: nothing was changed."),
    "already_completed": N_("This task was already completed by %(holder)s: nothing was changed."),
    "already_claimed_by_you": N_("This task is already in your hands."),
    "not_in_your_unit": N_(
        "This task belongs to %(unit)s, where you hold no role. Its supervisor can help you."
    ),
    "role_needed": N_("This step is for the role “%(role)s” in %(unit)s."),
    "not_supervising": N_("Only who supervises %(unit)s can hand out its tasks."),
    "reason_required": N_("Give the reason: it is kept with the case."),
    "unit_required": N_("Choose the agency or centre that will deal with your request."),
    "document_not_yours": N_("A document named here is not yours. Attach it again."),
    "decision_without_outcome": N_("The diagram does not say whether the decision grants or refuses."),
    "decision_not_issued": N_("There is no decision to notify."),
    "decision_issued_before": N_("The decision of this case is issued already."),
    "decision_without_signatory": N_("Nobody has signed this decision."),
    "operation_unknown": N_(
        "Nothing here provides the operation “%(operation)s”. The administrator must connect it."
    ),
    "too_many_keys": N_("A message names at most %(most)s correlation keys."),
    "act_failed": N_(
        "The diagram cannot go on from here: nothing was changed, and an incident was opened for the administrator."
    ),
    "four_eyes": N_("You did the step “%(step)s” of this case: a second, different person must do this one."),
    "same_as": N_("Only the person who did the step “%(step)s” of this case can do this one."),
    "own_case": N_("This is your own request: someone else must deal with it."),
    "no_permission": N_(
        "You do not have the permission “%(permission)s”. An administrator of your unit can grant it."
    ),
    "not_allowed": N_("You are not allowed to do this."),
    "confidential": N_("These answers are under medical secrecy: only the medical adviser may read them."),
    "not_your_case": N_("This case is not yours to read."),
    "case_unknown": N_("There is no case with this reference."),
    "case_closed": N_("This case is closed."),
    "case_suspended": N_("This case waits for the applicant since %(day)s."),
    "case_busy": N_("Someone else is acting on this case at this very moment. Try again."),
    "procedure_unknown": N_("There is no such procedure."),
    "procedure_not_open": N_("This procedure is not open for filing."),
    "no_unit_for_role": N_("No unit can receive this step: nobody holds the role “%(role)s” there."),
    "assignee_not_entitled": N_(
        "%(person)s cannot be given this task: the role “%(role)s” is needed in %(unit)s."
    ),
    "assignee_did_other_step": N_("%(person)s did the step “%(step)s” of this case: choose someone else."),
    "assignee_did_not_other_step": N_(
        "%(person)s did not do the step “%(step)s” of this case: only who did it can do this one."
    ),
    "assignee_is_applicant": N_("%(person)s filed this request: choose someone else."),
    "answers_refused": N_("Some answers must be corrected: nothing was sent."),
    "form_changed": N_("The form changed since you opened it. Check your answers and send it again."),
    "form_expired": N_("This page stayed open too long. Your answers are kept: send it again."),
    "draft_unknown": N_("This draft no longer exists: it was sent or discarded."),
    "deadline_suspended": N_("The clock of this deadline is already stopped."),
    "deadline_not_suspended": N_("The clock of this deadline is already running."),
    "deadline_ended": N_("This deadline has already ended."),
    "document_wrong_type": N_("“%(name)s” is not a PDF, JPEG or PNG file. Send one of these."),
    "document_too_large": N_("“%(name)s” is too large: at most %(most)s."),
    "document_empty": N_("“%(name)s” is empty."),
    "documents_too_many": N_(
        "You have sent %(number)s files for requests not sent yet. Remove some, or send a request first."
    ),
    "document_unknown": N_("There is no such document."),
    "document_missing": N_(
        "The content of this document cannot be found in the store. Tell the administrator."
    ),
    "too_large": N_("What you sent is too large: at most %(most)s in all."),
    "signin_wrong": N_("Wrong user name or password."),
    "signin_locked": N_(
        "Too many failures: sign-in is locked until %(until)s. An administrator can unlock it sooner."
    ),
    "signin_deactivated": N_("This account is deactivated. An administrator can reactivate it."),
    "signin_needed": N_("Sign in to continue."),
    "session_expired": N_("You were signed out after a time without activity. Sign in again."),
    "recovery_expired": N_("This recovery link has expired or was already used. Ask for another."),
    "password_wrong": N_("This is not your present password."),
    "password_too_short": N_("The password needs at least %(least)s characters."),
    "password_too_common": N_("This password is too easy to guess. Choose another."),
    "password_not_repeated": N_("The two passwords differ."),
    "username_taken": N_("This user name is already taken."),
    "username_invalid": N_("A user name has 3 to 64 Latin letters, digits, dots or hyphens."),
    "name_needed": N_("Give the name in Arabic letters or in Latin letters."),
    "names_needed": N_("Give the name in Arabic, in French and in English."),
    "email_invalid": N_("This is not an e-mail address."),
    "phone_invalid": N_("This is not an Algerian telephone number."),
    "person_unknown": N_("There is no such person."),
    "person_deactivated": N_("%(person)s is deactivated."),
    "last_administrator": N_("This is the last administrator: name another one first."),
    "unit_unknown": N_("There is no such unit."),
    "unit_closed": N_("%(unit)s is closed."),
    "unit_not_empty": N_("%(unit)s still has open tasks or members: move them first."),
    "role_unknown": N_("There is no such role."),
    "role_already_held": N_("%(person)s already holds this role in %(unit)s."),
    "role_not_held": N_("%(person)s does not hold this role in %(unit)s."),
    "code_taken": N_("The code %(code)s is already taken."),
    "code_invalid": N_("A code has Latin letters, digits, underscores or hyphens, and begins with a letter."),
    "same_version": N_("This is the version already in service: nothing was deployed."),
    "diagram_refused": N_("The diagram has faults that forbid its deployment: nothing was stored."),
    "decision_needs_reasons": N_("A refusal needs its reasons."),
    "decision_needs_remedies": N_("A refusal must state the remedies and their time limits."),
    "incident_resolved": N_("This incident was already resolved."),
    "incident_unknown": N_("There is no such incident."),
    "case_moved": N_("Somebody has corrected the data or moved the case meanwhile: nothing was changed."),
    "nothing_corrected": N_("No value was changed. Correct one, or try again without a correction."),
    "variable_not_read": N_("The step that failed does not read “%(name)s”: it cannot be corrected here."),
    "value_not_kept": N_("A value is too large, or nested too deep, for a case to keep."),
    "contact_invalid": N_("Give an e-mail address or an Algerian mobile number."),
    "nss_invalid": N_("A social security number has 12 digits."),
    "language_unknown": N_("Choose Arabic, French or English."),
    "self_grant": N_("Nobody gives themselves a role or a permission. Another administrator can do it."),
    "self_deactivation": N_("You cannot deactivate your own account. Another administrator can do it."),
    "person_not_deactivated": N_("%(person)s is not deactivated."),
    "citizens_hold_no_role": N_("A citizen’s account holds no role: add a staff account for this person."),
    "kind_unknown": N_("Choose what kind of unit it is."),
    "unit_misplaced": N_("This kind of unit cannot lie below %(unit)s."),
    "permission_unknown": N_("There is no such permission."),
    "not_found": N_("There is no such thing here."),
    "page_unknown": N_("There is no such page."),
}
UNKNOWN = N_("This cannot be done now (%(code)s).")


def refusal(lang: str, code: str, /, **params: object) -> str:
    """The sentence of a refusal; its parameters are said by `wording.parameters`.

    A code without a sentence is named in a general one. Raises KeyError when a parameter is lacking.
    """
    return (
        say(lang, REFUSED[code], **said(lang, params)) if code in REFUSED else say(lang, UNKNOWN, code=code)
    )
