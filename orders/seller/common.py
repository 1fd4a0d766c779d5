"""What the pages of a shop's orders share: who may do what, and which orders are meant."""

from django.http import Http404, HttpRequest
from django.urls import reverse

from accounts.constants import SellerRole
from accounts.models import Seller
from books4all.lib.errors import NotFoundError
from orders.models import SellerOrder
from orders.selectors import seller_orders as reads

# Who sells may post and refuse; who keeps the books may look.
MAY_WRITE = (SellerRole.ORDERS,)
MAY_LOOK = (SellerRole.ORDERS, SellerRole.ACCOUNTING)


def tab_named(name: str, default: reads.Tab | None = None) -> reads.Tab | None:
    """Return the pile called ``name``."""
    try:
        return reads.Tab(name)
    except ValueError:
        return default


def chosen(request: HttpRequest, seller: Seller) -> list[SellerOrder]:
    """Return the orders that the request names: one by one (``order``), or a whole pile (``tab``)."""
    given = request.POST if request.method == "POST" else request.GET
    # PostgreSQL takes no NUL, and no number has one.
    numbers = [number.replace("\0", "").upper() for number in given.getlist("order")]
    if numbers:
        return reads.chosen_orders(seller, numbers=numbers)
    tab = tab_named(given.get("tab", ""))
    return reads.chosen_orders(seller, tab=tab) if tab in reads.WAITING_TABS else []


def own_order(seller: Seller, number: str) -> SellerOrder:
    """Return the shop's part of the order ``number`` with everything in it; else 404."""
    try:
        return reads.full_order_of(seller, number)
    except NotFoundError as error:
        raise Http404(error.message) from error


def order_url(seller: Seller, number: str) -> str:
    """Return the address of an order's page."""
    return reverse("selling:order", args=[seller.slug, number])
