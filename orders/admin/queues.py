"""What waits for staff in orders and payments, and the day's figures."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from books4all.lib.staff.display import change_url, changelist_url
from books4all.lib.staff.queues import (
    SHOWN,
    Chart,
    Figure,
    Queue,
    Row,
    chart,
    count,
    figures,
    queue,
)
from orders.constants import EventType, RefundStatus, SellerOrderStatus
from orders.models import OrderEvent, Payment, Refund, SellerOrder
from orders.selectors import staff


@figures("orders.view_order")
def sales() -> Sequence[Figure]:
    """Return what was sold today and this week."""
    sold = staff.sales()
    return (
        Figure(label=_("Orders today"), value=sold.orders_today),
        Figure(label=_("Paid today"), value=sold.revenue_today),
        Figure(label=_("Orders in seven days"), value=sold.orders_week),
        Figure(label=_("Paid in seven days"), value=sold.revenue_week),
    )


@chart("orders.view_order")
def sales_by_day() -> Chart:
    """Return what was paid on each of the last thirty days."""
    days = staff.sales_by_day()
    return Chart(
        title=_("Paid in the last thirty days"),
        days=[date_format(day, "j M") for day, _paid in days],
        values=[paid.minor for _day, paid in days],
        currency=days[0][1].currency,
    )


@queue(30, "orders.view_sellerorder")
def to_ship() -> Queue:
    """Return parcels that buyers wait for."""
    rows = staff.to_ship()
    states = f"{SellerOrderStatus.PLACED},{SellerOrderStatus.ACCEPTED}"
    return Queue(
        title=_("Parcels to post"),
        empty=_("Everything paid has been posted."),
        icon="package",
        url=changelist_url(SellerOrder, status__in=states, o="6"),
        rows=[
            Row(
                label=f"{part.order.number}, {part.seller.name}",
                url=change_url(part),
                since=part.created_at,
                note=part.get_status_display(),
            )
            for part in rows[:SHOWN]
        ],
        count=count(rows),
    )


@queue(40, "orders.view_payment")
def unfinished_payments() -> Queue:
    """Return payments that are neither paid nor ended."""
    rows = staff.unfinished_payments()
    return Queue(
        title=_("Payments still open"),
        empty=_("No payment has been open for long."),
        icon="credit-card",
        url=changelist_url(Payment, status__in="created,pending", o="1"),
        rows=[
            Row(
                label=f"{payment.order.number}, {payment.amount}",
                url=change_url(payment),
                since=payment.updated_at,
                note=payment.get_status_display(),
            )
            for payment in rows[:SHOWN]
        ],
        count=count(rows),
    )


@queue(50, "orders.view_orderevent")
def payment_problems() -> Queue:
    """Return payments that were not as they should be."""
    rows = staff.payment_problems()
    return Queue(
        title=_("Payments that need a look"),
        empty=_("Nothing odd in the last thirty days."),
        icon="triangle-alert",
        urgent=True,
        url=changelist_url(OrderEvent, type__exact=EventType.PAYMENT_PROBLEM.value),
        rows=[
            Row(
                label=event.order.number,
                url=change_url(event.order),
                since=event.created_at,
                note=event.note,
            )
            for event in rows[:SHOWN]
        ],
        count=count(rows),
    )


@queue(60, "orders.view_refund")
def failed_refunds() -> Queue:
    """Return money that did not find its way back."""
    rows = staff.failed_refunds()
    return Queue(
        title=_("Refunds that failed"),
        empty=_("Every refund has been paid."),
        icon="rotate-ccw",
        urgent=True,
        url=changelist_url(Refund, status__exact=RefundStatus.FAILED.value),
        rows=[
            Row(
                label=f"{refund.payment.order.number}, {refund.amount}",
                url=change_url(refund),
                since=refund.updated_at,
                note=refund.reason,
            )
            for refund in rows[:SHOWN]
        ],
        count=count(rows),
    )
