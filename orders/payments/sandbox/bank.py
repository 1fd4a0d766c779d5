"""The sandbox provider's side: its books, and the messages it sends.

Nothing in it knows an order. Every write is a transaction of its own and refuses to be part of
another, as a server on the other side of a network would.
"""

import json
from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from books4all.lib.jobs import enqueue
from orders.constants import DisputeStatus
from orders.models.sandbox import SandboxDispute, SandboxPayment, SandboxRefund, SandboxStatus
from orders.models.sandbox import SandboxRefundState as Refunded
from orders.payments.sandbox.cards import Behaviour

SLOW_SECONDS = 10
LATE_SECONDS = 30
# How long the shop has to answer a dispute.
EVIDENCE_TIME = timedelta(days=7)

_LED_BACK = frozenset(Behaviour) - {Behaviour.LOST_ANSWER, Behaviour.LOST_WEBHOOK}


class BankError(Exception):
    """The provider says no."""


def open_payment(
    *,
    key: str,
    amount_minor: int,
    currency: str,
    description: str = "",
    return_url: str = "",
    capture_later: bool = False,
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
                "capture_later": capture_later,
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
        if payment.status in (SandboxStatus.OPEN, SandboxStatus.ACTION, SandboxStatus.AUTHORIZED):
            payment.status = SandboxStatus.CANCELLED
            payment.save(update_fields=["status", "updated_at"])
            _announce(payment, "payment.cancelled")
    return payment


def capture(reference: str) -> SandboxPayment:
    """Take the money of an authorised payment."""
    with transaction.atomic(durable=True):
        payment = _locked(reference)
        if payment.status == SandboxStatus.AUTHORIZED:
            _succeed(payment)
            payment.save(update_fields=["status", "updated_at"])
    return payment


def refund(*, reference: str, key: str, amount_minor: int) -> SandboxRefund:
    """Give back part of a paid payment, once a key; how it goes depends on the card."""
    with transaction.atomic(durable=True):
        payment = _locked(reference)
        made = SandboxRefund.objects.filter(key=key).first()
        if made is not None:
            return made
        if key in payment.refund_keys:
            return SandboxRefund(
                key=key, payment=payment, amount_minor=amount_minor, state=Refunded.SUCCEEDED
            )
        if payment.status != SandboxStatus.SUCCEEDED:
            msg = "nothing was paid"
            raise BankError(msg)
        lost = payment.disputes.filter(status=DisputeStatus.LOST)
        kept = lost.aggregate(n=Sum("amount_minor", default=0))["n"]
        if payment.refunded_minor + kept + amount_minor > payment.amount_minor:
            msg = "more than was paid, and is left of it"
            raise BankError(msg)
        payment.refunded_minor += amount_minor
        payment.save(update_fields=["refunded_minor", "updated_at"])
        slow = payment.behaviour == Behaviour.SLOW_REFUND
        made = SandboxRefund.objects.create(
            key=key,
            payment=payment,
            amount_minor=amount_minor,
            state=Refunded.PENDING if slow else Refunded.SUCCEEDED,
        )
        _announce_refund(made)
        later = Refunded.SUCCEEDED if slow else Refunded.FAILED
        if slow or payment.behaviour == Behaviour.FAILED_REFUND:
            enqueue("orders.end_sandbox_refund", delay=SLOW_SECONDS, key=key, state=later.value)
    return made


def end_refund(*, key: str, state: str) -> SandboxRefund:
    """Let a refund arrive, or fail; also one that arrived can still fail."""
    with transaction.atomic(durable=True):
        found = SandboxRefund.objects.filter(key=key).select_related("payment").first()
        if found is None:
            msg = "no such refund"
            raise BankError(msg)
        payment = _locked(found.payment_id)
        refund = SandboxRefund.objects.select_for_update().get(key=key)
        refund.payment = payment
        if refund.state in (Refunded.FAILED, state):
            return refund
        if state == Refunded.FAILED:
            payment.refunded_minor -= refund.amount_minor
            payment.save(update_fields=["refunded_minor", "updated_at"])
        refund.state = state
        refund.save(update_fields=["state", "updated_at"])
        _announce_refund(refund)
    return refund


def dispute(*, reference: str, amount_minor: int | None = None, reason: str = "") -> SandboxDispute:
    """Have the buyer's bank take the money back, all of it or a part."""
    with transaction.atomic(durable=True):
        payment = _locked(reference)
        if payment.status != SandboxStatus.SUCCEEDED:
            msg = "nothing was paid"
            raise BankError(msg)
        made = SandboxDispute.objects.create(
            payment=payment,
            amount_minor=amount_minor or payment.amount_minor,
            reason=reason or "product_not_received",
            status=DisputeStatus.OPENED,
        )
        _announce_dispute(made)
    return made


def dispute_once(*, reference: str) -> None:
    """Have the buyer's bank take the money back, if it hasn't."""
    if not SandboxDispute.objects.filter(payment=reference).exists():
        dispute(reference=reference)


def answer_dispute(*, reference: str, text: str) -> SandboxDispute:
    """Take the shop's answer to a dispute, once."""
    with transaction.atomic(durable=True):
        found = _locked_dispute(reference)
        if found.status != DisputeStatus.OPENED:
            msg = "answered before"
            raise BankError(msg)
        found.evidence, found.status = text, DisputeStatus.UNDER_REVIEW
        found.save(update_fields=["evidence", "status", "updated_at"])
        _announce_dispute(found)
    return found


def decide_dispute(*, reference: str, won: bool) -> SandboxDispute:
    """Let the buyer's bank decide; its word is final."""
    with transaction.atomic(durable=True):
        found = _locked_dispute(reference)
        if found.status in (DisputeStatus.OPENED, DisputeStatus.UNDER_REVIEW):
            found.status = DisputeStatus.WON if won else DisputeStatus.LOST
            found.save(update_fields=["status", "updated_at"])
            _announce_dispute(found)
    return found


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


def event_body(
    payment: SandboxPayment,
    event_type: str,
    *,
    refund: SandboxRefund | None = None,
    dispute: SandboxDispute | None = None,
) -> str:
    """Return what a message about ``payment`` says, and about a refund or dispute of it."""
    said: dict[str, object] = {
        "type": event_type,
        "at": timezone.now().isoformat(),
        "data": {
            "reference": payment.reference,
            "key": payment.key,
            "status": payment.status,
            "amount": payment.amount_minor,
            "currency": payment.currency,
        },
    }
    if refund is not None:
        said["refund"] = {
            "reference": refund.reference,
            "key": refund.key,
            "state": refund.state,
            "amount": refund.amount_minor,
        }
    if dispute is not None:
        said["dispute"] = {
            "reference": dispute.reference,
            "status": dispute.status,
            "amount": dispute.amount_minor,
            "reason": dispute.reason,
            "evidence_due": (dispute.created_at + EVIDENCE_TIME).isoformat(),
        }
    return json.dumps(said)


def _succeed(payment: SandboxPayment) -> None:
    """Take the money, or the bank's promise of it."""
    promised = payment.status != SandboxStatus.AUTHORIZED and (
        payment.capture_later or payment.behaviour == Behaviour.AUTHORIZE
    )
    if promised:
        payment.status = SandboxStatus.AUTHORIZED
        _announce(payment, "payment.authorized")
        return
    payment.status = SandboxStatus.SUCCEEDED
    _announce(payment, "payment.succeeded")
    if payment.behaviour == Behaviour.DISPUTED:
        enqueue("orders.open_sandbox_dispute", delay=SLOW_SECONDS, reference=payment.reference)


def _announce(payment: SandboxPayment, event_type: str) -> None:
    """Send the shop a message, as job in the transaction that made it true."""
    told = ("payment.succeeded", "payment.authorized")
    if payment.behaviour == Behaviour.LOST_WEBHOOK and event_type in told:
        return
    delay = LATE_SECONDS if payment.behaviour == Behaviour.LATE else 0
    times = 2 if payment.behaviour == Behaviour.TWICE else 1
    _send(event_body(payment, event_type), delay=delay, times=times)


def _announce_refund(refund: SandboxRefund) -> None:
    _send(event_body(refund.payment, f"refund.{refund.state}", refund=refund))


def _announce_dispute(dispute: SandboxDispute) -> None:
    _send(event_body(dispute.payment, f"dispute.{dispute.status}", dispute=dispute))


def _send(body: str, *, delay: int = 0, times: int = 1) -> None:
    event = {"event_id": f"evt_{uuid4().hex}", "body": body}
    path = reverse("orders:webhook", args=["sandbox"])
    for _time in range(times):
        enqueue("orders.deliver_sandbox_webhook", delay=delay, path=path, **event)


def _locked_dispute(reference: str) -> SandboxDispute:
    rows = SandboxDispute.objects.select_for_update(of=("self",)).select_related("payment")
    found = rows.filter(reference=reference).first()
    if found is None:
        msg = "no such dispute"
        raise BankError(msg)
    return found


def _locked(reference: str) -> SandboxPayment:
    payment = SandboxPayment.objects.select_for_update().filter(reference=reference).first()
    if payment is None:
        msg = "no such payment"
        raise BankError(msg)
    return payment
