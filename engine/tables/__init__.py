"""One mapped class a file: columns and plain facts; nothing here writes."""

from engine.tables.answers import Answers
from engine.tables.audit_entry import AuditEntry
from engine.tables.base import Base, Instant, plain
from engine.tables.breach import Breach
from engine.tables.case import Case
from engine.tables.counter import Counter
from engine.tables.deadline import Deadline, DeadlineKind
from engine.tables.deadline_warning import DeadlineWarning
from engine.tables.decision import OUTCOMES, Decision
from engine.tables.document import Document
from engine.tables.draft import Draft
from engine.tables.handoff import Handoff
from engine.tables.incident import Incident
from engine.tables.membership import Membership
from engine.tables.message import Message, MessageSlot
from engine.tables.notice import Notice
from engine.tables.outbox_item import OutboxItem
from engine.tables.password_recovery import PasswordRecovery
from engine.tables.person import Person
from engine.tables.procedure import Procedure
from engine.tables.process_version import ProcessVersion
from engine.tables.reading import Reading
from engine.tables.role import Role
from engine.tables.sign_in import SignIn
from engine.tables.sign_in_attempt import SignInAttempt
from engine.tables.start import Start
from engine.tables.subscription import Subscription
from engine.tables.suspension import Suspension
from engine.tables.task import APPLICANT, Task, TaskStatus
from engine.tables.unit import UNIT_KINDS, Unit

__all__ = [
    "APPLICANT",
    "OUTCOMES",
    "UNIT_KINDS",
    "Answers",
    "AuditEntry",
    "Base",
    "Breach",
    "Case",
    "Counter",
    "Deadline",
    "DeadlineKind",
    "DeadlineWarning",
    "Decision",
    "Document",
    "Draft",
    "Handoff",
    "Incident",
    "Instant",
    "Membership",
    "Message",
    "MessageSlot",
    "Notice",
    "OutboxItem",
    "PasswordRecovery",
    "Person",
    "Procedure",
    "ProcessVersion",
    "Reading",
    "Role",
    "SignIn",
    "SignInAttempt",
    "Start",
    "Subscription",
    "Suspension",
    "Task",
    "TaskStatus",
    "Unit",
    "plain",
]
