"""Stripe's messages: verified by its own code, and read for what they say of payments.

Of what a message says little is kept: names and addresses of buyers stay with Stripe.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import stripe
from django.conf import settings

from orders.constants import DisputeStatus
from orders.constants import PaymentEventKind as Kind
from orders.errors import WebhookRefusedError
from orders.payments.base import Moved, ProviderEvent, RefundState
from orders.payments.stripe import reading

TOLERANCE = 300
_KEPT = (
    "id", "object", "status", "amount", "amount_total", "amount_received", "amount_capturable",
    "currency", "payment_intent", "payment_status", "charge", "reason", "client_reference_id",
    "failure_reason", "cancellation_reason",
)  # fmt: skip
_REFUND_KINDS = {
    RefundState.PENDING: Kind.REFUND_REQUEST,
    RefundState.SUCCEEDED: Kind.REFUND_SUCCESS,
    RefundState.FAILED: Kind.REFUND_FAILURE,
}
# What a PaymentIntent's message says of the money, and which of its amounts it is about.
_INTENT_KINDS = {
    "payment_intent.succeeded": (Kind.CHARGE_SUCCESS, "amount_received"),
    "payment_intent.amount_capturable_updated": (Kind.AUTHORIZATION_SUCCESS, "amount_capturable"),
    "payment_intent.processing": (Kind.CHARGE_REQUEST, "amount"),
    "payment_intent.payment_failed": (Kind.CHARGE_FAILURE, "amount"),
    "payment_intent.requires_action": (Kind.ACTION_REQUIRED, "amount"),
    "payment_intent.canceled": (Kind.CANCEL_SUCCESS, "amount"),
}


def parse(headers: Mapping[str, str], body: bytes) -> ProviderEvent:
    """Verify a message and read it.

    Raises:
        WebhookRefusedError: not signed with a secret of ours, too old, or not to be understood.
    """
    given = {name.lower(): value for name, value in headers.items()}
    event = _verified(body, given.get("stripe-signature", ""), settings.STRIPE_WEBHOOK_SECRETS)
    try:
        _check(event, body)
        return _read(event)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        msg = "not a message that we understand"
        raise WebhookRefusedError(msg) from error


def _verified(body: bytes, signature: str, secrets: Sequence[str]) -> dict[str, Any]:
    """Return the message. While a secret is being replaced both are good."""
    for secret in secrets:
        try:
            event = stripe.Webhook.construct_event(body, signature, secret, TOLERANCE)
        except stripe.SignatureVerificationError:
            continue
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            msg = "signed, and not JSON"
            raise WebhookRefusedError(msg) from error
        plain: dict[str, Any] = event.to_dict()
        return plain
    msg = "no signature fits"
    raise WebhookRefusedError(msg)


def _check(event: Mapping[str, Any], body: bytes) -> None:
    """Refuse what is no message of the mode that our key is of, or can't be written down."""
    live = "_live_" in settings.STRIPE_SECRET_KEY
    if bool(event["livemode"]) is not live:
        msg = "a message of the other mode, test or live"
        raise ValueError(msg)
    if rb"\u0000" in body or not 0 < len(event["id"]) <= 120:
        msg = "the database keeps no NUL, and no longer names"
        raise ValueError(msg)


def _read(event: Mapping[str, Any]) -> ProviderEvent:
    told = event["data"]["object"]
    base: dict[str, Any] = {
        "event_id": event["id"],
        "type": str(event["type"])[:60],
        "payload": {
            "type": event["type"],
            "created": event["created"],
            "object": {name: told[name] for name in _KEPT if name in told},
        },
        "happened_at": datetime.fromtimestamp(event["created"], UTC),
    }
    reader = _READERS.get(told.get("object", ""))
    return ProviderEvent(**base, **(reader(event["type"], told) if reader else {}))


def _of_session(kind: str, session: Mapping[str, Any]) -> dict[str, Any]:
    """How the payment stands is asked for: the message has no PaymentIntent with it."""
    amount = reading.money(session["amount_total"], session["currency"])
    name = session["payment_intent"] or session["id"]
    moved = None
    if kind == "checkout.session.expired":
        moved = Moved(Kind.CANCEL_SUCCESS, amount, name)
    elif kind == "checkout.session.async_payment_failed":
        moved = Moved(Kind.CHARGE_FAILURE, amount, name)
    elif session["payment_status"] == "paid":
        moved = Moved(Kind.CHARGE_SUCCESS, amount, name)
    return {"about": session["id"], "moved": moved}


def _of_intent(kind: str, intent: Mapping[str, Any]) -> dict[str, Any]:
    if kind not in _INTENT_KINDS:
        return {"about": intent["id"]}
    moves, field = _INTENT_KINDS[kind]
    moved = Moved(moves, reading.money(intent[field], intent["currency"]), intent["id"])
    return {"about": intent["id"], "moved": moved}


def _of_refund(_kind: str, refund: Mapping[str, Any]) -> dict[str, Any]:
    if not refund["payment_intent"]:
        return {}
    told = reading.refund_of(refund)
    moved = Moved(_REFUND_KINDS[told.state], told.amount, told.reference)
    return {"about": refund["payment_intent"], "refund": told, "moved": moved}


def _of_dispute(kind: str, dispute: Mapping[str, Any]) -> dict[str, Any]:
    told = reading.dispute_of(dispute)
    if told is None or not dispute["payment_intent"]:
        return {}
    won = told.status is DisputeStatus.WON or kind == "charge.dispute.funds_reinstated"
    moves = Kind.CHARGE_SUCCESS if won else Kind.CHARGE_BACK
    moved = Moved(moves, told.amount, told.reference)
    return {"about": dispute["payment_intent"], "dispute": told, "moved": moved}


_READERS: dict[str, Callable[[str, Mapping[str, Any]], dict[str, Any]]] = {
    "checkout.session": _of_session,
    "payment_intent": _of_intent,
    "refund": _of_refund,
    "dispute": _of_dispute,
}
