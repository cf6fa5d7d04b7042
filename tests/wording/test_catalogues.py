"""Every sentence exists in Arabic, French and English."""

import pytest
from babel.messages.catalog import Message

from wording.catalogues import AREAS, TRANSLATED, catalogue, conflicts, places, plural_index, say, say_many
from wording.extraction import missing, used


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_sentence_used_anywhere_is_translated(lang: str) -> None:
    assert {msgid: used().get(msgid) for msgid in sorted(missing(lang))} == {}


def test_sentences_are_found_where_they_are_used() -> None:
    assert used()["tomorrow"] == "wording/times.py"
    assert used()[("%(n)s day left", "%(n)s days left")] == "wording/times.py"


@pytest.mark.parametrize("lang", TRANSLATED)
def test_no_two_areas_translate_one_sentence_differently(lang: str) -> None:
    assert conflicts(lang) == {}


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("lang", TRANSLATED)
def test_translations_are_finished_and_keep_their_parameters(lang: str, area: str) -> None:
    for message in catalogue(lang, area):
        if message.id:
            assert not message.fuzzy, message.id
            assert _parameters_kept(message), (message.id, message.string)


def _parameters_kept(message: Message) -> bool:
    """A plural's forms may leave out the number (“two days” is one word in Arabic), nothing else."""
    if isinstance(message.id, str):
        return places(str(message.string)) == places(message.id)
    wanted = places(message.id[1])
    return all(wanted - {"n"} <= places(form) <= wanted for form in message.string or ())


def test_arabic_has_six_plural_forms() -> None:
    days = [say_many("ar", "%(n)s day", "%(n)s days", n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103)]
    assert days == [
        *("أقل من يوم", "يوم واحد", "يومان", "3 أيام", "10 أيام"),
        *("11 يوما", "99 يوما", "100 يوم", "102 يوم", "103 أيام"),
    ]


def test_french_counts_zero_as_one() -> None:
    assert [plural_index("fr", n) for n in (0, 1, 2, 1_000_000)] == [0, 0, 1, 1]


def test_english_is_the_key() -> None:
    assert say("en", "tomorrow") == "tomorrow"
    assert say_many("en", "%(n)s day", "%(n)s days", 1) == "1 day"


def test_a_sentence_without_translation_is_said_in_english() -> None:
    assert say("ar", "Never translated: 50 % of %(name)s", name="all") == "Never translated: 50 % of all"


def test_a_lacking_parameter_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("fr", "There is no such %(thing)s")
