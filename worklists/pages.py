"""What the pages of a task and of a case have in common: the case in words, as far as the reader may read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.case_access import readable_answers, readable_documents
from engine.permissions import Permission
from engine.queries.case_pages import CasePage, Secret, case_page, secrets_of
from engine.tables import Case, Document, Task, TaskStatus
from engine.versions import Definition, definition_of
from web.access import current
from web.answered import Answered, answered
from web.figures import Fact
from web.questions import question
from wording import codes, pick
from worklists.facts import ClockTold, clock_told, deciding_facts, secret_names


@dataclass(frozen=True, slots=True)
class CaseTold:
    """A case as its staff reads it. ``hidden`` are the secrets it holds that the reader may not see."""

    case: Case
    known: Definition
    page: CasePage
    clock: ClockTold | None
    facts: list[Fact]
    answered: list[Answered]
    documents: Sequence[Document]
    hidden: list[Secret]

    def step(self, step: str | None) -> str:
        """The name of a step."""
        return pick(self.known.process.names_of(step), current.lang)

    def role(self, role: str) -> str:
        """The name of a role."""
        return pick(self.known.process.roles.get(role), current.lang) or codes.role_name(current.lang, role)

    def question(self, file: Document) -> str:
        """What a document answers."""
        return question(self.known, file.field)

    @property
    def files(self) -> dict[str, Document]:
        """The readable documents, by id as text."""
        return {str(document.id): document for document in self.documents}


def case_told(session: Session, case: Case) -> CaseTold:
    """A readable case, told."""
    known = definition_of(session, case)
    page = case_page(session, case.id)
    answers = readable_answers(session, case=case, who=current.standing)
    done = {row.step for row in answers}
    done |= {task.step for task in page.tasks if task.status == TaskStatus.COMPLETED}
    return CaseTold(
        case=case,
        known=known,
        page=page,
        clock=clock_told(page.clock),
        facts=deciding_facts(known, page.data, done, () if _reads(case) else secret_names(known, page.data)),
        answered=answered(known, answers),
        documents=readable_documents(session, case=case, who=current.standing),
        hidden=[secret for secret in secrets_of(session, case) if not _reads(case)],
    )


def supervises(task: Task) -> bool:
    """Whether the reader may hand this task out or take it back."""
    path = task.unit.path if task.unit else None
    return task.is_open and path is not None and current.standing.may_in(Permission.SUPERVISE_UNIT, path)


def _reads(case: Case) -> bool:
    return case.unit is not None and current.standing.may_in(Permission.READ_MEDICAL, case.unit.path)
