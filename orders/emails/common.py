"""What the messages about orders share: to whom, with which links."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts.constants import SellerRole
from accounts.models import SellerMember
from books4all.lib.mail import Letter, render
from orders.models import Order, OrderLine, SellerOrder


def part_of(pk: UUID) -> SellerOrder:
    """Return a seller order with its order and seller."""
    return SellerOrder.objects.select_related("order", "seller").get(pk=pk)


def some(line: OrderLine, quantity: int) -> OrderLine:
    """Return ``line`` (not to be saved) with ``quantity`` of its copies, as letters list books."""
    line.quantity = quantity
    return line


def to_buyer(name: str, order: Order, context: dict[str, Any]) -> Letter:
    """Render a message to the buyer of an order, in the language it was bought in."""
    link = settings.PUBLIC_URL + reverse("orders:track", args=[order.token])
    known = {"order": order, "tracking_link": link, **context}
    return render(name, to=order.email, context=known, language=order.language)


def to_shop(name: str, part: SellerOrder, context: dict[str, Any]) -> Letter | None:
    """Render a message to a shop, in its owner's language; None for a shop without an address."""
    seller, order = part.seller, part.order
    if not seller.email:
        return None
    link = settings.PUBLIC_URL + reverse("selling:order", args=[seller.slug, order.number])
    known = {"order": order, "seller_order": part, "page_link": link, **context}
    return render(name, to=seller.email, context=known, language=_language_of(part))


def _language_of(part: SellerOrder) -> str:
    owners = SellerMember.objects.filter(
        seller=part.seller_id, roles__contains=[SellerRole.OWNER], user__is_active=True
    )
    return owners.order_by("pk").values_list("user__language", flat=True).first() or ""
