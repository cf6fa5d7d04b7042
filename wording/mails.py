"""What e-mails say: subject and body by code and language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wording.notices import notice


def mail_text(lang: str, code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body of the message of ``code``."""
    sentence = notice(lang, code, **params)
    return sentence, sentence
