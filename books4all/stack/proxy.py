"""nginx in front of the replicas, from the same template as in compose."""

import os
import re
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from books4all.stack import binaries
from books4all.stack.console import Console
from books4all.stack.errors import StackError
from books4all.stack.layout import PROJECT
from books4all.stack.processes import Program, run

TEMPLATES = PROJECT / "nginx"
FIRST_PORT = 8000
PORTS = 100

# What differs from compose. One person's laptop is one address, so the fences stand wide.
LOCAL = {
    "NGINX_RESOLVER": "",
    "NGINX_TRUSTED_PROXY": "192.0.2.0/32",  # an address of nobody (RFC 5737)
    "NGINX_RATE": "2000r/s",
    "NGINX_BURST": "2000",
    "NGINX_SIGN_IN_RATE": "600r/m",
    "NGINX_CONNECTIONS": "1000",
    "NGINX_CACHE": "cache",
    "NGINX_PAGE_CACHE": "pages",
    "NGINX_SERVER_NAME": "_",
    "NGINX_TLS": "",
    "NGINX_ACCESS_LOG": "../logs/access.log",
    "NGINX_PAGES": "pages",
    "NGINX_MEDIA": "../media",
}
PLACE = re.compile(r"\$\{(NGINX_[A-Z_]+)\}")


@dataclass(frozen=True)
class Proxy:
    """nginx in `folder`, listening on `host`:`port`, in front of replicas on `sockets`."""

    folder: Path
    host: str
    port: int
    replicas: Sequence[Path]

    def configure(self, console: Console, log: Path) -> None:
        """Write the configuration and have nginx check it."""
        # nginx keeps its idea of a folder's rights: as root it would hand these to `nobody`.
        user = "user root root;" if os.geteuid() == 0 else ""
        replicas = [f"server unix:{path} max_fails=3 fail_timeout=2s;" for path in self.replicas]
        values = {
            **LOCAL,
            **{name: value for name, value in os.environ.items() if name in LOCAL},
            "NGINX_USER": user,
            "NGINX_LISTEN": f"{self.host}:{self.port}",
            "NGINX_REPLICAS": "\n    ".join(replicas),
        }
        for template, written in (("local", "nginx"), ("site", "site")):
            text = (TEMPLATES / f"{template}.conf.template").read_text()
            (self.folder / f"{written}.conf").write_text(fill_in(text, values))
        for folder in ("temp", "pages", "cache"):
            (self.folder / folder).mkdir(exist_ok=True)
        for page in (TEMPLATES / "pages").iterdir():
            (self.folder / "pages" / page.name).write_bytes(page.read_bytes())
        self.forget_closed_cache()
        run(Program("nginx -t", [*self._argv(), "-t", "-q"], cwd=self.folder), console, log)

    def forget_closed_cache(self) -> None:
        """Drop the pages kept by an earlier run: the code may have changed since."""
        for kept in (self.folder / "cache" / "pages").glob("*/*/*"):
            kept.unlink(missing_ok=True)

    def program(self) -> Program:
        """Return nginx as a program to supervise. SIGQUIT lets running answers finish."""
        return Program("nginx", self._argv(), cwd=self.folder, end=signal.SIGQUIT)

    def _argv(self) -> list[str]:
        return [str(binaries.nginx()), "-p", str(self.folder), "-c", "nginx.conf", "-e", "stderr"]


def fill_in(template: str, values: Mapping[str, str]) -> str:
    """Put values in the places of a template, as the nginx image's envsubst does.

    Raises StackError for a place without a value.
    """

    def value(place: re.Match[str]) -> str:
        try:
            return values[place[1]]
        except KeyError:
            raise StackError(
                f"The nginx template asks for {place[1]}, which has no value."
            ) from None

    return PLACE.sub(value, template)


def is_free(host: str, port: int) -> bool:
    """Return whether nobody listens on a port: here, or on the same port of IPv6's localhost."""
    with socket.socket() as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            link.bind((host, port))
        except OSError:
            return False
    # A browser that is told "localhost" asks ::1 first, and would meet somebody else's program.
    try:
        with socket.create_connection(("::1", port), timeout=0.2):
            return False
    except OSError:
        return True


def choose_port(host: str, wanted: int | None, last: int | None) -> int:
    """Return the port that was asked for, else the last run's, else the first free one from 8000.

    Raises StackError if the one that was asked for is taken.
    """
    if wanted is not None:
        if not is_free(host, wanted):
            raise StackError(f"Port {wanted} is in use. Choose another: make run PORT=...")
        return wanted
    candidates = list(range(FIRST_PORT, FIRST_PORT + PORTS))
    if last is not None:
        candidates.insert(0, last)
    for port in candidates:
        if is_free(host, port):
            return port
    raise StackError(f"All ports from {FIRST_PORT} are in use. Choose one: make run PORT=...")
