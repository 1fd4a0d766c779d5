"""The sandbox provider's messages, verified and read."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from books4all.lib.money import Money
from orders.constants import DisputeStatus
from orders.constants import PaymentEventKind as Kind
from orders.errors import WebhookRefusedError
from orders.models.sandbox import SandboxStatus
from orders.payments.base import (
    Moved,
    ProviderDispute,
    ProviderEvent,
    ProviderPayment,
    ProviderRefund,
    ProviderState,
    RefundState,
)
from orders.payments.sandbox.signatures import verify

STATES = {
    SandboxStatus.OPEN: ProviderState.OPEN,
    SandboxStatus.ACTION: ProviderState.OPEN,
    SandboxStatus.PROCESSING: ProviderState.PROCESSING,
    SandboxStatus.AUTHORIZED: ProviderState.AUTHORIZED,
    SandboxStatus.SUCCEEDED: ProviderState.CAPTURED,
    SandboxStatus.CANCELLED: ProviderState.CANCELLED,
}
_PAYMENT_KINDS = {
    "payment.succeeded": Kind.CHARGE_SUCCESS,
    "payment.authorized": Kind.AUTHORIZATION_SUCCESS,
    "payment.cancelled": Kind.CANCEL_SUCCESS,
}
_REFUND_KINDS = {
    RefundState.PENDING: Kind.REFUND_REQUEST,
    RefundState.SUCCEEDED: Kind.REFUND_SUCCESS,
    RefundState.FAILED: Kind.REFUND_FAILURE,
}


def parse(headers: Mapping[str, str], body: bytes) -> ProviderEvent:
    """Verify a message by its signature and read it.

    Raises:
        WebhookRefusedError: forged, too old, or not to be understood.
    """
    event_id = verify(headers, body, settings.SANDBOX_WEBHOOK_SECRETS)
    try:
        if rb"\u0000" in body:
            msg = "the database keeps no NUL"
            raise ValueError(msg)  # noqa: TRY301 one place refuses all that is wrong
        return _read(event_id, json.loads(body))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        msg = "not a message of ours"
        raise WebhookRefusedError(msg) from error


def _read(event_id: str, said: Any) -> ProviderEvent:
    data = said["data"]
    payment = ProviderPayment(
        key=_word(data["key"], 80),
        reference=_word(data["reference"], 60),
        page_url="",
        state=STATES[SandboxStatus(data["status"])],
        amount=_money(data["amount"], data["currency"]),
    )
    kind = _word(said["type"], 60)
    refund = _refund(said["refund"], payment) if "refund" in said else None
    dispute = _dispute(said["dispute"], payment) if "dispute" in said else None
    at = said.get("at")
    return ProviderEvent(
        event_id=event_id,
        type=kind,
        payload=said,
        payment=payment,
        moved=_moved(kind, payment, refund, dispute),
        refund=refund,
        dispute=dispute,
        happened_at=_moment(at) if at else None,
    )


def _moved(
    kind: str,
    payment: ProviderPayment,
    refund: ProviderRefund | None,
    dispute: ProviderDispute | None,
) -> Moved | None:
    if refund is not None:
        return Moved(_REFUND_KINDS[refund.state], refund.amount, refund.reference)
    if dispute is not None:
        won = dispute.status is DisputeStatus.WON
        moves = Kind.CHARGE_SUCCESS if won else Kind.CHARGE_BACK
        return Moved(moves, dispute.amount, dispute.reference)
    moves_payment = _PAYMENT_KINDS.get(kind)
    return Moved(moves_payment, payment.amount, payment.reference) if moves_payment else None


def _refund(told: Any, payment: ProviderPayment) -> ProviderRefund:
    return ProviderRefund(
        key=_word(told["key"], 80),
        reference=_word(told["reference"], 100),
        state=RefundState(told["state"]),
        amount=_money(told["amount"], payment.amount.currency),
    )


def _dispute(told: Any, payment: ProviderPayment) -> ProviderDispute:
    return ProviderDispute(
        reference=_word(told["reference"], 60),
        status=DisputeStatus(told["status"]),
        amount=_money(told["amount"], payment.amount.currency),
        reason=_word(told["reason"], 60),
        evidence_due=_moment(told["evidence_due"]),
    )


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        msg = "a moment without its zone"
        raise ValueError(msg)
    return moment


def _money(minor: Any, currency: Any) -> Money:
    if not 0 <= minor < 2**63:
        msg = "not an amount"
        raise ValueError(msg)
    return Money(minor, _word(currency, 3))


def _word(value: object, most: int) -> str:
    """Return a name or code as it came. Raises ValueError for what isn't one."""
    if not (isinstance(value, str) and len(value) <= most and value.isascii()):
        msg = f"not a word of at most {most} letters: {value!r}"
        raise ValueError(msg)
    return value
