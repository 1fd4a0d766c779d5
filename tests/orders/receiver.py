"""A program of a shop, as it hears what it is told: a real HTTP server on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Got:
    """A message as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A program of a shop: an HTTP server here. ``answers`` are given in turn, the last for ever."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(
        default_factory=lambda: [(200, {}, b"thanks")]
    )

    def answer(self, *codes: int, body: bytes = b"", **headers: str) -> None:
        self.answers = [(code, headers, body) for code in codes]


@contextmanager
def listening() -> Iterator[Receiver]:
    """Listen on a port of this machine."""
    known = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known.got.append(Got({k.lower(): v for k, v in self.headers.items()}, body))
            turn = known.answers.pop(0) if len(known.answers) > 1 else known.answers[0]
            code, headers, text = turn
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    known.url = f"http://127.0.0.1:{server.server_port}/hooks?shop=1"
    try:
        yield known
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
