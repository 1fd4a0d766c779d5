"""Orders, payments and baskets, for staff."""

from orders.admin import (
    baskets,
    commission,
    mails,
    messages,
    orders,
    payments,
    promotions,
    queues,
    seller_orders,
    standing,
    tax,
    webhooks,
)

__all__ = [
    "baskets",
    "commission",
    "mails",
    "messages",
    "orders",
    "payments",
    "promotions",
    "queues",
    "seller_orders",
    "standing",
    "tax",
    "webhooks",
]
