"""The mail that a development server "sent", to read in the browser. Never routed in production."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

# What Django's file backend writes between two messages of one connection.
_SEPARATOR = b"\n" + b"-" * 79 + b"\n"
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """A message: ``name`` (file) and ``number`` (place in it) find it again."""

    name: str
    number: int
    sent: datetime
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def to(self) -> str:
        return str(self.message["To"] or "")

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


def _folder() -> Path:
    return Path(settings.MAIL_DIR)


def _read(path: Path) -> list[Mail]:
    sent = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    parts = [part.strip(b"\n") for part in path.read_bytes().split(_SEPARATOR)]
    messages = [message_from_bytes(part, policy=policy.default) for part in parts if part]
    return [Mail(path.name, number, sent, message) for number, message in enumerate(messages)]


def _find(name: str, number: int) -> Mail:
    # Compared with the names that are there, never joined to a path: nothing to climb out with.
    for path in _folder().glob("*.log"):
        if path.name == name:
            found = [mail for mail in _read(path) if mail.number == number]
            if found:
                return found[0]
    raise Http404


@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """List the latest messages, newest first."""
    folder = _folder()
    paths = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
    mails = [mail for path in paths[:SHOWN] for mail in reversed(_read(path))]
    return render(request, "dev/mail_list.html", {"mails": mails, "folder": folder})


@require_safe
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # typed for views without arguments
def mail_detail(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Show one message: its text, and its HTML in a frame without scripts."""
    return render(request, "dev/mail_detail.html", {"mail": _find(name, number)})


@require_safe
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]  # typed for views without arguments
    {
        **dict.fromkeys(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]),
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-popups", "allow-top-navigation-by-user-activation"],
    }
)
def mail_html(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Return the HTML of a message as its reader's programme would get it."""
    return HttpResponse(_find(name, number).html)
