"""Outgoing e-mail: by SMTP where a server is named, else as files in the data folder."""

from __future__ import annotations

import hashlib
import os
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

from engine.database import current
from wording.mails import mail_text

TIMEOUT_SECONDS = 20


def send(*, to: str, code: str, params: dict[str, Any], lang: str) -> None:
    """Send the message of ``code`` in ``lang`` to an address.

    ``MASAR_SMTP_URL`` (``smtp://host:port``, with TLS and a login
    ``smtp://user:password@host:port`` or ``smtps://…``, percent-encoded) names the server, ``MASAR_MAIL_FROM`` the
    sender; without a server the message becomes a file in ``<data>/mail``.
    """
    subject, body = mail_text(lang, code, params)
    message = EmailMessage()
    message["From"] = os.environ.get("MASAR_MAIL_FROM", "masar@localhost")
    message["To"], message["Subject"] = to, subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid()
    message.set_content(body)
    server = os.environ.get("MASAR_SMTP_URL")
    if server:
        _send_by_smtp(server, message)
    else:
        _keep_as_file(message)


def _send_by_smtp(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    host, port, context = parts.hostname or "localhost", parts.port or 0, ssl.create_default_context()
    if parts.scheme == "smtps":
        door: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        door = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    with door as server:
        if parts.username:
            if parts.scheme != "smtps":
                server.starttls(context=context)
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def _keep_as_file(message: EmailMessage) -> None:
    folder = current().data / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    content = message.as_bytes()
    (folder / f"{hashlib.sha256(content).hexdigest()[:16]}.eml").write_bytes(content)
