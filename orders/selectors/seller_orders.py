"""A shop's own view of what it has sold: lists, one order, and what is ready to be printed.

Every function starts from the shop: other shops' orders, and those that nobody has paid, don't exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import (
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Seller
from books4all.lib.errors import NotFoundError
from books4all.lib.money import Money, total
from books4all.lib.pictures import Picture
from books4all.lib.postal import label_lines
from catalog.selectors.copies import photo_rows, pictures
from orders.constants import WAITING, RefundStatus, SellerOrderStatus, Stage
from orders.models import (
    CancelRequest,
    Case,
    ExtraPostage,
    OrderLine,
    Refusal,
    RefusalLine,
    SellerOrder,
    Shipment,
    ShipmentLine,
)
from orders.selectors.cancelling import wish
from orders.selectors.deadlines import Deadline, deadline
from orders.selectors.postage import most_extra, open_extra, with_pauses
from orders.selectors.sold_money import SoldMoney, money_of
from orders.selectors.timeline import Told, history_of_shop

# Orders that one form or document may be about.
MOST = 200
_UNPAID = (SellerOrderStatus.PENDING, SellerOrderStatus.EXPIRED)
HOME, ABROAD = "home", "abroad"


class Tab(StrEnum):
    """The piles that a shop's orders lie in."""

    TO_ACCEPT = "to-accept"
    TO_POST = "to-post"
    WAITING = "waiting"
    POSTED = "posted"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ALL = "all"


TAB_STATES: dict[Tab, tuple[SellerOrderStatus, ...]] = {
    Tab.TO_ACCEPT: (SellerOrderStatus.PLACED,),
    Tab.TO_POST: (SellerOrderStatus.ACCEPTED, SellerOrderStatus.PARTLY_SHIPPED),
    Tab.WAITING: WAITING,
    Tab.POSTED: (SellerOrderStatus.SHIPPED,),
    Tab.DELIVERED: (SellerOrderStatus.DELIVERED,),
    Tab.COMPLETED: (SellerOrderStatus.COMPLETED,),
    Tab.CANCELLED: (SellerOrderStatus.CANCELLED,),
    Tab.ALL: tuple(status for status in SellerOrderStatus if status not in _UNPAID),
}
TAB_LABELS = {
    Tab.TO_ACCEPT: gettext_lazy("To accept"),
    Tab.TO_POST: gettext_lazy("To post"),
    Tab.WAITING: gettext_lazy("Not posted yet"),
    Tab.POSTED: gettext_lazy("Posted"),
    Tab.DELIVERED: gettext_lazy("Delivered"),
    Tab.COMPLETED: gettext_lazy("Completed"),
    Tab.CANCELLED: gettext_lazy("Cancelled"),
    Tab.ALL: gettext_lazy("All"),
}
# Piles in which the oldest order comes first, since it has to go first.
WAITING_TABS = frozenset({Tab.TO_ACCEPT, Tab.TO_POST, Tab.WAITING})


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. ``to`` is a country's code, HOME or ABROAD."""

    text: str = ""
    since: date | None = None
    until: date | None = None
    to: str = ""
    overdue: bool = False


@dataclass(frozen=True)
class Row:
    """An order in a shop's list."""

    seller_order: SellerOrder
    number: str
    lines: Sequence[OrderLine]
    title: str
    to: str
    paid_at: datetime
    # None once all is posted, and while the buyer is asked for extra postage.
    deadline: Deadline | None
    asks_buyer: bool
    total: Money


def paid_orders(seller: Seller) -> QuerySet[SellerOrder]:
    """Return the shop's parts of orders that have been paid, in no order."""
    return SellerOrder.objects.filter(seller=seller).exclude(status__in=_UNPAID)


def tab_counts(seller: Seller) -> dict[Tab, int]:
    """Return how many orders lie in each pile; one query."""
    found = dict(paid_orders(seller).values_list("status").annotate(n=Count("pk")).order_by())
    return {tab: sum(found.get(state, 0) for state in states) for tab, states in TAB_STATES.items()}


def with_post_by(parts: QuerySet[SellerOrder]) -> QuerySet[Any]:
    """Annotate ``post_by``: the last day for posting, by the promise of the day of the order.

    And what ``with_pauses`` does: each day is added on which the buyer was asked for extra postage.
    """
    promised = Coalesce("dispatch_days", "seller__dispatch_days")
    paid = TruncDate("order__placed_at", tzinfo=UTC)
    last = Func(paid, promised, function="b4a_last_posting_day", output_field=DateField())
    moved = ExpressionWrapper(last + F("stood_still"), output_field=DateField())
    rows: QuerySet[Any] = with_pauses(parts).annotate(post_by=moved)
    return rows


def orders_in(seller: Seller, tab: Tab, filters: Filters) -> QuerySet[SellerOrder]:
    """Return a pile narrowed by ``filters``, with what a list shows of each, in no order."""
    rows = SellerOrder.objects.filter(seller=seller, status__in=TAB_STATES[tab])
    if filters.since:
        rows = rows.filter(order__placed_at__date__gte=filters.since)
    if filters.until:
        rows = rows.filter(order__placed_at__date__lte=filters.until)
    if filters.to == HOME:
        rows = rows.filter(order__country=seller.country)
    elif filters.to == ABROAD:
        rows = rows.exclude(order__country=seller.country)
    elif filters.to:
        rows = rows.filter(order__country=filters.to)
    if filters.overdue:
        late = with_post_by(rows.filter(status__in=WAITING))
        rows = late.filter(post_by__lt=timezone.localdate(), asks_buyer=False)
    if filters.text:
        rows = rows.filter(_about(filters.text))
    return with_lines(rows)


def _about(text: str) -> Q:
    """Return the condition for an order's number, its buyer's name, a title or a SKU in it."""
    line = OrderLine.objects.filter(seller_order=OuterRef("pk"))
    named = Q(order__number__istartswith=text) | Q(order__full_name__icontains=text)
    return named | Q(Exists(line.filter(Q(title__icontains=text) | Q(sku__iexact=text))))


def with_lines(rows: QuerySet[SellerOrder], *, photographed: bool = False) -> QuerySet[SellerOrder]:
    """Load the order, its pauses, and the lines with their books: one more query at any size.

    ``photographed`` lines bring the ``photo_rows`` of their copies in the same query.
    """
    lines = OrderLine.objects.select_related("listing__edition__work").order_by("pk")
    if photographed:
        lines = lines.annotate(photo_rows=photo_rows("listing"))
    rows = with_pauses(rows).select_related("order")
    return rows.prefetch_related(Prefetch("lines", queryset=lines))


def rows_of(seller: Seller, found: Sequence[SellerOrder]) -> list[Row]:
    """Shape orders that were loaded ``with_lines`` for a list; no queries."""
    today = timezone.localdate()
    return [_row(seller, part, today) for part in found]


def _row(seller: Seller, part: SellerOrder, today: date) -> Row:
    lines, order = list(part.lines.all()), part.order
    paid_at = order.placed_at or order.created_at
    place = order.city if order.country == seller.country else order.country.name
    return Row(
        seller_order=part,
        number=order.number,
        lines=lines[:4],
        title=_in_few_words(lines),
        to=f"{order.full_name}, {place}",
        paid_at=paid_at,
        deadline=deadline_of(seller, part, today),
        asks_buyer=part.asks_buyer,  # type: ignore[attr-defined]  # annotated
        total=part.total,
    )


def deadline_of(seller: Seller, part: SellerOrder, today: date) -> Deadline | None:
    """Return by when an order that was loaded ``with_lines`` is to be posted; None where nothing presses.

    While the buyer is asked for extra postage, the shop's deadline stands still.
    """
    if part.status not in WAITING or part.asks_buyer:  # type: ignore[attr-defined]  # annotated
        return None
    return deadline(
        part.order.placed_at or part.order.created_at,
        part.promised_days(seller),
        today=today,
        stood_still=part.stood_still,  # type: ignore[attr-defined]  # annotated
    )


def _in_few_words(lines: Sequence[OrderLine]) -> str:
    if not lines:
        return ""
    more = sum(line.quantity for line in lines) - 1
    if not more:
        return lines[0].title
    words = ngettext("%(title)s and %(n)s more", "%(title)s and %(n)s more", more)
    return words % {"title": lines[0].title, "n": more}


def chosen_orders(
    seller: Seller, *, numbers: Sequence[str] = (), tab: Tab | None = None
) -> list[SellerOrder]:
    """Return the shop's orders with these numbers, or all of a pile, the oldest first; at most MOST.

    Numbers of other shops' orders are passed over.
    """
    if tab is not None:
        rows = SellerOrder.objects.filter(seller=seller, status__in=TAB_STATES[tab])
    else:
        rows = paid_orders(seller).filter(order__number__in=list(numbers)[:MOST])
    return list(with_lines(rows).order_by("pk")[:MOST])


def last_carrier(seller: Seller) -> str:
    """Return who carried the shop's last parcel: likely the next one's carrier too."""
    # By the order, whose index finds a shop's latest: its parcel is the last one near enough.
    last = Shipment.objects.filter(seller_order__seller=seller)
    last = last.order_by("-seller_order_id", "-shipped_at")
    return last.values_list("carrier", flat=True).first() or ""


# --- One order -------------------------------------------------------------------------------
def order_of(seller: Seller, number: str) -> SellerOrder:
    """Return the shop's part of the order ``number``, without its lines.

    Raises:
        NotFoundError: there is none among this shop's, or it has not been paid.
    """
    rows = paid_orders(seller).select_related("order__payment", "seller")
    found = rows.filter(order__number=number.upper()).first()
    if found is None:
        raise NotFoundError(_("There is no such order among your shop’s."))
    return found


def with_everything(rows: QuerySet[SellerOrder]) -> QuerySet[SellerOrder]:
    """Load what an order's page and the API show, in seven more queries.

    Lines, parcels, refusals, extra postage; and with the rows, a wish to cancel.
    """
    rows = rows.select_related("cancel_request", "seller")
    return with_lines(rows, photographed=True).prefetch_related(
        "extra_postages",
        Prefetch("shipments", queryset=Shipment.objects.order_by("shipped_at", "pk")),
        Prefetch(
            "shipments__lines",
            queryset=ShipmentLine.objects.select_related("order_line").order_by("pk"),
        ),
        Prefetch("refusals", queryset=Refusal.objects.select_related("refund")),
        Prefetch(
            "refusals__lines",
            queryset=RefusalLine.objects.select_related("order_line").order_by("pk"),
        ),
    )


def full_order_of(seller: Seller, number: str) -> SellerOrder:
    """Return the shop's part of the order ``number`` with everything in it; raises as ``order_of``."""
    return with_everything(paid_orders(seller)).get(pk=order_of(seller, number).pk)


@dataclass(frozen=True)
class SoldLine:
    """A line of an order and the photographs of its copy, to know it by on the shelf."""

    line: OrderLine
    photos: Sequence[Picture]


@dataclass(frozen=True)
class SoldOrder:
    """An order as its shop's page shows it."""

    seller_order: SellerOrder
    number: str
    lines: Sequence[SoldLine]
    left: int
    address: Sequence[str]
    deadline: Deadline | None
    history: Sequence[Told]
    extra: ExtraPostage | None
    most_extra: Money
    wish: CancelRequest | None
    given_back: Money
    money: SoldMoney
    cases: Sequence[Case]


def sold_order(seller: Seller, number: str) -> SoldOrder:
    """Return one order of the shop as a page; thirteen queries. Raises as ``order_of``."""
    part = full_order_of(seller, number)
    lines, order = list(part.lines.all()), part.order
    # What the marketplace gives of its own is none of the shop's money.
    refunds = part.refunds.exclude(status=RefundStatus.FAILED).exclude(stage=Stage.GOODWILL)
    given = (refund.amount for refund in refunds.order_by("pk"))
    return SoldOrder(
        seller_order=part,
        number=order.number,
        lines=[SoldLine(line, pictures(line.photo_rows)) for line in lines],  # type: ignore[attr-defined]  # annotated
        left=sum(line.left for line in lines),
        address=label_lines(order, sender_country=str(seller.country)),
        deadline=deadline_of(seller, part, timezone.localdate()),
        history=history_of_shop(part),
        extra=open_extra(part),
        most_extra=most_extra(part),
        wish=wish(part),
        given_back=total(given, part.currency),
        money=money_of(part),
        cases=list(part.cases.order_by("created_at", "pk")[:MOST]),
    )
