"""Saying "nothing has changed" without making the page again.

A browser, or nginx, that has a page asks whether it is still the same. The page's ETag is a hash of
its bytes, so that replicas agree on it; to make the bytes only to hash them would cost as much as to
send them. So a process remembers what a page's ETag was at which count of the catalogue's changes
(``catalog.selectors.versions``): while the count is the same, so is the page.

What is remembered is this process's own, and goes with it: a new release begins with nothing.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response

MOST = 20_000
# Pages know the day (a shop's holidays), and that is part of their key; nothing of them should know
# the minute. If something does, this is how long it can be wrong.
SECONDS = 300
# What a 304 repeats of the answer that it stands for (RFC 9110, 15.4.5).
_REPEATED = ("Cache-Control", "Content-Location", "ETag", "Expires", "Vary")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page was at a count of changes."""

    version: int
    etag: str
    headers: dict[str, str]
    until: float


class Memory:
    """The pages that were asked for again lately."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._seen: OrderedDict[Key, Seen] = OrderedDict()
        self._lock = Lock()

    def recall(self, key: Key) -> Seen | None:
        """Return what is known of a page."""
        with self._lock:
            seen = self._seen.get(key)
            if seen is not None:
                self._seen.move_to_end(key)
        return seen if seen is not None and time.monotonic() < seen.until else None

    def keep(self, key: Key, seen: Seen) -> None:
        """Remember a page, and forget the one that was asked for longest ago if there are too many."""
        with self._lock:
            self._seen[key] = seen
            self._seen.move_to_end(key)
            while len(self._seen) > self._most:
                self._seen.popitem(last=False)

    def forget(self) -> None:
        """Forget all."""
        with self._lock:
            self._seen.clear()


memory = Memory()


def key_of(request: HttpRequest) -> Key:
    """Return all that a public page may differ by: its address and the visitor's few choices."""
    visitor = request.visitor  # type: ignore[attr-defined]  # the middleware's contract
    return (
        request.get_host(),
        request.scheme or "",
        request.get_full_path(),
        request.headers.get("HX-Request", ""),
        visitor.country,
        visitor.theme,
        translation.get_language() or "",
        timezone.now().date().isoformat(),
    )


def asked_again(request: HttpRequest) -> bool:
    """Tell whether the visitor has the page and asks if it is still the same."""
    # In development templates change under a running process.
    return "If-None-Match" in request.headers and not settings.DEBUG


def answer(request: HttpRequest, key: Key, version: int) -> HttpResponse | None:
    """Return a 304 if the page is known to be what the visitor has, else None."""
    seen = memory.recall(key)
    if seen is None or seen.version != version:
        return None
    response = get_conditional_response(request, etag=seen.etag)
    if response is None or response.status_code != 304:
        return None
    return HttpResponseNotModified(headers=seen.headers)


def remember(key: Key, version: int, response: HttpResponse) -> None:
    """Remember what the page was when ``version`` had been counted."""
    if response.status_code in {200, 304} and "public" in response.get("Cache-Control", ""):
        headers = {name: response.headers[name] for name in _REPEATED if name in response.headers}
        seen = Seen(version, response.headers["ETag"], headers, time.monotonic() + SECONDS)
        memory.keep(key, seen)
