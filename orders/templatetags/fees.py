"""What the marketplace keeps, on pages that know nothing of orders."""

from django import template

from catalog.models import Listing
from orders.selectors import fees

register = template.Library()


@register.simple_tag
def fee_of(listing: Listing) -> fees.Tried | None:
    """Return what a sale of one copy would be charged; None where nothing is charged."""
    return fees.fee_of(listing)


@register.simple_tag
def published_fees() -> fees.Published:
    """Return what every shop is charged, in words, with an example."""
    return fees.published()
