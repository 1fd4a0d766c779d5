"""A seller's part of an order, and what each step does."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from books4all.lib.errors import DomainError, NotFoundError
from books4all.lib.ids import uuid7
from books4all.lib.money import Money
from catalog.models import Listing, Review, StockMovement
from catalog.services import stock
from orders.constants import SELLER_ORDER_TRANSITIONS, SellerOrderStatus
from orders.errors import TransitionError
from orders.models import OrderEvent, OrderLine, Refund, SandboxPayment
from orders.selectors.stock_check import stock_differences
from orders.services import refunds, seller_orders
from tests.factories.accounts import StaffFactory
from tests.factories.catalog import ListingFactory, ReviewFactory, SellerReviewFactory
from tests.factories.orders import OrderLineFactory, SellerOrderFactory
from tests.orders.journeys import placed, run_jobs

pytestmark = pytest.mark.django_db


def test_accepted_shipped_and_delivered():
    order, staff = placed(ListingFactory()), StaffFactory()
    part = order.seller_orders.get()
    seller_orders.accept(seller_order_id=part.pk, actor=staff)
    seller_orders.ship(
        seller_order_id=part.pk, carrier="Royal Mail", tracking_number="QF1GB", actor=staff
    )
    seller_orders.deliver(seller_order_id=part.pk, actor=staff)
    part.refresh_from_db()
    assert part.status == SellerOrderStatus.DELIVERED
    assert part.shipments.get().delivered_at is not None
    own = list(part.events.values_list("type", "actor"))
    assert own == [(kind, staff.pk) for kind in ("accepted", "shipped", "delivered")]
    run_jobs(only=["orders.send_mail"])
    posted = [m for m in mail.outbox if "has posted your parcel" in m.subject]
    assert len(posted) == 1
    assert "QF1GB" in posted[0].body
    assert posted[0].alternatives


def test_a_delivered_book_verifies_what_its_buyer_wrote():
    listing, other = ListingFactory(), ReviewFactory()
    order = placed(listing)
    part = order.seller_orders.get()
    mine = ReviewFactory(work=listing.edition.work)
    shop = SellerReviewFactory(seller=part.seller, user=mine.user)
    order.user = mine.user
    order.save(update_fields=["user"])
    seller_orders.ship(seller_order_id=part.pk, carrier="DHL", actor=None)
    assert not Review.objects.filter(verified=True).exists()
    seller_orders.deliver(seller_order_id=part.pk, actor=None)
    assert set(Review.objects.filter(verified=True)) == {mine, shop}
    assert other not in Review.objects.filter(verified=True)


def test_cancelled_puts_the_copy_back_and_the_money_too():
    listing, staff = ListingFactory(), StaffFactory()
    order = placed(listing)
    part = order.seller_orders.get()
    seller_orders.cancel(seller_order_id=part.pk, reason="Water damage", restock=True, actor=staff)
    listing.refresh_from_db()
    assert (listing.on_hand, listing.held, listing.status) == (1, 0, "active")
    assert StockMovement.objects.filter(kind="restocked", actor=staff).get().quantity == 1
    assert stock_differences() == []
    run_jobs(only=["orders.settle_refund", "orders.send_mail"])
    refund = Refund.objects.get()
    assert (refund.status, refund.amount) == ("settled", Money(880, "GBP"))
    assert SandboxPayment.objects.get().refunded_minor == 880
    told = next(m for m in mail.outbox if "can’t send" in m.subject)
    assert "Water damage" in told.body
    assert "£8.80" in told.body


def test_parcels_that_were_cancelled_are_not_announced(client):
    order = placed(ListingFactory(), ListingFactory())
    page = order.get_absolute_url()
    assert "It comes from 2 shops, so expect 2 parcels." in client.get(page).content.decode()
    for told in ("It comes from one shop, in one parcel.", "nothing of it will be sent"):
        part = order.seller_orders.exclude(status=SellerOrderStatus.CANCELLED).first()
        seller_orders.cancel(seller_order_id=part.pk, reason="Sold", restock=False, actor=None)
        assert told in client.get(page).content.decode()


def test_cancelled_without_restock_leaves_the_stock():
    listing = ListingFactory()
    part = placed(listing).seller_orders.get()
    seller_orders.cancel(seller_order_id=part.pk, reason="Not found", restock=False, actor=None)
    listing.refresh_from_db()
    assert (listing.on_hand, listing.status) == (0, "sold")


STEPS = {
    SellerOrderStatus.ACCEPTED: lambda pk: seller_orders.accept(seller_order_id=pk, actor=None),
    SellerOrderStatus.SHIPPED: lambda pk: seller_orders.ship(
        seller_order_id=pk, carrier="DHL", actor=None
    ),
    SellerOrderStatus.DELIVERED: lambda pk: seller_orders.deliver(seller_order_id=pk, actor=None),
    SellerOrderStatus.CANCELLED: lambda pk: seller_orders.cancel(
        seller_order_id=pk, reason="No", restock=False, actor=None
    ),
}


@pytest.mark.parametrize("now", SellerOrderStatus.values)
@pytest.mark.parametrize("then", list(STEPS))
def test_steps_that_are_not_in_the_table_are_refused(now, then):
    if then in SELLER_ORDER_TRANSITIONS[now]:
        return
    part = SellerOrderFactory(status=now)
    with pytest.raises(TransitionError):
        STEPS[then](part.pk)
    assert not OrderEvent.objects.exists()


def test_what_is_missing_is_named():
    part = placed(ListingFactory()).seller_orders.get()
    with pytest.raises(DomainError) as refused:
        seller_orders.ship(seller_order_id=part.pk, carrier=" ", actor=None)
    assert "carrier" in refused.value.fields
    with pytest.raises(DomainError):
        seller_orders.cancel(seller_order_id=part.pk, reason="", restock=True, actor=None)
    with pytest.raises(NotFoundError):
        seller_orders.accept(seller_order_id=uuid7(), actor=None)


def test_no_more_is_posted_and_refused_than_was_bought():
    line = OrderLineFactory(quantity=2, posted=1, refused=1)
    assert line.left == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.filter(pk=line.pk).update(refused=2)


def test_no_more_is_given_back_than_was_paid():
    order = placed(ListingFactory())
    refunds.ask(payment=order.payment, amount=Money(500, "GBP"), reason="Torn")
    with pytest.raises(DatabaseError), transaction.atomic():
        refunds.ask(payment=order.payment, amount=Money(381, "GBP"), reason="Torn again")


def test_stock_is_received_and_counted_anew():
    listing = ListingFactory(on_hand=1)
    stock.receive(listing_id=listing.pk, quantity=4, reference="Box 7")
    stock.correct(listing_id=listing.pk, counted=3, reason="Stocktaking", actor=None)
    stock.correct(listing_id=listing.pk, counted=3, reason="Again", actor=None)
    listing.refresh_from_db()
    assert listing.on_hand == 3
    assert [m.quantity for m in listing.movements.order_by("pk")] == [1, 4, -2]


def test_check_stock_names_the_difference(capsys):
    listing = ListingFactory()
    call_command("check_stock")
    Listing.objects.filter(pk=listing.pk).update(on_hand=5, held=2)
    with pytest.raises(CommandError):
        call_command("check_stock")
    assert listing.sku in capsys.readouterr().err
