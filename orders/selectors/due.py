"""What is due: rows whose deadline has passed by the database's clock, in portions, the oldest first."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from orders.constants import WAITING, PaymentStatus, PostageStatus, SellerOrderStatus
from orders.models import ExtraPostage, Payment, SellerOrder
from orders.selectors.open_matters import open_matters

# Rows that are looked up at a time, and the most that one run takes on.
PORTION, MOST = 200, 5000

Row = tuple[datetime, UUID]


def to_remind() -> Iterator[UUID]:
    """Return the orders of which their shop is to be reminded."""
    rows = SellerOrder.objects.filter(remind_at__lte=Now(), status__in=WAITING)
    return _portions(rows.exclude(open_matters()), "remind_at")


def left_lying() -> Iterator[UUID]:
    """Return the orders that their shops have neither accepted nor posted in time, though they could."""
    waiting = SellerOrder.objects.filter(status__in=WAITING, act_by__lte=Now())
    waiting = waiting.exclude(open_matters())
    return _portions(waiting.exclude(extra_postages__status=PostageStatus.PROPOSED), "act_by")


def unanswered() -> Iterator[UUID]:
    """Return the proposals of extra postage that their buyers have not answered in time."""
    rows = ExtraPostage.objects.filter(status=PostageStatus.PROPOSED, expires_at__lte=Now())
    return _portions(rows, "expires_at")


def arrived_by_now() -> Iterator[UUID]:
    """Return the orders that count as delivered, since nobody says otherwise."""
    rows = SellerOrder.objects.filter(status=SellerOrderStatus.SHIPPED, act_by__lte=Now())
    return _portions(rows.exclude(open_matters()), "act_by")


def to_complete() -> Iterator[UUID]:
    """Return the delivered orders whose time is over, and in which nothing is open."""
    rows = SellerOrder.objects.filter(status=SellerOrderStatus.DELIVERED, act_by__lte=Now())
    return _portions(rows.exclude(open_matters()), "act_by")


def left_open() -> Iterator[UUID]:
    """Return the unfinished payments of extra postage that is not asked for any more."""
    rows = Payment.objects.filter(
        Q(extra_postage=None) | ~Q(extra_postage__status=PostageStatus.PROPOSED),
        placing=None,
        status__in=(PaymentStatus.CREATED, PaymentStatus.PENDING),
    )
    return _portions(rows, "created_at")


def _portions(
    rows: QuerySet[SellerOrder] | QuerySet[ExtraPostage] | QuerySet[Payment], by: str
) -> Iterator[UUID]:
    """Return keys in the order of ``by``; a row that stays, since it failed, is not met again."""
    ordered = rows.annotate(due=F(by)).order_by("due", "pk").values_list("due", "pk")
    found: list[Row] = list(ordered[:PORTION])
    taken = 0
    while found:
        yield from (pk for _due, pk in found)
        taken += len(found)
        if taken >= MOST or len(found) < PORTION:
            return
        due, pk = found[-1]
        found = list(ordered.filter(Q(due__gt=due) | Q(due=due, pk__gt=pk))[:PORTION])
