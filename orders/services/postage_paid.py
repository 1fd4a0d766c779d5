"""What becomes of extra postage when its payment is captured, or closed at the provider.

Called by ``orders.services.payments`` with basket, order and payment locked.
"""

from django.utils.translation import gettext as _

from books4all.lib.jobs import enqueue
from orders.constants import Actor, EventType, PaymentStatus, PostageStatus
from orders.models import ExtraPostage, Payment
from orders.selectors.disputes import is_disputed
from orders.services import promises, refunds, steps, timeline


def captured(payment: Payment) -> None:
    """Add what was paid to the seller order's post; what came too late is given back."""
    extra = ExtraPostage.objects.filter(payment=payment).first()
    if extra is None:
        _too_late(payment, None)
        return
    part = steps.locked(extra.seller_order_id)
    extra.refresh_from_db(fields=["status"])
    if extra.status != PostageStatus.PROPOSED:
        _too_late(payment, extra)
        return
    if is_disputed(part.pk):
        # Nothing may be posted now, and perhaps nothing ever will.
        promises.close_postage(extra, PostageStatus.WITHDRAWN)
        promises.resume(part, extra)
        part.save(update_fields=[*promises.FIELDS, "updated_at"])
        _too_late(payment, extra)
        return
    part.extra_minor += payment.amount_minor
    promises.close_postage(extra, PostageStatus.PAID)
    promises.resume(part, extra)
    part.save(update_fields=["extra_minor", *promises.FIELDS, "updated_at"])
    timeline.record(
        part.order,
        EventType.POSTAGE_PAID,
        seller_order=part,
        actor=part.order.user,
        side=Actor.BUYER,
        data={"amount": extra.amount_minor, "currency": extra.currency},
    )
    enqueue("orders.send_mail", kind="postage_paid", pk=str(extra.pk))
    enqueue("orders.send_mail", kind="postage_received", pk=str(extra.pk))


def closed(payment: Payment) -> None:
    """Write down that a payment can't be paid any more: the next try is another."""
    if payment.status != PaymentStatus.CANCELLED:
        payment.status = PaymentStatus.CANCELLED
        payment.save(update_fields=["status", "updated_at"])


def _too_late(payment: Payment, extra: ExtraPostage | None) -> None:
    refunds.ask(
        payment=payment,
        amount=payment.amount,
        reason=_("Extra postage that was not asked for any more"),
        seller_order=extra.seller_order if extra else None,
    )
