"""Orders, payments and baskets, for staff."""

from orders.admin import (
    baskets,
    commission,
    disputes,
    documents,
    mails,
    messages,
    orders,
    payments,
    promotions,
    queues,
    sandbox,
    seller_orders,
    standing,
    tax,
    transfers,
    webhooks,
)

__all__ = [
    "baskets",
    "commission",
    "disputes",
    "documents",
    "mails",
    "messages",
    "orders",
    "payments",
    "promotions",
    "queues",
    "sandbox",
    "seller_orders",
    "standing",
    "tax",
    "transfers",
    "webhooks",
]
