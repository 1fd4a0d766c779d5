"""A thousand messages that are nearly Stripe's: none is taken in."""

import random
import time

import pytest

from orders.errors import WebhookRefusedError
from orders.payments.stripe.client import StripeProvider
from tests.orders.stripe.fake_stripe import FakeStripe


def mutated(dice: random.Random, body: bytes, header: str) -> tuple[bytes, str]:
    """Change a bit of the body, or a sign of the header, or what the header promises."""
    where = dice.choice(["body", "cut", "header", "scheme", "time"])
    changed, place = bytearray(body), dice.randrange(len(body))
    if where == "body":
        changed[place] ^= 1 << dice.randrange(7)
        return bytes(changed), header
    if where == "cut":
        return body[:place], header
    if where == "scheme":
        return body, header.replace("v1=", dice.choice(["v0=", "v2=", " v1=", "V1="]))
    moment, signature = header.split(",v1=")
    if where == "time":
        return body, f"t={int(moment[2:]) + dice.choice([-1, 1, 60])},v1={signature}"
    at = dice.randrange(len(signature))
    other = dice.choice([sign for sign in "0123456789abcdef" if sign != signature[at]])
    return body, f"{moment},v1={signature[:at]}{other}{signature[at + 1 :]}"


def test_a_thousand_mutations_are_all_refused(fake: FakeStripe) -> None:
    dice, provider = random.Random(7), StripeProvider()
    intent = {"id": "pi_1", "object": "payment_intent", "amount_received": 880, "currency": "gbp"}
    body, headers = fake.message("payment_intent.succeeded", intent)
    assert provider.parse_webhook(headers, body).about == "pi_1"
    accepted = 0
    for _time in range(1000):
        forged, header = mutated(dice, body, headers["Stripe-Signature"])
        try:
            provider.parse_webhook({"stripe-signature": header}, forged)
        except WebhookRefusedError:
            continue
        accepted += 1
    assert accepted == 0


def test_an_old_message_is_refused(fake: FakeStripe, monkeypatch: pytest.MonkeyPatch) -> None:
    body, headers = fake.message("x", {"id": "cus_1", "object": "customer"})
    late = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: late)
    with pytest.raises(WebhookRefusedError):
        StripeProvider().parse_webhook(headers, body)
