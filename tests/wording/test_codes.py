"""The engine's codes have names and sentences."""

from datetime import UTC, datetime

import pytest

from engine.permissions import Permission
from wording import LANGUAGES, embed, event_name, isolate, notice, pick, refusal
from wording.catalogues import places
from wording.codes import PERMISSIONS, TIME_UNITS, actor_name, case_state, permission_name, time_span
from wording.notices import NOTICES
from wording.refusals import REFUSED


def test_every_permission_has_a_name() -> None:
    assert set(PERMISSIONS) == {permission.value for permission in Permission}
    assert permission_name("fr", Permission.WORK_TASKS) == "Traiter les tâches de la structure"


def test_events_are_named_and_an_unknown_one_shows_its_code() -> None:
    assert event_name("ar", "task.claimed") == "التكفل بالمهمة"
    assert event_name("en", "kettle.boiled") == "kettle.boiled"


def test_states_and_actors_are_named() -> None:
    assert case_state("fr", "suspended") == "En attente du demandeur"
    assert (actor_name("en", "system:clock"), actor_name("en", "person:amina")) == ("The clock", "amina")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", REFUSED)
def test_every_refusal_can_be_said(lang: str, code: str) -> None:
    assert "%(" not in refusal(lang, code, **dict.fromkeys(places(REFUSED[code]), "x"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", NOTICES)
def test_every_notice_can_be_said(lang: str, code: str) -> None:
    assert "%(" not in notice(lang, code, **dict.fromkeys(places(NOTICES[code]), "x"))


def test_a_refusal_says_who_can() -> None:
    assert refusal("en", "task_held_by_other", holder="Badr Saidi") == (
        "This task is in the hands of Badr Saidi. A supervisor can reassign it."
    )


def test_a_refusal_without_a_sentence_still_says_something() -> None:
    assert refusal("en", "moon_full") == "This cannot be done now (moon_full)."


def test_latin_names_are_isolated_in_arabic_sentences_only() -> None:
    assert embed("ar", "Badr") == "\u2068Badr\u2069"
    assert embed("fr", "Badr") == "Badr"
    assert embed("fr", "بدر") == "\u2068بدر\u2069"
    assert embed("ar", "90-29") == "\u206890-29\u2069"
    assert isolate("CNAS/2026/00012") == "\u2066CNAS/2026/00012\u2069"


def test_spans_of_time_are_said_in_every_unit() -> None:
    assert time_span("ar", 5, "workingDays") == "5 أيام عمل"
    assert time_span("fr", 1, "workingHours") == "1 heure ouvrée"
    assert {time_span("en", 2, unit) for unit in TIME_UNITS} >= {"2 weeks", "2 months"}


def test_a_label_is_picked_in_the_language_else_in_arabic() -> None:
    labels = {"ar": "ملف", "fr": "dossier"}
    assert (pick(labels, "fr"), pick(labels, "en"), pick({}, "ar"), pick(None, "ar")) == (
        *("dossier", "ملف"),
        *("", ""),
    )


def test_parameters_are_said_in_the_readers_language() -> None:
    until = datetime(2026, 2, 15, 11, 0, tzinfo=UTC)
    unit, role = {"ar": "وكالة الجزائر", "fr": "Agence d’Alger"}, {"ar": "مصادق", "fr": "Valideur"}
    assert refusal("fr", "signin_locked", until=until).startswith(
        "Trop d’échecs\u00a0: connexion verrouillée jusqu’au"
    )
    assert "15/02/2026 12:00" in refusal("fr", "signin_locked", until=until)
    assert "Valideur" in refusal("fr", "role_needed", role=role, unit=unit)
    assert "وكالة الجزائر" in refusal("ar", "role_needed", role=role, unit=unit)
    assert "2,5 Mo" in refusal("fr", "document_too_large", name="a.pdf", most=2_500_000)
    assert "Inspect cases" in refusal("en", "no_permission", permission=Permission.INSPECT_CASES)
    assert "the hands of —" in refusal("en", "task_held_by_other", holder=None)
