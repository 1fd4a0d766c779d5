"""Seller orders in the admin: accepted, posted, delivered, cancelled; and the start page's queues."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from books4all.lib.money import Money
from catalog.models import Listing
from orders.constants import EventType, PaymentStatus, RefundStatus, SellerOrderStatus
from orders.models import Order, OrderEvent, Payment, Refund, SellerOrder, Shipment
from orders.selectors import staff
from tests.factories.accounts import SellerFactory, StaffFactory
from tests.factories.catalog import ReviewFactory
from tests.factories.orders import (
    OrderEventFactory,
    OrderFactory,
    OrderLineFactory,
    PaymentFactory,
    RefundFactory,
    SellerOrderFactory,
)


@pytest.fixture
def staff_client(client: Client) -> Client:
    client.force_login(StaffFactory())
    return client


@pytest.fixture
def part() -> SellerOrder:
    """A paid seller order of one book, £6.00 and £2.80 of post."""
    part: SellerOrder = SellerOrderFactory()
    OrderLineFactory(seller_order=part)
    PaymentFactory(order=part.order)
    return part


def act_url(part: SellerOrder, action: str) -> str:
    return reverse("admin:orders_sellerorder_act", args=[part.pk, action])


def act(client: Client, part: SellerOrder, action: str, **data: object) -> str:
    page = client.post(act_url(part, action), data, follow=True).content.decode()
    part.refresh_from_db()
    return page


@pytest.mark.django_db
def test_an_order_is_accepted_posted_and_delivered(staff_client: Client, part: SellerOrder) -> None:
    act(staff_client, part, "accept")
    assert part.status == SellerOrderStatus.ACCEPTED
    act(
        staff_client,
        part,
        "ship",
        carrier="Royal Mail",
        tracking_number="AB1GB",
        tracking_url="https://track.example/AB1GB",
    )
    assert part.status == SellerOrderStatus.SHIPPED
    parcel = Shipment.objects.get(seller_order=part)
    assert (parcel.carrier, parcel.tracking_number) == ("Royal Mail", "AB1GB")
    act(staff_client, part, "deliver")
    assert part.status == SellerOrderStatus.DELIVERED
    actors = OrderEvent.objects.filter(seller_order=part).values_list("actor__is_staff", flat=True)
    assert set(actors) == {True}


@pytest.mark.django_db
def test_posting_without_a_carrier_says_so(staff_client: Client, part: SellerOrder) -> None:
    assert "This field is required" in act(staff_client, part, "ship", carrier="")
    assert part.status == SellerOrderStatus.PLACED


def step(client: Client, part: SellerOrder, kind: str, **data: object) -> str:
    """Fill a guided step in, look at its preview, agree to it; returns the last page."""
    url = reverse("admin:orders_sellerorder_step", args=[part.pk, kind])
    looked = client.post(url, data)
    preview = looked.context["preview"] if looked.context else None
    if preview is None:
        return looked.content.decode()
    agreed = {**data, "key": str(looked.context["key"]), "agreed": preview.digest}
    page = client.post(url, agreed, follow=True).content.decode()
    part.refresh_from_db()
    return page


@pytest.mark.django_db
def test_cancelling_restocks_and_asks_for_the_refund(
    staff_client: Client, part: SellerOrder
) -> None:
    url = reverse("admin:orders_sellerorder_step", args=[part.pk, "cancel"])
    asked = staff_client.get(url).content.decode()
    assert "can’t be undone" in asked
    step(staff_client, part, "cancel", reason="Damp", restock="on")
    assert (part.status, part.cancel_reason) == (SellerOrderStatus.CANCELLED, "Damp")
    assert Refund.objects.get(seller_order=part).amount == Money(880, "GBP")
    assert Listing.objects.get(order_lines__seller_order=part).on_hand == 1


@pytest.mark.django_db
def test_cancelling_can_leave_the_copy_off_the_shelf(
    staff_client: Client, part: SellerOrder
) -> None:
    step(staff_client, part, "cancel", reason="Can’t be found")
    assert Listing.objects.get(order_lines__seller_order=part).on_hand == 0


@pytest.mark.django_db
def test_a_posted_order_is_not_cancelled(staff_client: Client, part: SellerOrder) -> None:
    act(staff_client, part, "ship", carrier="Royal Mail")
    page = step(staff_client, part, "cancel", reason="Too late")
    assert "can’t become" in page
    assert part.status == SellerOrderStatus.SHIPPED
    assert not Refund.objects.exists()
    change = reverse("admin:orders_sellerorder_change", args=[part.pk])
    url = reverse("admin:orders_sellerorder_step", args=[part.pk, "cancel"])
    assert url not in staff_client.get(change).content.decode()


@pytest.mark.django_db
def test_an_order_page_shows_what_was_bought_and_leads_on(
    staff_client: Client, part: SellerOrder
) -> None:
    page = staff_client.get(
        reverse("admin:orders_order_change", args=[part.order_id])
    ).content.decode()
    assert "£8.80" in page
    assert part.lines.get().title in page
    assert reverse("admin:orders_sellerorder_change", args=[part.pk]) in page
    assert reverse("admin:orders_payment_change", args=[part.order.payment.pk]) in page
    assert part.order.token not in page


@pytest.mark.django_db
def test_the_start_page_shows_what_waits(staff_client: Client, part: SellerOrder) -> None:
    SellerFactory(name="Cat & Candle", status="ready_for_review")
    ReviewFactory(status="pending", author_name="Hester")
    RefundFactory(payment=part.order.payment, status=RefundStatus.FAILED, reason="Card closed")
    late = PaymentFactory(status=PaymentStatus.PENDING, order=OrderFactory(status="pending"))
    Payment.objects.filter(pk=late.pk).update(updated_at=timezone.now() - timedelta(hours=2))
    OrderEventFactory(
        order=part.order, type=EventType.PAYMENT_PROBLEM, note="Another amount was paid"
    )
    page = staff_client.get(reverse("admin:index")).content.decode()
    for words in (
        "Cat &amp; Candle",
        "Hester",
        "Card closed",
        part.order.number,
        late.order.number,
        "Another amount was paid",
    ):
        assert words in page


@pytest.mark.django_db
def test_the_start_page_is_calm_when_nothing_waits(staff_client: Client) -> None:
    page = staff_client.get(reverse("admin:index")).content.decode()
    assert "Everything paid has been posted." in page
    assert "Every job has run." in page


@pytest.mark.django_db
def test_figures_count_what_was_paid_today_and_this_week() -> None:
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    OrderFactory()
    OrderFactory(placed_at=midnight - timedelta(days=6))
    OrderFactory(placed_at=midnight - timedelta(days=6, seconds=1))
    OrderFactory(status="pending", placed_at=None)
    sold = staff.sales()
    assert (sold.orders_today, sold.orders_week) == (1, 2)
    assert (sold.revenue_today, sold.revenue_week) == (Money(880, "GBP"), Money(1760, "GBP"))

    assert Order.objects.count() == 4


@pytest.mark.django_db
def test_takings_by_day_fill_the_days_without_any() -> None:
    now = timezone.now()
    OrderFactory(placed_at=now)
    OrderFactory(placed_at=now - timedelta(days=40))
    OrderFactory(status="pending", placed_at=None)
    days = staff.sales_by_day(days=7)
    dates = [(now - timedelta(days=n)).date() for n in range(6, -1, -1)]
    assert [day for day, _paid in days] == dates
    assert [paid.minor for _day, paid in days] == [0] * 6 + [880]
