"""An order as its buyer's pages show it: parcels with a timeline each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.selectors import private_line
from books4all.lib.money import Money
from catalog.models import Work
from catalog.selectors.offers import standing_line
from orders.constants import (
    NOT_THE_SHOPS,
    UNDER_WAY,
    EventType,
    ParcelStatus,
    RefundStatus,
    RefusalReason,
    SellerOrderStatus,
)
from orders.models import (
    CancelRequest,
    ExtraPostage,
    Order,
    OrderEvent,
    OrderLine,
    Refund,
    Refusal,
    SellerOrder,
    Shipment,
)
from orders.selectors import deadlines
from orders.selectors.cancelling import Cancelling, cancelling, wish
from orders.selectors.cases import may_ask
from orders.selectors.postage import open_extra
from orders.selectors.sums import gift_rows, margin_note, order_rows, order_tax_lines, within_rows
from orders.selectors.timeline import Reader, Told, history

_NOT_BY_THE_SHOP = (*NOT_THE_SHOPS, RefusalReason.SILENT)
_KINDS: dict[str, str] = {
    SellerOrderStatus.PLACED: "",
    SellerOrderStatus.ACCEPTED: "",
    SellerOrderStatus.PARTLY_SHIPPED: "warn",
    SellerOrderStatus.SHIPPED: "warn",
    SellerOrderStatus.DELIVERED: "good",
    SellerOrderStatus.COMPLETED: "good",
    SellerOrderStatus.CANCELLED: "bad",
}


@dataclass(frozen=True)
class PageLine:
    """A book of a parcel, with its cover."""

    title: str
    author_line: str
    work: Work
    quantity: int
    price: Money
    condition: str
    description: str


@dataclass(frozen=True)
class Step:
    """A step of a parcel's way; ``state`` is done, now or empty."""

    label: str
    detail: str
    state: str


@dataclass(frozen=True)
class PageShipment:
    """A parcel on its way; ``books`` are those in it, where the shop sends more than one parcel."""

    name: str
    tracking_number: str
    tracking_url: str
    detail: str
    books: Sequence[str]


@dataclass(frozen=True)
class PageRefusal:
    """Books that the shop can't send, and what comes back for them."""

    books: Sequence[str]
    why: str
    refund: str


@dataclass(frozen=True)
class PageParcel:
    """One shop's part of an order: what it sends, in one parcel or several."""

    seller_name: str
    seller_url: str
    seller_place: str
    seller_warning: str
    paint: str
    eta: str
    events: Sequence[Step]
    lines: Sequence[PageLine]
    status: str
    status_kind: str
    shipments: Sequence[PageShipment]
    refusals: Sequence[PageRefusal]
    # Where to write to the shop; nowhere for what was bought without an account.
    contact_url: str
    # What is or was wrong with it (label, state, address), and where to say so: nowhere once it is too late.
    cases: Sequence[tuple[str, str, str]]
    problem_url: str
    cancel_reason: str
    url: str
    total: Money
    # What the buyer may do: its key for the addresses of the forms, and what there is to decide.
    pk: UUID
    cancelling: Cancelling
    wish: CancelRequest | None
    extra: ExtraPostage | None
    extra_paid: Money
    may_have_arrived: bool
    history: Sequence[Told]


@dataclass(frozen=True)
class OrderPage:
    """An order as a page. ``coming`` counts the parcels that were not cancelled."""

    order: Order
    number: str
    date: str
    url: str
    total: Money
    parcels: Sequence[PageParcel]
    rows: Sequence[tuple[str, Money]]
    # Of the total: tax by rate; and words on books without any to be shown.
    notes: Sequence[tuple[str, Money]]
    margin_note: str
    # Given back the way it was paid, or on its way; and what is on gift cards again.
    refunded: Money
    refund_pending: Money
    on_cards_again: Money
    count: int
    coming: int


def order_page(order: Order, *, url: str = "") -> OrderPage:
    """Shape an order that was loaded by ``orders.selectors.orders.with_parcels``; no queries.

    ``url`` is where its own page is; the tracking page by default.
    """
    address = url or order.get_absolute_url()
    seller_orders = list(order.seller_orders.all())
    events = list(order.events.all())
    parcels = [_parcel(order, part, events, address) for part in seller_orders]
    # Of the order's payment, and of those of extra postage.
    refunds = [refund for payment in order.payments.all() for refund in payment.refunds.all()]
    extra = Money(sum(part.extra_minor for part in seller_orders), order.currency)
    count = sum(line.quantity for parcel in parcels for line in parcel.lines)
    when = timezone.localtime(order.placed_at or order.created_at)
    return OrderPage(
        order=order,
        number=order.number,
        date=date_format(when, "l j F Y"),
        url=address,
        total=order.total + extra,
        parcels=parcels,
        rows=[
            *order_rows(order, seller_orders, count=count),
            *([(_("Extra postage"), extra)] if extra else []),
        ],
        notes=within_rows(order_tax_lines(seller_orders, order.currency)) + gift_rows(order),
        margin_note=margin_note(seller_orders),
        refunded=_by_card(refunds, order.currency, RefundStatus.SETTLED),
        # One that the provider has refused is tried again: the buyer is owed it all the same.
        refund_pending=_by_card(
            refunds,
            order.currency,
            RefundStatus.PENDING,
            RefundStatus.SENT,
            RefundStatus.FAILED,
        ),
        on_cards_again=Money(sum(refund.gift_minor for refund in refunds), order.currency),
        count=count,
        coming=sum(p.status != SellerOrderStatus.CANCELLED for p in seller_orders),
    )


def _by_card(refunds: Sequence[Refund], currency: str, *states: str) -> Money:
    amounts = (one.amount_minor - one.gift_minor for one in refunds if one.status in states)
    return Money(sum(amounts), currency)


def _parcel(order: Order, part: SellerOrder, events: Sequence[OrderEvent], url: str) -> PageParcel:
    shipments = list(part.shipments.all())
    arrives = deadlines.arrives(part)
    waiting = part.status in UNDER_WAY
    own = [e for e in events if e.seller_order_id in (None, part.pk)]
    return PageParcel(
        seller_name=part.seller.name,
        seller_url=reverse("catalog:shop", args=[part.seller.slug]),
        seller_place=standing_line(part.seller),
        seller_warning=private_line(part.seller),
        paint=part.seller.paint,
        eta=_("By %(day)s") % {"day": date_format(arrives, "l j F")} if waiting else "",
        events=_steps(part, own, arrives, shipments),
        lines=[_line(line) for line in part.lines.all()],
        status=str(part.get_status_display()),
        status_kind=_KINDS.get(part.status, ""),
        shipments=[_shipment(one, several=len(shipments) > 1) for one in shipments],
        refusals=[_refusal(refusal) for refusal in part.refusals.all()],
        contact_url=reverse("orders:message_order", args=[part.pk]) if order.user_id else "",
        cases=[
            (
                str(case.get_reason_display()),
                str(case.get_status_display()),
                reverse("orders:case", args=[order.token, case.pk]),
            )
            for case in part.cases.all()
        ],
        problem_url=(
            reverse("orders:problem", args=[order.token, part.pk]) if may_ask(part, order) else ""
        ),
        cancel_reason=part.cancel_reason,
        url=url,
        total=part.total,
        pk=part.pk,
        cancelling=cancelling(part),
        wish=wish(part),
        extra=open_extra(part),
        extra_paid=part.extra,
        may_have_arrived=part.status == SellerOrderStatus.SHIPPED,
        history=history(own, Reader.BUYER, part=part),
    )


def _shipment(shipment: Shipment, *, several: bool) -> PageShipment:
    lines = shipment.lines.all()
    posted = date_format(timezone.localtime(shipment.shipped_at), "j F")
    detail = _("Posted on %(day)s") % {"day": posted}
    if shipment.tracking_status != ParcelStatus.IN_TRANSIT:
        detail = f"{detail}. {shipment.get_tracking_status_display()}"
    if shipment.delivered_at:
        arrived = date_format(timezone.localtime(shipment.delivered_at), "j F")
        detail = _("Arrived on %(day)s") % {"day": arrived}
    # Of a single parcel the books stand beside it already, unless some of them are still to come.
    partly = several or any(line.order_line.quantity != line.quantity for line in lines)
    return PageShipment(
        name=shipment.carrier,
        tracking_number=shipment.tracking_number,
        tracking_url=shipment.tracking_url,
        detail=detail,
        books=[_copies(line.order_line.title, line.quantity) for line in lines] if partly else [],
    )


def _refusal(refusal: Refusal) -> PageRefusal:
    refund = refusal.refund
    words = {
        RefundStatus.SETTLED: _("%(amount)s given back"),
        RefundStatus.FAILED: _("%(amount)s to be given back: we are looking into it"),
    }.get(RefundStatus(refund.status), _("%(amount)s is on its way back to you"))
    return PageRefusal(
        books=[_copies(line.order_line.title, line.quantity) for line in refusal.lines.all()],
        why=refusal.why,
        refund=words % {"amount": refusal.amount},
    )


def _copies(title: str, quantity: int) -> str:
    return f"{quantity} × {title}" if quantity > 1 else title


def _line(line: OrderLine) -> PageLine:
    return PageLine(
        title=line.title,
        author_line=line.author_line,
        work=line.listing.edition.work,
        quantity=line.quantity,
        price=line.total,
        condition=line.get_condition_display(),
        description=line.description,
    )


def _steps(
    part: SellerOrder, events: Iterable[OrderEvent], arrives: date, shipments: Sequence[Shipment]
) -> list[Step]:
    at = {event.type: _when(event) for event in events}
    received = Step(_("Order received"), at.get(EventType.PLACED, ""), "done")
    if part.status == SellerOrderStatus.CANCELLED:
        when = at.get(EventType.CANCELLED, "") or at.get(EventType.CALLED_OFF, "")
        detail = ". ".join(text for text in (when, part.cancel_reason) if text)
        reasons = {refusal.reason for refusal in part.refusals.all()}
        whose = _("Cancelled") if reasons & set(_NOT_BY_THE_SHOP) else _("Cancelled by the shop")
        return [received, Step(whose, detail, "now")]
    reaches: dict[str, int] = {
        SellerOrderStatus.PLACED: 1,
        SellerOrderStatus.ACCEPTED: 1,
        SellerOrderStatus.PARTLY_SHIPPED: 1,
        SellerOrderStatus.SHIPPED: 2,
        SellerOrderStatus.DELIVERED: 4,
        SellerOrderStatus.COMPLETED: 4,
    }
    reached = reaches.get(part.status, 0)
    expected = _("Expected %(day)s") % {"day": date_format(arrives, "l j F")}
    way = [
        (_("Order received"), at.get(EventType.PLACED, "")),
        (_("Being packed"), at.get(EventType.ACCEPTED, "")),
        (_("With the courier"), _carried(part, shipments)),
        (_("At your door"), at.get(EventType.DELIVERED, "") or expected),
    ]
    states = ["done" if i < reached else "now" if i == reached else "" for i in range(len(way))]
    return [Step(label, detail, state) for (label, detail), state in zip(way, states, strict=True)]


def _carried(part: SellerOrder, shipments: Sequence[Shipment]) -> str:
    if part.status == SellerOrderStatus.PARTLY_SHIPPED:
        n = len(shipments)
        words = ngettext(
            "%(n)s parcel is on its way, the rest follows",
            "%(n)s parcels are on their way, the rest follows",
            n,
        )
        return words % {"n": n}
    return ", ".join(str(one) for one in shipments)


def _when(event: OrderEvent) -> str:
    return date_format(timezone.localtime(event.created_at), "j F, H:i")
