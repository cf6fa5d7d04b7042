"""What e-mails say: subject and body by code and language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wording.catalogues import N_, say
from wording.notices import notice

MAILS = {
    "recovery": (
        N_("Masar: recover your password"),
        N_(
            "Someone, you perhaps, asked to recover the password of your account.\n\n"
            "To choose a new one, open this link within %(minutes)s minutes:\n%(link)s\n\n"
            "It serves once. If it was not you, do nothing: your password stays as it is."
        ),
    ),
    "welcome": (
        N_("Masar: your account"),
        N_(
            "An account was opened for you. Your user name: %(username)s\n\n"
            "Choose your password with this link, within %(days)s days:\n%(link)s\n\n"
            "It serves once. Nobody at the administration knows your password, nor will ask for it."
        ),
    ),
}  #: subject and body; the messages of other codes are notices sent by mail too


def mail_text(lang: str, code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body of the message of ``code``. Raises KeyError when a parameter is lacking."""
    if code in MAILS:
        subject, body = MAILS[code]
        return say(lang, subject), say(lang, body, **params)
    sentence = notice(lang, code, **params)
    return sentence, sentence
