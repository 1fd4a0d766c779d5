"""Pages that everyone may cache carry nothing of anybody's.

The site is crawled as one person, link by link; every answer marked public is asked for again as
others, and has to be the same to the byte.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from redis import Redis

from tests.factories.accounts import AddressFactory, StaffFactory, UserFactory
from tests.factories.catalog import (
    ListingFactory,
    ReviewFactory,
    SearchDocumentFactory,
    SeriesEntryFactory,
    SubjectFactory,
    WantFactory,
    WorkFactory,
)
from tests.orders.journeys import basket_with
from tests.security.routes import address, routes

pytestmark = pytest.mark.django_db

LINK = re.compile(r'(?:href|hx-get|src)="([^"]+)"')
MOST_PAGES = 150
ANNOUNCED = "Only for the one who was told"


@pytest.fixture(autouse=True)
def shop_window(settings: Any) -> None:
    """A book, with all that its page can show."""
    Redis.from_url(settings.REDIS_URL).flushdb()
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, "1000000/minute")
    for _ in range(3):
        work = WorkFactory(author="Ada Writer", subject=SubjectFactory())
        listing = ListingFactory(edition__work=work)
        SeriesEntryFactory(work=work)
        ReviewFactory(work=work)
        SearchDocumentFactory(work=work)
    assert listing.pk


@pytest.fixture(autouse=True)
def one_moment() -> Iterator[None]:
    """Some files say when they were sent, to the second."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


def person(kind: str) -> Client:
    """Return somebody's browser, with a basket, a message that waits, and a token of forms."""
    client = Client()
    if kind == "visitor":
        return client
    make = StaffFactory if kind == "staff" else UserFactory
    user = make(name="Onlyhers", email="onlyhers@example.org")
    AddressFactory(user=user, line1="99 Onlyhers Lane")
    listing = ListingFactory()
    WantFactory(user=user, work=listing.edition.work)
    basket_with(listing, user=user)
    client.force_login(user)
    client.cookies["messages"] = _message()
    client.get("/checkout/")  # sets the token of forms
    client.cookies["messages"] = _message()
    return client


def _message() -> str:
    storage: Any = CookieStorage(HttpRequest())
    response = HttpResponse()
    storage._store([Message(constants.INFO, ANNOUNCED)], response)
    return str(response.cookies["messages"].value)


def is_public(response: HttpResponse) -> bool:
    return "public" in response.headers.get("Cache-Control", "")


def crawl(client: Client) -> dict[str, HttpResponse]:
    """Return the answers to GET of what can be reached from the front page, and of every plain route."""
    plain = [address(route, {}) for route in routes() if not (route.parameters or route.is_admin)]
    queue = [
        "/",
        *(path for path in plain if "logout" not in path and not path.startswith("/dev/")),
    ]
    seen: dict[str, HttpResponse] = {}
    while queue and len(seen) < MOST_PAGES:
        path = queue.pop(0)
        if path in seen:
            continue
        response = client.get(path)
        if response.streaming:
            continue
        seen[path] = response
        text = response.content.decode(errors="replace")
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            continue
        for link in LINK.findall(text):
            parts = urlsplit(urljoin(path, unescape(link)))
            inside = not parts.scheme and not parts.path.startswith(
                ("/static/", "/admin/", "/dev/")
            )
            if inside and "logout" not in parts.path:
                queue.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return seen


@pytest.mark.parametrize("kind", ["buyer", "staff"])
def test_what_is_public_is_the_same_for_everybody(kind: str) -> None:
    somebody = person(kind)
    found = crawl(somebody)
    public = {path: response for path, response in found.items() if is_public(response)}
    assert len(public) > 40, sorted(public)
    for path, response in public.items():
        stranger = Client().get(path)
        assert is_public(stranger), path
        assert stranger.content == response.content, path
        for word in (b"Onlyhers", b"onlyhers", ANNOUNCED.encode(), b"csrfmiddlewaretoken"):
            assert word not in response.content, (path, word)
        # Not a cookie is set, and no cookie decides but those of the key.
        assert not response.cookies, path
        assert "Cookie" not in response.headers.get("Vary", ""), path
    # The control: the crawl went where somebody's own things are, and they are not public.
    personal = [path for path, response in found.items() if b"Onlyhers" in response.content]
    assert personal
    told = [path for path, response in found.items() if ANNOUNCED.encode() in response.content]
    assert told
    for path in (*personal, *told):
        assert "no-store" in found[path].headers["Cache-Control"], path


def test_headers_of_a_stranger_are_not_on_public_pages() -> None:
    """What is not in the key of the cache must not be on the page."""
    hostile = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Server": "evil.example",
        "X-Forwarded-Port": "1337",
        "X-Original-URL": "/admin/",
        "X-Rewrite-URL": "/admin/",
        "X-Forwarded-Prefix": "/evil.example",
        "X-Script-Name": "/evil.example",
        "Forwarded": "host=evil.example",
        "Referer": "http://evil.example/",
        "User-Agent": "evil.example",
        "Origin": "http://evil.example",
        "X-HTTP-Method-Override": "DELETE",
        "Accept-Language": "de",
        "Accept": "application/xml",
        "X-Basket-Token": "evil.example",
        "X-Requested-With": "XMLHttpRequest",
        "Sec-Fetch-Site": "cross-site",
    }
    for path, plain in crawl(Client()).items():
        if not is_public(plain):
            continue
        odd = Client(headers=hostile).get(path)  # type: ignore[arg-type]
        assert odd.content == plain.content or odd.status_code == 406, path
        assert "evil" not in str(odd.headers), path


@pytest.mark.parametrize("cookie", ["sessionid=nothing", "csrftoken=x", "unheard=of", "messages=x"])
def test_no_other_cookie_changes_a_public_page(cookie: str) -> None:
    for path in ("/", "/search/", "/shops/", "/authors/", "/api/v1/works/"):
        client = Client()
        plain = client.get(path).content
        assert client.get(path, HTTP_COOKIE=cookie).content == plain  # type: ignore[arg-type]


def test_search_tells_caches_that_swapping_asks_for_less() -> None:
    """A search without its one address is sent on, but not when htmx asks: caches keep both apart."""
    swapped = Client().get("/search/?q=book&nothing=1", headers={"HX-Request": "true"})
    assert swapped.status_code == 200
    assert "HX-Request" in swapped.headers["Vary"]
