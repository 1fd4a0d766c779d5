"""What the menu of a shop's workplace counts."""

from django import template

from accounts.models import Seller
from orders.selectors.today import Waiting, waiting_in

register = template.Library()


@register.simple_tag
def waiting(shop: Seller) -> Waiting:
    """Return the orders to post and the unread conversations of a shop: one query, on every page."""
    return waiting_in(shop)
