"""Files from addresses that strangers name, asked for so that nobody can send us to our own doors.

Only HTTP and HTTPS on their own ports, only to addresses of the public internet. A name is looked up
once and the connection goes to an address that was judged: a name that answers otherwise the next
time (rebinding) gains nothing. Each redirect is judged like the first address. Size and time are
bounded, and no proxy of the environment, cookie, or credential is used.
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from urllib.parse import SplitResult, urljoin, urlsplit

from django.utils.translation import gettext as _

from books4all.lib.errors import DomainError

REDIRECTS = 3
PORTS = {"http": 80, "https": 443}
CONNECT_SECONDS = 5.0
CHUNK = 64 * 1024
# What of IPv6 is given to anybody (RFC 4291), less what carries an IPv4 address that a gateway may
# unpack behind our back: 6to4 and Teredo. Nobody publishes covers there.
_GIVEN = ip_network("2000::/3")
_WRAPPED = (ip_network("2002::/16"), ip_network("2001::/32"))

Resolve = Callable[[str, int], Sequence[str]]


class FetchRefusedError(DomainError):
    """The address is none that we ask, or what it gives is none that we take: asking again is no use."""

    code = "fetch"

    def __init__(self, message: str) -> None:
        super().__init__(message, fields={"url": [message]})


class FetchFailedError(DomainError):
    """It did not work this time: the other side is away, slow, or out of order."""

    code = "fetch_failed"
    status = 502


@dataclass(frozen=True, slots=True)
class Target:
    """An address that has been judged, and the address of the network to connect to."""

    parts: SplitResult
    host: str
    port: int
    address: str

    @property
    def path(self) -> str:
        """What is asked for."""
        path = self.parts.path or "/"
        return f"{path}?{self.parts.query}" if self.parts.query else path


def is_public(text: str) -> bool:
    """Tell whether ``text`` is an address of the public internet."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(str(address.ipv4_mapped))
        if address not in _GIVEN or any(address in net for net in _WRAPPED):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of ``host``; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def allowed_host(host: str, hosts: Sequence[str]) -> bool:
    """Tell whether ``host`` is one of ``hosts``: a name, ``.name`` for all below it, or ``*``."""
    host = host.lower().rstrip(".")
    return any(
        one == "*" or host == one.lower() or (one[:1] == "." and host.endswith(one.lower()))
        for one in hosts
    )


def read_url(url: str) -> tuple[SplitResult, str]:
    """Return the parts of a plain address, and the host in it; nobody is asked.

    Raises:
        FetchRefusedError: it is none that we ask.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise FetchRefusedError(_("The address can’t be read.")) from None
    printable = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if parts.scheme not in PORTS or not host or not printable:
        raise FetchRefusedError(_("The address is no plain http:// or https:// address."))
    if parts.username is not None or parts.password is not None:
        raise FetchRefusedError(_("The address holds a name or password."))
    if port not in {None, PORTS[parts.scheme]}:
        raise FetchRefusedError(_("The address names a port."))
    return parts, host


def judge(url: str, hosts: Sequence[str], look_up: Resolve = resolve) -> Target:
    """Return where to connect for ``url``.

    Raises:
        FetchRefusedError: it is none that we ask.
        FetchFailedError: its name is not known just now.
    """
    parts, host = read_url(url)
    if not allowed_host(host, hosts):
        raise FetchRefusedError(_("Covers are not fetched from %(host)s.") % {"host": host[:100]})
    port = PORTS[parts.scheme]
    try:
        addresses = list(look_up(host, port))
    except (OSError, UnicodeError):
        raise FetchFailedError(_("There is no %(host)s just now.") % {"host": host[:100]}) from None
    # One inner address among public ones is an attempt as well.
    if not addresses or not all(is_public(one) for one in addresses):
        raise FetchRefusedError(_("The address leads into a private network."))
    return Target(parts, host, port, addresses[0])


class Pinned(HTTPConnection):
    """A connection to the judged address, whatever the name says by now.

    Connecting, and each silence after it, may take ``seconds``.
    """

    def __init__(self, target: Target, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        # The usual port is not named to the other side.
        self.default_port = PORTS[target.parts.scheme]
        self._target = target
        # http.client forgets its socket as soon as an answer begins.
        self._wire: socket.socket | None = None

    def connect(self) -> None:
        """Connect, and make sure over TLS that the other side is who the name says."""
        where = (self._target.address, self._target.port)
        self.sock = self._wire = socket.create_connection(where, timeout=self.timeout)
        if self._target.parts.scheme == "https":
            context = ssl.create_default_context()
            sealed = context.wrap_socket(
                self.sock, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self.sock = self._wire = sealed
            sealed.do_handshake()

    def wait(self, seconds: float) -> None:
        """Let the other side be silent for ``seconds`` from now on."""
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def hang_up(self) -> None:
        """End what is being said, from another thread."""
        if self._wire is not None:
            with contextlib.suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)


def fetch(
    url: str,
    *,
    hosts: Sequence[str],
    most_bytes: int,
    seconds: float,
    look_up: Resolve = resolve,
) -> bytes:
    """Return the file at ``url``, of at most ``most_bytes``, got within ``seconds`` in all.

    ``hosts`` are those that may be asked (see ``allowed_host``).

    Raises:
        FetchRefusedError: it is none that we ask or take.
        FetchFailedError: it did not work this time.
    """
    until = time.monotonic() + seconds
    for _hop in range(REDIRECTS + 1):
        target = judge(url, hosts, look_up)
        left = until - time.monotonic()
        connection = Pinned(target, max(0.1, min(CONNECT_SECONDS, left)))
        # A timeout of the socket begins anew with every byte; this one does not.
        alarm = Timer(max(0.1, left), connection.hang_up)
        alarm.daemon = True
        alarm.start()
        try:
            with _ask(connection, target) as answer:
                if answer.status in {301, 302, 303, 307, 308}:
                    url = urljoin(url, answer.getheader("Location") or "")
                    continue
                _expect(answer, most_bytes)
                return _read(answer, most_bytes, until)
        except (OSError, HTTPException, ValueError) as error:
            message = _("The other side did not answer as it should: %(error)s")
            raise FetchFailedError(message % {"error": type(error).__name__}) from error
        finally:
            alarm.cancel()
            connection.close()
    raise FetchRefusedError(_("The address sends us on and on."))


def _ask(connection: HTTPConnection, target: Target) -> HTTPResponse:
    headers = {
        "User-Agent": "Books4All covers",
        "Accept": "image/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    connection.request("GET", target.path, headers=headers)
    return connection.getresponse()


def _expect(answer: HTTPResponse, most_bytes: int) -> None:
    """Make sure that an answer is worth reading."""
    if answer.status in {408, 425, 429} or answer.status >= 500:
        raise FetchFailedError(_("It answered %(status)d.") % {"status": answer.status})
    if answer.status != 200:
        raise FetchRefusedError(_("It answered %(status)d.") % {"status": answer.status})
    if answer.getheader("Content-Encoding", "identity").lower() != "identity":
        raise FetchRefusedError(_("The file comes compressed."))
    size = answer.getheader("Content-Length") or ""
    if size.isdigit() and int(size) > most_bytes:
        raise _too_large(most_bytes)


def _read(answer: HTTPResponse, most_bytes: int, until: float) -> bytes:
    """Read to the end, or to the end of the time."""
    data = bytearray()
    # read1: what has come, not what is still to come.
    while piece := answer.read1(min(CHUNK, most_bytes + 1 - len(data))):
        data += piece
        if len(data) > most_bytes:
            raise _too_large(most_bytes)
    if answer.length or time.monotonic() >= until:
        raise FetchFailedError(_("The end of the file did not come."))
    return bytes(data)


def _too_large(most_bytes: int) -> FetchRefusedError:
    words = _("The file is larger than %(most)d MB.")
    return FetchRefusedError(words % {"most": most_bytes // 1_000_000})
