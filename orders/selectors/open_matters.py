"""What keeps an order from being over, and its money from its seller."""

from django.db.models import Exists, OuterRef

from orders.constants import CASE_OPEN
from orders.models import Case, DisputePart, SellerOrder


def has_open_matter(seller_order: SellerOrder) -> bool:
    """Return whether something about ``seller_order`` is still to be settled; one query.

    An open case, or a payment that the buyer's bank has taken back for now. To be asked under the seller
    order's lock, which opening a case takes as well.
    """
    cases = Case.objects.filter(seller_order=OuterRef("pk"), status__in=CASE_OPEN)
    disputes = DisputePart.objects.filter(
        seller_order=OuterRef("pk"), dispute__closed_at__isnull=True
    )
    here = SellerOrder.objects.filter(pk=seller_order.pk)
    return here.filter(Exists(cases) | Exists(disputes)).exists()
