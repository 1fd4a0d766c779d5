"""Money given back: asked for in the business transaction, settled with the provider outside it."""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.jobs import enqueue
from books4all.lib.money import Money
from orders.constants import EventType, RefundStatus
from orders.errors import ProviderError, ProviderRefusedError
from orders.models import OrderEvent, Payment, Refund, SellerOrder
from orders.payments import provider_named
from orders.services.transactions import business_transaction


def ask(
    *,
    payment: Payment,
    amount: Money,
    reason: str,
    seller_order: SellerOrder | None = None,
    actor: User | None = None,
) -> Refund:
    """Write down a refund and enqueue its settling, inside the caller's transaction.

    The database refuses (IntegrityError) what would give back more than was captured.
    """
    refund = Refund.objects.create(
        payment=payment,
        seller_order=seller_order,
        amount_minor=amount.minor,
        currency=amount.currency,
        reason=reason[:200],
    )
    _record(refund, EventType.REFUND_ASKED, actor)
    enqueue("orders.settle_refund", refund_id=str(refund.pk))
    return refund


def settle(*, refund_id: UUID) -> Refund:
    """Have the provider pay a refund, once, by the refund's id as key; again changes nothing.

    Must not be called in a transaction.

    Raises:
        ProviderError: the provider did not answer; the refund stays asked for, and is tried again.
    """
    refund = Refund.objects.select_related("payment__order", "seller_order").get(pk=refund_id)
    if refund.status != RefundStatus.PENDING:
        return refund
    provider = provider_named(refund.payment.provider)
    if provider is None:
        msg = f"provider {refund.payment.provider} is not installed"
        raise ProviderError(msg)
    try:
        reference = provider.refund(
            reference=refund.payment.reference, key=str(refund.pk), amount=refund.amount
        )
    except ProviderRefusedError:
        return _finish(refund_id=refund.pk, status=RefundStatus.FAILED, reference="")
    return _finish(refund_id=refund.pk, status=RefundStatus.SETTLED, reference=reference)


@business_transaction
def _finish(*, refund_id: UUID, status: str, reference: str) -> Refund:
    refund = Refund.objects.select_for_update(of=("self",), no_key=True).get(pk=refund_id)
    if refund.status == RefundStatus.PENDING:
        refund.status, refund.reference = status, reference[:120]
        refund.save(update_fields=["status", "reference", "updated_at"])
        settled = status == RefundStatus.SETTLED
        _record(refund, EventType.REFUNDED if settled else EventType.REFUND_FAILED, None)
    return refund


def _record(refund: Refund, event: EventType, actor: User | None) -> None:
    OrderEvent.objects.create(
        order_id=refund.payment.order_id,
        seller_order=refund.seller_order,
        type=event,
        actor=actor,
        note=_("%(amount)s: %(reason)s") % {"amount": refund.amount, "reason": refund.reason},
    )
