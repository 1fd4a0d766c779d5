"""Orders, payments and baskets, for staff."""

from orders.admin import (
    baskets,
    commission,
    messages,
    orders,
    payments,
    promotions,
    queues,
    seller_orders,
    standing,
    tax,
)

__all__ = [
    "baskets",
    "commission",
    "messages",
    "orders",
    "payments",
    "promotions",
    "queues",
    "seller_orders",
    "standing",
    "tax",
]
