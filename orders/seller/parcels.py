"""Posting: a parcel of one order, many orders at once, and a tracking number put right."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.carriers import CARRIERS
from books4all.lib.errors import DomainError
from orders.models import SellerOrder
from orders.selectors import seller_orders as reads
from orders.seller.common import MAY_WRITE, chosen, order_url, own_order
from orders.seller.forms import KnownParcelForm, ParcelForm, PostAllForm
from orders.services import posting
from orders.services import seller_orders as services

_NAMES = [carrier.name for carrier in CARRIERS]


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(*MAY_WRITE)
def order_post(request: HttpRequest, member: SellerMember, number: str) -> HttpResponse:
    """Post a parcel with all that is left of an order, or with some of it."""
    seller = member.seller
    part = own_order(seller, number)
    lines = list(part.lines.all())
    given = request.POST if request.method == "POST" else None
    form = ParcelForm(part, lines, given, initial={"carrier": reads.last_carrier(seller)})
    if not form.lines or not part.waits:
        messages.error(request, _("Nothing of this order is left to post."))
        return redirect(order_url(seller, part.order.number))
    if form.is_valid():
        try:
            services.post(
                seller_order_id=part.pk,
                copies=form.copies(),
                asked=services.Asked(member.user, seen=form.seen_at()),
                **form.tracking(),
            )
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Posted. The buyer is told by mail."))
        return redirect(order_url(seller, part.order.number))
    return shop_page(
        request,
        member,
        "selling/order_post.html",
        tab="orders",
        part=part,
        form=form,
        carriers=_NAMES,
        error_title=bool(form.errors),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(*MAY_WRITE)
def order_parcel(
    request: HttpRequest, member: SellerMember, number: str, parcel: UUID
) -> HttpResponse:
    """Put right what was typed about a parcel."""
    seller = member.seller
    part = own_order(seller, number)
    found = next((row for row in part.shipments.all() if row.pk == parcel), None)
    if found is None:
        raise Http404(_("There is no such parcel."))
    known = {
        "carrier": found.carrier,
        "tracking_number": found.tracking_number,
        "tracking_url": found.tracking_url,
        "tracking_status": found.tracking_status,
    }
    form = KnownParcelForm(request.POST if request.method == "POST" else None, initial=known)
    if form.is_valid():
        try:
            if form.tracking() != {name: known[name] for name in form.tracking()}:
                services.correct_tracking(
                    shipment_id=found.pk, actor=member.user, **form.tracking()
                )
            services.follow_parcel(
                shipment_id=found.pk,
                status=form.cleaned_data["tracking_status"] or found.tracking_status,
                actor=member.user,
            )
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Corrected. The buyer sees it on the order’s page."))
        return redirect(order_url(seller, part.order.number))
    return shop_page(
        request,
        member,
        "selling/order_parcel.html",
        tab="orders",
        part=part,
        form=form,
        carriers=_NAMES,
        error_title=bool(form.errors),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(*MAY_WRITE)
def orders_post(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Mark many orders as posted, each in one parcel, with tracking numbers where there are some."""
    seller = member.seller
    parts = [part for part in chosen(request, seller) if part.waits]
    if not parts:
        messages.error(request, _("None of these orders waits to be posted."))
        return redirect("selling:orders", seller.slug)
    given = request.POST if request.method == "POST" else None
    form = PostAllForm(parts, given, initial={"carrier": reads.last_carrier(seller)})
    if form.is_valid():
        return _post_all(request, member, parts, form)
    rows = reads.rows_of(seller, parts)
    return shop_page(
        request,
        member,
        "selling/orders_post.html",
        tab="orders",
        rows=[(row, form[f"tracking-{row.number}"]) for row in rows],
        form=form,
        carriers=_NAMES,
        error_title=bool(form.errors),
    )


def _post_all(
    request: HttpRequest, member: SellerMember, parts: list[SellerOrder], form: PostAllForm
) -> HttpResponse:
    parcels = [
        posting.Parcel(
            seller_order_id=part.pk,
            number=part.order.number,
            carrier=form.cleaned_data["carrier"],
            tracking_number=form.tracking_of(part.order.number),
            tracking_url=form.page_of(part.order.number),
        )
        for part in parts
    ]
    results = posting.post_all(parcels=parcels, actor=member.user)
    return shop_page(
        request,
        member,
        "selling/orders_posted.html",
        tab="orders",
        results=results,
        done=sum(not result.problem for result in results),
        to_post=f"{reverse('selling:orders', args=[member.seller.slug])}?tab=to-post",
    )
