"""Reads of extra postage."""

from django.conf import settings

from books4all.lib.money import Money
from orders.models import ExtraPostage, SellerOrder


def most_extra(part: SellerOrder) -> Money:
    """Return how much more a shop may ask for: what was paid for the post again, and the terms' limit."""
    most = part.delivery_minor + settings.EXTRA_POSTAGE_MOST_MINOR - part.extra_minor
    return Money(max(0, most), part.currency)


def open_extra(part: SellerOrder) -> ExtraPostage | None:
    """Return the proposal that the buyer is to answer; no query where ``extra_postages`` is loaded."""
    return next((extra for extra in part.extra_postages.all() if extra.is_open), None)
