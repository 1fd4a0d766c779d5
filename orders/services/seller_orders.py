"""A seller's part of an order on its way: accepted, shipped, delivered, or cancelled."""

from collections.abc import Callable
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.jobs import enqueue
from catalog.services import reviews, stock
from orders.constants import SELLER_ORDER_TRANSITIONS, EventType, SellerOrderStatus
from orders.errors import TransitionError
from orders.models import OrderEvent, SellerOrder, Shipment
from orders.services import refunds
from orders.services.transactions import business_transaction


@business_transaction
def accept(*, seller_order_id: UUID, actor: User | None) -> SellerOrder:
    """Say that the copies are there and will be sent. Raises as ``ship``."""
    return _move(seller_order_id, SellerOrderStatus.ACCEPTED, EventType.ACCEPTED, actor)


@business_transaction
def ship(
    *,
    seller_order_id: UUID,
    carrier: str,
    tracking_number: str = "",
    tracking_url: str = "",
    actor: User | None,
) -> SellerOrder:
    """Say that the parcel is on its way, and tell the buyer by mail.

    Raises:
        NotFoundError: there is no such seller order.
        TransitionError: it is not in a state from which it can be shipped.
        DomainError: the carrier is missing.
    """
    if not carrier.strip():
        raise DomainError(_("Name the carrier."), fields={"carrier": [_("Name the carrier.")]})

    def post(seller_order: SellerOrder) -> None:
        Shipment.objects.create(
            seller_order=seller_order,
            carrier=carrier.strip(),
            tracking_number=tracking_number.strip(),
            tracking_url=tracking_url.strip(),
            shipped_at=Now(),
        )
        enqueue("orders.send_mail", kind="shipped", pk=str(seller_order.pk))

    note = f"{carrier} {tracking_number}".strip()
    return _move(
        seller_order_id, SellerOrderStatus.SHIPPED, EventType.SHIPPED, actor, note=note, effect=post
    )


@business_transaction
def deliver(*, seller_order_id: UUID, actor: User | None) -> SellerOrder:
    """Say that the parcel has arrived: what its buyer wrote about it is verified. Raises as ``ship``."""

    def arrive(seller_order: SellerOrder) -> None:
        seller_order.shipments.filter(delivered_at=None).update(delivered_at=Now())
        buyer = seller_order.order.user
        if buyer is not None:
            works = seller_order.lines.values_list("listing__edition__work", flat=True)
            reviews.record_purchase(
                user=buyer, work_ids=list(works), seller_ids=[seller_order.seller_id]
            )

    return _move(
        seller_order_id,
        SellerOrderStatus.DELIVERED,
        EventType.DELIVERED,
        actor,
        effect=arrive,
    )


@business_transaction
def cancel(*, seller_order_id: UUID, reason: str, restock: bool, actor: User | None) -> SellerOrder:
    """Cancel before shipping: ask for the whole refund, tell the buyer by mail.

    ``restock`` puts the copies back on sale; leave it out for a copy that can't be found.

    Raises:
        NotFoundError: there is no such seller order.
        TransitionError: it has been shipped or cancelled already.
        DomainError: the reason, which the buyer is told, is missing.
    """
    if not reason.strip():
        raise DomainError(_("Give a reason."), fields={"reason": [_("Give a reason.")]})

    def undo(seller_order: SellerOrder) -> None:
        refunds.ask(
            payment=seller_order.order.payment,
            amount=seller_order.total,
            reason=reason,
            seller_order=seller_order,
            actor=actor,
        )
        if restock:
            stock.restock(
                quantities=dict(seller_order.lines.values_list("listing_id", "quantity")),
                reference=seller_order.order.number,
                actor=actor,
            )
        seller_order.cancel_reason = reason.strip()[:200]
        seller_order.save(update_fields=["cancel_reason", "updated_at"])
        enqueue("orders.send_mail", kind="cancelled", pk=str(seller_order.pk))

    return _move(
        seller_order_id,
        SellerOrderStatus.CANCELLED,
        EventType.CANCELLED,
        actor,
        note=reason.strip(),
        effect=undo,
    )


def _move(
    seller_order_id: UUID,
    to: SellerOrderStatus,
    event: EventType,
    actor: User | None,
    *,
    note: str = "",
    effect: Callable[[SellerOrder], None] | None = None,
) -> SellerOrder:
    """Go one step of ``SELLER_ORDER_TRANSITIONS`` under the row's lock, and write it down."""
    seller_order = (
        SellerOrder.objects.select_for_update(of=("self",), no_key=True)
        .select_related("order__payment", "order__user", "seller")
        .filter(pk=seller_order_id)
        .first()
    )
    if seller_order is None:
        raise NotFoundError(_("There is no such order."))
    if to not in SELLER_ORDER_TRANSITIONS[seller_order.status]:
        message = _("An order that is “%(now)s” can’t become “%(then)s”.")
        words = {"now": seller_order.get_status_display(), "then": to.label}
        raise TransitionError(message % words)
    seller_order.status = to
    seller_order.save(update_fields=["status", "updated_at"])
    OrderEvent.objects.create(
        order=seller_order.order,
        seller_order=seller_order,
        type=event,
        actor=actor,
        note=note[:300],
    )
    if effect is not None:
        effect(seller_order)
    return seller_order
