"""The sandbox provider's side: its books, and the messages it sends.

Nothing in it knows an order. Every write is a transaction of its own and refuses to be part of
another, as a server on the other side of a network would.
"""

import json
from uuid import uuid4

from django.db import transaction
from django.urls import reverse

from books4all.lib.jobs import enqueue
from orders.models.sandbox import SandboxPayment, SandboxStatus
from orders.payments.sandbox.cards import Behaviour

SLOW_SECONDS = 10
LATE_SECONDS = 30

_LED_BACK = frozenset(Behaviour) - {Behaviour.LOST_ANSWER, Behaviour.LOST_WEBHOOK}


class BankError(Exception):
    """The provider says no."""


def open_payment(
    *, key: str, amount_minor: int, currency: str, description: str, return_url: str
) -> SandboxPayment:
    """Open a payment, or return the one that was opened with this key."""
    with transaction.atomic(durable=True):
        payment, _made = SandboxPayment.objects.get_or_create(
            key=key,
            defaults={
                "amount_minor": amount_minor,
                "currency": currency,
                "description": description[:200],
                "return_url": return_url,
            },
        )
    if (payment.amount_minor, payment.currency) != (amount_minor, currency):
        msg = "the key was used for another amount"
        raise BankError(msg)
    return payment


def cancel(reference: str) -> SandboxPayment:
    """Close a payment to the buyer, unless it has been paid."""
    with transaction.atomic(durable=True):
        payment = _locked(reference)
        if payment.status in (SandboxStatus.OPEN, SandboxStatus.ACTION):
            payment.status = SandboxStatus.CANCELLED
            payment.save(update_fields=["status", "updated_at"])
            _announce(payment, "payment.cancelled")
    return payment


def refund(*, reference: str, key: str, amount_minor: int) -> str:
    """Give back part of a paid payment, once a key; returns the refund's reference."""
    with transaction.atomic(durable=True):
        payment = _locked(reference)
        if key in payment.refund_keys:
            return f"re_{key}"
        if payment.status != SandboxStatus.SUCCEEDED:
            msg = "nothing was paid"
            raise BankError(msg)
        if payment.refunded_minor + amount_minor > payment.amount_minor:
            msg = "more than was paid"
            raise BankError(msg)
        payment.refunded_minor += amount_minor
        payment.refund_keys[key] = amount_minor
        payment.save(update_fields=["refunded_minor", "refund_keys", "updated_at"])
    return f"re_{key}"


def pay(*, reference: str, behaviour: Behaviour) -> SandboxPayment:
    """Do what a buyer's card makes happen; the payment's status says what has."""
    with transaction.atomic(durable=True):
        payment = _locked(reference)
        if payment.status not in (SandboxStatus.OPEN, SandboxStatus.ACTION):
            return payment
        payment.behaviour = behaviour
        if behaviour is Behaviour.DECLINE:
            payment.status = SandboxStatus.OPEN
        elif behaviour is Behaviour.SECURE and payment.status == SandboxStatus.OPEN:
            payment.status = SandboxStatus.ACTION
        elif behaviour is Behaviour.SLOW:
            payment.status = SandboxStatus.PROCESSING
            enqueue("orders.settle_sandbox_payment", delay=SLOW_SECONDS, reference=reference)
        else:
            _succeed(payment)
        payment.save(update_fields=["behaviour", "status", "updated_at"])
    return payment


def fail_secure(*, reference: str) -> SandboxPayment:
    """Take down that the buyer did not confirm at their bank; another card may be tried."""
    with transaction.atomic(durable=True):
        payment = _locked(reference)
        if payment.status == SandboxStatus.ACTION:
            payment.status = SandboxStatus.OPEN
            payment.save(update_fields=["status", "updated_at"])
    return payment


def settle(*, reference: str) -> SandboxPayment:
    """Let the slow bank answer yes."""
    with transaction.atomic(durable=True):
        payment = _locked(reference)
        if payment.status == SandboxStatus.PROCESSING:
            _succeed(payment)
            payment.save(update_fields=["status", "updated_at"])
    return payment


def leads_back(payment: SandboxPayment) -> bool:
    """Return whether the buyer's browser is led back to the shop after paying."""
    return payment.behaviour in _LED_BACK


def event_body(payment: SandboxPayment, event_type: str) -> str:
    """Return what a message about ``payment`` says."""
    return json.dumps(
        {
            "type": event_type,
            "data": {
                "reference": payment.reference,
                "key": payment.key,
                "status": payment.status,
                "amount": payment.amount_minor,
                "currency": payment.currency,
            },
        }
    )


def _succeed(payment: SandboxPayment) -> None:
    payment.status = SandboxStatus.SUCCEEDED
    _announce(payment, "payment.succeeded")


def _announce(payment: SandboxPayment, event_type: str) -> None:
    """Send the shop a message, as job in the transaction that made it true."""
    if payment.behaviour == Behaviour.LOST_WEBHOOK and event_type == "payment.succeeded":
        return
    delay = LATE_SECONDS if payment.behaviour == Behaviour.LATE else 0
    times = 2 if payment.behaviour == Behaviour.TWICE else 1
    event = {"event_id": f"evt_{uuid4().hex}", "body": event_body(payment, event_type)}
    path = reverse("orders:webhook", args=["sandbox"])
    for _time in range(times):
        enqueue("orders.deliver_sandbox_webhook", delay=delay, path=path, **event)


def _locked(reference: str) -> SandboxPayment:
    payment = SandboxPayment.objects.select_for_update().filter(reference=reference).first()
    if payment is None:
        msg = "no such payment"
        raise BankError(msg)
    return payment
