"""Paying by bank transfer: where the money goes."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from orders.constants import OrderStatus
from orders.selectors.transfers import transfer_page


@never_cache
@require_GET
def transfer(request: HttpRequest, payment: UUID) -> HttpResponse:
    """Say where to send the money, and by which reference."""
    page = transfer_page(payment)
    if page is None:
        raise Http404
    if page.order.status == OrderStatus.PLACED:
        return redirect(page.order)
    return render(request, "orders/transfer.html", {"page": page, "payment": payment})
