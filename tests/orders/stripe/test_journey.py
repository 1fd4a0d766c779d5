"""Buying with Stripe, against a small Stripe on this machine: pages, messages in any order, lost answers."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from orders.constants import AccountKind as A
from orders.models import Dispute, Order, PaymentEvent, Refund
from orders.selectors.ledger import balance
from orders.selectors.payment_amounts import amounts_of
from orders.services import checkout, payments, refund_settling, seller_orders
from orders.services.reconciler import sweep
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import at_the_provider, basket_with, let_time_pass, prepare, run_jobs
from tests.orders.stripe.fake_stripe import FakeStripe

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stripe_takes_the_money(settings: Any) -> None:
    settings.PAYMENT_PROVIDER = "stripe"
    settings.PAYMENT_PROVIDERS = ["stripe"]


@pytest.fixture
def order(fake: FakeStripe) -> Order:
    return at_the_provider(basket_with(ListingFactory()))


def send(client: Client, fake: FakeStripe, kind: str, about: dict[str, Any], **more: Any) -> int:
    body, headers = fake.message(kind, about, **more)
    url = reverse("orders:webhook", args=["stripe"])
    return client.post(url, body, content_type="application/json", headers=headers).status_code


def status_of(order: Order) -> str:
    order.refresh_from_db()
    return order.status


def test_paid_and_led_back(order: Order, fake: FakeStripe, client: Client) -> None:
    assert order.payment.page_url.startswith("https://checkout.stripe.com/")
    fake.pay(order.payment.reference)
    back = client.get(reverse("orders:pay_return", args=[order.payment.pk]))
    assert back.url == reverse("orders:track", args=[order.token])
    assert amounts_of(order.payment).charges.charged == 880


@pytest.mark.parametrize("kind", ["checkout.session.completed", "payment_intent.succeeded"])
def test_placed_by_a_message(order: Order, fake: FakeStripe, client: Client, kind: str) -> None:
    intent = fake.pay(order.payment.reference)
    about = intent if kind.startswith("pay") else fake.objects[order.payment.reference]
    for _time in range(2):
        assert send(client, fake, kind, about) == 204
    assert status_of(order) == "placed"
    assert amounts_of(order.payment).charges.charged == 880


def test_message_before_our_own_call_was_answered(fake: FakeStripe, client: Client) -> None:
    order = prepare(basket_with(ListingFactory()))
    told = checkout._create(order.payment)
    intent = fake.pay(told.reference)
    assert send(client, fake, "payment_intent.succeeded", intent) == 204
    assert status_of(order) == "placed"


def test_a_lie_about_the_amount_is_asked_about(
    order: Order, fake: FakeStripe, client: Client
) -> None:
    session = fake.objects[order.payment.reference]
    lie = {"payment_status": "paid", "amount_total": 1, "status": "complete"}
    assert send(client, fake, "checkout.session.completed", session, **lie) == 204
    assert status_of(order) == "pending"
    assert order.events.filter(type="payment_problem").count() == 1


def test_silent_stripe_is_asked_to_send_again(
    order: Order, fake: FakeStripe, client: Client, settings: Any
) -> None:
    intent = fake.pay(order.payment.reference)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert send(client, fake, "payment_intent.succeeded", intent) == 503
    assert not PaymentEvent.objects.exists()


def test_somebody_elses_payment_on_the_same_account(fake: FakeStripe, client: Client) -> None:
    stranger = {"id": "pi_stranger", "object": "payment_intent", "amount_received": 5, "currency": "gbp"}  # fmt: skip
    assert send(client, fake, "payment_intent.succeeded", stranger) == 204
    assert PaymentEvent.objects.get().payment is None


def test_authorised_first(fake: FakeStripe, client: Client, settings: Any) -> None:
    settings.PAYMENT_CAPTURE = "placing"
    order = at_the_provider(basket_with(ListingFactory()))
    intent = fake.pay(order.payment.reference)
    assert intent["status"] == "requires_capture"
    assert send(client, fake, "payment_intent.amount_capturable_updated", intent) == 204
    run_jobs(only=["orders.capture_payment"])
    assert (status_of(order), intent["status"]) == ("placed", "succeeded")
    charges = amounts_of(order.payment).charges
    assert (charges.authorised, charges.charged) == (0, 880)


def test_page_whose_answer_was_lost_for_good_is_found_and_closed(fake: FakeStripe) -> None:
    order = prepare(basket_with(ListingFactory()))
    checkout._create(order.payment)  # and the process dies
    let_time_pass(order)
    assert payments.expire(order_id=order.pk).status == "expired"
    assert [o["status"] for o in fake.objects.values()] == ["expired"]


def test_refund_under_way_failed_and_tried_again(
    order: Order, fake: FakeStripe, client: Client
) -> None:
    intent = fake.pay(order.payment.reference)
    payments.settle(payment_id=order.payment.pk)
    fake.refunds_are = "pending"
    fake.lose = ["POST /v1/refunds"]
    part = order.seller_orders.get()
    seller_orders.cancel(seller_order_id=part.pk, reason="Gone", restock=True, actor=None)
    run_jobs(only=["orders.settle_refund"])
    refund = Refund.objects.get()
    assert refund.status == "sent"
    made = fake.objects[refund.reference]
    made["status"] = "failed"
    assert send(client, fake, "refund.failed", made) == 204
    refund_settling.retry(refund_id=refund.pk, actor=None)
    fake.refunds_are = "succeeded"
    run_jobs(only=["orders.settle_refund"])
    refund.refresh_from_db()
    assert refund.status == "settled"
    assert sum(pk.startswith("re_") for pk in fake.objects) == 2
    assert amounts_of(order.payment).charges.refunded == 880
    assert balance(A.CLEARING, "GBP").minor == 0
    assert intent["amount_received"] == 880


def test_dispute_before_the_news_of_its_payment(
    order: Order, fake: FakeStripe, client: Client
) -> None:
    intent = fake.pay(order.payment.reference)
    taken = fake.dispute(intent["id"], 880)
    assert send(client, fake, "charge.dispute.created", taken) == 204
    assert status_of(order) == "placed"
    assert Dispute.objects.get().status == "opened"
    taken["status"] = "won"
    assert send(client, fake, "charge.dispute.closed", taken) == 204
    assert send(client, fake, "charge.dispute.funds_reinstated", taken) == 204
    assert Dispute.objects.get().status == "won"
    assert amounts_of(order.payment).charges.charged == 880
    assert (balance(A.DISPUTES, "GBP").minor, balance(A.CLEARING, "GBP").minor) == (0, 880)


def test_sweeper_finishes_what_no_message_told(order: Order, fake: FakeStripe) -> None:
    fake.pay(order.payment.reference)
    sweep(grace=-1)
    assert status_of(order) == "placed"
