"""The start of a shop's workplace: what must be posted first, and how the shop is doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Seller, SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.money import total
from orders.constants import Actor
from orders.models import SellerOrder
from orders.selectors import today as reads
from orders.selectors.case_words import what_next
from orders.selectors.seller_orders import deadline_of


@dataclass(frozen=True, slots=True)
class Row:
    """An order to post as the dashboard lists it."""

    number: str
    url: str
    title: str
    lines: Sequence[object]
    to: str
    post_by: str
    kind: str
    part: SellerOrder


@never_cache
@require_safe
@team_page()
def today(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show what is to be done today and how the shop does; each sees what their role covers."""
    months = request.GET.get("chart") == "months"
    page = reads.today_of(member, months=months)
    shop = member.seller
    return shop_page(
        request,
        member,
        "selling/today.html",
        tab="today",
        page=page,
        months=months,
        rows=[_row(shop, part, page.day) for part in page.to_post.rows] if page.to_post else [],
        chart=_chart(shop, page.sales, months=months) if page.sales else None,
        urls=_urls(shop, page),
        cases=[
            (case, _url("case", shop, str(case.pk)), what_next(case, Actor.SELLER))
            for case in page.cases
        ],
    )


def _row(shop: Seller, part: SellerOrder, day: date) -> Row:
    lines, order = list(part.lines.all()), part.order
    waits = deadline_of(shop, part, day)
    return Row(
        number=order.number,
        url=_url("order", shop, order.number),
        title=_in_few_words([line.title for line in lines], sum(line.quantity for line in lines)),
        lines=lines[:3],
        to=f"{order.full_name}, {order.city}",
        post_by=waits.words if waits else _("Buyer is asked"),
        kind=waits.kind if waits else "",
        part=part,
    )


def _in_few_words(titles: Sequence[str], copies: int) -> str:
    if not titles or copies == 1:
        return titles[0] if titles else ""
    words = ngettext("%(title)s and %(n)s more", "%(title)s and %(n)s more", copies - 1)
    return words % {"title": titles[0], "n": copies - 1}


def _chart(shop: Seller, sales: reads.Sales, *, months: bool) -> dict[str, object]:
    """Return the bars, and where the orders of each can be read."""
    currency = sales.month.amount.currency
    return {
        "values": [bar.amount.minor for bar in sales.chart],
        "labels": [date_format(bar.first, "M Y" if months else "j M") for bar in sales.chart],
        "urls": [_orders_of(shop, bar.first, bar.last) for bar in sales.chart],
        "currency": currency,
        "total": total((bar.amount for bar in sales.chart), currency),
    }


def _url(name: str, shop: Seller, *args: str, **query: object) -> str:
    """Return the address of a page of the workplace; empty while there is no such page."""
    try:
        path = reverse(f"selling:{name}", args=[shop.slug, *args])
    except NoReverseMatch:
        return ""
    return (
        f"{path}?{urlencode({name: str(value) for name, value in query.items()})}"
        if query
        else path
    )


def _urls(shop: Seller, page: reads.Today) -> dict[str, str]:
    """Return where the rows of every figure are."""
    urls = {
        "to_post": _url("orders", shop, tab="waiting"),
        "overdue": _url("orders", shop, tab="waiting", overdue="on"),
        "cases": _url("cases", shop),
        "claims": _url("cases", shop, show="all"),
        "messages": _url("messages", shop, show="unread"),
        "live": _url("listings", shop, status="active"),
        "all": _url("listings", shop),
        "added": _url("listings", shop, status="active", sort="newest"),
        "photo": _url("listings", shop, need="photo"),
        "high": _url("listings", shop, need="high"),
        "sold_out": _url("listings", shop, need="sold_out"),
        "draft": _url("listings", shop, status="draft"),
        "long": _url("listings", shop, status="active", sort="oldest"),
        "list": _url("listing_find", shop),
        "imports": _url("imports", shop),
        "front": _url("front", shop),
        "delivery": _url("delivery", shop),
        "team": _url("team", shop),
        "demand": _url("demand", shop),
        "help": reverse("pages:help") + "#promises",
        "shop": reverse("catalog:shop", args=[shop.slug]),
    }
    if page.sales:
        urls["month"] = _orders_of(shop, page.sales.month.first, page.sales.month.last)
        urls["before"] = _orders_of(shop, page.sales.before.first, page.sales.before.last)
    if page.standing:
        last = page.standing.as_of - timedelta(days=1)
        urls["standing"] = _orders_of(shop, page.standing.since.date(), last.date())
    return urls


def _orders_of(shop: Seller, first: date, last: date) -> str:
    return _url("orders", shop, tab="all", since=first, until=last)
