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
    mails,
    messages,
    orders,
    payments,
    queues,
    seller_orders,
    standing,
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
