"""All shops, and one shop."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_countries import countries

from accounts.selectors import handling_line, returns_line, returns_payer, visitor_country
from catalog import jsonld
from catalog.selectors import shops
from catalog.views.shared import ATOM, Feed, feeds, page_of, shared_page, text_of


@shared_page
def shop_list(request: HttpRequest) -> HttpResponse:
    """Show all shops, perhaps of one country only."""
    asked = text_of(request, "country", 2).upper()
    chosen = asked if asked in countries else ""
    page, by_country = shops.shops_page(country=chosen, number=page_of(request))
    context = {
        "page": page,
        "countries": by_country,
        "chosen": chosen,
        "chosen_name": countries.name(chosen) if chosen else "",
        "total": sum(row.shops for row in by_country),
        "nav": "shops",
        "feeds": feeds(),
        "jsonld": jsonld.block(
            jsonld.collection(
                _("All shops"),
                reverse("catalog:shops"),
                [(shop.name, shop.url) for shop in page.items],
            )
        ),
    }
    return render(request, "catalog/shop_list.html", context)


@shared_page
def shop_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a shop with its window, stock and terms."""
    country = visitor_country(request)
    page = shops.shop_page(
        slug=slug,
        country=country,
        query=text_of(request, "q"),
        subject=text_of(request, "subject"),
        number=page_of(request),
    )
    path = reverse("catalog:shop", args=[slug])
    context = {
        "page": page,
        "shop": page.seller,
        "path": path,
        "handling": handling_line(page.seller),
        "returns": returns_line(page.seller),
        "returns_payer": returns_payer(page.seller),
        "country_name": countries.name(country),
        "marketplace": settings.MARKETPLACE_NAME,
        "reviews": [
            {"stars": review.rating, "text": review.text, "who": review.author_name}
            for review in page.reviews
        ],
        "nav": "shops",
        "feeds": feeds(
            Feed(
                ATOM,
                _("New at %(shop)s") % {"shop": page.seller.name},
                reverse("catalog:shop_feed", args=[slug]),
            )
        ),
        "jsonld": jsonld.block(jsonld.shop(page, path)),
        "jsonld_crumbs": jsonld.block(
            jsonld.crumbs([(_("Shops"), reverse("catalog:shops")), (page.seller.name, path)])
        ),
    }
    return render(request, "catalog/shop_detail.html", context)
