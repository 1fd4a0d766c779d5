"""What keeps an order from being over, and its money from its seller."""

from orders.constants import CASE_OPEN
from orders.models import Case, SellerOrder


def has_open_matter(seller_order: SellerOrder) -> bool:
    """Return whether something about ``seller_order`` is still to be settled; one query.

    An open case. To be asked under the seller order's lock, which opening a case takes as well.
    """
    return Case.objects.filter(seller_order=seller_order, status__in=CASE_OPEN).exists()
