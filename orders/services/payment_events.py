"""What providers say of money, written down once: the rows that a payment's amounts are derived from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.utils import timezone

from orders.models import Payment, PaymentEvent
from orders.payments.base import Moved, ProviderEvent


@dataclass(frozen=True, slots=True)
class News:
    """A message: the provider's name for it, its words, and when it happened by the provider's clock."""

    event_id: str
    type: str
    payload: Mapping[str, object] = field(default_factory=dict)
    happened_at: datetime | None = None

    @classmethod
    def of(cls, event: ProviderEvent) -> "News":
        """Return a provider's message as news."""
        return cls(event.event_id, event.type, event.payload, event.happened_at)


def write(
    *, provider: str, news: News, payment: Payment | None, moved: Moved | None, counts: bool
) -> bool:
    """Write a message down; returns False for one that was written before.

    ``counts`` says whether it fits with what is known of the payment: one that doesn't is kept as it
    came, and moves nothing.
    """
    kind = moved.kind if moved is not None and payment is not None and counts else ""
    _row, is_new = PaymentEvent.objects.get_or_create(
        provider=provider,
        event_id=news.event_id,
        defaults={
            "payment": payment,
            "type": news.type,
            "kind": kind,
            "reference": moved.reference[:120] if moved else "",
            "amount_minor": moved.amount.minor if moved else None,
            "currency": moved.amount.currency if moved else "",
            "payload": dict(news.payload),
            "happened_at": news.happened_at or timezone.now(),
        },
    )
    return is_new


def note(*, payment: Payment, moved: Moved, by: str = "asked") -> bool:
    """Write down what the provider said when it was asked, as if it had sent a message.

    Nothing is written where a message said so before. One that comes later bears the same reference,
    so that both count as one.
    """
    if payment.events.filter(kind=moved.kind, reference=moved.reference).exists():
        return False
    name = f"own:{payment.pk}:{moved.kind}:{moved.reference}"
    if len(name) > 120:
        name = f"own:{payment.pk}:{sha256(name.encode()).hexdigest()}"
    return write(
        provider=payment.provider,
        news=News(name, by),
        payment=payment,
        moved=moved,
        counts=True,
    )


def payment_named(*, provider: str, reference: str) -> Payment | None:
    """Return the payment that a provider knows by ``reference``, or by that of its money."""
    known = Payment.objects.filter(provider=provider, reference=reference).first()
    if known is not None:
        return known
    event = (
        PaymentEvent.objects.filter(provider=provider, reference=reference, payment__isnull=False)
        .exclude(kind="")
        .select_related("payment")
        .first()
    )
    return event.payment if event else None
