"""Copies that a shop can't send after all."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from books4all.lib.errors import DomainError
from orders.seller.common import MAY_WRITE, order_url, own_order
from orders.seller.forms import RefuseForm
from orders.services import seller_orders as services


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(*MAY_WRITE)
def order_refuse(request: HttpRequest, member: SellerMember, number: str) -> HttpResponse:
    """Refuse an order, or some copies in it: the buyer is paid back for them."""
    seller = member.seller
    part = own_order(seller, number)
    lines = list(part.lines.all())
    form = RefuseForm(part, lines, request.POST if request.method == "POST" else None)
    if not form.lines or not part.waits:
        messages.error(request, _("Nothing of this order is left to refuse."))
        return redirect(order_url(seller, part.order.number))
    if form.is_valid():
        try:
            refusal = services.refuse(
                seller_order_id=part.pk,
                reason=form.cleaned_data["reason"],
                words=form.cleaned_data["words"],
                copies=form.copies(),
                restock=form.cleaned_data["restock"],
                asked=services.Asked(member.user, seen=form.seen_at()),
            )
        except DomainError as error:
            messages.error(request, error.message)
        else:
            words = _("Refused. The buyer is told by mail and gets %(amount)s back.")
            messages.success(request, words % {"amount": refusal.amount})
        return redirect(order_url(seller, part.order.number))
    return shop_page(
        request,
        member,
        "selling/order_refuse.html",
        tab="orders",
        part=part,
        form=form,
        nothing_sent=not any(line.posted for line in lines),
        error_title=bool(form.errors),
    )
