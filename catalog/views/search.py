"""Search and suggestions over HTTP."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.selectors import visitor_country
from catalog.search import Query, search, suggest
from catalog.search.suggestions import Named
from catalog.views import search_page
from catalog.views.shared import shared_page


@shared_page
def search_results(request: HttpRequest) -> HttpResponse:
    """Show what a search finds, with filters, or everything on sale.

    Every search has one address: others are sent on to it, except where something could not be
    read, which the page then says.
    """
    query = Query.from_params(request.GET, to=visitor_country(request))
    swapped = bool(request.htmx)  # type: ignore[attr-defined]  # HtmxMiddleware's
    if not swapped and not query.problems and not _is_canonical(request, query):
        return HttpResponseRedirect(search_page.url(query))
    results = search(query)
    if query.page > results.pages:
        return HttpResponseRedirect(search_page.url(query.but(page=results.pages)))
    raw = {name: request.GET.get(name, "") for name in query.problems or ()}
    response = render(request, "catalog/search.html", search_page.context(results, raw))
    # Others are sent on to the one address; who swaps is answered here. Caches keep the two apart.
    patch_vary_headers(response, ["HX-Request"])
    if swapped:
        response.headers["HX-Push-Url"] = search_page.url(query)
    return response


def _is_canonical(request: HttpRequest, query: Query) -> bool:
    """Whether the parameters are those of the canonical address, in any order of their names."""
    asked = sorted(request.GET.lists())
    canonical: dict[str, list[str]] = {}
    for name, value in query.params:
        canonical.setdefault(name, []).append(value)
    return asked == sorted(canonical.items())


@shared_page
def suggestions(request: HttpRequest) -> HttpResponse:
    """Answer the options under the search field, as a fragment of a page."""
    found = suggest(request.GET.get("q", ""), to=visitor_country(request))
    context = {
        "works": [{"work": card.work, "price": card.from_price} for card in found.books],
        "searches": [_option(named) for named in found.named],
    }
    return render(request, "catalog/suggest.html", context)


def _option(named: Named) -> dict[str, str]:
    """Return a person, a shop or a search as a line of the list."""
    copies = search_page.number(named.copies, "copies")
    if named.kind == "first":
        address = search_page.url(Query(text=named.name, first=True))
        return {"label": named.name, "detail": _("first editions"), "count": copies, "url": address}
    address = reverse(f"catalog:{named.kind}", args=[named.slug])
    detail, icon = (_("shop"), "store") if named.kind == "shop" else (_("author"), "user")
    line = {"label": named.name, "detail": detail, "count": copies}
    return {**line, "url": address, "icon": icon}
