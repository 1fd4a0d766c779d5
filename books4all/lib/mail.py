"""Mail as jobs: rendered from templates, delivered by the worker, tried again.

A message ``orders/placed`` is three templates: ``emails/orders/placed.subject.txt``, ``.txt`` and
``.html``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, make_msgid
from django.template.loader import render_to_string
from django.utils import translation

from books4all.lib.tasks import deliver_mail


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered message to one person."""

    to: str
    subject: str
    text: str
    html: str = ""
    # Besides those every message has: how to stop a kind of letters (RFC 8058), say.
    headers: Mapping[str, str] = field(default_factory=dict)


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def render(
    name: str,
    *,
    to: str,
    context: Mapping[str, Any],
    language: str = "",
    headers: Mapping[str, str] | None = None,
) -> Letter:
    """Render the message ``name`` in ``language`` (a code of settings.LANGUAGES)."""
    known = {
        "marketplace_name": settings.MARKETPLACE_NAME,
        "public_url": settings.PUBLIC_URL,
        **context,
    }
    with translation.override(language or settings.LANGUAGE_CODE):
        subject = render_to_string(f"emails/{name}.subject.txt", known)
        text = render_to_string(f"emails/{name}.txt", known)
        html = render_to_string(f"emails/{name}.html", known)
    return Letter(to, " ".join(subject.split()), text.strip() + "\n", html, headers or {})


def post(letter: Letter) -> None:
    """Enqueue ``letter`` in the current transaction: rolled back with it, sent after it.

    The Message-ID is made here, so that a delivery which is tried again is the same message.
    """
    deliver_mail.defer(
        to=letter.to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=make_msgid(domain=_host()),
    )


def send(letter: Letter, *, key: str) -> None:
    """Hand ``letter`` to the mail server now: for jobs.

    ``key`` (``placed.<order id>``) becomes its Message-ID, so that a job which runs twice sends what
    mail programs know to be one message.
    """
    headers = {
        **letter.headers,
        "Message-ID": f"<{key}@{_host()}>",
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.to], headers=headers)
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    message.send()
