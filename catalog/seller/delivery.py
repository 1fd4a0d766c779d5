"""What a shop charges for post: the table, and what it comes to."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_countries import countries

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.errors import DomainError
from catalog.models import DeliveryRate, Load
from catalog.selectors import delivery as reads
from catalog.seller import presets
from catalog.seller.delivery_forms import Table, kept, typed
from catalog.services import delivery as rates

MOST_GRAMS, MOST_BOOKS = 30_000, 99


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.OWNER)
def delivery(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show the table, try it, and change it.

    Besides saving, the form can be asked for another row (``more``), a table to begin with
    (``preset``), or what the table as typed would come to (``try``): none of these keeps anything.
    """
    shop = member.seller
    if request.method != "POST":
        known = reads.table_of(shop)
        return _page(request, member, kept(shop, known), known)
    if "preset" in request.POST:
        known = presets.rates(request.POST["preset"], shop)
        return _page(request, member, kept(shop, known), known)
    table = typed(shop, request.POST)
    valid = table.is_valid()
    known = _unsaved(table) if valid else []
    if request.headers.get("HX-Request"):
        return render(request, "selling/_delivery_tried.html", _tried(request, member, known))
    if not valid or {"try", "more"} & request.POST.keys():
        return _page(request, member, table, known)
    try:
        rates.replace(seller=shop, actor=member.user, table=table.terms())
    except DomainError as error:
        named = [text for texts in error.fields.values() for text in texts]
        messages.error(request, " ".join([error.message, *named]))
        return _page(request, member, table, known)
    messages.success(request, _("The delivery rates are saved. They count from now on."))
    return redirect("selling:delivery", shop.slug)


def _unsaved(table: Table) -> list[DeliveryRate]:
    return [
        DeliveryRate(currency=settings.MARKETPLACE_CURRENCY, **asdict(terms))
        for terms in table.terms()
    ]


def _page(
    request: HttpRequest, member: SellerMember, table: Table, known: Sequence[DeliveryRate]
) -> HttpResponse:
    errors = table.errors if "more" not in request.POST else []
    return shop_page(
        request,
        member,
        "selling/delivery.html",
        tab="delivery",
        table=table,
        errors=errors,
        error_title=bool(errors),
        presets=[(name, label) for name, (label, _basis, _rows) in presets.PRESETS.items()],
        currency=settings.MARKETPLACE_CURRENCY,
        countries=list(countries),
        **_tried(request, member, known),
    )


def _tried(
    request: HttpRequest, member: SellerMember, known: Sequence[DeliveryRate]
) -> dict[str, Any]:
    """Return what the table comes to: for the parcel that was asked about, and for some others."""
    asked = request.POST
    country = asked.get("try_country", "FR")
    country = country if country in countries else "FR"
    grams = _number(asked.get("try_grams", ""), reads.PAPERBACK_G, MOST_GRAMS)
    books = _number(asked.get("try_books", ""), 1, MOST_BOOKS)
    parcel = _("%(books)d × %(grams)d g") % {"books": books, "grams": grams}
    return {
        "tried_country": country,
        "tried_grams": grams,
        "tried_books": books,
        "tried": reads.examples_of(known, country, parcel, Load(books, grams * books)),
        "examples": reads.examples(known, member.seller.country.code),
    }


def _number(text: str, usual: int, most: int) -> int:
    return (
        min(max(1, int(text)), most)
        if text.isascii() and text.isdigit() and len(text) < 9
        else usual
    )
