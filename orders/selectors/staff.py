"""What staff look at first: orders to post, money that needs a look, and the day's figures."""

from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from books4all.lib.ids import first_key
from books4all.lib.money import Money
from orders.constants import WAITING, EventType, OrderStatus, PaymentStatus, RefundStatus
from orders.models import Order, OrderEvent, Payment, Refund, SellerOrder

# A payment that nobody has finished after this long is not somebody typing their card number.
PATIENCE = timedelta(minutes=30)
# Problems older than this have been dealt with, or never will be.
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Sales:
    """Orders that were paid, and what they brought."""

    orders_today: int
    orders_week: int
    revenue_today: Money
    revenue_week: Money


def to_ship() -> QuerySet[SellerOrder]:
    """Return paid seller orders of which something is to be posted, the longest waiting first."""
    return (
        SellerOrder.objects.filter(status__in=WAITING)
        .select_related("order", "seller")
        .order_by("created_at", "pk")
    )


def unfinished_payments() -> QuerySet[Payment]:
    """Return payments that have been open for longer than ``PATIENCE``, the oldest first.

    Not those by bank transfer, which take days.
    """
    return (
        Payment.objects.filter(
            status__in=(PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.AUTHORIZED),
            updated_at__lt=timezone.now() - PATIENCE,
        )
        .exclude(provider="transfer")
        .select_related("order")
        .order_by("updated_at", "pk")
    )


def payment_problems() -> QuerySet[OrderEvent]:
    """Return what was odd about payments lately: another amount, money for an expired order."""
    return (
        OrderEvent.objects.filter(
            type=EventType.PAYMENT_PROBLEM, created_at__gte=timezone.now() - RECENT
        )
        .select_related("order")
        .order_by("-created_at", "-pk")
    )


def failed_refunds() -> QuerySet[Refund]:
    """Return refunds that the provider did not pay, the oldest first."""
    return (
        Refund.objects.filter(status=RefundStatus.FAILED)
        .select_related("payment__order")
        .order_by("updated_at", "pk")
    )


def sales() -> Sales:
    """Count what was paid for today (UTC) and in the last seven days, today included."""
    now = timezone.now()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    week = today - timedelta(days=6)
    is_today = Q(placed_at__gte=today)
    rows = Order.objects.filter(
        status=OrderStatus.PLACED,
        placed_at__gte=week,
        # Keys begin with the time they were made: the primary key's index finds the week's rows. An
        # order is paid within hours of being written; a day is room enough.
        pk__gte=first_key(week - timedelta(days=1)),
    )
    found = rows.aggregate(
        orders_today=Count("pk", filter=is_today),
        orders_week=Count("pk"),
        today=Sum("total_minor", filter=is_today, default=0),
        week=Sum("total_minor", default=0),
    )
    currency = settings.MARKETPLACE_CURRENCY
    return Sales(
        orders_today=found["orders_today"],
        orders_week=found["orders_week"],
        revenue_today=Money(int(found["today"]), currency),
        revenue_week=Money(int(found["week"]), currency),
    )


def sales_by_day(days: int = 30) -> list[tuple[date, Money]]:
    """Return what was paid on each of the last ``days`` days (UTC), oldest first, today included."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=days - 1)
    paid = dict(
        Order.objects.filter(
            status=OrderStatus.PLACED,
            placed_at__gte=first,
            pk__gte=first_key(first - timedelta(days=1)),
        )
        .annotate(day=TruncDate("placed_at", tzinfo=UTC))
        .values_list("day")
        .annotate(paid=Sum("total_minor"))
        .order_by("day")
    )
    dates = [(first + timedelta(days=n)).date() for n in range(days)]
    return [(day, Money(int(paid.get(day, 0)), settings.MARKETPLACE_CURRENCY)) for day in dates]
