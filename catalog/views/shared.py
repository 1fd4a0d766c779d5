"""What the catalogue’s pages share: the same for everyone, and kept for a while."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec
from urllib.parse import urlencode

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from catalog.selectors.paging import Slice
from catalog.selectors.versions import page_version
from catalog.views import unchanged
from catalog.views.moved import moved

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

# Shared caches keep a page for five seconds and may serve it ten more while they ask again: a copy
# that is sold is gone from every page in a quarter of a minute. While the site is away they may serve
# what they have. A browser asks every time (304 when nothing changed): a visitor who changes country or
# theme must see it at once.
FRESH, STALE = 5, 10
CACHE_CONTROL = (
    f"public, max-age=0, s-maxage={FRESH}, stale-while-revalidate={STALE}, stale-if-error=600"
)


def live_page(view: View[P]) -> View[P]:
    """Serve a page that carries nothing personal but country and theme.

    GET and HEAD only, 301 for rows that were merged into others, 404 for those that don't exist, with
    an ETag and leave to keep it. It is made each time it is asked for.
    """

    @require_safe
    @conditional_page
    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except ObjectDoesNotExist as missing:
            if (elsewhere := moved(request)) is not None:
                return elsewhere
            raise Http404(_("There is no such page.")) from missing
        if response.status_code == 200:
            response.headers.setdefault("Cache-Control", CACHE_CONTROL)
        return response

    return page


def shared_page(view: View[P]) -> View[P]:
    """Serve a ``live_page`` that shows the catalogue, and is known to be unchanged while that is.

    Not for searches: their documents and words are written a moment after what they are made from.
    """
    made = live_page(view)

    @wraps(made)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not unchanged.asked_again(request):
            return made(request, *args, **kwargs)
        key, version = unchanged.key_of(request), page_version()
        response = unchanged.answer(request, key, version)
        if response is None:
            response = made(request, *args, **kwargs)
            unchanged.remember(key, version, response)
        return response

    return page


def page_of(request: HttpRequest) -> int:
    """Return the page asked for; anything that is not a number is the first."""
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def text_of(request: HttpRequest, name: str, most: int = 100) -> str:
    """Return a parameter's words on one line, without the NUL that PostgreSQL refuses."""
    return " ".join(request.GET.get(name, "").replace("\0", "").split())[:most]


class Feed(NamedTuple):
    """What a program can subscribe to instead of the page: the type of the file, its name, its path."""

    type: str
    title: str
    path: str


def feeds(*own: Feed) -> list[Feed]:
    """Return the feeds a page names in its head: its ``own``, then those of the whole marketplace."""
    return [
        *own,
        Feed(ATOM, _("New arrivals"), reverse("catalog:new_feed")),
        Feed(OPDS, _("Catalogue for reading programs"), reverse("catalog:opds")),
    ]


ATOM = "application/atom+xml"
OPDS = "application/opds+json"


def turns(part: "Slice[Any]", **kept: str) -> dict[str, str]:
    """Return the links to the pages before and after ``part``, which keep the other parameters."""
    same = {name: value for name, value in kept.items() if value}
    return {
        "previous": f"?{urlencode({**same, 'before': part.before})}" if part.before else "",
        "next": f"?{urlencode({**same, 'after': part.after})}" if part.after else "",
    }
