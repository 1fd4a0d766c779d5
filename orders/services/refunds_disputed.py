"""Refunds of a payment that the buyer's bank has taken back: they wait until it is decided.

A bank that keeps a payment has given its buyer that money. What was to go back besides, and was not paid yet,
is then owed only as far as the payment still has it.
"""

from collections.abc import Sequence

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from books4all.lib.jobs import enqueue
from books4all.lib.money import Money
from orders.constants import AccountKind, DisputeStatus, EventType, RefundStatus, Stage
from orders.models import Dispute, Payment, Posting, Refund, SellerOrder
from orders.selectors.disputes import holds_refunds
from orders.services import dispute_postings, kept, timeline

# Not paid: nobody has been asked yet, or they said no. Who was asked and has not answered may have paid.
_OWED = (RefundStatus.PENDING, RefundStatus.FAILED)


def decided(dispute: Dispute) -> None:
    """Let refunds of a payment go on that have waited for ``dispute``: of a lost one, less what the bank gave.

    In the transaction of the decision, with the payment locked.
    """
    waiting = _owed(dispute.payment)
    if dispute.status == DisputeStatus.LOST:
        _take_off(dispute, waiting)
    if holds_refunds(dispute.payment_id):
        return
    for refund in waiting:
        if refund.status == RefundStatus.PENDING:
            enqueue("orders.settle_refund", refund_id=str(refund.pk))


def given_before(refund: Refund) -> None:
    """Take off ``refund``, granted or refused just now, what banks that have kept its payment gave of it.

    They gave it before the shop posted, and the marketplace has borne it; or while nobody knew whether the
    provider had paid it. In the transaction that grants it, or brings the news.
    """
    lost = refund.payment.disputes.filter(status=DisputeStatus.LOST)
    dispute = lost.order_by("closed_at", "pk").last()
    if dispute is not None:
        _take_off(dispute, [refund])


def _owed(payment: Payment) -> Sequence[Refund]:
    rows = Refund.objects.select_for_update(of=("self",), no_key=True)
    owed = rows.filter(payment=payment, status__in=_OWED).select_related("seller_order__seller")
    return list(owed.order_by("pk"))


def _take_off(dispute: Dispute, waiting: Sequence[Refund]) -> None:
    """Take off what is owed, from the last asked for, what the payment has no money left for."""
    over = _more_than_there_is(dispute.payment)
    for refund in reversed(waiting):
        given = min(Money(max(0, over), refund.currency), refund.from_provider)
        if not given:
            continue
        over -= given.minor
        refund.payment = dispute.payment
        _given_by_bank(refund, dispute, given)


def _more_than_there_is(payment: Payment) -> int:
    """Return how much more than was paid would go back in all, in minor units."""
    disputes = payment.disputes.filter(status=DisputeStatus.LOST)
    lost = disputes.aggregate(n=Sum("amount_minor", default=0))["n"]
    back = payment.refunds.aggregate(
        n=Sum(F("amount_minor") - F("gift_minor") - F("by_bank_minor"), default=0)
    )["n"]
    return int(lost) + int(back) - payment.amount_minor


def _lost(payment: Payment) -> int:
    """Return what the marketplace has lost to the bank of ``payment``, and no refund has brought in again.

    It was nobody's, or of copies that were posted since. What the bank gave besides stands for goodwill, by
    which the buyer has more than was paid.
    """
    lost = payment.disputes.filter(status=DisputeStatus.LOST)
    own = lost.aggregate(n=Sum("own_minor", default=0))["n"]
    parts = SellerOrder.objects.filter(dispute_parts__dispute__in=lost).distinct()
    borne = sum(kept.borne_of_posted(part) for part in parts.order_by("pk"))
    refunds, disputes = (
        list(rows.values_list("pk", flat=True)) for rows in (payment.refunds, lost)
    )
    rows = Posting.objects.filter(
        account__kind=AccountKind.LOSSES,
        entry__source__in=[dispute_postings.by_bank(r, d) for r in refunds for d in disputes],
    )
    return int(own) + borne + int(rows.aggregate(n=Sum("amount_minor", default=0))["n"])


def _given_by_bank(refund: Refund, dispute: Dispute, amount: Money) -> None:
    minor = _lost(dispute.payment) if refund.stage != Stage.GOODWILL else 0
    lost = min(amount, Money(minor, refund.currency))
    dispute_postings.refund_by_bank(refund, dispute=dispute.pk, amount=amount, lost=lost)
    refund.by_bank_minor += amount.minor
    if not refund.from_provider:
        refund.status = RefundStatus.SETTLED
    elif refund.status == RefundStatus.PENDING:
        # Asked for as another amount, it is another thing to ask the provider for.
        refund.attempt += 1
    refund.save(update_fields=["by_bank_minor", "status", "attempt", "updated_at"])
    note = _("%(amount)s: the buyer’s bank has given it back") % {"amount": amount}
    settled = refund.status == RefundStatus.SETTLED
    timeline.record(
        dispute.payment.order,
        EventType.REFUNDED if settled else EventType.REFUND_ASKED,
        seller_order=refund.seller_order,
        note=note,
        data={
            "refund": str(refund.pk),
            "amount": refund.amount_minor if settled else refund.from_provider.minor,
            "currency": refund.currency,
            "stage": refund.stage,
        },
    )
