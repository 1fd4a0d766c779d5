"""The messages about what follows a sale: to buyers, shops and staff."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from books4all.lib.mail import Letter, render
from orders.constants import Actor, EventType, RefusalReason, SellerOrderStatus
from orders.emails.common import part_of, some, to_buyer, to_shop
from orders.models import (
    CancelRequest,
    ExtraPostage,
    OrderEvent,
    OrderLine,
    Refund,
    Refusal,
    Reminder,
    SellerOrder,
)
from orders.selectors.deadlines import DAY, post_by
from orders.selectors.postage import days_stood_still


def accepted(pk: UUID) -> Letter | None:
    """Tell the buyer that the shop has their books. Not needed where more is known by now."""
    part = part_of(pk)
    asked = part.extra_postages.exists()
    if part.status != SellerOrderStatus.ACCEPTED or asked:
        return None
    lines = _left(part)
    day = post_by(part.order.placed_at or part.order.created_at, part.promised_days(part.seller))
    context = {"seller_order": part, "lines": lines, "post_by": day}
    return to_buyer("orders/accepted", part.order, context)


def delivered(pk: UUID) -> Letter | None:
    """Ask the buyer whether it has arrived well, and for a review."""
    part = part_of(pk)
    told = OrderEvent.objects.filter(seller_order=part, type=EventType.DELIVERED).last()
    side = told.side if told else Actor.SYSTEM
    until = None
    if part.delivered_at and part.withdrawal_days:
        until = part.delivered_at.date() + DAY * part.withdrawal_days
    context = {
        "seller_order": part,
        "lines": [some(line, line.posted) for line in part.lines.filter(posted__gt=0)],
        "by_buyer": side == Actor.BUYER,
        "assumed": side == Actor.SYSTEM,
        "send_back_by": until,
    }
    return to_buyer("orders/delivered", part.order, context)


def not_sent(pk: UUID) -> Letter | None:
    """Tell the buyer that what they called off, or the shop left lying, is cancelled and paid back."""
    refusal = _refusal(pk)
    part = refusal.seller_order
    context = {"seller_order": part, "refusal": refusal, "lines": _refused(refusal)}
    return to_buyer("orders/not_sent", part.order, context)


def not_sent_shop(pk: UUID) -> Letter | None:
    """Tell the shop not to post what was cancelled, and why it was."""
    refusal = _refusal(pk)
    agreed = refusal.reason == RefusalReason.CALLED_OFF and CancelRequest.objects.filter(
        seller_order=refusal.seller_order_id, status="agreed"
    )
    if agreed:
        # They have done it themselves.
        return None
    context = {"refusal": refusal, "lines": _refused(refusal)}
    return to_shop("orders/not_sent_shop", refusal.seller_order, context)


def reminder(pk: UUID) -> Letter | None:
    """Remind the shop of what it has promised. None once there is nothing to do any more."""
    found = Reminder.objects.get(pk=pk)
    part = part_of(found.seller_order_id)
    overtaken = found.promise == "accept" and part.status != SellerOrderStatus.PLACED
    if not part.waits or overtaken:
        return None
    day = post_by(
        part.order.placed_at or part.order.created_at,
        part.promised_days(part.seller),
        stood_still=days_stood_still(part.extra_postages.all()),
    )
    context = {"reminder": found, "act_by": part.act_by, "lines": _left(part), "post_by": day}
    return to_shop("orders/reminder", part, context)


def postage_asked(pk: UUID) -> Letter | None:
    """Ask the buyer for extra postage."""
    extra = ExtraPostage.objects.get(pk=pk)
    if not extra.is_open:
        return None
    part = part_of(extra.seller_order_id)
    context = {"seller_order": part, "extra": extra, "lines": _left(part)}
    return to_buyer("orders/postage_asked", part.order, context)


def postage_received(pk: UUID) -> Letter | None:
    """Thank the buyer for the extra postage."""
    extra = ExtraPostage.objects.get(pk=pk)
    part = part_of(extra.seller_order_id)
    return to_buyer("orders/postage_received", part.order, {"seller_order": part, "extra": extra})


def postage_paid(pk: UUID) -> Letter | None:
    """Tell the shop that the extra postage is paid, and by when to post."""
    return _of_postage("orders/postage_paid", pk)


def postage_refused(pk: UUID) -> Letter | None:
    """Tell the shop that the buyer does not pay extra postage."""
    return _of_postage("orders/postage_refused", pk)


def refund_settled(pk: UUID) -> Letter | None:
    """Tell the buyer that the money is on its way back."""
    refund = Refund.objects.select_related("payment__order").get(pk=pk)
    return to_buyer("orders/refund_settled", refund.payment.order, {"refund": refund})


def refund_failed(pk: UUID) -> Letter | None:
    """Tell staff that a refund was refused by the provider."""
    if not settings.STAFF_EMAIL:
        return None
    refund = Refund.objects.select_related("payment__order").get(pk=pk)
    link = settings.PUBLIC_URL + reverse("admin:orders_refund_change", args=[refund.pk])
    context = {"order": refund.payment.order, "refund": refund, "page_link": link}
    return render("orders/refund_failed", to=settings.STAFF_EMAIL, context=context)


def cancel_asked(pk: UUID) -> Letter | None:
    """Ask the shop whether it cancels what the buyer does not want any more."""
    asked = CancelRequest.objects.get(pk=pk)
    if not asked.is_open:
        return None
    part = part_of(asked.seller_order_id)
    return to_shop("orders/cancel_asked", part, {"asked": asked, "lines": _left(part)})


def cancel_declined(pk: UUID) -> Letter | None:
    """Tell the buyer that the order stays, in the shop's words."""
    asked = CancelRequest.objects.get(pk=pk)
    part = part_of(asked.seller_order_id)
    return to_buyer("orders/cancel_declined", part.order, {"seller_order": part, "asked": asked})


MESSAGES: dict[str, Callable[[UUID], Letter | None]] = {
    "accepted": accepted,
    "delivered": delivered,
    "not_sent": not_sent,
    "not_sent_shop": not_sent_shop,
    "reminder": reminder,
    "postage_asked": postage_asked,
    "postage_received": postage_received,
    "postage_paid": postage_paid,
    "postage_refused": postage_refused,
    "refund_settled": refund_settled,
    "refund_failed": refund_failed,
    "cancel_asked": cancel_asked,
    "cancel_declined": cancel_declined,
}


def _of_postage(name: str, pk: UUID) -> Letter | None:
    extra = ExtraPostage.objects.get(pk=pk)
    part = part_of(extra.seller_order_id)
    context = {"extra": extra, "lines": _left(part), "post_until": part.post_until}
    return to_shop(name, part, context)


def _refusal(pk: UUID) -> Refusal:
    found: QuerySet[Refusal] = Refusal.objects.select_related(
        "refund", "seller_order__order", "seller_order__seller"
    ).prefetch_related("lines__order_line")
    return found.get(pk=pk)


def _refused(refusal: Refusal) -> list[OrderLine]:
    return [some(line.order_line, line.quantity) for line in refusal.lines.all()]


def _left(part: SellerOrder) -> list[OrderLine]:
    """Return the lines of which copies are to be posted, with how many."""
    return [some(line, line.left) for line in part.lines.order_by("pk") if line.left]
