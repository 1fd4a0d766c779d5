"""Search and suggestions over HTTP."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.selectors import visitor_country
from catalog import jsonld
from catalog.search import Query, Results, near, related, search, suggest
from catalog.search.suggestions import Named
from catalog.search.text import LONGEST_QUERY
from catalog.search.vocabulary import Sort
from catalog.views import search_links, search_page
from catalog.views.shared import live_page


@live_page
def search_results(request: HttpRequest) -> HttpResponse:
    """Show what a search finds, with filters, or everything on sale.

    Every search has one address: others are sent on to it, except where something could not be
    read, which the page then says.
    """
    query = Query.from_params(request.GET, to=visitor_country(request))
    swapped = bool(request.htmx)  # type: ignore[attr-defined]  # HtmxMiddleware's
    if not swapped and not query.problems and not search_links.is_canonical(request.GET, query):
        return HttpResponseRedirect(search_links.url(query))
    found = search(query)
    # Years among the words are not filters on the page: they are taken off where they were typed.
    results = replace(found, query=query)
    if results.too_broad:
        return _too_broad(request, query)
    if query.page > results.pages:
        return HttpResponseRedirect(search_links.url(query.but(page=results.pages)))
    context = search_page.context(
        results,
        {name: request.GET.get(name, "") for name in query.problems or ()},
        related=related(found),
        near=near(query.text, to=query.to) if _is_lost(results) else (),
    )
    response = render(request, "catalog/search.html", context)
    # Others are sent on to the one address; who swaps is answered here. Caches keep the two apart.
    patch_vary_headers(response, ["HX-Request"])
    if swapped:
        response.headers["HX-Push-Url"] = search_links.url(query)
    return response


def _is_lost(results: Results) -> bool:
    """Whether words found nothing at all, whatever the filters."""
    found = results.hits or results.matched or results.isbn or results.landmark
    return bool(results.query.text) and not found


def _too_broad(request: HttpRequest, query: Query) -> HttpResponse:
    """Say how to narrow a search that was not let finish. Nobody keeps the answer."""
    context = {
        "q": query.text,
        "typed": query.text,
        "unfiltered_url": search_links.url(query.unfiltered()) if query.filtered else "",
        "best_url": search_links.url(query.but(sort=Sort.BEST)) if query.sort != Sort.BEST else "",
    }
    response = render(request, "catalog/search_too_broad.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


# What begins with these letters changes slowly, and is asked for at every letter.
SUGGEST_CACHE = "public, max-age=60"


@live_page
def suggestions(request: HttpRequest) -> HttpResponse:
    """Answer the options under the search field, as a fragment of a page."""
    found = suggest(request.GET.get("q", ""), to=visitor_country(request))
    context = {
        "works": [{"work": card.work, "price": card.from_price} for card in found.books],
        "searches": [_option(named) for named in found.named],
    }
    response = render(request, "catalog/suggest.html", context)
    response.headers["Cache-Control"] = SUGGEST_CACHE
    return response


@live_page
def suggestions_json(request: HttpRequest) -> HttpResponse:
    """Answer a browser's own search field: OpenSearch suggestions, an array of four.

    The words asked for, what they may become, a line about each, and its address.
    """
    text = request.GET.get("q", "")[:LONGEST_QUERY]
    found = suggest(text, to=visitor_country(request))
    rows = [
        (card.work.title, card.work.author_line, card.work.get_absolute_url())
        for card in found.books
    ]
    rows += [
        (option["label"], f"{option['detail']}, {option['count']}", option["url"])
        for option in map(_option, found.named)
    ]
    answer = [
        text,
        [name for name, _line, _path in rows],
        [line for _name, line, _path in rows],
        [jsonld.absolute(path) for _name, _line, path in rows],
    ]
    response = JsonResponse(answer, safe=False, content_type="application/x-suggestions+json")
    response.headers["Cache-Control"] = SUGGEST_CACHE
    return response


_DETAILS = {
    "author": (_lazy("author"), "user"),
    "series": (_lazy("series"), "book-open"),
    "shop": (_lazy("shop"), "store"),
}


def _option(named: Named) -> dict[str, str]:
    """Return a person, a series, a shop or a search as a line of the list."""
    copies = search_links.number(named.copies, "copies", more=named.more)
    if named.kind == "first":
        address = search_links.url(Query(text=named.name, first=True))
        return {"label": named.name, "detail": _("first editions"), "count": copies, "url": address}
    address = reverse(f"catalog:{named.kind}", args=[named.slug])
    detail, icon = _DETAILS[named.kind]
    line = {"label": named.name, "detail": str(detail), "count": copies}
    return {**line, "url": address, "icon": icon}
