"""Checkout in three steps: prepare, pay, finalise."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.constants import SellerStatus
from books4all.lib.money import Money
from catalog.models import Listing, StockMovement
from orders.constants import (
    BasketStatus,
    HoldStatus,
    OrderStatus,
    PaymentStatus,
    RefundStatus,
    SellerOrderStatus,
)
from orders.errors import (
    BasketChangedError,
    BasketEmptyError,
    CheckoutInProgressError,
    OrderClosedError,
    ProviderError,
    ProviderUnavailableError,
)
from orders.models import Order, Refund, SandboxPayment
from orders.payments import current_provider
from orders.payments.base import ProviderState
from orders.payments.sandbox.cards import Behaviour
from orders.selectors.stock_check import stock_differences
from orders.services import checkout, payments, refund_settling, refunds
from orders.services.reconciler import sweep
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import DeliveryRateFactory, ListingFactory
from tests.factories.orders import BasketFactory
from tests.orders.journeys import (
    ADDRESS,
    BUYER,
    at_the_provider,
    basket_with,
    jobs_waiting,
    let_time_pass,
    pay_at_the_bank,
    placed,
    prepare,
    run_jobs,
    total_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(monkeypatch):
    """The provider, with a network that a test may break."""
    return current_provider()


def lose_answer(provider, monkeypatch, call: str, *, before: bool = False, times: int = 99):
    """Break the network for ``call``: after the provider has done its work, or before."""
    left = [times]

    def broken(name: str) -> None:
        if name == call and left[0] > 0:
            left[0] -= 1
            raise ProviderError("timeout")

    monkeypatch.setattr(provider, "before" if before else "after", broken)


def test_prepare_holds_copies_and_writes_snapshots():
    listing = ListingFactory(on_hand=2)
    basket = basket_with(listing)
    order = prepare(basket)
    listing.refresh_from_db()
    assert (listing.on_hand, listing.held) == (2, 1)
    assert order.status == OrderStatus.PENDING
    assert order.total == Money(880, "GBP")
    part = order.seller_orders.get()
    assert (part.items_minor, part.delivery_minor, part.status) == (600, 280, "pending")
    line = part.lines.get()
    assert (line.title, line.sku, line.unit_minor) == (
        listing.edition.title,
        listing.sku,
        600,
    )
    hold = order.holds.get()
    left = hold.expires_at - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    assert order.payment.status == PaymentStatus.CREATED


def test_paid_order_is_placed_with_stock_sold_and_mails_sent():
    shops = [ListingFactory(), ListingFactory(on_hand=3)]
    order = placed(*shops)
    assert order.status == OrderStatus.PLACED
    assert order.placed_at is not None
    assert {p.status for p in order.seller_orders.all()} == {SellerOrderStatus.PLACED}
    assert order.basket.status == BasketStatus.ORDERED
    for listing, left in zip(shops, (0, 2), strict=True):
        listing.refresh_from_db()
        assert (listing.on_hand, listing.held) == (left, 0)
    sold = StockMovement.objects.filter(kind="sold")
    assert {(m.quantity, m.reference) for m in sold} == {(-1, order.number)}
    assert stock_differences() == []
    run_jobs(only=["orders.send_mail"])
    assert sorted(m.to[0] for m in mail.outbox) == sorted(
        ["hester@example.org", shops[0].seller.email, shops[1].seller.email]
    )
    to_buyer = next(m for m in mail.outbox if m.to == ["hester@example.org"])
    assert order.token in to_buyer.body
    assert order.number in to_buyer.subject
    ids = [m.extra_headers["Message-ID"] for m in mail.outbox]
    assert len(set(ids)) == 3
    assert f"placed.{order.pk}" in "".join(ids)


def test_submit_twice_gives_the_same_order_and_one_charge():
    basket = basket_with(ListingFactory())
    terms = {
        "basket_id": basket.pk,
        "expected_total": total_of(basket),
        "address": ADDRESS,
        "buyer": BUYER,
    }
    first, second = checkout.submit(**terms), checkout.submit(**terms)
    assert first.order == second.order
    assert first.page_url == second.page_url
    assert SandboxPayment.objects.count() == 1


def test_submit_after_paying_says_which_order_it_was():
    basket = basket_with(ListingFactory())
    total = total_of(basket)
    order = at_the_provider(basket)
    pay_at_the_bank(order)
    payments.settle(payment_id=order.payment.pk)
    with pytest.raises(OrderClosedError) as refused:
        checkout.submit(basket_id=basket.pk, expected_total=total, address=ADDRESS, buyer=BUYER)
    assert refused.value.extra["order"] == order
    assert Order.objects.count() == 1


def test_corrected_address_is_taken_over_while_the_order_waits():
    basket = basket_with(ListingFactory())
    order = prepare(basket)
    again = checkout.prepare(
        basket_id=basket.pk,
        expected_total=order.total,
        address=ADDRESS | {"line1": "2 Mill Lane"},
        buyer=checkout.Buyer(email="lamb@example.org"),
    )
    assert again == order
    assert (again.line1, again.email) == ("2 Mill Lane", "lamb@example.org")


def test_another_country_while_the_order_waits_starts_a_new_order():
    listing = ListingFactory()
    DeliveryRateFactory(seller=listing.seller, destination="EU", first_minor=900)
    basket = basket_with(listing)
    first = at_the_provider(basket)
    terms = {
        "basket_id": basket.pk,
        "expected_total": Money(1500, "GBP"),
        "address": ADDRESS | {"country": "FR"},
        "buyer": BUYER,
    }
    with pytest.raises(CheckoutInProgressError):
        checkout.prepare(**terms)
    second = checkout.submit(**terms).order
    first.refresh_from_db()
    assert first.status == OrderStatus.EXPIRED
    assert (second.status, second.total_minor) == (OrderStatus.PENDING, 1500)
    assert SandboxPayment.objects.get(key=str(first.payment.pk)).status == "cancelled"
    assert stock_differences() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda listing: Listing.objects.filter(pk=listing.pk).update(price_minor=700),
        lambda listing: Listing.objects.filter(pk=listing.pk).update(status="paused"),
        lambda listing: Listing.objects.filter(pk=listing.pk).update(held=1),
        lambda listing: type(listing.seller).objects.update(status=SellerStatus.CLOSED),
        lambda listing: type(listing.seller).objects.update(closed_from="2020-01-01"),
        lambda listing: listing.seller.delivery_rates.all().delete(),
        lambda listing: listing.seller.delivery_rates.update(first_minor=1),
    ],
    ids=["price", "paused", "taken", "closed", "holiday", "no post", "post"],
)
def test_what_changed_since_it_was_seen_is_not_ordered(change):
    listing = ListingFactory()
    basket = basket_with(listing)
    seen = total_of(basket)
    change(listing)
    with pytest.raises(BasketChangedError) as refused:
        checkout.prepare(basket_id=basket.pk, expected_total=seen, address=ADDRESS, buyer=BUYER)
    assert refused.value.status == 409
    assert refused.value.extra["quote"].parcels
    assert not Order.objects.exists()


def test_an_empty_basket_is_not_ordered():
    basket = BasketFactory()
    with pytest.raises(BasketEmptyError):
        checkout.prepare(
            basket_id=basket.pk, expected_total=Money(0, "GBP"), address=ADDRESS, buyer=BUYER
        )


def test_expired_order_frees_the_copies_and_the_basket_can_be_ordered_again():
    listing = ListingFactory()
    basket = basket_with(listing)
    order = at_the_provider(basket)
    assert payments.expire(order_id=order.pk).status == OrderStatus.PENDING  # held still
    let_time_pass(order)
    sweep(grace=0)
    order.refresh_from_db()
    listing.refresh_from_db()
    assert (order.status, listing.held) == (OrderStatus.EXPIRED, 0)
    assert order.holds.get().status == HoldStatus.RELEASED
    assert SandboxPayment.objects.get().status == "cancelled"
    basket.refresh_from_db()
    assert (basket.status, basket.lines.count()) == (BasketStatus.OPEN, 1)
    again = at_the_provider(basket)
    assert again != order
    assert again.status == OrderStatus.PENDING


def test_coming_back_to_pay_holds_the_copies_anew_but_not_for_ever():
    order = at_the_provider(basket_with(ListingFactory()))
    let_time_pass(order)
    checkout.pay(order_id=order.pk)
    assert order.holds.get().expires_at > timezone.now() + timedelta(minutes=14)
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(hours=2))
    let_time_pass(order)
    checkout.pay(order_id=order.pk)
    assert order.holds.get().expires_at < timezone.now()


def test_paid_at_the_last_moment_is_placed_not_expired():
    order = at_the_provider(basket_with(ListingFactory()))
    pay_at_the_bank(order)
    let_time_pass(order)
    assert payments.expire(order_id=order.pk).status == OrderStatus.PLACED


def _told(order, state=ProviderState.CAPTURED):
    told = current_provider().fetch(order.payment.reference)
    return type(told)(told.key, told.reference, told.page_url, state, told.amount)


def _expired(listing):
    order = at_the_provider(basket_with(listing))
    let_time_pass(order)
    order = payments.expire(order_id=order.pk)
    order.payment.refresh_from_db()
    # The provider took the money all the same.
    SandboxPayment.objects.update(status="succeeded")
    return order


def test_paid_after_expiry_is_served_when_the_copies_are_still_there():
    listing = ListingFactory()
    order = _expired(listing)
    order = payments.apply(payment_id=order.payment.pk, told=_told(order))
    listing.refresh_from_db()
    assert order.status == OrderStatus.PLACED
    assert (listing.on_hand, listing.held) == (0, 0)
    assert stock_differences() == []


def test_paid_after_expiry_is_given_back_when_the_copies_are_gone():
    listing = ListingFactory()
    order = _expired(listing)
    placed(listing)
    order = payments.apply(payment_id=order.payment.pk, told=_told(order))
    refund = Refund.objects.get()
    assert order.status == OrderStatus.EXPIRED
    assert (refund.amount, refund.status) == (order.total, RefundStatus.PENDING)
    run_jobs(only=["orders.settle_refund", "orders.send_mail"])
    refund.refresh_from_db()
    assert refund.status == RefundStatus.SETTLED
    assert SandboxPayment.objects.get(key=str(order.payment.pk)).refunded_minor == 880
    assert any("comes back" in m.subject for m in mail.outbox)
    payments.apply(payment_id=order.payment.pk, told=_told(order))
    assert Refund.objects.count() == 1


def test_wrong_amount_places_nothing_and_is_noted_once():
    order = at_the_provider(basket_with(ListingFactory()))
    told = _told(order)
    less = type(told)(told.key, told.reference, "", told.state, Money(1, "GBP"))
    for _time in range(2):
        payments.apply(payment_id=order.payment.pk, told=less)
    order.refresh_from_db()
    assert order.status == OrderStatus.PENDING
    assert order.events.filter(type="payment_problem").count() == 1


def test_older_news_does_not_undo_a_payment():
    order = placed(ListingFactory())
    payments.apply(payment_id=order.payment.pk, told=_told(order, ProviderState.CANCELLED))
    order.refresh_from_db()
    order.payment.refresh_from_db()
    assert (order.status, order.payment.status) == ("placed", "captured")


def test_finalising_again_changes_nothing():
    order = placed(ListingFactory(on_hand=5))
    before = (StockMovement.objects.count(), order.events.count(), jobs_waiting("orders.send_mail"))
    for _time in range(3):
        payments.apply(payment_id=order.payment.pk, told=_told(order))
    after = (StockMovement.objects.count(), order.events.count(), jobs_waiting("orders.send_mail"))
    assert before == after


def test_lost_answer_to_create_is_asked_again_with_the_same_key(provider, monkeypatch):
    lose_answer(provider, monkeypatch, "create", times=1)
    order = at_the_provider(basket_with(ListingFactory()))
    assert order.payment.page_url
    assert SandboxPayment.objects.count() == 1


def test_provider_that_stays_silent_leaves_the_order_waiting_and_the_sweeper_finds_it(
    provider, monkeypatch
):
    basket = basket_with(ListingFactory())
    lose_answer(provider, monkeypatch, "create")
    with pytest.raises(ProviderUnavailableError):
        at_the_provider(basket)
    order = Order.objects.get()
    assert order.payment.status == PaymentStatus.CREATED
    # The provider had opened it, though: the reconciler asks by key.
    assert sweep(grace=-1).asked == 1
    order.payment.refresh_from_db()
    assert (order.payment.status, bool(order.payment.page_url)) == (PaymentStatus.PENDING, True)


def test_nothing_is_released_while_the_provider_can_not_be_asked(provider, monkeypatch):
    listing = ListingFactory()
    order = at_the_provider(basket_with(listing))
    let_time_pass(order)
    lose_answer(provider, monkeypatch, "cancel", before=True)
    assert sweep(grace=-1).failed == 1
    listing.refresh_from_db()
    order.refresh_from_db()
    assert (order.status, listing.held) == (OrderStatus.PENDING, 1)


def test_sweeper_places_what_was_paid_without_a_word():
    order = at_the_provider(basket_with(ListingFactory()))
    pay_at_the_bank(order, Behaviour.LOST_WEBHOOK)
    assert jobs_waiting("orders.deliver_sandbox_webhook") == 0
    sweep(grace=-1)
    order.refresh_from_db()
    assert order.status == OrderStatus.PLACED


def test_refund_whose_answer_was_lost_is_paid_once(provider, monkeypatch):
    order = placed(ListingFactory())
    refund = refunds.ask(payment=order.payment, amount=Money(300, "GBP"), reason="Torn page")
    lose_answer(provider, monkeypatch, "refund", times=1)
    with pytest.raises(ProviderError):
        refund_settling.settle(refund_id=refund.pk)
    assert sweep(grace=-1).refunds == 1
    refund.refresh_from_db()
    assert refund.status == RefundStatus.SETTLED
    assert SandboxPayment.objects.get().refunded_minor == 300


def test_checkout_query_counts(django_assert_max_num_queries):
    seller = SellerFactory()
    listings = [ListingFactory(seller=seller) for _n in range(8)]
    basket = basket_with(*listings, *[ListingFactory() for _n in range(4)])
    total = total_of(basket)
    # savepoint, basket, its order, lines, sellers ×2, listings, promotions with a limit, lines, tax of shops,
    # remitting, rules of commission, rates, choices, codes, automatic offers, hold, order, its gift cards,
    # seller orders, order lines, holds, payment, event, end of savepoint
    with django_assert_max_num_queries(25):
        order = checkout.prepare(
            basket_id=basket.pk, expected_total=total, address=ADDRESS, buyer=BUYER
        )
    assert order.seller_orders.count() == 5
