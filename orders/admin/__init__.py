"""Orders, payments and baskets, for staff."""

from orders.admin import (
    baskets,
    commission,
    documents,
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
    "documents",
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
