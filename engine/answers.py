"""What a person wrote in a form: checked, split by confidentiality, kept outside the trail under a salted digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from engine import audit
from engine.bpmn.data import DataRefused, cleaned
from engine.bpmn.model import Step
from engine.calendars import local_day
from engine.database import Transaction
from engine.documents import attach_documents
from engine.refusals import Refusal
from engine.tables import Answers, Case, Draft, Task
from forms.checking import Problem, problems

Schema = Mapping[str, Any]


class AnswersRefused(Refusal):
    """The answers do not fit the form; ``problems`` says where and why."""

    status = 422

    def __init__(self, found: list[Problem]) -> None:
        super().__init__("answers_refused", count=len(found))
        self.problems = found


def check_answers(tx: Transaction, schema: Schema | None, answers: Mapping[str, Any]) -> None:
    """Raise AnswersRefused unless the answers fit the form (anything fits a step without one)."""
    try:
        cleaned(answers)
    except DataRefused as refused:
        raise AnswersRefused([Problem("", "wrong")]) from refused
    found = problems(schema, answers, today=local_day(tx.at)) if schema is not None else []
    if found:
        raise AnswersRefused(found)


def file_answers(
    tx: Transaction,
    *,
    case: Case,
    step: Step,
    task: Task | None,
    schema: Schema | None,
    answers: Mapping[str, Any],
) -> list[str]:
    """Keep the answers of a step and bind the documents they name; the digests that the trail may hold."""
    attach_documents(
        tx,
        case_id=case.id,
        task_id=task.id if task else None,
        document_ids=[str(value) for value in _documents(schema, answers)],
    )
    digests = []
    for confidential, content in _by_confidentiality(step, schema, answers):
        salt, digest = audit.sealed(content)
        digests.append(digest)
        tx.session.add(
            Answers(
                case_id=case.id,
                task_id=task.id if task else None,
                step=step.id,
                form=step.form,
                confidential=confidential,
                person_id=tx.actor.person_id,
                at=tx.at,
                content=content,
                salt=salt,
            )
        )
    return digests


def forget_draft(tx: Transaction, *, task_id: UUID) -> None:
    """Drop the draft of a task that is done."""
    tx.execute(delete(Draft).where(Draft.task_id == task_id))


def _by_confidentiality(
    step: Step, schema: Schema | None, answers: Mapping[str, Any]
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    properties = (schema or {}).get("properties", {})
    kept = {keep.field.split(".")[0] for keep in step.keeps}
    parts: dict[str | None, dict[str, Any]] = {}
    for name, value in answers.items():
        label = properties.get(name, {}).get("confidential")
        if label is None and step.confidential and name not in kept:
            label = step.confidential
        parts.setdefault(label, {})[name] = value
    yield from parts.items()


def _documents(schema: Schema | None, answers: Mapping[str, Any]) -> Iterator[Any]:
    """The ids of documents in answers: values of fields whose format is ``document``, in arrays too."""
    for name, rule in (schema or {}).get("properties", {}).items():
        value = answers.get(name)
        if not value:
            continue
        if rule.get("format") == "document":
            yield value
        elif rule.get("type") == "array" and isinstance(value, list):
            items = rule.get("items", {})
            if items.get("format") == "document":
                yield from value
            elif items.get("type") == "object":
                for row in value:
                    yield from _documents(items, row)
