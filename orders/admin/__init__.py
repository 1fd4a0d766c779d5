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
    documents,
    messages,
    orders,
    payments,
    queues,
    seller_orders,
    standing,
)

__all__ = [
    "baskets",
    "commission",
    "mails",
    "documents",
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
