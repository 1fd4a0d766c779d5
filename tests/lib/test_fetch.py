"""Files from addresses that strangers name: nobody sends us to our own doors."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import pytest

from books4all.lib import fetch as fetching
from books4all.lib.fetch import (
    FetchFailedError,
    FetchRefusedError,
    Target,
    allowed_host,
    fetch,
    is_public,
    judge,
)

ANY = ["*"]
PUBLIC = "93.184.215.14"


def looks_up(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda _host, _port: addresses


INNER = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "100::1", "fec0::1", "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(FetchRefusedError):
        judge("http://covers.example.org/x.jpg", ANY, looks_up(address))
    # Nor is one of them hidden among public ones.
    with pytest.raises(FetchRefusedError):
        judge("http://covers.example.org/x.jpg", ANY, looks_up(PUBLIC, address))


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)
    assert judge("https://covers.example.org/x.jpg", ANY, looks_up(address)).address == address


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "//covers.example.org/x", "/x.jpg", "file:///etc/passwd", "ftp://example.org/x",
        "gopher://example.org:70/_x", "data:image/png;base64,AAAA", "javascript:alert(1)",
        "unix:///run/docker.sock", "dict://example.org:11211/stat", "HTTP:/x", "http:///x",
        "http://user@example.org/x", "http://user:secret@example.org/x", "http://@example.org/x",
        "http://example.org:22/x", "http://example.org:6379/", "https://example.org:80/",
        "http://example.org:99999/", "http://example.org:-1/", "http://example.org\\@127.0.0.1/",
        "http://example.org/\r\nHost: inner", "http://example.org/a b", "http://exämple.org/x",
        "http://[::1/x", "http://[::ffff:127.0.0.1", "http://example.org/\0", "http://ⓔxample.org/",
    ],
)  # fmt: skip
def test_odd_addresses_are_refused_unasked(url: str) -> None:
    def nobody(_host: str, _port: int) -> Sequence[str]:
        pytest.fail("it was looked up")

    with pytest.raises(FetchRefusedError):
        judge(url, ANY, nobody)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
     "[::ffff:7f00:1]", "0", "[fe80::1%25lo]"],
)  # fmt: skip
def test_this_machine_by_its_many_names_is_refused(host: str) -> None:
    """With the system's own look-up, which reads numbers in every spelling."""
    with pytest.raises((FetchRefusedError, FetchFailedError)):
        judge(f"http://{host}/x.jpg", ANY)


def test_hosts_are_named_or_their_families_or_all() -> None:
    hosts = ["covers.example.org", ".books.example"]
    assert allowed_host("COVERS.example.org.", hosts)
    assert allowed_host("a.b.books.example", hosts)
    assert not allowed_host("books.example", hosts)
    assert not allowed_host("evilbooks.example", hosts)
    assert not allowed_host("covers.example.org.evil.example", hosts)
    assert not allowed_host("anything", [])
    with pytest.raises(FetchRefusedError, match=r"not fetched from evil\.example"):
        judge("https://evil.example/x", hosts, looks_up(PUBLIC))


def test_a_name_that_is_not_known_may_be_known_later() -> None:
    def away(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    with pytest.raises(FetchFailedError):
        judge("https://covers.example.org/x", ANY, away)


# ---- over a real socket ------------------------------------------------------------------------


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """Answer each connection by hand; what was asked is in the list."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    link, _ = listener.accept()
                except TimeoutError:
                    continue
                with link:
                    link.settimeout(5)
                    asked.append(link.recv(65536))
                    with suppress(OSError):
                        answer(link)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], asked
        finally:
            over.set()
            thread.join()


@pytest.fixture
def get(monkeypatch: pytest.MonkeyPatch) -> Callable[..., bytes]:
    """Fetch from a server here as if it stood on the internet: the rules hold, the wire is ours."""
    real = socket.create_connection

    def run(answer: Callable[[socket.socket], None], **how: object) -> bytes:
        with server(answer) as (port, asked):
            ports: list[tuple[str, int]] = []

            def connect(where: tuple[str, int], timeout: float) -> socket.socket:
                ports.append(where)
                return real(("127.0.0.1", port), timeout=timeout)

            monkeypatch.setattr(fetching.socket, "create_connection", connect)
            arguments = {"hosts": ANY, "most_bytes": 1000, "seconds": 3.0, **how}
            arguments.setdefault("look_up", looks_up(PUBLIC))
            try:
                return fetch("http://covers.example.org/x.jpg?a=b", **arguments)  # type: ignore[arg-type]
            finally:
                run.asked, run.ports = asked, ports  # type: ignore[attr-defined]

    return run


def says(text: str, body: bytes = b"") -> Callable[[socket.socket], None]:
    return lambda link: link.sendall(text.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)


def test_a_file_comes_from_the_address_that_was_judged(get: Callable[..., bytes]) -> None:
    assert get(says("HTTP/1.1 200 OK\nContent-Length: 4", b"abcd")) == b"abcd"
    assert get.ports == [(PUBLIC, 80)]  # type: ignore[attr-defined]
    asked = get.asked[0].decode()  # type: ignore[attr-defined]
    assert asked.startswith("GET /x.jpg?a=b HTTP/1.1\r\nHost: covers.example.org\r\n")
    for word in ("Cookie", "Authorization", "Referer"):
        assert word not in asked


def test_a_name_is_looked_up_once(get: Callable[..., bytes]) -> None:
    """Rebinding: the second answer would be this machine."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    get(says("HTTP/1.1 200 OK\nContent-Length: 1", b"x"), look_up=lambda _h, _p: next(answers))
    assert get.ports == [(PUBLIC, 80)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "where",
    ["http://127.0.0.1/x", "http://inner.example/x", "//inner.example/", "file:///etc/passwd",
     "http://covers.example.org:6379/", "http://user@covers.example.org/", "\\\\inner.example\\x"],
)  # fmt: skip
def test_a_redirect_is_judged_like_the_first_address(get: Callable[..., bytes], where: str) -> None:
    def look_up(host: str, _port: int) -> Sequence[str]:
        return [PUBLIC] if host == "covers.example.org" else ["127.0.0.1"]

    with pytest.raises(FetchRefusedError):
        get(says(f"HTTP/1.1 302 Found\nLocation: {where}\nContent-Length: 0"), look_up=look_up)
    assert len(get.ports) == 1  # type: ignore[attr-defined]


def test_a_redirect_to_a_host_that_is_not_named_is_refused(get: Callable[..., bytes]) -> None:
    answer = says("HTTP/1.1 302 Found\nLocation: http://other.example/x\nContent-Length: 0")
    with pytest.raises(FetchRefusedError, match=r"other\.example"):
        get(answer, hosts=["covers.example.org"])


def test_redirects_end(get: Callable[..., bytes]) -> None:
    with pytest.raises(FetchRefusedError, match="on and on"):
        get(says("HTTP/1.1 301 Moved\nLocation: /y.jpg\nContent-Length: 0"))
    assert len(get.ports) == 1 + fetching.REDIRECTS  # type: ignore[attr-defined]


def test_a_file_is_cut_off_at_its_bound(get: Callable[..., bytes]) -> None:
    with pytest.raises(FetchRefusedError, match="larger"):
        get(says("HTTP/1.1 200 OK\nContent-Length: 5000"))
    with pytest.raises(FetchRefusedError, match="larger"):
        get(says("HTTP/1.1 200 OK\nContent-Length: 10", b"x" * 10), most_bytes=9)

    def endless(link: socket.socket) -> None:
        link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            link.sendall(b"x" * 100)

    with pytest.raises(FetchRefusedError, match="larger"):
        get(endless)


def test_drop_by_drop_is_cut_off_in_time(get: Callable[..., bytes]) -> None:
    def drops(link: socket.socket) -> None:
        link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            link.sendall(b"x")
            time.sleep(0.05)

    started = time.monotonic()
    with pytest.raises(FetchFailedError):
        get(drops, seconds=0.5)
    assert time.monotonic() - started < 2

    def drops_of_a_header(link: socket.socket) -> None:
        link.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            link.sendall(b"x")
            time.sleep(0.05)

    started = time.monotonic()
    with pytest.raises(FetchFailedError):
        get(drops_of_a_header, seconds=0.5)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        ("HTTP/1.1 404 Not Found\nContent-Length: 0", False),
        ("HTTP/1.1 204 No Content", False),
        ("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 3", False),
        ("HTTP/1.1 503 Away\nContent-Length: 0", True),
        ("HTTP/1.1 429 Later\nContent-Length: 0", True),
        ("SSH-2.0-OpenSSH_9.2", True),
        ("HTTP/1.1 200 OK\nContent-Length: 900", True),
    ],
)
def test_what_is_worth_another_try(get: Callable[..., bytes], answer: str, again: bool) -> None:
    with pytest.raises(FetchFailedError if again else FetchRefusedError):
        get(says(answer))


def test_the_target_keeps_the_query() -> None:
    target = judge("https://covers.example.org?isbn=1", ANY, looks_up(PUBLIC))
    assert isinstance(target, Target)
    assert (target.path, target.port) == ("/?isbn=1", 443)
