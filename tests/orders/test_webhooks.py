"""Messages of the payment provider: believed only when signed, counted only once."""

import json
import random
import time

import pytest
from django.urls import reverse

from orders.errors import WebhookRefusedError
from orders.models import Order, PaymentEvent, SandboxPayment
from orders.payments.sandbox import bank
from orders.payments.sandbox.cards import Behaviour
from orders.payments.sandbox.signatures import TOLERANCE, signed_headers, verify
from orders.services import payments
from tests.factories.catalog import ListingFactory
from tests.orders.journeys import (
    at_the_provider,
    basket_with,
    jobs_waiting,
    let_time_pass,
    pay_at_the_bank,
    prepare,
    run_jobs,
)

URL = "/webhooks/payments/sandbox/"


def message(order: Order, event_type: str = "payment.succeeded", **changes) -> bytes:
    """What the bank would say about the order's payment now."""
    payment = SandboxPayment.objects.get(key=str(order.payment.pk))
    said = json.loads(bank.event_body(payment, event_type))
    said["data"] |= changes
    return json.dumps(said).encode()


def send(client, body: bytes, *, event: str = "evt_1", secret: str = "whsec_test", now=None):
    headers = signed_headers(secret, event, body, now=now)
    return client.post(URL, body, content_type="application/json", headers=headers)


@pytest.mark.django_db
class TestTakingIn:
    """What a message comes to."""

    def test_signed_message_places_the_order(self, client):
        order = at_the_provider(basket_with(ListingFactory()))
        pay_at_the_bank(order)
        assert reverse("orders:webhook", args=["sandbox"]) == URL
        assert send(client, message(order)).status_code == 204
        order.refresh_from_db()
        assert order.status == "placed"

    def test_the_older_secret_is_good_while_it_is_being_replaced(self, client):
        order = at_the_provider(basket_with(ListingFactory()))
        pay_at_the_bank(order)
        assert send(client, message(order), secret="whsec_test_old").status_code == 204

    def test_the_same_message_counts_once(self, client):
        order = at_the_provider(basket_with(ListingFactory()))
        pay_at_the_bank(order)
        for _time in range(3):
            assert send(client, message(order)).status_code == 204
        assert PaymentEvent.objects.count() == 1
        assert order.events.filter(type="placed").count() == 1

    def test_webhook_first_then_the_return_page(self, client):
        order = at_the_provider(basket_with(ListingFactory()))
        pay_at_the_bank(order)
        send(client, message(order))
        back = client.get(reverse("orders:pay_return", args=[order.payment.pk]))
        assert back.url == reverse("orders:track", args=[order.token])
        assert order.events.filter(type="placed").count() == 1

    def test_webhook_before_our_own_call_was_answered(self, client):
        # The process died between the provider's work and its answer being written down.
        order = prepare(basket_with(ListingFactory()))
        paid = bank.open_payment(
            key=str(order.payment.pk),
            amount_minor=order.total_minor,
            currency="GBP",
            description="",
            return_url="http://localhost/",
        )
        bank.pay(reference=paid.reference, behaviour=Behaviour.SUCCESS)
        assert send(client, message(order)).status_code == 204
        order.refresh_from_db()
        assert order.status == "placed"

    def test_a_lie_about_the_state_is_asked_about(self, client):
        # Signed, but the order has expired: the provider is asked, and knows of no payment.
        order = at_the_provider(basket_with(ListingFactory()))
        let_time_pass(order)
        payments.expire(order_id=order.pk)
        assert send(client, message(order, status="succeeded")).status_code == 204
        order.payment.refresh_from_db()
        assert order.payment.status == "cancelled"

    @pytest.mark.parametrize("change", [{"amount": 1}, {"currency": "EUR"}, {"reference": "other"}])
    def test_what_does_not_agree_places_nothing(self, client, change):
        order = at_the_provider(basket_with(ListingFactory()))
        response = send(client, message(order, status="succeeded", **change))
        assert response.status_code in (204, 503)
        order.refresh_from_db()
        assert order.status == "pending"

    def test_message_about_an_unknown_payment_is_kept_and_does_nothing(self, client):
        order = at_the_provider(basket_with(ListingFactory()))
        assert send(client, message(order, key="nobody")).status_code == 204
        assert PaymentEvent.objects.get().payment is None

    def test_unknown_provider_and_other_methods(self, client):
        assert client.post("/webhooks/payments/nobody/").status_code == 404
        assert client.get(URL).status_code == 405

    @pytest.mark.parametrize(
        ("behaviour", "messages"),
        [
            (Behaviour.SUCCESS, 1),
            (Behaviour.TWICE, 2),
            (Behaviour.LATE, 1),
            (Behaviour.LOST_ANSWER, 1),
            (Behaviour.LOST_WEBHOOK, 0),
            (Behaviour.DECLINE, 0),
        ],
    )
    def test_cards_make_the_bank_send(self, behaviour, messages):
        order = at_the_provider(basket_with(ListingFactory()))
        pay_at_the_bank(order, behaviour)
        assert jobs_waiting("orders.deliver_sandbox_webhook") == messages


@pytest.mark.django_db
@pytest.mark.parametrize("off", [-TOLERANCE - 60, TOLERANCE + 60], ids=["old", "future"])
def test_old_and_future_messages_are_refused(client, off):
    order = at_the_provider(basket_with(ListingFactory()))
    assert send(client, message(order), now=int(time.time()) + off).status_code == 400
    assert not PaymentEvent.objects.exists()


@pytest.mark.django_db
def test_stranger_without_a_secret_is_refused(client, settings):
    order = at_the_provider(basket_with(ListingFactory()))
    assert send(client, message(order), secret="guess").status_code == 400
    settings.SANDBOX_WEBHOOK_SECRETS = []
    assert send(client, message(order)).status_code == 400


def test_a_thousand_mutations_are_all_refused():
    dice = random.Random(7)
    body = b'{"type":"payment.succeeded","data":{"amount":880}}'
    headers = signed_headers("whsec_test", "evt_1", body)
    assert verify(headers, body, ["whsec_other", "whsec_test"]) == "evt_1"
    for _time in range(1000):
        forged, changed = dict(headers), bytearray(body)
        where = dice.choice(["body", *headers])
        if where == "body":
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(7)
        else:
            value = list(forged[where])
            place = dice.randrange(3 if where == "webhook-signature" else 0, len(value))
            # The last character of base64 carries spare bits, so "changed" means decoded differently.
            value[place] = chr(ord(value[place]) ^ 1)
            forged[where] = "".join(value)
        with pytest.raises(WebhookRefusedError):
            verify(forged, bytes(changed), ["whsec_test"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("behaviour", [Behaviour.TWICE, Behaviour.LATE, Behaviour.SLOW])
def test_messages_travel_over_http(live_server, settings, behaviour):
    settings.PUBLIC_URL = live_server.url
    order = at_the_provider(basket_with(ListingFactory()))
    pay_at_the_bank(order, behaviour)
    wanted = ["orders.settle_sandbox_payment", "orders.deliver_sandbox_webhook"]
    if behaviour is not Behaviour.TWICE:
        assert run_jobs(only=wanted) == []  # not yet
    run_jobs(only=wanted, late=True)
    order.refresh_from_db()
    assert order.status == "placed"
    assert PaymentEvent.objects.count() == 1
