"""Orders as their buyers see them, and the rows that the sweeper has to look after."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from orders.constants import (
    HoldStatus,
    OrderStatus,
    PaymentStatus,
    RefundStatus,
)
from orders.models import (
    Case,
    Dispute,
    Hold,
    Order,
    OrderEvent,
    OrderLine,
    Payment,
    Refund,
    Refusal,
    RefusalLine,
    SellerOrder,
    Shipment,
    ShipmentLine,
)

# Rows the sweeper takes on at a time; what is left comes next minute.
PORTION = 200
# How many times longer a refund that is with the provider is left alone: an hour for 20 seconds.
PATIENCE = 180


def with_parcels(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Load what an order's page shows, in at most twelve more queries at any size.

    Payment (joined), seller orders with their seller and a wish to cancel, lines with the book, shipments
    with their lines, refusals with theirs, extra postage, cases, events, payments and their refunds.
    """
    lines = OrderLine.objects.select_related("listing__edition__work").order_by("pk")
    shipped = ShipmentLine.objects.select_related("order_line").order_by("pk")
    refused = RefusalLine.objects.select_related("order_line").order_by("pk")
    parcels = SellerOrder.objects.select_related("seller", "cancel_request")
    parcels = parcels.order_by("created_at", "pk")
    return orders.select_related("payment").prefetch_related(
        Prefetch("seller_orders", queryset=parcels),
        Prefetch("seller_orders__lines", queryset=lines),
        Prefetch("seller_orders__shipments", queryset=Shipment.objects.order_by("shipped_at")),
        Prefetch("seller_orders__shipments__lines", queryset=shipped),
        Prefetch("seller_orders__refusals", queryset=Refusal.objects.select_related("refund")),
        Prefetch("seller_orders__refusals__lines", queryset=refused),
        Prefetch("seller_orders__cases", queryset=Case.objects.order_by("created_at", "pk")),
        "seller_orders__extra_postages",
        Prefetch("events", queryset=OrderEvent.objects.order_by("created_at", "pk")),
        "payments",
        Prefetch("payments__refunds", queryset=Refund.objects.order_by("created_at")),
    )


def order_by_token(token: str) -> Order | None:
    """Return the order that a link without sign-in opens."""
    return with_parcels(Order.objects.filter(token=token)).first()


def part_by_token(token: str, pk: UUID) -> SellerOrder | None:
    """Return one shop's part of the placed order that a link without sign-in opens."""
    return part_in(Order.objects.filter(token=token), pk)


def part_in(orders: QuerySet[Order], pk: UUID) -> SellerOrder | None:
    """Return the seller order ``pk`` if it is of one of ``orders``, and they are placed."""
    parts = SellerOrder.objects.select_related("order", "seller", "cancel_request")
    placed = orders.filter(status=OrderStatus.PLACED)
    return parts.prefetch_related("extra_postages").filter(pk=pk, order__in=placed).first()


def order_of_user(user: User, number: str) -> Order | None:
    """Return a placed order of ``user`` by its number; other people's are not found."""
    return with_parcels(orders_of_user(user).filter(number=number.upper())).first()


def bare_order(**which: object) -> Order | None:
    """Return a placed order without its parcels, for what else belongs to it."""
    return Order.objects.filter(status=OrderStatus.PLACED, **which).first()


def orders_of_user(user: User) -> QuerySet[Order]:
    """Return the placed orders of ``user``, the newest first, without their parcels."""
    placed = Order.objects.filter(user=user, status=OrderStatus.PLACED)
    return placed.order_by("-placed_at", "-pk")


def order_of_payment(payment_id: UUID) -> Order | None:
    """Return the order that a payment is for."""
    return Order.objects.filter(payments__pk=payment_id).select_related("payment").first()


def _held_still() -> Exists:
    # By the database's clock: a web server whose clock is wrong releases nothing early.
    return Exists(
        Hold.objects.filter(order=OuterRef("pk"), status=HoldStatus.ACTIVE, expires_at__gt=Now())
    )


def is_overdue(order: Order) -> bool:
    """Return whether the time to pay a pending order is over, by the database's clock."""
    pending = Order.objects.filter(pk=order.pk, status=OrderStatus.PENDING)
    return pending.filter(~_held_still()).exists()


def overdue_orders() -> list[UUID]:
    """Return the pending orders whose time to pay is over, the oldest first."""
    pending = Order.objects.filter(~_held_still(), status=OrderStatus.PENDING)
    return list(pending.order_by("created_at").values_list("pk", flat=True)[:PORTION])


def unfinished_payments(*, older_than: int) -> list[UUID]:
    """Return authorised payments, and open ones of pending orders or of extra postage, last changed
    ``older_than`` seconds ago.
    """
    unfinished = Payment.objects.filter(
        Q(
            Q(order__status=OrderStatus.PENDING) | Q(placing=None),
            status__in=(PaymentStatus.CREATED, PaymentStatus.PENDING),
        )
        | Q(status=PaymentStatus.AUTHORIZED),
        updated_at__lt=Now() - timedelta(seconds=older_than),
    )
    return list(unfinished.order_by("updated_at").values_list("pk", flat=True)[:PORTION])


def pending_refunds(*, older_than: int) -> list[UUID]:
    """Return refunds asked for ``older_than`` seconds ago and not settled.

    Those whose payment a bank has taken back wait for its decision. Those that are known to be with the
    provider are asked about each hour: it sends word by itself.
    """
    now = Now()
    disputed = Dispute.objects.filter(payment=OuterRef("payment"), closed_at=None)
    pending = Refund.objects.filter(
        Q(
            ~Exists(disputed),
            status__in=(RefundStatus.PENDING, RefundStatus.SENT),
            reference="",
            updated_at__lt=now - timedelta(seconds=older_than),
        )
        | Q(
            ~Q(reference=""),
            status=RefundStatus.SENT,
            updated_at__lt=now - timedelta(seconds=older_than * PATIENCE),
        )
    )
    return list(pending.order_by("updated_at").values_list("pk", flat=True)[:PORTION])
