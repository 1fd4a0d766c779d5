"""The end of a sale: taken as delivered when nobody complains, and completed when nothing can come any more."""

from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from orders.constants import EventType, SellerOrderStatus
from orders.errors import TransitionError
from orders.models import SellerOrder
from orders.selectors.open_matters import has_open_matter
from orders.services import payouts, seller_orders, steps
from orders.services.steps import Asked
from orders.services.transactions import business_transaction


@business_transaction
def assume_delivered(*, seller_order_id: UUID) -> bool:
    """Take as delivered what was posted long ago and nobody complains of; False if it is not so."""
    part = steps.locked(seller_order_id)
    if part.status != SellerOrderStatus.SHIPPED or not steps.is_due(part) or has_open_matter(part):
        return False
    seller_orders.delivered(part, Asked(None))
    return True


@business_transaction
def complete(*, seller_order_id: UUID) -> SellerOrder:
    """Close a seller order: it can't be sent back any more, and its shop may have the money.

    Raises:
        NotFoundError: there is no such seller order.
        TransitionError: it is not delivered, its time is not over, or something is open in it.
    """
    part = steps.locked(seller_order_id)
    if part.status == SellerOrderStatus.DELIVERED:
        if has_open_matter(part):
            raise TransitionError(_("Something is still open in this order."))
        if not steps.is_due(part):
            raise TransitionError(_("The time to send its books back is not over yet."))
    part.completed_at = Now()
    steps.move(part, SellerOrderStatus.COMPLETED, "completed_at")
    payouts.release(part)
    steps.record(part, EventType.COMPLETED, Asked(None))
    return part
