"""Messages to addresses that strangers name: nobody has us call at our own doors."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from books4all.lib import fetch as fetching
from books4all.lib.fetch import FetchFailedError, FetchRefusedError
from books4all.lib.outgoing import Answer, check, post
from tests.lib.test_fetch import INNER, PUBLIC, looks_up

URL = "https://shop.example/hooks?shop=1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for shop.example, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key, paper = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", str(key), "-out", str(paper), "-days", "2", "-subj", "/CN=shop.example",
         "-addext", "subjectAltName=DNS:shop.example"],
        check=True, capture_output=True,
    )  # fmt: skip
    return paper, key


Speak = Callable[[ssl.SSLSocket], None]


def _whole(link: ssl.SSLSocket) -> bytes:
    """Read a request to its end: one that is answered before would be broken off."""
    said = b""
    while True:
        said += link.recv(65536)
        head, gap, body = said.partition(b"\r\n\r\n")
        if gap and len(body) == int(head.split(b"Content-Length: ")[1].split()[0]):
            return said


@contextmanager
def server(speak: Speak, paper: Path, key: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Answer one TLS connection after the other by hand; what was said is in the list."""
    heard: list[bytes] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(paper, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    link, _ = listener.accept()
                except TimeoutError:
                    continue
                link.settimeout(5)
                with suppress(OSError), context.wrap_socket(link, server_side=True) as sealed:
                    heard.append(_whole(sealed))
                    speak(sealed)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], heard
        finally:
            over.set()
            thread.join()


class Caller:
    """Posts to a server here as if it stood on the internet: the rules hold, the wire is ours."""

    def __init__(self, patch: pytest.MonkeyPatch, certificate: tuple[Path, Path]) -> None:
        self.patch, self.certificate = patch, certificate
        self.wires: list[tuple[str, int]] = []
        self.heard: list[bytes] = []

    def __call__(self, speak: Speak, url: str = URL, **how: object) -> Answer:
        real_connect, real_context = socket.create_connection, ssl.create_default_context
        paper, key = self.certificate
        with server(speak, paper, key) as (port, heard), self.patch.context() as patch:

            def connect(where: tuple[str, int], timeout: float) -> socket.socket:
                self.wires.append(where)
                return real_connect(("127.0.0.1", port), timeout=timeout)

            patch.setattr(fetching.socket, "create_connection", connect)
            patch.setattr(
                fetching.ssl, "create_default_context", lambda: real_context(cafile=str(paper))
            )
            arguments = {"body": b"{}", "headers": {}, "most_bytes": 100, "seconds": 3.0, **how}
            arguments.setdefault("look_up", looks_up(PUBLIC))
            try:
                return post(url, **arguments)  # type: ignore[arg-type]
            finally:
                self.heard = heard


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, certificate: tuple[Path, Path]) -> Caller:
    return Caller(monkeypatch, certificate)


def says(text: str, body: bytes = b"") -> Speak:
    return lambda link: link.sendall(text.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)


OK = says("HTTP/1.1 200 OK\nContent-Length: 6", b"thanks")


def test_posted_to_the_address_that_was_judged(call: Caller) -> None:
    answer = call(OK, body=b'{"a":1}', headers={"webhook-id": "m-1"})
    assert answer == Answer(200, b"thanks")
    assert call.wires == [(PUBLIC, 443)]
    said = call.heard[0].decode()
    assert said.startswith("POST /hooks?shop=1 HTTP/1.1\r\nHost: shop.example\r\n")
    assert "webhook-id: m-1\r\n" in said
    assert "Content-Length: 7\r\n" in said
    for word in ("Cookie", "Authorization", "Referer"):
        assert word not in said


def test_a_name_is_looked_up_once(call: Caller) -> None:
    """Rebinding: the second answer would be this machine."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    call(OK, look_up=lambda _host, _port: next(answers))
    assert call.wires == [(PUBLIC, 443)]


@pytest.mark.parametrize("address", INNER)
def test_names_that_lead_inside_are_not_called(call: Caller, address: str) -> None:
    for found in (looks_up(address), looks_up(PUBLIC, address)):
        with pytest.raises(FetchRefusedError):
            call(OK, look_up=found)
    assert call.wires == []


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(call: Caller, code: int) -> None:
    where = "https://shop.example/elsewhere"
    answer = call(says(f"HTTP/1.1 {code} Moved\nLocation: {where}\nContent-Length: 0"))
    assert answer.status == code
    assert len(call.wires) == 1


def test_another_s_certificate_is_refused(call: Caller) -> None:
    with pytest.raises(FetchFailedError, match="SSLCertVerificationError"):
        call(OK, url="https://other.example/")


def test_of_a_long_answer_the_beginning_is_read(call: Caller) -> None:
    assert call(says("HTTP/1.1 200 OK\nContent-Length: 5000", b"x" * 5000)).body == b"x" * 100

    def endless(link: ssl.SSLSocket) -> None:
        link.sendall(b"HTTP/1.1 500 No\r\n\r\n")
        while True:
            link.sendall(b"x" * 100)

    assert call(endless) == Answer(500, b"x" * 100)


def test_an_answer_that_breaks_off_is_one_all_the_same(call: Caller) -> None:
    assert call(says("HTTP/1.1 204 Fine\nContent-Length: 0")) == Answer(204, b"")
    assert call(says("HTTP/1.1 200 OK\nContent-Length: 50", b"abc")).status == 200


def test_silence_and_drops_are_cut_off_in_time(call: Caller) -> None:
    def drops_of_a_header(link: ssl.SSLSocket) -> None:
        link.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            link.sendall(b"x")
            time.sleep(0.05)

    for speak in (drops_of_a_header, lambda _link: time.sleep(1)):
        started = time.monotonic()
        with pytest.raises(FetchFailedError, match="too long"):
            call(speak, seconds=0.4)
        assert time.monotonic() - started < 2


def test_no_http_is_no_answer(call: Caller) -> None:
    with pytest.raises(FetchFailedError):
        call(says("SSH-2.0-OpenSSH_9.2"))


@pytest.mark.parametrize(
    "url",
    ["http://shop.example/", "https://u:p@shop.example/", "https://shop.example:8443/",
     "https://shop.example:80/", "https://localhost/", "https://127.0.0.1/", "https://[::1]/",
     "https://0.0.0.0/", "https://169.254.169.254/", "https://[fd00::1]/", "ftp://shop.example/",
     "//shop.example/", "shop.example", "https:///x", "https://shop.example/\r\nX: y",
     "https://shop.example\\@127.0.0.1/", "https://db.internal/", "https://shop.example/#x"],
)  # fmt: skip
def test_odd_addresses_are_refused_unasked(url: str) -> None:
    def nobody(_host: str, _port: int) -> Sequence[str]:
        pytest.fail("it was looked up")

    for this_machine in (True, False):
        with pytest.raises(FetchRefusedError):
            check(url, this_machine=this_machine)
        with pytest.raises(FetchRefusedError):
            post(url, body=b"", headers={}, most_bytes=1, seconds=1, look_up=nobody,
                 this_machine=this_machine)  # fmt: skip


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0"])
def test_this_machine_by_its_many_names_is_refused(host: str) -> None:
    """With the system's own look-up, which reads numbers in every spelling."""
    with pytest.raises((FetchRefusedError, FetchFailedError)):
        post(f"https://{host}/", body=b"", headers={}, most_bytes=1, seconds=1)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://127.0.0.1/", "http://127.0.0.1:65535/a?b=c"]
)
def test_this_machine_is_for_those_who_ask_for_it(url: str) -> None:
    check(url, this_machine=True)
    with pytest.raises(FetchRefusedError):
        check(url)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:0/", "http://127.0.0.1@evil.example/", "http://127.0.0.2/",
     "http://localhost/", "http://127.0.0.1:99999/", "http://127.0.0.1 /"],
)  # fmt: skip
def test_and_only_by_its_plain_address(url: str) -> None:
    with pytest.raises(FetchRefusedError):
        check(url, this_machine=True)
