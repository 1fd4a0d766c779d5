"""What is printed for parcels: labels, packing slips, the pick list."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib import typeset
from orders.selectors import documents as sheets
from orders.selectors import seller_orders as reads
from orders.seller.common import MAY_LOOK, chosen
from orders.seller.forms import LabelsForm


def printed(template: str, name: str, data: Mapping[str, Any]) -> HttpResponse:
    """Return a document for the browser to show and print."""
    response = HttpResponse(typeset.pdf(template, data), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _nothing(request: HttpRequest, member: SellerMember) -> HttpResponse:
    messages.error(request, _("There is nothing to print. Tick the orders first."))
    return redirect("selling:orders", member.seller.slug)


@require_safe
@team_page(*MAY_LOOK)
def orders_labels(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Ask for the paper, then print address labels on it."""
    seller = member.seller
    parts = chosen(request, seller)
    if not parts:
        return _nothing(request, member)
    form = LabelsForm(request.GET if "paper" in request.GET else None)
    if form.is_valid():
        data = sheets.labels(
            seller,
            parts,
            paper=sheets.LabelFormat(form.cleaned_data["paper"]),
            start=form.cleaned_data["start"] or 1,
        )
        return printed("labels", "labels", data)
    return shop_page(
        request,
        member,
        "selling/orders_labels.html",
        tab="orders",
        form=form,
        rows=reads.rows_of(seller, parts),
        error_title=bool(form.errors),
    )


@require_safe
@team_page(*MAY_LOOK)
def orders_slips(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Print packing slips, a page an order."""
    parts = chosen(request, member.seller)
    if not parts:
        return _nothing(request, member)
    data = sheets.packing_slips(member.seller, parts)
    return printed("packing_slips", "packing-slips", data)


@require_safe
@team_page(*MAY_LOOK)
def orders_pick(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Print what to fetch from the shelves."""
    parts = chosen(request, member.seller)
    if not parts:
        return _nothing(request, member)
    return printed("pick_list", "pick-list", sheets.pick_list(member.seller, parts))
