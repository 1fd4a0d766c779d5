"""Stripe's objects, read as ours. Pure: mappings in, our dataclasses out.

Raises KeyError, TypeError or ValueError for what is not of the documented shape.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from books4all.lib.money import Money
from orders.constants import DisputeStatus
from orders.payments.base import (
    ProviderDispute,
    ProviderPayment,
    ProviderRefund,
    ProviderState,
    RefundState,
)

# Stripe counts these in hundredths although they have none (docs: "Zero-decimal currencies").
_HUNDREDFOLD = frozenset({"ISK", "UGX"})

_INTENT_STATES = {
    "requires_payment_method": ProviderState.OPEN,
    "requires_confirmation": ProviderState.OPEN,
    "requires_action": ProviderState.OPEN,
    "processing": ProviderState.PROCESSING,
    "requires_capture": ProviderState.AUTHORIZED,
    "succeeded": ProviderState.CAPTURED,
    "canceled": ProviderState.CANCELLED,
}
_REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
# An inquiry ("warning_…") moves no money, so it is none of these.
_DISPUTE_STATUSES = {
    "needs_response": DisputeStatus.OPENED,
    "under_review": DisputeStatus.UNDER_REVIEW,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}


def to_stripe(amount: Money) -> int:
    """Return an amount as Stripe counts it."""
    return amount.minor * 100 if amount.currency in _HUNDREDFOLD else amount.minor


def money(minor: Any, currency: Any) -> Money:
    """Return Stripe's amount as ours. Raises ValueError for what we can't have asked for."""
    code = str(currency).upper()
    if type(minor) is not int or not 0 <= minor < 2**63 or len(code) != 3:
        msg = f"not an amount: {minor!r} {currency!r}"
        raise ValueError(msg)
    if code not in _HUNDREDFOLD:
        return Money(minor, code)
    whole, rest = divmod(minor, 100)
    if rest:
        msg = f"{code} has no hundredths: {minor}"
        raise ValueError(msg)
    return Money(whole, code)


def payment_of(session: Mapping[str, Any]) -> ProviderPayment:
    """Return a Checkout Session, with its PaymentIntent expanded if it has one, as a payment."""
    intent = session["payment_intent"]
    if isinstance(intent, str):
        msg = "the payment intent must be expanded"
        raise TypeError(msg)
    amount = money(session["amount_total"], session["currency"])
    state = _state_of(session, intent)
    if state is ProviderState.CAPTURED:
        # What was taken counts, not what was asked for.
        amount = money(intent["amount_received"], intent["currency"])
    return ProviderPayment(
        key=session["client_reference_id"] or "",
        reference=session["id"],
        page_url=session["url"] or "",
        state=state,
        amount=amount,
        money=intent["id"] if intent else "",
    )


def _state_of(session: Mapping[str, Any], intent: Mapping[str, Any] | None) -> ProviderState:
    if session["status"] == "expired":
        return ProviderState.CANCELLED
    if session["status"] == "open" or intent is None:
        return ProviderState.OPEN
    state = _INTENT_STATES[intent["status"]]
    # The page is done with, so nobody can try again: a late "no" of the bank is the end.
    return ProviderState.CANCELLED if state is ProviderState.OPEN else state


def refund_of(refund: Mapping[str, Any]) -> ProviderRefund:
    """Return a Refund. One that was not made by us has no key."""
    return ProviderRefund(
        key=dict(refund["metadata"] or {}).get("refund", ""),
        reference=refund["id"],
        state=_REFUND_STATES[refund["status"]],
        amount=money(refund["amount"], refund["currency"]),
    )


def dispute_of(dispute: Mapping[str, Any]) -> ProviderDispute | None:
    """Return a Dispute; None for an inquiry, which moves no money."""
    status = _DISPUTE_STATUSES.get(dispute["status"])
    if status is None:
        return None
    details = dispute.get("evidence_details") or {}
    due = details.get("due_by")
    return ProviderDispute(
        reference=dispute["id"],
        status=status,
        amount=money(dispute["amount"], dispute["currency"]),
        reason=str(dispute["reason"])[:60],
        evidence_due=datetime.fromtimestamp(due, UTC) if due else None,
    )
