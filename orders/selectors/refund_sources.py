"""By which payment money goes back to a buyer: that of the order, those of extra postage, and gift cards.

No payment gives back more than came by it, less what has gone back or is still owed by it, and what the
buyer's bank has taken from it.
"""

from collections.abc import Sequence

from django.db.models import F, QuerySet, Sum

from books4all.lib.money import Money
from orders.constants import DisputeStatus, PaymentStatus, PostageStatus, Stage
from orders.models import Dispute, DisputePart, Payment, Refund, SellerOrder

# Payments, with how much each of them gives back in pence.
Shares = Sequence[tuple[Payment, int]]


def of_post(seller_order: SellerOrder, post: Money) -> Shares:
    """Return by which payments ``post`` of a seller order's delivery goes back; the order's own is first.

    What the order's payment has paid for the post comes first; the rest is what was paid later, as far as
    that is still there.
    """
    payment = seller_order.order.payment
    if not seller_order.extra_minor:
        return [(payment, post.minor)]
    refunds = Refund.objects.filter(seller_order=seller_order, payment=payment)
    gone = int(refunds.aggregate(n=Sum("delivery_minor", default=0))["n"])
    first = min(post.minor, max(0, seller_order.delivery_paid_minor - gone))
    later, rest = _later(seller_order, post.minor - first)
    return [(payment, first + rest), *later]


def of_goodwill(seller_order: SellerOrder, amount: Money) -> Shares:
    """Return by which payments the marketplace's own money goes to a buyer; some are of nothing.

    What was paid as extra postage comes first: by the order's payment everything else can go back.
    """
    later, rest = _later(seller_order, amount.minor)
    return [(seller_order.order.payment, rest), *later]


def to_gift_cards(payment: Payment, amount: Money) -> int:
    """Return how much of ``amount`` goes to gift cards: what the payment has no money left for."""
    left, gift = _left(payment)
    most = payment.order.gift_minor - gift if payment.placing_id else 0
    return min(max(0, amount.minor - left), most)


def left_of_sale(payment: Payment, *, but: Dispute) -> int:
    """Return what a payment still has of what was bought with it, in pence.

    Less what has gone back or is still owed by it, and what a bank has taken, ``but`` for this dispute. The
    marketplace's goodwill is its own money: it takes nothing from the sale.
    """
    refunds = payment.refunds.exclude(stage=Stage.GOODWILL)
    back = refunds.aggregate(
        n=Sum(F("amount_minor") - F("gift_minor") - F("by_bank_minor"), default=0)
    )["n"]
    disputes = payment.disputes.exclude(status=DisputeStatus.WON).exclude(pk=but.pk)
    taken = disputes.aggregate(n=Sum("amount_minor", default=0))["n"]
    return max(0, payment.amount_minor - int(back) - int(taken))


def _left(payment: Payment) -> tuple[int, int]:
    """Return what can still go back by a payment, and what went to gift cards; a refund that failed is
    tried again, so its money is still owed."""
    sums = payment.refunds.aggregate(
        by_it=Sum(F("amount_minor") - F("gift_minor"), default=0),
        gift=Sum("gift_minor", default=0),
    )
    taken = DisputePart.objects.filter(dispute__payment=payment).exclude(
        dispute__status=DisputeStatus.WON
    )
    disputed = taken.aggregate(n=Sum("paid_minor", default=0))["n"]
    return max(0, payment.amount_minor - int(sums["by_it"]) - int(disputed)), int(sums["gift"])


def _later(seller_order: SellerOrder, amount: int) -> tuple[list[tuple[Payment, int]], int]:
    """Divide ``amount`` over the payments of extra postage; returns what is left of it, too."""
    shares = []
    for payment in _of_extra(seller_order) if seller_order.extra_minor else ():
        share = min(amount, _left(payment)[0])
        shares.append((payment, share))
        amount -= share
    return shares, amount


def _of_extra(seller_order: SellerOrder) -> QuerySet[Payment]:
    paid = Payment.objects.filter(
        extra_postage__seller_order=seller_order,
        extra_postage__status=PostageStatus.PAID,
        status=PaymentStatus.CAPTURED,
    )
    return paid.select_related("order").order_by("created_at", "pk")
