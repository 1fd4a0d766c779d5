"""Pages that nginx keeps are given only to those they were made for, whatever a stranger sends.

A real nginx, a real gunicorn, and a page that says what Django reads from the request.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from books4all.stack.console import Console
from books4all.stack.processes import end, start
from books4all.stack.proxy import Proxy

PAGE = """
import time
from django.http.cookie import parse_cookie
def application(environ, start_response):
    html = ("Content-Type", "text/html")
    if environ["PATH_INFO"] == "/clock/":
        age = ("Cache-Control", "public, max-age=0, s-maxage=1, stale-while-revalidate=2")
        start_response("200 OK", [html, age])
        return [str(time.time()).encode()]
    if environ["PATH_INFO"] == "/asked/":
        start_response("200 OK", [html, ("Cache-Control", "no-store")])
        return [environ.get("HTTP_IF_NONE_MATCH", "").encode()]
    if environ["PATH_INFO"] == "/same/":
        own = [html, ("Cache-Control", "public, s-maxage=1"), ("ETag", '"same"')]
        if environ.get("HTTP_IF_NONE_MATCH"):
            start_response("304 Not Modified", own[1:])
            return []
        start_response("200 OK", own)
        return [b"made once"]
    cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
    names = ("country", "theme", "django_language")
    said = "|".join(cookies.get(name, "") for name in names) + "|" + environ["HTTP_HOST"]
    start_response("200 OK", [("Content-Type", "text/html"), ("Cache-Control", "public, s-maxage=30")])
    return [said.encode()]
"""
Headers = list[tuple[str, str]]


class Site:
    """nginx in front of the page."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, headers: Headers, method: str = "GET") -> tuple[str, dict[str, str]]:
        """Return text and headers of the answer to a request whose headers are sent as they stand."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        link.putrequest(method, path, skip_host=True)
        for name, value in headers:
            link.putheader(name, value)
        link.endheaders()
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        return text, {name.lower(): value for name, value in answer.getheaders()}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("cache")
    (folder / "page.py").write_text(PAGE)
    (folder / "nginx").mkdir()
    (folder / "logs").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    web = Path(f"/tmp/b4a-page-{os.getpid()}.sock")
    proxy = Proxy(folder / "nginx", "127.0.0.1", port, [web])
    proxy.configure(Console(), folder / "check.log")
    gunicorn = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"unix:{web}", "page:application"],
        cwd=folder,
        stderr=subprocess.DEVNULL,
    )
    nginx = start(proxy.program(), folder / "nginx.log")
    deadline = time.monotonic() + 30
    while not (web.exists() and _open(port)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield Site(port)
    end([nginx], proxy.program().end)
    gunicorn.terminate()
    gunicorn.wait(10)


def _open(port: int) -> bool:
    with socket.socket() as link:
        return link.connect_ex(("127.0.0.1", port)) == 0


HOST = ("Host", "books.example.org")
# What strangers send, and the cookies of the visitor who must not get what it made.
POISONS: list[tuple[Headers, str]] = [
    ([("Cookie", "country=GB; country=US")], "country=GB"),
    ([("Cookie", "country=; country=US")], ""),
    ([("Cookie", 'country="US"')], ""),
    ([("Cookie", "Country=GB; country=US")], "country=GB"),
    ([("Cookie", "country=GB"), ("Cookie", "theme=dark")], "country=GB; theme=dark"),
    ([("Cookie", "country=GB"), ("Cookie", "country=US")], "country=GB"),
    ([("Cookie", "x=1; country =US")], ""),
    ([("Cookie", "country=us")], ""),
    ([("Cookie", 'theme="dark"')], ""),
    ([("Cookie", "theme=light; theme=dark")], "theme=light"),
    ([("Cookie", "django_language=en-gb; django_language=de")], "django_language=en-gb"),
    ([("Cookie", "django_language=DE")], ""),
    ([("Cookie", "csrftoken=abc; theme=light,country=US; country=US,")], ""),
    ([("X-Forwarded-Host", "evil.example")], ""),
    ([("X-Forwarded-Proto", "https"), ("Forwarded", "host=evil.example")], ""),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(POISONS)))
def test_a_stranger_s_cookies_reach_nobody_else(site: Site, number: int) -> None:
    poison, cookies = POISONS[number]
    path = f"/books/poison-{number}/"
    victim = [HOST, ("Cookie", cookies)] if cookies else [HOST]
    expected, _headers = site.get(f"{path}?fresh", victim)
    site.get(path, [HOST, *poison])
    assert site.get(path, victim)[0] == expected


def test_honest_visitors_share_pages(site: Site) -> None:
    """The rule must not be kept by keeping nothing."""
    for cookies in (
        "country=DE",
        "theme=dark; country=US",
        "csrftoken=abcDEF123; country=US; theme=light; django_language=en-gb",
    ):
        path = f"/shared/{abs(hash(cookies))}/"
        text, headers = site.get(path, [HOST, ("Cookie", cookies)])
        assert headers["x-cache"] == "MISS"
        again, headers = site.get(path, [HOST, ("Cookie", cookies)])
        assert (again, headers["x-cache"]) == (text, "HIT")


@pytest.mark.parametrize(
    "header",
    [
        ("Cookie", "sessionid=abc; messages=x"),
        ("Cookie", "sessionid=ABC!"),
        ("Cookie", "Sessionid=abc"),
        ("Cookie", "country=GB; messages=x"),
        ("Authorization", "Bearer x"),
        ("HX-Request", "true"),
    ],
)
def test_a_personal_request_is_never_kept(site: Site, header: tuple[str, str]) -> None:
    path = f"/personal/{abs(hash(header))}/"
    for _ in range(2):
        assert site.get(path, [HOST, header])[1]["x-cache"] == "BYPASS"
    assert site.get(path, [HOST])[1]["x-cache"] == "MISS"


@pytest.mark.parametrize(
    "cookie", ["sessionid=abc1", "__Host-sessionid=abc1", "theme=dark; sessionid=a1"]
)
def test_who_is_signed_in_sees_what_is_kept_and_leaves_nothing(site: Site, cookie: str) -> None:
    path = f"/signed-in/{abs(hash(cookie))}/"
    plain = [HOST, ("Cookie", "theme=dark")] if "theme" in cookie else [HOST]
    signed_in = [HOST, ("Cookie", cookie)]
    for _ in range(2):
        assert site.get(path, signed_in)[1]["x-cache"] == "MISS"
    # What was made for the session is not there for anybody.
    text, headers = site.get(path, plain)
    assert headers["x-cache"] == "MISS"
    again, headers = site.get(path, signed_in)
    assert (again, headers["x-cache"]) == (text, "HIT")


def test_an_old_page_is_shown_no_longer_than_its_maker_allows(site: Site) -> None:
    """Not to the next visitor whenever he comes: a copy sold long ago would still be there."""
    first, _ = site.get("/clock/", [HOST])
    again, headers = site.get("/clock/", [HOST])
    assert (again, headers["x-cache"]) == (first, "HIT")
    time.sleep(
        2.2
    )  # fresh for one second (nginx counts whole ones), then the old one will do for two
    stale, headers = site.get("/clock/", [HOST])
    assert (stale, headers["x-cache"]) == (first, "STALE")
    time.sleep(4)
    new, headers = site.get("/clock/", [HOST])
    assert headers["x-cache"] in {"EXPIRED", "REVALIDATED"}
    assert float(new) > float(first) + 3


def test_the_page_is_not_made_again_to_find_that_it_is_the_same(site: Site) -> None:
    first, _ = site.get("/same/", [HOST])
    time.sleep(2.2)
    again, headers = site.get("/same/", [HOST])
    assert headers["x-cache"] == "REVALIDATED"
    assert again == first == "made once"
    unchanged, headers = site.get("/same/", [HOST, ("If-None-Match", '"same"')])
    assert (unchanged, headers["x-cache"]) == ("", "HIT")


def test_whoever_is_let_past_the_cache_asks_for_himself(site: Site) -> None:
    """And nobody else's question reaches the page, which would then be kept for nobody."""
    asked = ("If-None-Match", '"mine"')
    for header in (("Cookie", "messages=x"), ("Authorization", "Bearer x"), ("HX-Request", "true")):
        assert site.get("/asked/", [HOST, header, asked])[0] == '"mine"'
        assert site.get("/asked/", [HOST, header])[0] == ""
    assert site.get("/asked/", [HOST, asked])[0] == ""


def test_a_large_file_is_taken_from_those_who_are_signed_in_alone(site: Site) -> None:
    path, nothing = "/admin/catalog/catalogueimport/add/", ("Content-Length", "0")
    for cookie in ("sessionid=abc1", "__Host-sessionid=abc1; theme=dark", "x=y; sessionid=abc1"):
        answer, _ = site.get(path, [HOST, ("Cookie", cookie), nothing], "POST")
        assert answer.endswith("|books.example.org"), cookie
    for strange in ([], [("Cookie", "theme=dark")], [("Cookie", "messages=x")]):
        assert "403" in site.get(path, [HOST, *strange, nothing], "POST")[0]


def test_hosts_do_not_share_pages(site: Site) -> None:
    site.get("/host/", [("Host", "evil.example")])
    assert site.get("/host/", [HOST])[0].endswith("|books.example.org")


def test_caches_further_out_are_told_what_a_page_differs_by(site: Site) -> None:
    assert "cookie" in site.get("/vary/", [HOST])[1]["vary"].lower()
