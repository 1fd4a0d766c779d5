"""What a shop has to do today, and how it is doing: each part for those whose task it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from accounts.constants import SellerRole
from accounts.models import Seller, SellerMember, SellerStanding
from accounts.selectors import standing_of
from books4all.lib.ids import first_key
from books4all.lib.money import Money
from catalog.constants import ReviewStatus
from catalog.models import DeliveryRate, Review
from catalog.selectors.shelf_care import Shelf, shelf_of
from orders.constants import NOT_SOLD, WAITING, CaseStatus, OrderStatus
from orders.models import Case, SellerOrder, Thread
from orders.selectors.cases import cases_of_seller
from orders.selectors.messages import threads_of_seller, with_last_message
from orders.selectors.seller_orders import with_lines, with_post_by

# Rows of each list: the rest is a link away.
TO_POST_SHOWN, THREADS_SHOWN, REVIEWS_SHOWN, CASES_SHOWN = 8, 3, 3, 5
SPARK_DAYS = 30
REVIEWS_SINCE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ToPost:
    """Orders that wait to be posted, and those that must go first."""

    count: int
    overdue: int
    due_today: int
    rows: Sequence[SellerOrder]


@dataclass(frozen=True, slots=True)
class Sold:
    """Orders of some days, and what they came to with delivery."""

    first: date
    last: date
    orders: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Sales:
    """This month so far beside the same days of the last one, and what a chart is drawn from."""

    month: Sold
    before: Sold
    last_days: Sequence[Sold]
    chart: Sequence[Sold]

    @property
    def change(self) -> int | None:
        """Percent that the amount is above the last month's; None when there was nothing then."""
        return _change(self.month.amount.minor, self.before.amount.minor)

    @property
    def change_size(self) -> int:
        """The change without its sign."""
        return abs(self.change or 0)

    @property
    def amounts(self) -> list[int]:
        """What each of the last days brought, for a line."""
        return [sold.amount.minor for sold in self.last_days]

    @property
    def counts(self) -> list[int]:
        """How many orders each of the last days brought, for a line."""
        return [sold.orders for sold in self.last_days]


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do before the first sale."""

    name: str
    done: bool


@dataclass(frozen=True, slots=True)
class Today:
    """The dashboard of a shop. What its reader's role does not cover is None."""

    day: date
    to_post: ToPost | None
    sales: Sales | None
    shelf: Shelf | None
    standing: SellerStanding | None
    threads: Sequence[Thread]
    cases: Sequence[Case]
    reviews: Sequence[Review]
    # For a shop without anything yet, in the place of figures.
    steps: Sequence[Step]


def today_of(member: SellerMember, *, months: bool = False) -> Today:
    """Return the dashboard for a member of the team, in at most fifteen queries at any size.

    The chart shows thirty days, or with ``months`` the last twelve months.
    """
    seller, day = member.seller, timezone.now().date()
    posts, counts = member.may(SellerRole.ORDERS), member.may(SellerRole.INVENTORY)
    money = member.may(SellerRole.ORDERS, SellerRole.ACCOUNTING)
    shelf = shelf_of(seller) if counts else None
    steps = _steps(seller, shelf)
    if steps:
        return Today(day, None, None, None, None, (), (), (), steps)
    return Today(
        day=day,
        to_post=to_post(seller, day) if posts else None,
        sales=sales(seller, day, months=months) if money else None,
        shelf=shelf,
        standing=standing_of(seller),
        threads=_unread(seller) if posts else (),
        cases=_cases(seller) if posts else (),
        reviews=_reviews(seller),
        steps=(),
    )


# --- Orders -----------------------------------------------------------------------------------
def to_post(seller: Seller, day: date) -> ToPost:
    """Return what waits to be posted on ``day``, what must go first in front; three queries."""
    waiting = with_post_by(SellerOrder.objects.filter(seller=seller, status__in=WAITING))
    found = waiting.aggregate(
        n=Count("pk"),
        overdue=Count("pk", filter=Q(post_by__lt=day, asks_buyer=False)),
        today=Count("pk", filter=Q(post_by=day, asks_buyer=False)),
    )
    first = with_lines(waiting).order_by("asks_buyer", "post_by", "order__placed_at", "pk")  # type: ignore[misc]  # annotated by with_post_by
    rows = first[:TO_POST_SHOWN]
    return ToPost(found["n"], found["overdue"], found["today"], list(rows))


def sales(seller: Seller, day: date, *, months: bool) -> Sales:
    """Return what was sold, day by day or month by month; one query.

    Sold is what was paid for and not cancelled, with delivery, on the day of payment (UTC).
    """
    first = _months_before(day, 11) if months else day - timedelta(days=SPARK_DAYS - 1)
    last_month = _months_before(day, 1)
    by_day = _by_day(seller, min(first, last_month, day - timedelta(days=SPARK_DAYS - 1)))
    same_days = min(last_month + timedelta(days=day.day - 1), day.replace(day=1) - timedelta(1))
    days = [day - timedelta(days=n) for n in range(SPARK_DAYS - 1, -1, -1)]
    last_days = [_sold(by_day, one, one) for one in days]
    starts = [_months_before(day, n) for n in range(11, -1, -1)]
    return Sales(
        month=_sold(by_day, day.replace(day=1), day),
        before=_sold(by_day, last_month, same_days),
        last_days=last_days,
        chart=[_sold(by_day, one, min(_month_end(one), day)) for one in starts]
        if months
        else last_days,
    )


def _by_day(seller: Seller, first: date) -> dict[date, tuple[int, int]]:
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    rows = (
        SellerOrder.objects.filter(
            seller=seller,
            # Keys begin with the time they were made; an order is paid within hours of that.
            pk__gte=first_key(since - timedelta(days=1)),
            order__status=OrderStatus.PLACED,
            order__placed_at__gte=since,
        )
        .exclude(status__in=NOT_SOLD)
        .annotate(day=TruncDate("order__placed_at", tzinfo=UTC))
        .order_by("day")
        .values_list("day")
        .annotate(n=Count("pk"), minor=Sum("total_minor"))
    )
    return {day: (n, int(minor)) for day, n, minor in rows}


def _sold(by_day: dict[date, tuple[int, int]], first: date, last: date) -> Sold:
    within = [found for day, found in by_day.items() if first <= day <= last]
    amount = Money(sum(minor for _n, minor in within), settings.MARKETPLACE_CURRENCY)
    return Sold(first, last, sum(n for n, _minor in within), amount)


def _months_before(day: date, months: int) -> date:
    """Return the first of the month ``months`` before that of ``day``."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def _month_end(first: date) -> date:
    return _months_before(first, -1) - timedelta(days=1)


def _change(now: int, before: int) -> int | None:
    return round((now - before) * 100 / before) if before else None


# --- The rest ---------------------------------------------------------------------------------
def _unread(seller: Seller) -> Sequence[Thread]:
    return list(with_last_message(threads_of_seller(seller, "unread")[:THREADS_SHOWN]))


def _cases(seller: Seller) -> Sequence[Case]:
    rows = cases_of_seller(seller).select_related("seller_order__order")
    return list(rows[:CASES_SHOWN])


def _reviews(seller: Seller) -> Sequence[Review]:
    recent = Review.objects.filter(
        seller=seller,
        status=ReviewStatus.PUBLISHED,
        published_at__gte=timezone.now() - REVIEWS_SINCE,
    )
    return list(recent.order_by("-published_at", "-pk")[:REVIEWS_SHOWN])


def _steps(seller: Seller, shelf: Shelf | None) -> list[Step]:
    """Return what is left to do in a shop that has nothing yet; nothing for one that has."""
    if shelf is None or shelf.total:
        return []
    if SellerOrder.objects.filter(seller=seller).exists():
        return []
    return [
        Step("front", bool(seller.tagline and seller.story)),
        Step("delivery", DeliveryRate.objects.filter(seller=seller).exists()),
        Step("stock", done=False),
        Step("team", SellerMember.objects.filter(seller=seller)[1:2].exists()),
    ]


# --- The menu ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Waiting:
    """What the menu of the workplace says is waiting."""

    orders: int
    messages: int
    cases: int


def waiting_in(seller: Seller) -> Waiting:
    """Count orders to post, unread conversations, and cases to answer; one query."""
    orders = SellerOrder.objects.filter(seller=OuterRef("pk"), status__in=WAITING)
    unread = Thread.objects.filter(
        seller=OuterRef("pk"), seller_unread__gt=0, seller_archived=False
    )
    cases = Case.objects.filter(
        seller_order__seller=OuterRef("pk"), status__in=(CaseStatus.OPEN, CaseStatus.POSTED)
    )
    counted = Seller.objects.filter(pk=seller.pk).values_list(
        _count(orders), _count(unread), _count(cases, "seller_order__seller")
    )
    return Waiting(*counted.get())


def _count(rows: QuerySet[Any], by: str = "seller") -> Coalesce:
    """Return the number of ``rows`` of an outer seller."""
    found = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(found), 0)
