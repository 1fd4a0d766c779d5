"""Old addresses of what was merged into something else: they lead there for good."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from catalog.constants import Mergeable
from catalog.selectors.redirects import slug_now

# Names of the routes whose only parameter is a slug, and what it is the slug of.
_KINDS = {
    "book": Mergeable.WORK,
    "review": Mergeable.WORK,
    "author": Mergeable.PERSON,
    "series": Mergeable.SERIES,
    "publisher": Mergeable.PUBLISHER,
}
# A merge can be taken back: caches ask again after half a minute, browsers every time.
_FOR_A_WHILE = "public, max-age=0, s-maxage=30"


def moved(request: HttpRequest) -> HttpResponse | None:
    """Return the way (301) to where the page of this address is now, with its query, or None."""
    match = request.resolver_match
    if match is None or match.namespace != "catalog" or set(match.kwargs) != {"slug"}:
        return None
    kind = _KINDS.get(match.url_name or "")
    slug = slug_now(kind, match.kwargs["slug"]) if kind else None
    if slug is None:
        return None
    query = request.META.get("QUERY_STRING", "")
    url = reverse(f"catalog:{match.url_name}", args=[slug]) + (f"?{query}" if query else "")
    response = HttpResponsePermanentRedirect(url)
    response.headers["Cache-Control"] = _FOR_A_WHILE
    return response
