"""What banks have kept of an order's money before its copies were posted, and the marketplace has borne.

The rest of such an order is posted, and its shop paid in full for it. Where copies of it are refused after
all, their buyer has had that money from the bank: it goes back to the marketplace, and the rest to the buyer.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import Sum

from books4all.lib.money import Money
from orders.constants import AccountKind, DisputeStatus, EntryKind, Stage
from orders.models import DisputePart, Posting, Refund, SellerOrder
from orders.selectors.order_money import less_refunds
from orders.services import dispute_postings
from orders.services.refund_parts import Back


def regained(seller_order: SellerOrder) -> int:
    """Return what went back to the marketplace of what it has borne, in minor units."""
    # By those refunds: what a bank has given of a refund itself is an entry of its own.
    refunds = Refund.objects.filter(seller_order=seller_order).values_list("pk", flat=True)
    rows = Posting.objects.filter(
        entry__source__in=[_source(pk) for pk in refunds],
        entry__kind=EntryKind.DISPUTE_LOST,
        account__kind=AccountKind.LOSSES,
    )
    return -int(rows.aggregate(n=Sum("amount_minor", default=0))["n"])


def borne(seller_order: SellerOrder) -> int:
    """Return what the marketplace has borne of what is still held for a seller order, in minor units."""
    lost = DisputePart.objects.filter(
        seller_order=seller_order,
        stage=Stage.HELD,
        whole=False,
        dispute__status=DisputeStatus.LOST,
    )
    return int(lost.aggregate(n=Sum("paid_minor", default=0))["n"]) - regained(seller_order)


def borne_of_posted(seller_order: SellerOrder) -> int:
    """Return what of it was borne of copies that are posted: it doesn't come back by refusing any."""
    held, _earned = less_refunds(seller_order)
    return max(0, borne(seller_order) - held.paid + regained(seller_order))


def without(
    kept: int, lines: Sequence[Back], delivery: Money | None
) -> tuple[list[Back], Money | None]:
    """Return what goes back for ``lines`` and ``delivery`` without the ``kept`` pence that a bank gave back."""
    rest, left = kept, []
    for back in lines:
        parts = back.parts
        off = min(rest, parts.paid)
        if off:
            fewer = parts.upto(parts.paid - off, parts.paid)
            # What the marketplace added to it is its own again.
            parts = replace(fewer, subsidy=parts.subsidy)
        left.append(replace(back, parts=parts))
        rest -= off
    if delivery is not None and rest:
        delivery -= min(Money(rest, delivery.currency), delivery)
    return left, delivery


def regain(refund: Refund, amount: Money) -> None:
    """Give the marketplace back what it has borne of copies that ``refund`` is about."""
    assert refund.seller_order is not None  # only what is held for one is borne
    dispute_postings.loss_regained(refund.seller_order, source=_source(refund.pk), amount=amount)


def _source(refund_id: UUID) -> str:
    return f"refund:{refund_id}"
