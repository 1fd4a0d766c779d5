"""What a payment's provider sends by itself: taken in once, and believed as far as it fits with what is known."""

from collections.abc import Mapping
from uuid import UUID

from orders.constants import PaymentStatus
from orders.errors import ProviderRefusedError
from orders.models import Payment, PaymentEvent
from orders.payments.base import PaymentProvider, ProviderEvent, ProviderPayment
from orders.services import disputes, payment_events, payments, refund_settling
from orders.services.transactions import business_transaction


def receive_webhook(*, provider: PaymentProvider, headers: Mapping[str, str], body: bytes) -> bool:
    """Take in a provider's message; returns False for one that was taken in before.

    The message and its effect are written in one transaction. What does not fit with what is known
    (a payment that was closed, or never answered) is not believed but asked for at the provider.

    Raises:
        WebhookRefusedError: the message is not the provider's.
        ProviderError: the provider had to be asked and does not answer: it should send again.
    """
    event = provider.parse_webhook(headers, body)
    payment, told = _about(provider, event)
    return _take_in(provider.name, event, payment, told)


def _about(
    provider: PaymentProvider, event: ProviderEvent
) -> tuple[Payment | None, ProviderPayment | None]:
    """Return the payment that a message is about, and how it stands where that is to be believed."""
    told = event.payment
    if told is None:
        return _asked_about(provider, event) if event.about else (None, None)
    key = _uuid(told.key)
    payment = Payment.objects.filter(provider=provider.name, pk=key).first() if key else None
    if payment is not None and _is_doubtful(payment, told):
        told = provider.fetch(told.reference)
    return payment, told


def _asked_about(
    provider: PaymentProvider, event: ProviderEvent
) -> tuple[Payment | None, ProviderPayment | None]:
    """Ask how a payment stands of which the message tells only a part; not once that is final."""
    payment = payment_events.payment_named(provider=provider.name, reference=event.about)
    if payment is not None and payment.status == PaymentStatus.CAPTURED:
        return payment, None
    try:
        told = provider.fetch(event.about)
    except ProviderRefusedError:
        # Not opened by us: another shop's that has the same account there.
        return payment, None
    key = _uuid(told.key)
    return Payment.objects.filter(provider=provider.name, pk=key).first() if key else None, told


def _is_doubtful(payment: Payment, told: ProviderPayment) -> bool:
    known = payment.status in (
        PaymentStatus.PENDING,
        PaymentStatus.AUTHORIZED,
        PaymentStatus.CAPTURED,
    )
    return not known or payment.reference != told.reference or payment.amount != told.amount


@business_transaction
def _take_in(
    provider: str, event: ProviderEvent, payment: Payment | None, told: ProviderPayment | None
) -> bool:
    locked = payments.locked(payment.pk) if payment else None
    if PaymentEvent.objects.filter(provider=provider, event_id=event.event_id).exists():
        return False
    counts = locked is not None and _fits(locked, event)
    is_new = payment_events.write(
        provider=provider,
        news=payment_events.News.of(event),
        payment=payment,
        moved=event.moved,
        counts=counts,
    )
    if is_new and locked is not None:
        if told is not None:
            payments.apply_locked(locked, told)
        if counts and locked.status == PaymentStatus.CAPTURED:
            _take_in_parts(locked, event)
    return is_new


def _take_in_parts(payment: Payment, event: ProviderEvent) -> None:
    """Take in what a message says of a refund or a dispute of a payment that is locked."""
    if event.refund is not None:
        refund_settling.take_in(payment=payment, told=event.refund)
    if event.dispute is not None:
        disputes.take_in(payment=payment, told=event.dispute)


def _fits(payment: Payment, event: ProviderEvent) -> bool:
    """Check what a message says of money against what we know, to the penny."""
    if event.refund is not None:
        fits = refund_settling.is_ours(payment=payment, told=event.refund)
    elif event.dispute is not None:
        amount = event.dispute.amount
        fits = amount.currency == payment.currency and 0 < amount.minor <= payment.amount_minor
    elif event.moved is not None:
        fits = event.moved.amount == payment.amount
    else:
        return True
    if not fits and event.moved is not None:
        moved = event.moved
        payments.problem(
            payment,
            f"{moved.kind} {moved.amount.minor} {moved.amount.currency} {moved.reference}",
        )
    return fits


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
