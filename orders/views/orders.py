"""Orders, to whoever has the link, and to who is signed in."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in_user
from orders.constants import OrderStatus
from orders.selectors import orders as reads
from orders.selectors.order_pages import order_page
from orders.selectors.paperwork.lists import of_order as documents_of


@never_cache
@require_safe
def track(request: HttpRequest, token: str) -> HttpResponse:
    """Show an order to whoever has its link."""
    order = reads.order_by_token(token)
    if order is None:
        raise Http404
    if order.status == OrderStatus.PENDING:
        return redirect("orders:pay_return", order.payment.pk)
    page = order_page(order)
    context = {"page": page, "order": order, "documents": documents_of(order)}
    return render(request, "orders/order.html", context)


@never_cache
@login_required
@require_safe
def my_orders(request: HttpRequest) -> HttpResponse:
    """List the user's orders, the newest first."""
    own = reads.with_parcels(reads.orders_of_user(signed_in_user(request)))
    listed = Paginator(own, 10).get_page(request.GET.get("page"))
    orders = [
        order_page(order, url=reverse("orders:my_order", args=[order.number])) for order in listed
    ]
    return render(
        request, "orders/my_orders.html", {"orders": orders, "page": listed, "tab": "orders"}
    )


@never_cache
@login_required
@require_safe
def my_order(request: HttpRequest, number: str) -> HttpResponse:
    """Show one of the user's orders; other people's are not found."""
    order = reads.order_of_user(signed_in_user(request), number)
    if order is None:
        raise Http404
    context = {"page": order_page(order), "order": order}
    return render(request, "orders/order.html", {**context, "documents": documents_of(order)})
