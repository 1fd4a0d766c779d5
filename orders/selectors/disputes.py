"""Disputes as staff and shops see them."""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from orders.models import Dispute, DisputePart


def is_disputed(seller_order_id: UUID) -> bool:
    """Return whether a seller order's money has been taken back and the bank has not decided yet."""
    return DisputePart.objects.filter(
        seller_order_id=seller_order_id, dispute__closed_at=None
    ).exists()


def holds_refunds(payment_id: UUID) -> bool:
    """Return whether a bank has taken back something of a payment, and has not decided yet."""
    return Dispute.objects.filter(payment=payment_id, closed_at=None).exists()


def to_answer() -> QuerySet[Dispute]:
    """Return disputes that nobody has answered, the most urgent first."""
    return (
        Dispute.objects.filter(closed_at=None, evidence_sent_at=None)
        .select_related("payment__order")
        .order_by("evidence_due", "pk")
    )


def due_soon() -> QuerySet[Dispute]:
    """Return those of ``to_answer`` with less than three days left."""
    return to_answer().filter(evidence_due__lt=timezone.now() + timedelta(days=3))
