"""What keeps an order from being over, and its money from its seller: matters that are still to be settled."""

from django.db.models import Exists, OuterRef, Q

from orders.constants import CASE_OPEN, CaseStatus, ParcelStatus
from orders.models import Case, DisputePart, SellerOrder, Shipment


def open_matters() -> Q:
    """Return the condition of seller orders in which something is open.

    An open case; a payment that the buyer's bank has taken back for now; a parcel that is lost, or came
    back, of which nobody has settled anything.
    """
    cases = Case.objects.filter(seller_order=OuterRef("pk"))
    disputes = DisputePart.objects.filter(
        seller_order=OuterRef("pk"), dispute__closed_at__isnull=True
    )
    astray = Shipment.objects.filter(
        seller_order=OuterRef("pk"),
        delivered_at=None,
        tracking_status__in=(ParcelStatus.LOST, ParcelStatus.RETURNED),
    )
    settled = cases.filter(status__in=(CaseStatus.RESOLVED, CaseStatus.DENIED))
    return (
        Q(Exists(cases.filter(status__in=CASE_OPEN)))
        | Q(Exists(disputes))
        | (Q(Exists(astray)) & ~Q(Exists(settled)))
    )


def has_open_matter(seller_order: SellerOrder) -> bool:
    """Return whether something about ``seller_order`` is still to be settled; one query.

    To be asked under the seller order's lock, which opening a case takes as well.
    """
    return SellerOrder.objects.filter(open_matters(), pk=seller_order.pk).exists()
