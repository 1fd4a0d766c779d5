"""Wanted by readers: what people wait for, before a shop buys stock."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.sameorigin import same_origin_required
from catalog.search import Query, search
from catalog.search.text import clean
from catalog.selectors import demand

# As much as fits a thousand numbers, each on a line with its hyphens.
LONGEST_LIST = 40_000


def _page_asked_for(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 1


@same_origin_required
@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.INVENTORY)
def wanted_by_readers(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show what most people wait for; or the demand for what a search finds, or for a list of ISBNs.

    The list is posted, for it may be long; nothing is written.
    """
    shop = member.seller
    pasted = request.POST.get("isbns", "").replace("\0", " ")[:LONGEST_LIST]
    text = clean(request.GET.get("q", ""))
    page, rows = None, None
    if pasted:
        rows = demand.of_numbers(pasted, shop)
    elif text:
        found = search(Query(text=text, to=str(shop.country)))
        rows = demand.rows_for([hit.card.work.pk for hit in found.hits], shop)
    else:
        page = demand.most_wanted(shop, number=_page_asked_for(request))
    context: dict[str, Any] = {
        "page": page,
        "rows": rows,
        "q": text,
        "pasted": pasted,
        "enough": demand.ENOUGH,
    }
    return shop_page(request, member, "selling/demand.html", tab="demand", **context)
