"""What becomes of an order once its payment is certain: it is placed, or ended.

Called with its payment locked, and with that its order and basket (``orders.services.payments``).
"""

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from books4all.lib.jobs import enqueue
from books4all.lib.money import Money
from catalog.errors import OutOfStockError
from catalog.services import stock
from orders.constants import (
    Actor,
    BasketStatus,
    EventType,
    HoldStatus,
    OrderStatus,
    PaymentStatus,
    SellerOrderStatus,
)
from orders.models import Hold, Order, OrderLine, Payment
from orders.services import gift_cards, postings, promises, promotions, refunds, timeline


def place_held(order: Order) -> None:
    """Turn what is held for a paid order into sales."""
    holds = Hold.objects.filter(order=order, status=HoldStatus.ACTIVE)
    stock.sell_held(
        quantities=dict(holds.values_list("listing_id", "quantity")), reference=order.number
    )
    holds.update(status=HoldStatus.CONSUMED)
    _mark_placed(order)


def place_late(payment: Payment) -> None:
    """Serve a payment that came after its order expired, or give the money back."""
    order = payment.order
    try:
        with transaction.atomic():
            _sell_late(order)
    except OutOfStockError as error:
        reason = _("Paid after the books were given back")
        timeline.record(order, EventType.PAYMENT_PROBLEM, note=f"{reason}: {error.message}")
        refunds.ask(payment=payment, amount=payment.amount, reason=reason)
        enqueue("orders.send_mail", kind="too_late", pk=str(order.pk))
    else:
        _mark_placed(order)


def _sell_late(order: Order) -> None:
    others = Order.objects.filter(basket=order.basket).exclude(status=OrderStatus.EXPIRED)
    if others.exists():
        # They have ordered the same basket again meanwhile: they want it once.
        raise OutOfStockError(_("The basket was ordered again."))
    lines = OrderLine.objects.filter(seller_order__order=order)
    quantities = dict(lines.values_list("listing_id", "quantity"))
    stock.sell_free(quantities=quantities, reference=order.number)
    if not (promotions.take_again(order=order) and gift_cards.take_again(order=order)):
        raise OutOfStockError(_("A code of this order has been used up meanwhile."))


def _mark_placed(order: Order) -> None:
    order.status, order.placed_at = OrderStatus.PLACED, Now()
    order.save(update_fields=["status", "placed_at", "updated_at"])
    order.refresh_from_db(fields=["placed_at"])
    order.basket.status = BasketStatus.ORDERED
    order.basket.save(update_fields=["status", "updated_at"])
    order.seller_orders.update(status=SellerOrderStatus.PLACED, updated_at=Now())
    promises.begin(order)
    postings.placed(order, subsidy=Money(_subsidies(order), order.currency))
    timeline.record(order, EventType.PLACED, actor=order.user, side=Actor.BUYER)
    enqueue("orders.send_mail", kind="placed", pk=str(order.pk))
    for pk in order.seller_orders.values_list("pk", flat=True):
        enqueue("orders.send_mail", kind="new_order", pk=str(pk))


def expire(payment: Payment) -> None:
    """End the order of a payment that will not come, and free what was kept for it."""
    order = payment.order
    holds = Hold.objects.filter(order=order, status=HoldStatus.ACTIVE)
    stock.release(quantities=dict(holds.values_list("listing_id", "quantity")))
    holds.update(status=HoldStatus.RELEASED)
    order.status = OrderStatus.EXPIRED
    order.save(update_fields=["status", "updated_at"])
    order.seller_orders.update(status=SellerOrderStatus.EXPIRED, updated_at=Now())
    promotions.release(order=order)
    gift_cards.release(order=order)
    payment.status = PaymentStatus.CANCELLED
    payment.save(update_fields=["status", "updated_at"])
    timeline.record(order, EventType.EXPIRED)


def _subsidies(order: Order) -> int:
    """Return what of the order's discounts the marketplace bears, in minor units."""
    lines = OrderLine.objects.filter(seller_order__order=order)
    return int(
        lines.aggregate(sum=Sum("subsidy_minor", default=0))["sum"]
        + order.seller_orders.aggregate(sum=Sum("delivery_subsidy_minor", default=0))["sum"]
    )
