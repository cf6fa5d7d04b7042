"""Outgoing e-mail: by SMTP where a server is named, else as files in the data folder."""

from __future__ import annotations

import hashlib
import os
import smtplib
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from engine.database import current
from wording.mails import mail_text

TIMEOUT_SECONDS = 20


def send(*, to: str, code: str, params: dict[str, Any], lang: str) -> None:
    """Send the message of ``code`` in ``lang`` to an address.

    ``MASAR_SMTP_URL`` (``smtp://user:password@host:port``, ``smtps://…``) names the server, ``MASAR_MAIL_FROM`` the
    sender; without a server the message becomes a file in ``<data>/mail``.
    """
    subject, body = mail_text(lang, code, params)
    message = EmailMessage()
    message["From"] = os.environ.get("MASAR_MAIL_FROM", "masar@localhost")
    message["To"], message["Subject"] = to, subject
    message.set_content(body)
    server = os.environ.get("MASAR_SMTP_URL")
    if server:
        _send_by_smtp(server, message)
    else:
        _keep_as_file(message)


def _send_by_smtp(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    door = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with door(parts.hostname or "localhost", parts.port or 0, timeout=TIMEOUT_SECONDS) as server:
        if parts.username:
            server.login(parts.username, parts.password or "")
        server.send_message(message)


def _keep_as_file(message: EmailMessage) -> None:
    folder = current().data / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    content = message.as_bytes()
    (folder / f"{hashlib.sha256(content).hexdigest()[:16]}.eml").write_bytes(content)
