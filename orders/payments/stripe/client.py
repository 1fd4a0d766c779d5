"""Our side of Stripe: the PaymentProvider that the rest of orders knows.

A payment is a Checkout Session in payment mode, by our payment's id; its money is the session's
PaymentIntent. Every call that changes something has an idempotency key made of our own ids.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any, TypeVar
from uuid import UUID

import stripe
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from books4all.lib.money import Money
from orders.errors import ProviderError, ProviderRefusedError
from orders.payments.base import (
    EvidenceFile,
    Holding,
    Intent,
    ProviderEvent,
    ProviderPayment,
    ProviderRefund,
    ProviderState,
)
from orders.payments.stripe import api, reading, webhooks
from orders.payments.stripe.reading import to_stripe

T = TypeVar("T")

# With each session its PaymentIntent, so that one answer says how the payment stands.
_EXPAND = ["payment_intent"]
# How far a session's time of making may be from that in our payment's id (seconds), and how many
# sessions of that time are looked through for it.
_BEFORE, _AFTER, MOST_LOOKED_THROUGH = 300, 2 * 3600, 2000


class StripeProvider:
    """Stripe, by its official SDK."""

    name = "stripe"
    title = _("Card or wallet")
    explain = _("You pay on the page of our payment provider. We never see your card.")

    def holding(self) -> Holding:
        """Return how long copies are kept: as for any card."""
        each = timedelta(minutes=settings.HOLD_MINUTES)
        return Holding(each=each, most=each * 4)

    def create(self, intent: Intent) -> ProviderPayment:
        """Open a Checkout Session; the key makes asking twice the same as asking once."""
        params = _session(intent)
        options: stripe.RequestOptions = {"idempotency_key": f"session-{intent.key}"}
        return _payment(lambda client: client.v1.checkout.sessions.create(params, options))

    def find(self, key: str) -> ProviderPayment | None:
        """Return the session opened for ``key``: one of those made about when our payment was.

        Raises:
            ProviderError: it was not among the first thousands, so that it is not known.
        """
        made = (UUID(key).int >> 80) // 1000
        wanted: Any = {
            "limit": 100,
            "created": {"gte": made - _BEFORE, "lte": made + _AFTER},
            "expand": ["data.payment_intent"],
        }

        def look(client: stripe.StripeClient) -> Any:
            listed = client.v1.checkout.sessions.list(wanted)
            for n, session in enumerate(listed.auto_paging_iter()):
                if session.client_reference_id == key:
                    return session
                if n >= MOST_LOOKED_THROUGH:
                    msg = f"Stripe: too many sessions to find {key} among"
                    raise ProviderError(msg)
            return None

        found = api.call(look)
        return _read(lambda: reading.payment_of(_plain(found))) if found else None

    def fetch(self, reference: str) -> ProviderPayment:
        """Return a payment as it is now, by its session's id or its PaymentIntent's."""
        if not reference.startswith("pi_"):
            return _payment(
                lambda client: client.v1.checkout.sessions.retrieve(reference, {"expand": _EXPAND})
            )

        def of_intent(client: stripe.StripeClient) -> Any:
            listed = client.v1.checkout.sessions.list(
                {"payment_intent": reference, "limit": 1, "expand": ["data.payment_intent"]}
            )
            if not listed.data:
                msg = f"Stripe: {reference} is no payment of ours"
                raise ProviderRefusedError(msg)
            return listed.data[0]

        return _payment(of_intent)

    def capture(self, reference: str) -> ProviderPayment:
        """Take the money of an authorised payment."""
        told = self.fetch(reference)
        if told.state is not ProviderState.AUTHORIZED:
            return told
        options: stripe.RequestOptions = {"idempotency_key": f"capture-{told.key}"}
        try:
            api.call(lambda c: c.v1.payment_intents.capture(told.money, {}, options))
        except ProviderRefusedError:
            # Captured or cancelled meanwhile: how it stands is the answer.
            return self.fetch(reference)
        return self.fetch(reference)

    def cancel(self, reference: str) -> ProviderPayment:
        """Close the session, and give up what was authorised."""
        told = self.fetch(reference)
        try:
            if told.state is ProviderState.OPEN:
                api.call(lambda c: c.v1.checkout.sessions.expire(told.reference))
            elif told.state is ProviderState.AUTHORIZED:
                api.call(lambda c: c.v1.payment_intents.cancel(told.money))
            else:
                return told
        except ProviderRefusedError:
            # Paid at this very moment: how it stands is the answer.
            return self.fetch(reference)
        return self.fetch(reference)

    def refund(self, *, reference: str, key: str, amount: Money) -> ProviderRefund:
        """Give back part of a payment. Looked for first: Stripe forgets idempotency keys after a day."""
        told = self.fetch(reference)
        made = self._refund_with(told.money, key)
        if made is not None:
            return made
        params: Any = {
            "payment_intent": told.money,
            "amount": to_stripe(amount),
            "metadata": {"refund": key, "payment": told.key},
        }
        options: stripe.RequestOptions = {"idempotency_key": f"refund-{key}"}
        refund = api.call(lambda client: client.v1.refunds.create(params, options))
        return _read(lambda: reading.refund_of(_plain(refund)))

    def _refund_with(self, intent: str, key: str) -> ProviderRefund | None:
        listed = api.call(
            lambda c: list(
                c.v1.refunds.list({"payment_intent": intent, "limit": 100}).auto_paging_iter()
            )
        )
        found = [_read(partial(reading.refund_of, _plain(one))) for one in listed]
        return next((refund for refund in found if refund.key == key), None)

    def fetch_refund(self, *, reference: str, key: str, amount: Money) -> ProviderRefund:
        """Return a refund as it is now."""
        del key, amount
        refund = api.call(lambda client: client.v1.refunds.retrieve(reference))
        return _read(lambda: reading.refund_of(_plain(refund)))

    def send_evidence(self, *, dispute: str, text: str, files: Sequence[EvidenceFile]) -> None:
        """Answer a dispute. Stripe takes one file of any kind; the others are named in the text."""
        evidence: dict[str, Any] = {"uncategorized_text": text[:20_000]}
        for file in files[:1]:
            evidence["uncategorized_file"] = _uploaded(file)
        options: stripe.RequestOptions = {"idempotency_key": f"evidence-{dispute}"}
        params: Any = {"evidence": evidence, "submit": True}
        api.call(lambda client: client.v1.disputes.update(dispute, params, options))

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """Verify a message by its signature and read it."""
        return webhooks.parse(headers, body)


def _session(intent: Intent) -> Any:
    """Return what a Checkout Session is made of. Nothing in it changes when it is asked for again."""
    price = {
        "currency": intent.amount.currency.lower(),
        "unit_amount": to_stripe(intent.amount),
        "product_data": {"name": intent.description},
    }
    return {
        "mode": "payment",
        "client_reference_id": intent.key,
        "line_items": [{"quantity": 1, "price_data": price}],
        "success_url": intent.return_url,
        "cancel_url": intent.return_url,
        "metadata": {"payment": intent.key},
        "payment_intent_data": {
            "capture_method": "manual" if intent.capture_later else "automatic",
            "metadata": {"payment": intent.key},
            # Transfers to shops name it too, so that Stripe's pages show what belongs together.
            "transfer_group": intent.key,
        },
        # What is agreed is a price in our currency.
        "adaptive_pricing": {"enabled": False},
        "expand": _EXPAND,
    }


def _uploaded(file: EvidenceFile) -> str:
    """Hand a paper over to Stripe; returns its name there."""
    content = BytesIO(file.content)
    content.name = file.name
    params: Any = {"purpose": "dispute_evidence", "file": content}
    return str(api.call(lambda client: client.v1.files.create(params)).id)


def _payment(work: Callable[[stripe.StripeClient], Any]) -> ProviderPayment:
    session = api.call(work)
    return _read(lambda: reading.payment_of(_plain(session)))


def _plain(found: Any) -> dict[str, Any]:
    """Return an object of the SDK as plain data."""
    plain: dict[str, Any] = found.to_dict()
    return plain


def _read(work: Callable[[], T]) -> T:
    """Read an answer. Raises ProviderError for one that is not of the documented shape."""
    try:
        return work()
    except (KeyError, TypeError, ValueError) as error:
        msg = f"Stripe: an answer of another shape ({error})"
        raise ProviderError(msg) from error
