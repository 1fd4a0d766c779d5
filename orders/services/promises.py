"""By when the next thing has to happen to a seller order, kept on its row as it goes from state to state.

Callers hold the seller order's lock and save it; ``FIELDS`` are what changes here.
"""

from datetime import datetime

from django.db.models.functions import Now
from django.utils import timezone

from books4all.lib.jobs import enqueue
from orders.constants import (
    CancelStatus,
    EventType,
    PaymentStatus,
    PostageStatus,
    SellerOrderStatus,
)
from orders.models import CancelRequest, ExtraPostage, Order, SellerOrder
from orders.selectors import deadlines
from orders.services import timeline

UNFINISHED = (PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.AUTHORIZED)
FIELDS = ("act_by", "post_until", "remind_at")


def begin(order: Order) -> None:
    """Freeze the deadlines of an order that was just placed: its shops accept it, and post it."""
    paid = order.placed_at or timezone.now()
    parts = list(order.seller_orders.select_related("seller").order_by("pk"))
    for part in parts:
        part.post_until = deadlines.post_until(paid, part.promised_days(part.seller))
        await_shop(part, since=paid, until=min(deadlines.accept_until(paid), part.post_until))
    SellerOrder.objects.bulk_update(parts, FIELDS)


def follow(part: SellerOrder, to: SellerOrderStatus) -> None:
    """Set by when what comes after ``to`` has to happen, and close what ``to`` has overtaken."""
    today = timezone.localdate()
    part.act_by, part.remind_at = None, None
    match to:
        case SellerOrderStatus.ACCEPTED | SellerOrderStatus.PARTLY_SHIPPED:
            await_shop(part, since=timezone.now(), until=part.post_until)
        case SellerOrderStatus.SHIPPED:
            part.act_by = deadlines.delivered_after(part, posted=today)
        case SellerOrderStatus.DELIVERED:
            part.act_by = deadlines.completed_after(part, delivered=today)
        case _:
            pass
    if to != SellerOrderStatus.ACCEPTED:
        _overtake(part, to)


def await_shop(part: SellerOrder, *, since: datetime, until: datetime | None) -> None:
    """Give the shop ``until`` then to act; what was sold without a deadline (None) stays without."""
    part.act_by, part.remind_at = until, None
    if until is not None:
        later = [when for _kind, when in deadlines.reminders(since, until) if when > since]
        part.remind_at = min(later, default=None)


def await_buyer(part: SellerOrder, *, until: datetime) -> None:
    """Give the buyer ``until`` then to act: the shop's own deadline stands still."""
    part.act_by, part.remind_at = until, None


def close_postage(extra: ExtraPostage, status: PostageStatus) -> None:
    """End a proposal of extra postage; if it isn't paid now, it can't be paid any more."""
    extra.status, extra.answered_at = status, timezone.now()
    extra.save(update_fields=["status", "answered_at", "updated_at"])
    payment = extra.payment
    if payment is not None and payment.status in UNFINISHED:
        enqueue("orders.close_payment", payment_id=str(payment.pk))


def resume(part: SellerOrder, extra: ExtraPostage) -> None:
    """Let the shop's deadline go on where it stood still while the buyer was asked."""
    now = extra.answered_at or timezone.now()
    if part.post_until is not None:
        part.post_until += now - extra.created_at
    await_shop(part, since=now, until=part.post_until)


def _overtake(part: SellerOrder, to: SellerOrderStatus) -> None:
    """Close what is still open between the two when parcels are posted, or all is cancelled."""
    for extra in part.extra_postages.filter(status=PostageStatus.PROPOSED):
        close_postage(extra, PostageStatus.WITHDRAWN)
        timeline.record(
            part.order,
            EventType.POSTAGE_WITHDRAWN,
            seller_order=part,
            data={"amount": extra.amount_minor, "currency": extra.currency},
        )
    if to != SellerOrderStatus.PARTLY_SHIPPED:
        asked = CancelRequest.objects.filter(seller_order=part, status=CancelStatus.ASKED)
        asked.update(status=CancelStatus.OVERTAKEN, answered_at=Now(), updated_at=Now())
