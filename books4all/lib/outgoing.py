"""Messages to addresses that strangers name, POSTed so that nobody can send us to our own doors.

The rules of ``books4all.lib.fetch``: one look-up, only addresses of the public internet, the connection
pinned to the address that was judged. On top of them HTTPS alone, and no redirect is ever followed.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from threading import Timer
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from books4all.lib.fetch import (
    CONNECT_SECONDS,
    FetchFailedError,
    FetchRefusedError,
    Pinned,
    Resolve,
    Target,
    is_public,
    judge,
    read_url,
    resolve,
)

THIS_MACHINE = "127.0.0.1"
_ANY = ("*",)
_ALWAYS = {"Accept-Encoding": "identity", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: the status, and the beginning of the rest."""

    status: int
    body: bytes


def check(url: str, *, this_machine: bool = False) -> None:
    """Refuse an address that nothing would be sent to, as far as can be told without asking anybody.

    ``this_machine`` lets ``http://127.0.0.1:…`` pass, for those who write a receiver.

    Raises:
        FetchRefusedError: it is none that we send to.
    """
    if this_machine and _is_this_machine(url):
        return
    parts, host = read_url(url)
    if parts.scheme != "https":
        raise FetchRefusedError(_("Give an address that begins with https://."))
    if parts.fragment:
        raise FetchRefusedError(_("Leave out what stands behind the #: it is never sent."))
    if _is_inner(host):
        raise FetchRefusedError(_("The address leads into a private network."))


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    most_bytes: int,
    seconds: float,
    this_machine: bool = False,
    look_up: Resolve = resolve,
) -> Answer:
    """POST ``body`` to ``url`` and return what it answers within ``seconds`` in all.

    Of the answer at most ``most_bytes`` are read. A redirect is an answer like any other.

    Raises:
        FetchRefusedError: it is none that we send to.
        FetchFailedError: there was no answer.
    """
    check(url, this_machine=this_machine)
    until = time.monotonic() + seconds
    target = _here(url) if this_machine and _is_this_machine(url) else judge(url, _ANY, look_up)
    connection = Pinned(target, max(0.1, min(CONNECT_SECONDS, seconds)))
    # A timeout of the socket begins anew with every byte; this one does not.
    alarm = Timer(max(0.1, until - time.monotonic()), connection.hang_up)
    alarm.daemon = True
    alarm.start()
    try:
        # Connecting must be quick; the answer may take all the time there is.
        connection.connect()
        connection.wait(max(0.1, until - time.monotonic()))
        connection.request("POST", target.path, body=body, headers={**_ALWAYS, **headers})
        with connection.getresponse() as answer:
            if time.monotonic() >= until:
                # Headers that are cut off look as if they had ended.
                raise TimeoutError
            return Answer(answer.status, _beginning(answer, most_bytes))
    except (OSError, HTTPException, ValueError) as error:
        raise FetchFailedError(_reason(error, until)) from error
    finally:
        alarm.cancel()
        connection.close()


def _beginning(answer: HTTPResponse, most_bytes: int) -> bytes:
    """Read what comes, up to ``most_bytes``. The status has been said: nothing here is an error."""
    data = bytearray()
    try:
        while piece := answer.read1(most_bytes - len(data)) if len(data) < most_bytes else b"":
            data += piece
    except (OSError, HTTPException, ValueError):
        pass
    return bytes(data)


def _reason(error: Exception, until: float) -> str:
    if isinstance(error, TimeoutError) or time.monotonic() >= until:
        return _("It took too long.")
    words = _("The other side did not answer as it should: %(error)s")
    return words % {"error": type(error).__name__}


def _is_inner(host: str) -> bool:
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return not is_public(name)


def _is_this_machine(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url and "@" not in parts.netloc
    return plain and parts.scheme == "http" and parts.hostname == THIS_MACHINE and port != 0


def _here(url: str) -> Target:
    parts = urlsplit(url)
    return Target(parts, THIS_MACHINE, parts.port or 80, THIS_MACHINE)
