"""Where the money of a seller order stands, by its frozen amounts: held or earned, given back, disputed."""

from django.db.models import QuerySet, Sum

from orders.constants import DisputeStatus, Stage
from orders.models import (
    DisputePart,
    OrderLine,
    Parts,
    Refund,
    RefundLine,
    SellerOrder,
    ShipmentLine,
)
from orders.models.amounts import columns

# Rows that have the columns of ``Amounts``.
Rows = QuerySet[OrderLine] | QuerySet[ShipmentLine] | QuerySet[RefundLine] | QuerySet[DisputePart]


def parts_of(rows: Rows) -> Parts:
    """Add up the amounts of rows; one query."""
    names = tuple(columns(Parts()))
    sums = rows.aggregate(**{name: Sum(name, default=0) for name in names})
    return Parts(*(int(sums[name]) for name in names))


def delivery_of(refunds: QuerySet[Refund]) -> Parts:
    """Add up what refunds give back of the delivery; one query."""
    sums = refunds.aggregate(
        paid=Sum("delivery_minor", default=0),
        subsidy=Sum("delivery_subsidy_minor", default=0),
        tax=Sum("delivery_tax_minor", default=0),
    )
    return Parts(**sums)


def kept_by_banks(seller_order: SellerOrder, stage: Stage) -> QuerySet[DisputePart]:
    """Return what banks have taken back of a seller order, or may have taken for good: all but what was won."""
    parts = DisputePart.objects.filter(seller_order=seller_order, stage=stage)
    return parts.exclude(dispute__status=DisputeStatus.WON)


def less_refunds(seller_order: SellerOrder) -> tuple[Parts, Parts]:
    """Return what of a seller order is held, and what is earned, less what was given back."""
    lines = OrderLine.objects.filter(seller_order=seller_order)
    posted = ShipmentLine.objects.filter(shipment__seller_order=seller_order)
    delivery = seller_order.delivery_parts
    earned = parts_of(posted) + (delivery if seller_order.shipped_at else Parts())
    held = parts_of(lines) + delivery - earned
    return (
        held - _given_back(seller_order, Stage.HELD),
        earned - _given_back(seller_order, Stage.EARNED),
    )


def left_of(seller_order: SellerOrder) -> tuple[Parts, Parts]:
    """Return what of a seller order is held, and what is earned, less what went back or was disputed."""
    held, earned = less_refunds(seller_order)
    return (
        _at_least_nothing(held - parts_of(kept_by_banks(seller_order, Stage.HELD))),
        _at_least_nothing(earned - parts_of(kept_by_banks(seller_order, Stage.EARNED))),
    )


def _given_back(seller_order: SellerOrder, stage: Stage) -> Parts:
    refunds = Refund.objects.filter(seller_order=seller_order, stage=stage)
    return parts_of(RefundLine.objects.filter(refund__in=refunds)) + delivery_of(refunds)


def _at_least_nothing(parts: Parts) -> Parts:
    return Parts(*(max(0, n) for n in parts.tuple))
