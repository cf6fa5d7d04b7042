"""What a role may allow."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """A verb that a role grants within a unit and the units below it."""

    WORK_TASKS = "tasks.work"  #: see the unit's workqueue; claim and complete tasks of one's lanes
    SUPERVISE_UNIT = "unit.supervise"  #: see load and breaches; assign and take back tasks
    INSPECT_CASES = "cases.inspect"  #: breaches, stories, verification of the trail
    READ_MEDICAL = "medical.read"  #: medical answers and documents
    VIEW_PROCEDURES = "procedures.view"  #: diagrams and versions
    DEPLOY_PROCEDURES = "procedures.deploy"  #: put a new version into service
    MANAGE_PEOPLE = "people.manage"  #: people, roles, units


ROLES: dict[str, tuple[dict[str, str], tuple[Permission, ...]]] = {
    "rights_officer": (
        {"ar": "عون مراقبة الحقوق", "fr": "Agent du contrôle des droits", "en": "Rights officer"},
        (Permission.WORK_TASKS,),
    ),
    "physician": (
        {"ar": "الطبيب المستشار", "fr": "Médecin-conseil", "en": "Medical adviser"},
        (Permission.WORK_TASKS, Permission.READ_MEDICAL),
    ),
    "validator": (
        {"ar": "رئيس مركز الدفع", "fr": "Chef du centre de paiement", "en": "Head of payment centre"},
        (Permission.WORK_TASKS,),
    ),
    "supervisor": (
        {"ar": "مدير الوكالة", "fr": "Directeur d'agence", "en": "Agency director"},
        (Permission.SUPERVISE_UNIT,),
    ),
    "inspector": (
        {"ar": "مفتش", "fr": "Inspecteur", "en": "Inspector"},
        (Permission.INSPECT_CASES, Permission.VIEW_PROCEDURES),
    ),
    "analyst": (
        {"ar": "محلل الإجراءات", "fr": "Analyste des procédures", "en": "Process analyst"},
        (Permission.VIEW_PROCEDURES, Permission.DEPLOY_PROCEDURES),
    ),
    "administrator": (
        {"ar": "مسؤول النظام", "fr": "Administrateur", "en": "Administrator"},
        (Permission.MANAGE_PEOPLE,),
    ),
}  #: the roles a new installation starts with: names and permissions, to be changed on its pages
