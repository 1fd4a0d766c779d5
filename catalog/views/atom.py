"""New arrivals as Atom feeds (RFC 4287): of the whole marketplace, of a subject, of a shop."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from accounts.models import Seller
from accounts.selectors import visitor_country
from catalog import jsonld
from catalog.selectors import arrivals
from catalog.selectors.offers import Offer, shop_url
from catalog.selectors.subjects import subject_family
from catalog.views.shared import shared_page

ENTRIES = 50
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CONTENT_TYPE = "application/atom+xml; charset=utf-8"


class _Feed(Atom1Feed):
    """Django's Atom, but an empty feed does not say that it has just changed."""

    def latest_post_date(self) -> datetime:
        """Return when the newest entry was put out; long ago where there is none."""
        dates = [item["updateddate"] for item in self.items]
        return max(dates, default=datetime(1970, 1, 1, tzinfo=UTC))


@shared_page
def new_feed(request: HttpRequest) -> HttpResponse:
    """Give the newest copies of all shops."""
    offers = arrivals.newest(country=visitor_country(request), count=ENTRIES)
    title = _("New arrivals at %(name)s") % {"name": settings.MARKETPLACE_NAME}
    return _answer(request, title, reverse("catalog:new"), offers)


@shared_page
def subject_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the newest copies on one shelf and what is under it."""
    shelf, _above = subject_family(slug)
    offers = arrivals.newest(country=visitor_country(request), count=ENTRIES, shelf=shelf)
    title = _("New in %(shelf)s at %(name)s")
    title %= {"shelf": shelf.name, "name": settings.MARKETPLACE_NAME}
    return _answer(request, title, reverse("catalog:subject", args=[slug]), offers)


@shared_page
def shop_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Give what one shop has listed last."""
    seller = Seller.objects.approved().get(slug=slug)
    offers = arrivals.newest_of_shop(seller=seller, country=visitor_country(request), count=ENTRIES)
    return _answer(request, _("New at %(shop)s") % {"shop": seller.name}, shop_url(seller), offers)


def _answer(request: HttpRequest, title: str, page: str, offers: Iterable[Offer]) -> HttpResponse:
    feed = _Feed(
        title=title,
        link=jsonld.absolute(page),
        description="",
        language=settings.LANGUAGE_CODE,
        feed_url=jsonld.absolute(request.path),
        feed_guid=jsonld.absolute(request.path),
        author_name=settings.MARKETPLACE_NAME,
    )
    for offer in offers:
        _add(feed, offer)
    return HttpResponse(feed.writeString("utf-8"), content_type=CONTENT_TYPE)


def _add(feed: _Feed, offer: Offer) -> None:
    """Add a copy: what it is, how it is, what it costs; in the seller's own words where there are."""
    work, at = offer.work, offer.listing.listed_at
    name = ", ".join(part for part in (work.title, work.author_line) if part)
    cost = str(offer.total) if offer.total is not None else str(offer.item_price)
    lines = [
        f"{offer.condition_label} · {offer.format_line}",
        offer.note,
        offer.remarks,
        _("%(price)s with delivery") % {"price": cost}
        if offer.total is not None
        else _("%(price)s; not sent to your country") % {"price": cost},
        f"{offer.seller_name}, {offer.seller_place}".strip(", "),
    ]
    feed.add_item(
        title=_plain(f"{name}: {cost}"),
        link=jsonld.absolute(f"{work.get_absolute_url()}#copies"),
        description=format_html_join("", "<p>{}</p>", ((_plain(line),) for line in lines if line))
        or format_html(""),
        # It stays the same when the copy is priced anew or the site moves to https.
        unique_id=f"tag:{_host()},2026:copy-{offer.listing_id}",
        author_name=_plain(offer.seller_name),
        pubdate=at,
        updateddate=at,
    )


def _plain(text: str) -> str:
    """Return ``text`` without what is no character of XML: a seller's words may hold anything."""
    return _NO_XML.sub("", text)


def _host() -> str:
    return settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0]
