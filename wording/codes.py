"""Names of the codes that the engine speaks: events, states, kinds, permissions, units of time."""

from collections.abc import Mapping

from wording.catalogues import N_, NN_, say, say_many

EVENTS = {
    "case.opened": N_("Case opened"),
    "case.closed": N_("Case closed"),
    "case.suspended": N_("Case suspended"),
    "case.resumed": N_("Case resumed"),
    "case.read": N_("Case read"),
    "case.moved": N_("Case carried to another version"),
    "draft.saved": N_("Draft saved"),
    "draft.discarded": N_("Draft discarded"),
    "task.offered": N_("Task offered"),
    "task.claimed": N_("Task claimed"),
    "task.released": N_("Task released"),
    "task.assigned": N_("Task assigned"),
    "task.completed": N_("Task completed"),
    "task.withdrawn": N_("Task withdrawn"),
    "task.refused": N_("Task refused"),
    "handoff.made": N_("Hand-off"),
    "handoff.taken": N_("Hand-off received"),
    "deadline.armed": N_("Deadline started"),
    "deadline.suspended": N_("Deadline suspended"),
    "deadline.resumed": N_("Deadline resumed"),
    "deadline.extended": N_("Deadline extended"),
    "deadline.met": N_("Deadline met"),
    "deadline.met_late": N_("Done after the deadline"),
    "deadline.withdrawn": N_("Deadline withdrawn"),
    "deadline.warned": N_("Warning before the deadline"),
    "deadline.breached": N_("Deadline breached"),
    "deadline.fired": N_("Timer fired"),
    "deadline.escalated": N_("Escalated to the hierarchy"),
    "answers.filed": N_("Answers filed"),
    "timer.armed": N_("Timer started"),
    "timer.fired": N_("Timer fired"),
    "timer.withdrawn": N_("Timer withdrawn"),
    "breaches.exported": N_("List of breaches exported"),
    "document.attached": N_("Document attached"),
    "document.read": N_("Document opened"),
    "document.removed": N_("Document removed"),
    "decision.issued": N_("Decision issued"),
    "decision.evaluated": N_("Decision table applied"),
    "decision.notified": N_("Decision notified"),
    "decision.received": N_("Decision received by the applicant"),
    "notice.sent": N_("Notice sent"),
    "completion.requested": N_("Completion requested"),
    "completion.received": N_("Completion received"),
    "call.requested": N_("Exchange requested"),
    "call.answered": N_("Exchange answered"),
    "message.received": N_("Message received"),
    "message.sent": N_("Message sent"),
    "message.expired": N_("Message that nobody took in time"),
    "escalation.uncaught": N_("Escalation that nothing caught"),
    "case.data_corrected": N_("Data of the case corrected"),
    "incident.opened": N_("Incident opened"),
    "incident.retried": N_("Incident retried"),
    "incident.resolved": N_("Incident resolved"),
    "person.registered": N_("Person registered"),
    "person.created": N_("Person added"),
    "person.changed": N_("Person’s details changed"),
    "person.deactivated": N_("Person deactivated"),
    "person.reactivated": N_("Person reactivated"),
    "person.unlocked": N_("Person unlocked"),
    "password.changed": N_("Password changed"),
    "password.recovered": N_("Password recovered"),
    "recovery.requested": N_("Password recovery requested"),
    "signin.succeeded": N_("Signed in"),
    "signin.refused": N_("Sign-in refused"),
    "signin.locked": N_("Sign-in locked after failures"),
    "signin.ended": N_("Signed out"),
    "signin.expired": N_("Session timed out"),
    "access.refused": N_("Access refused"),
    "role.created": N_("Role created"),
    "role.changed": N_("Role changed"),
    "role.granted": N_("Role granted"),
    "role.revoked": N_("Role revoked"),
    "unit.created": N_("Unit created"),
    "unit.changed": N_("Unit changed"),
    "unit.closed": N_("Unit closed"),
    "procedure.deployed": N_("New version deployed"),
    "procedure.refused": N_("Diagram refused"),
    "trail.verified": N_("Trail verified"),
    "trail.broken": N_("Trail found altered"),
}

TASK_STATES = {
    "offered": N_("Waiting to be claimed"),
    "claimed": N_("In someone’s hands"),
    "completed": N_("Completed"),
    "withdrawn": N_("Withdrawn"),
}

CASE_STATES = {
    "open": N_("In progress"),
    "suspended": N_("Waiting for the applicant"),
    "closed": N_("Closed"),
    "granted": N_("Granted"),
    "refused": N_("Refused"),
    "draft": N_("Draft"),
}

DEADLINE_STATES = {
    "running": N_("Time is running"),
    "suspended": N_("Clock stopped"),
    "warned": N_("Close to its end"),
    "breached": N_("Breached"),
    "met": N_("Met"),
    "met_late": N_("Done after the deadline"),
    "withdrawn": N_("No longer applies"),
}

DEADLINE_KINDS = {
    "step": N_("Deadline of the step"),
    "case": N_("Deadline of the whole case"),
    "timer": N_("Timer"),
}

NATURES = {
    "legal": N_("Legal limit"),
    "service": N_("Service commitment"),
}

HANDOFF_KINDS = {
    "opened": N_("Filed"),
    "call": N_("After an automatic step"),
    "timer": N_("When its time came"),
    "message": N_("On a message"),
    "retried": N_("After a repair"),
    "completed": N_("Sent on"),
    "released": N_("Put back"),
    "assigned": N_("Given by a supervisor"),
}

UNIT_KINDS = {
    "ministry": N_("Ministry"),
    "fund": N_("Fund"),
    "agency": N_("Agency"),
    "centre": N_("Centre"),
}

PERSON_KINDS = {
    "citizen": N_("Citizen"),
    "staff": N_("Staff"),
}

CONFIDENTIALITY = {
    "medical": N_("Medical secrecy"),
}

ROLES = {
    "applicant": N_("Applicant"),
}

PERMISSIONS = {
    "tasks.work": N_("Work on the unit’s tasks"),
    "unit.supervise": N_("Supervise the unit and assign its tasks"),
    "cases.inspect": N_("Inspect cases and verify the trail"),
    "medical.read": N_("Read medical answers and documents"),
    "procedures.view": N_("See diagrams and their versions"),
    "procedures.deploy": N_("Put a new version into service"),
    "people.manage": N_("Manage people, roles and units"),
}

SYSTEM_PARTS = {
    "clock": N_("The clock"),
    "outbox": N_("Background work"),
    "demo": N_("The demonstration"),
    "command": N_("The command line"),
    "seal": N_("The seal"),
    "sign_in": N_("The sign-in page"),
}

TIME_UNITS = {
    "hours": NN_("%(n)s hour", "%(n)s hours"),
    "workingHours": NN_("%(n)s working hour", "%(n)s working hours"),
    "workingDays": NN_("%(n)s working day", "%(n)s working days"),
    "days": NN_("%(n)s day", "%(n)s days"),
    "weeks": NN_("%(n)s week", "%(n)s weeks"),
    "months": NN_("%(n)s month", "%(n)s months"),
}


def event_name(lang: str, event: str) -> str:
    """`task.claimed` → “Task claimed”; an event without a name is shown as its code."""
    return _name(lang, EVENTS, event)


def task_state(lang: str, status: str) -> str:
    """The name of a task's status."""
    return _name(lang, TASK_STATES, status)


def case_state(lang: str, state: str) -> str:
    """The name of `draft`, `open`, `suspended`, `closed`, or of an outcome: `granted`, `refused`."""
    return _name(lang, CASE_STATES, state)


def deadline_state(lang: str, state: str) -> str:
    """The name of `running`, `suspended`, `warned`, `breached`, `met` or `withdrawn`."""
    return _name(lang, DEADLINE_STATES, state)


def deadline_kind(lang: str, kind: str) -> str:
    """The name of `step`, `case` or `timer`."""
    return _name(lang, DEADLINE_KINDS, kind)


def nature_name(lang: str, nature: str) -> str:
    """The name of a deadline's nature: `legal` or `service`."""
    return _name(lang, NATURES, nature)


def handoff_name(lang: str, kind: str) -> str:
    """The name of a hand-off's kind."""
    return _name(lang, HANDOFF_KINDS, kind)


def unit_kind(lang: str, kind: str) -> str:
    """The name of `ministry`, `fund`, `agency` or `centre`."""
    return _name(lang, UNIT_KINDS, kind)


def person_kind(lang: str, kind: str) -> str:
    """The name of `citizen` or `staff`."""
    return _name(lang, PERSON_KINDS, kind)


def confidentiality(lang: str, kind: str) -> str:
    """The name of what protects an answer, such as `medical`."""
    return _name(lang, CONFIDENTIALITY, kind)


def permission_name(lang: str, permission: str) -> str:
    """The name of a permission by its value."""
    return _name(lang, PERMISSIONS, permission)


def role_name(lang: str, role: str) -> str:
    """The name of a role that has no row (`applicant`), else its code: the others carry their labels."""
    return _name(lang, ROLES, role)


def actor_name(lang: str, name: str) -> str:
    """`system:clock` → “The clock”; `person:amina` → `amina`."""
    kind, _, rest = name.partition(":")
    return _name(lang, SYSTEM_PARTS, rest) if kind == "system" else rest or name


def time_span(lang: str, within: int, unit: str) -> str:
    """5 and `workingDays` → “5 working days”. Raises KeyError for an unknown unit."""
    singular, plural = TIME_UNITS[unit]
    return say_many(lang, singular, plural, within)


def _name(lang: str, names: Mapping[str, str], code: str) -> str:
    return say(lang, names[code]) if code in names else code
